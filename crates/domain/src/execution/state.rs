//! Where a hand-over stands, why it is over, and what happened to it. Words only, no rules.

use super::Step;
use crate::{Conclusion, Timestamp, event::EndReason};
use serde::{Deserialize, Serialize};

/// Where a hand-over stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExecutionState {
    /// The runner was offered the job and has not started it.
    Offered {
        /// Until then.
        until: Timestamp,
    },
    /// The runner has the job.
    Running {
        /// It must be heard of before then.
        lease_until: Timestamp,
    },
    /// The runner has the job and shall end it.
    Cancelling {
        /// It must be heard of before then.
        lease_until: Timestamp,
        /// It must have ended before then.
        deadline: Timestamp,
    },
    /// Over.
    Ended {
        /// Why.
        end: ExecutionEnd,
        /// When.
        at: Timestamp,
    },
}

/// Why a hand-over is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "end", content = "result", rename_all = "snake_case")]
pub enum ExecutionEnd {
    /// The runner reported this result.
    Finished(Conclusion),
    /// The runner gave the offer back.
    Released,
    /// The offer was not started in time.
    Lapsed,
    /// The job was gone when the offer was to be started.
    Withdrawn,
    /// The runner was silent for the length of the lease.
    Lost,
    /// The runner did not stop within the grace of a cancellation.
    GraceOver,
    /// The run was force-cancelled under the runner's hands.
    Forced,
    /// The job ran longer than it may, and the grace beyond.
    TimedOut,
}

impl ExecutionEnd {
    /// Why its job ended, when that was not by the runner's word. How long it might have run is the job's to know.
    pub fn reason(self) -> Option<EndReason> {
        match self {
            Self::Lost => Some(EndReason::RunnerLost),
            Self::GraceOver => Some(EndReason::CancelGraceOver),
            Self::Forced => Some(EndReason::ForceCancelled),
            Self::Finished(_)
            | Self::Released
            | Self::Lapsed
            | Self::Withdrawn
            | Self::TimedOut => None,
        }
    }
}

/// What happened to a hand-over.
#[derive(Debug, Clone, PartialEq)]
pub enum ExecutionEvent {
    /// The runner took the job.
    Started {
        /// It must be heard of before then.
        lease_until: Timestamp,
    },
    /// How long the job may run was decided.
    Limited {
        /// It must have ended before then.
        timeout_at: Timestamp,
    },
    /// The runner was heard of.
    LeaseRenewed {
        /// It must be heard of before then.
        lease_until: Timestamp,
    },
    /// The runner reported on steps.
    StepsReported {
        /// Number of the report.
        rev: u64,
        /// The steps that changed, whole.
        steps: Vec<Step>,
    },
    /// The runner was told to stop.
    CancelRequested {
        /// It must have ended before then.
        deadline: Timestamp,
    },
    /// It is over.
    Ended {
        /// Why.
        end: ExecutionEnd,
        /// When.
        at: Timestamp,
    },
}
