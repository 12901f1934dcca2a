//! What an operator decides about the engine; every limit has a name and a default here.

use crate::SealingKey;
use runyard_domain::{
    execution::Patience,
    retention::Retention,
    run::{Intake, OUTPUT_UNITS_PER_RUN},
};
use std::time::Duration;

/// Settings of the engine.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How long server and runner wait for each other.
    pub patience: Patience,
    /// A cancellation that goes on for longer becomes a force-cancel; without, none does.
    pub cancel_deadline: Option<Duration>,
    /// Longest time between two `sync` calls of a runner.
    pub sync_interval: Duration,
    /// Longest time that a claim or a cancel-check is held open.
    pub wait_max: Duration,
    /// Bytes of log that one job may write (`runner-protocols.md` D).
    pub job_log_bytes: u64,
    /// UTF-16 units of what all jobs of a run may give (semantics R2.21).
    pub run_output_units: u64,
    /// How many runs a repository may have that have not ended, and how fast they may come (semantics 9).
    pub intake: Intake,
    /// Folders of workflow files, from the root of a repository, in the order in which they are read.
    pub workflow_folders: Vec<String>,
    /// A job that no runner took for this long is cancelled (semantics 9).
    pub queue_limit: Duration,
    /// A run whose newest attempt has not ended after this is cancelled (semantics 9).
    pub run_limit: Duration,
    /// How long runs that ended, and their logs, are kept where a repository does not say otherwise (semantics R8.11).
    pub retention: Retention,
    /// Link to a log works for this long (contract 8).
    pub link_lifetime: Duration,
    /// Encrypts the secrets that are kept; without one none can be kept.
    pub sealing_key: Option<SealingKey>,
    /// Deliveries of each repository that are known when they come again.
    pub deliveries_known: u32,
    /// Least time between two looks at a source.
    pub poll_least: Duration,
    /// Looks at sources that this server takes at once.
    pub polls_at_once: u32,
}

/// A runner speaks at least so often within one lease, so that one lost call does not lose its job.
const REPORTS_PER_LEASE: u32 = 3;
/// A lease that was renewed less than this ago is not written again (`runner-protocols.md` D).
const LEASE_WRITE_INTERVAL: Duration = Duration::from_secs(5);

impl Settings {
    /// How often a runner reports: [`Settings::sync_interval`], and oftener where the lease is short.
    pub fn report_interval(&self) -> Duration {
        let often = self.patience.lease / REPORTS_PER_LEASE;
        self.sync_interval.min(often)
    }

    /// How old a renewal may be before the next is written: less than the time between two reports.
    pub(crate) fn lease_write_interval(&self) -> Duration {
        LEASE_WRITE_INTERVAL.min(self.report_interval() / 2)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            patience: Patience::default(),
            cancel_deadline: None,
            sync_interval: Duration::from_secs(10),
            wait_max: Duration::from_secs(50),
            job_log_bytes: 256 * 1024 * 1024,
            run_output_units: OUTPUT_UNITS_PER_RUN,
            intake: Intake::default(),
            workflow_folders: vec![".github/workflows".to_owned()],
            queue_limit: Duration::from_secs(24 * 60 * 60),
            run_limit: Duration::from_secs(35 * 24 * 60 * 60),
            retention: Retention::default(),
            link_lifetime: Duration::from_secs(60),
            sealing_key: None,
            deliveries_known: 1000,
            poll_least: Duration::from_secs(30),
            polls_at_once: 4,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_lease_is_renewed_well_before_it_ends() {
        for seconds in [1, 3, 5, 6, 30, 60, 600] {
            let lease = Duration::from_secs(seconds);
            let mut settings = Settings::default();
            settings.patience.lease = lease;
            let (report, write) = (settings.report_interval(), settings.lease_write_interval());
            // Even when one report is lost, the next renews in time.
            assert!(
                write + report * 2 < lease,
                "{seconds} s: {report:?}, {write:?}"
            );
        }
    }

    #[test]
    fn a_usual_lease_is_written_every_five_seconds() {
        let settings = Settings::default();
        assert_eq!(settings.report_interval(), settings.sync_interval);
        assert_eq!(settings.lease_write_interval(), LEASE_WRITE_INTERVAL);
    }
}
