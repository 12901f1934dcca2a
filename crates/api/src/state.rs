//! What every handler works with: the engine and what the operator decided about HTTP. No rules.

use crate::{
    ApiLimits, TrustedProxies,
    metrics::Metrics,
    wire::{
        connections::Connections,
        rates::Rates,
        waiting::{Place, Waiting},
    },
};
use runyard_engine::Engine;
use std::sync::Arc;
use tokio::sync::watch;
use url::Url;

/// Everything that handlers share. Cheap to clone.
#[derive(Clone)]
pub struct ApiState {
    /// The use cases.
    pub engine: Engine,
    /// Begins every link when set; otherwise links begin with what the client used (contract 1).
    pub public_url: Option<Url>,
    /// Whose `X-Forwarded-` headers are believed.
    pub trusted_proxies: TrustedProxies,
    /// What is too much.
    pub limits: ApiLimits,
    /// What the store is called, for administrators.
    pub store_name: &'static str,
    /// Whether anybody may read `/metrics`; otherwise it is not there.
    pub serves_metrics: bool,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) connections: Connections,
    pub(crate) waiting: Waiting,
    pub(crate) rates: Rates,
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
            trusted_proxies: TrustedProxies::default(),
            connections: Connections::default(),
            waiting: Waiting::default(),
            rates: Rates::default(),
            limits: ApiLimits::default(),
            stopping,
        }
    }

    /// A place among the calls that wait, unless too many do.
    pub(crate) fn place_to_wait(&self) -> Option<Place> {
        self.waiting.place(self.limits.waiting_calls)
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
