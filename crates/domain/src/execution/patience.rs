//! How long a runner and the server wait for each other. Lengths only.

use std::time::Duration;

/// How long the parties of a hand-over wait for each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// An offer that is not started for this long goes back to the queue.
    pub offer: Duration,
    /// A runner that is silent for this long has lost its job (semantics 1.2).
    pub lease: Duration,
    /// A job that was told to stop is ended after this long (semantics R3.3).
    pub cancel_grace: Duration,
    /// A job without a limit of its own may run this long (semantics R2.75).
    pub job_timeout: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            offer: Duration::from_secs(30),
            lease: Duration::from_secs(60),
            cancel_grace: Duration::from_secs(5 * 60),
            job_timeout: Duration::from_secs(360 * 60),
        }
    }
}

/// As long may any job run, whatever its file says (semantics 9).
pub const TIMEOUT_MAX: Duration = Duration::from_secs(5 * 24 * 60 * 60);

impl Patience {
    /// How long a job with this `timeout-minutes` may run (semantics R2.75, 9).
    pub fn timeout(&self, minutes: Option<u32>) -> Duration {
        let own = minutes.map(|minutes| Duration::from_secs(u64::from(minutes) * 60));
        own.unwrap_or(self.job_timeout).min(TIMEOUT_MAX)
    }
}
