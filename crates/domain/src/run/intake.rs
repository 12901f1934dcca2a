//! How many runs a repository may have waiting, and how fast they may come (semantics 9). It counts nothing itself.

use crate::{Refusal, Timestamp};
use std::time::Duration;

/// The time in which so many runs may come and no more (semantics 9).
pub const BURST_WINDOW: Duration = Duration::from_secs(10);

/// What one repository may have of new runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Intake {
    /// Runs that have not ended, at least 1.
    pub open: u64,
    /// Runs that come within [`BURST_WINDOW`], at least 1.
    pub burst: u64,
}

/// What one repository has, as far as an [`Intake`] asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Crowd {
    /// Whether [`Intake::open`] of its runs have not ended.
    pub is_full: bool,
    /// When the last [`Intake::burst`] of its runs began to come; none when there are fewer.
    pub burst_began: Option<Timestamp>,
}

impl Default for Intake {
    /// The pace is GitHub's (semantics 9).
    fn default() -> Self {
        Self {
            open: 10_000,
            burst: 500,
        }
    }
}

impl Intake {
    /// Whether one more run may come now.
    ///
    /// # Errors
    /// [`Refusal::QueueFull`] until a run ends, [`Refusal::TooManyNewRuns`] for the rest of [`BURST_WINDOW`].
    pub fn admit(self, crowd: Crowd, now: Timestamp) -> Result<(), Refusal> {
        if crowd.is_full {
            return Err(Refusal::QueueFull { open: self.open });
        }
        let within = |began: Timestamp| now < began.plus(BURST_WINDOW);
        if crowd.burst_began.is_some_and(within) {
            let seconds = BURST_WINDOW.as_secs();
            let runs = self.burst;
            return Err(Refusal::TooManyNewRuns { runs, seconds });
        }
        Ok(())
    }
}
