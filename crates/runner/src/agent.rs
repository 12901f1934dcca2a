//! What all jobs of one running runner share, and its work folder. Must not claim or run anything.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use runyard_api::runner::messages::Intervals;
use tokio::sync::watch;

use crate::backend::{Backend, HostBackend};
use crate::client::Client;
use crate::config::RunnerConfig;
use crate::error::RunnerError;
use crate::spool::Spool;
use crate::step::HostFacts;

/// The server's wishes, as durations.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pauses {
    pub(crate) claim_wait_s: u64,
    pub(crate) sync: Duration,
    /// How long a cancelled job may go on.
    pub(crate) cancel_grace: Duration,
}

/// One running runner.
pub(crate) struct Agent {
    pub(crate) config: RunnerConfig,
    pub(crate) client: Client,
    pub(crate) backend: Box<dyn Backend>,
    pub(crate) spool: Spool,
    pub(crate) host: HostFacts,
    pauses: Mutex<Pauses>,
    drained: watch::Sender<bool>,
    /// Held while this value lives: one runner per work folder.
    _lock: File,
}

impl Agent {
    /// Opens the work folder and the spool.
    pub(crate) fn open(mut config: RunnerConfig) -> Result<Self, RunnerError> {
        let client = Client::new(config.urls(), &config.token)?;
        config.work_dir = own_folder(&config.work_dir)?;
        let lock = lock_folder(&config.work_dir)?;
        let folder = config
            .spool_dir
            .clone()
            .unwrap_or_else(|| config.work_dir.join("spool"));
        let spool = Spool::open(&folder).map_err(|source| RunnerError::Folder {
            path: folder,
            source,
        })?;
        Ok(Self {
            host: HostFacts::of(&config),
            backend: Box::new(HostBackend {
                work: config.work_dir.clone(),
                supervisor: config.supervisor.clone(),
            }),
            client,
            spool,
            pauses: Mutex::new(Pauses {
                claim_wait_s: 0,
                sync: Duration::from_secs(10),
                cancel_grace: Duration::from_secs(5 * 60),
            }),
            drained: watch::Sender::new(false),
            config,
            _lock: lock,
        })
    }

    /// Executions that have a folder left of an earlier process.
    pub(crate) fn left_folders(&self) -> io::Result<Vec<(i64, PathBuf)>> {
        let entries = fs::read_dir(&self.config.work_dir)?
            .flatten()
            .map(|entry| entry.path());
        let execution = |path: PathBuf| Some((path.file_name()?.to_str()?.parse().ok()?, path));
        Ok(entries.filter_map(execution).collect())
    }

    pub(crate) fn intervals(&self) -> Pauses {
        *self.pauses.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set_intervals(&self, intervals: Intervals) {
        *self.pauses.lock().unwrap_or_else(PoisonError::into_inner) = Pauses {
            claim_wait_s: intervals.claim_wait_seconds,
            sync: Duration::from_millis(intervals.sync_milliseconds),
            cancel_grace: Duration::from_secs(intervals.cancel_grace_seconds),
        };
    }

    /// Running jobs had their time.
    pub(crate) fn end_drain(&self) {
        self.drained.send_replace(true);
    }

    /// Waits for [`Self::end_drain`].
    pub(crate) async fn drain_over(&self) {
        let _ = self.drained.subscribe().wait_for(|over| *over).await;
    }
}

/// Makes the work folder and names it absolutely: jobs start elsewhere.
fn own_folder(work: &Path) -> Result<PathBuf, RunnerError> {
    let made = fs::create_dir_all(work).and_then(|()| fs::canonicalize(work));
    made.map_err(|source| RunnerError::Folder {
        path: work.to_owned(),
        source,
    })
}

fn lock_folder(work: &Path) -> Result<File, RunnerError> {
    let failed = |source| RunnerError::Folder {
        path: work.to_owned(),
        source,
    };
    let lock = File::create(work.join(".lock")).map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(RunnerError::FolderBusy(work.to_owned())),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}
