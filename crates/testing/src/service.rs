//! The whole service on a port of its own, over a store that keeps nothing and a clock that tests move.

use crate::{SeedError, World};
use runyard_api::{ApiState, ServeOptions, WebhookPayloads, serve};
use runyard_domain::Timestamp;
use runyard_engine::{
    Clocks, Engine, EngineError, SealingKey, Settings,
    git::{Git, GitSettings},
    logs::{LogStorage, local_objects},
};
use runyard_store::{Clock, memory::MemoryStore};
use std::{
    io,
    net::TcpListener,
    ops::Deref,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tempfile::TempDir;
use tokio::task::JoinHandle;

/// Threads that answer: tests ask little at a time.
const WORKERS: usize = 1;

/// A running service, which is a [`World`] too. It ends, and its files go, when this is dropped.
pub struct Service {
    // Dropped in this order: whoever uses the folder before it.
    serving: JoinHandle<io::Result<()>>,
    _clocks: Clocks,
    world: World,
    url: String,
    ahead: Arc<AtomicI64>,
    _folder: TempDir,
}

impl Service {
    /// Starts it with the usual settings, on a free port of this machine. There is nobody and nothing in it.
    ///
    /// # Errors
    /// When no port or no folder can be had.
    pub async fn start() -> Result<Self, SeedError> {
        Self::start_with(Settings::default()).await
    }

    /// The same with other settings. Secrets can be kept: a key is made where `settings` have none.
    ///
    /// # Errors
    /// As [`Service::start`].
    pub async fn start_with(mut settings: Settings) -> Result<Self, SeedError> {
        settings
            .sealing_key
            .get_or_insert_with(SealingKey::generate);
        let folder = tempfile::tempdir().map_err(SeedError::Start)?;
        let ahead = Arc::new(AtomicI64::new(0));
        let git = Git::new(GitSettings::new(folder.path().join("mirrors")));
        let objects = local_objects(&folder.path().join("logs")).map_err(EngineError::from)?;
        let store = Arc::new(MemoryStore::new(clock(ahead.clone())));
        let engine = Engine::new(store, git, LogStorage::new(objects), settings).await?;
        let listener = TcpListener::bind("127.0.0.1:0").map_err(SeedError::Start)?;
        let address = listener.local_addr().map_err(SeedError::Start)?;
        let url = format!("http://{address}");
        let clocks = engine.start_clocks(Arc::new(WebhookPayloads::new(&url)));
        let clocks = clocks.await?;
        let options = ServeOptions {
            workers: WORKERS,
            ..ServeOptions::default()
        };
        let state = ApiState::new(engine.clone());
        let (never, stays) = (std::future::pending(), std::future::pending());
        let serving = tokio::spawn(serve(listener, state, options, never, stays));
        Ok(Self {
            serving,
            _clocks: clocks,
            world: World::over(engine, folder.path().join("repositories")),
            url,
            ahead,
            _folder: folder,
        })
    }

    /// `http://127.0.0.1:PORT`: what runners, git and browsers are given.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// `http://127.0.0.1:PORT/api/v3`: what clients of GitHub's API are given.
    #[must_use]
    pub fn api(&self) -> String {
        format!("{}/api/v3", self.url)
    }

    /// Lets time pass for the service: from now on it is so much later. Its clocks see that at their next look, within
    /// seconds.
    pub fn pass(&self, time: Duration) {
        let micros = i64::try_from(time.as_micros()).unwrap_or(i64::MAX);
        self.ahead.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Deref for Service {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// The machine's clock, and what tests let pass on top of it.
fn clock(ahead: Arc<AtomicI64>) -> Clock {
    Arc::new(move || {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let micros = since.map_or(0, |since| {
            i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
        });
        let moved = micros.saturating_add(ahead.load(Ordering::SeqCst));
        let now = Timestamp::from_unix_micros(moved);
        now.expect("no test lets so much time pass that no calendar shows it")
    })
}
