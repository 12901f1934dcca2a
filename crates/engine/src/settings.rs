//! What an operator decides about the engine; every limit has a name and a default here.

use runyard_domain::execution::Patience;
use std::time::Duration;

/// Settings of the engine.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How long server and runner wait for each other.
    pub patience: Patience,
    /// Longest time between two `sync` calls of a runner.
    pub sync_interval: Duration,
    /// Longest time that a claim or a cancel-check is held open.
    pub wait_max: Duration,
    /// Bytes of log that one job may write (`runner-protocols.md` D).
    pub job_log_bytes: u64,
    /// Folder of workflow files.
    pub workflow_folder: String,
    /// A job without a limit of its own ends after this (semantics R2.75).
    pub job_timeout: Duration,
    /// Link to a log works for this long (contract 8).
    pub link_lifetime: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            patience: Patience::default(),
            sync_interval: Duration::from_secs(10),
            wait_max: Duration::from_secs(50),
            job_log_bytes: 256 * 1024 * 1024,
            workflow_folder: ".github/workflows".to_owned(),
            job_timeout: Duration::from_secs(360 * 60),
            link_lifetime: Duration::from_secs(60),
        }
    }
}
