//! What every handler works with: the engine and what the operator decided about HTTP. No rules.

use crate::metrics::Metrics;
use runyard_engine::Engine;
use std::sync::Arc;
use tokio::sync::watch;
use url::Url;

/// Largest JSON body of a request, in bytes, when nothing else is set.
const JSON_BYTES: usize = 1024 * 1024;
/// Largest event that is taken in, in bytes: GitHub's own limit for webhooks.
const EVENT_BYTES: usize = 25 * 1024 * 1024;
/// Largest request of a clone, in bytes after unpacking.
const GIT_REQUEST_BYTES: usize = 16 * 1024 * 1024;

/// Largest request bodies, in bytes after unpacking. A larger one is answered with 413.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApiLimits {
    /// Any JSON body that no other limit names.
    pub json_bytes: usize,
    /// Events that are delivered.
    pub event_bytes: usize,
    /// What a git client says when it clones.
    pub git_request_bytes: usize,
}

impl Default for ApiLimits {
    fn default() -> Self {
        Self {
            json_bytes: JSON_BYTES,
            event_bytes: EVENT_BYTES,
            git_request_bytes: GIT_REQUEST_BYTES,
        }
    }
}

/// Everything that handlers share. Cheap to clone.
#[derive(Clone)]
pub struct ApiState {
    /// The use cases.
    pub engine: Engine,
    /// Begins every link when set; otherwise links begin with what the client used (contract 1).
    pub public_url: Option<Url>,
    /// Whether `X-Forwarded-Proto` and `X-Forwarded-Host` are believed: only behind a proxy that sets them.
    pub trust_forwarded: bool,
    /// Largest bodies.
    pub limits: ApiLimits,
    /// What the store is called, for administrators.
    pub store_name: &'static str,
    /// Whether anybody may read `/metrics`; otherwise it is not there.
    pub serves_metrics: bool,
    pub(crate) metrics: Arc<Metrics>,
    /// Becomes true when the server is about to stop: calls that wait are answered then.
    pub stopping: watch::Receiver<bool>,
}

impl ApiState {
    /// Handlers over this engine with the usual limits. Never stops waiting calls early.
    pub fn new(engine: Engine) -> Self {
        let (_, stopping) = watch::channel(false);
        Self {
            store_name: "memory",
            serves_metrics: true,
            metrics: Arc::new(Metrics::new(&engine)),
            engine,
            public_url: None,
            trust_forwarded: false,
            limits: ApiLimits::default(),
            stopping,
        }
    }

    /// Whether the server is about to stop.
    pub(crate) fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// Returns when the server is about to stop, otherwise never.
    pub(crate) async fn stopped(&self) {
        let mut stopping = self.stopping.clone();
        if stopping.wait_for(|stop| *stop).await.is_err() {
            // Whoever could say so is gone: nobody will.
            std::future::pending::<()>().await;
        }
    }
}
