//! One execution of a run: its jobs and where they stand. Data and questions about it; no commands.

use super::{Leg, NodePath};
use crate::{
    Conclusion, ExecutionId, JobId, JobStatus, RunStatus, Timestamp, UserId, event::EndReason,
    runner::RunnerRef,
};
use serde::{Deserialize, Serialize};

/// One attempt of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    /// 1, 2, ...
    pub number: u32,
    /// Who caused this attempt.
    pub triggering_actor: UserId,
    /// When it was requested: `run_started_at` of the API.
    pub requested_at: Timestamp,
    /// When the whole run was cancelled, if it was: *run-cancelled* of the semantics.
    pub cancelled_at: Option<Timestamp>,
    /// Where it stands.
    pub state: AttemptState,
    /// In the order of the file; what a matrix or a called workflow adds comes behind.
    pub jobs: Vec<Job>,
}

/// Where an attempt stands.
#[derive(Debug, Clone, PartialEq)]
pub enum AttemptState {
    /// Nothing is planned yet.
    Requested,
    /// It has unfinished jobs.
    Live,
    /// It ended.
    Completed {
        /// How.
        conclusion: Conclusion,
        /// When.
        completed_at: Timestamp,
    },
}

/// One job of an attempt.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "most jobs become planned, and there are few of them"
)]
pub enum Job {
    /// Its needs are not complete.
    Blocked(BlockedJob),
    /// It has an id, a name and labels.
    Planned(PlannedJob),
    /// It calls a workflow, whose jobs stand for it.
    Called(CalledWorkflow),
}

/// A job whose needs are not complete; GitHub shows no such job (semantics R1.7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockedJob {
    /// Which node of the graph it is.
    pub node: NodePath,
    /// Direct needs.
    pub needs: Vec<NodePath>,
}

/// A caller whose condition was true: its jobs are those of the workflow that it calls (semantics 2.6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalledWorkflow {
    /// Which node of the graph it is.
    pub node: NodePath,
    /// Direct needs.
    pub needs: Vec<NodePath>,
    /// One call, or one for each leg of the caller's matrix.
    pub calls: Vec<Call>,
}

/// One call of a workflow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Which leg of the caller makes it, if that has a matrix.
    pub leg: Option<Leg>,
    /// What the shown names of its jobs begin with (semantics R2.67).
    pub display_name: String,
    /// What `inputs` holds for its jobs.
    pub inputs: serde_json::Value,
}

/// A job that the API shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedJob {
    /// Its id, of this attempt only.
    pub id: JobId,
    /// Which node of the graph it is.
    pub node: NodePath,
    /// Which leg, if its node has a matrix and was not skipped before that was looked at.
    pub leg: Option<Leg>,
    /// Direct needs.
    pub needs: Vec<NodePath>,
    /// The evaluated name that people see.
    pub display_name: String,
    /// The evaluated `runs-on`.
    pub labels: Vec<String>,
    /// Its failure counts as a success for others (semantics R1.20).
    pub continue_on_error: bool,
    /// It is cancelled after so many minutes in progress (semantics R2.75); the server's default without.
    pub timeout_minutes: Option<u32>,
    /// Once cancelled it may go on for so many minutes (semantics R2.75); as the server says without.
    pub cancel_timeout_minutes: Option<u32>,
    /// When it was planned.
    pub created_at: Timestamp,
    /// Where it stands.
    pub state: JobState,
}

/// Where a planned job stands (semantics 1.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobState {
    /// Planned, not yet past its gates; shown as `queued` (semantics R2.44).
    Held,
    /// Offered to runners.
    Queued,
    /// A runner has it.
    InProgress {
        /// When the runner took it.
        started_at: Timestamp,
        /// Who and by which hand-over.
        ran: Ran,
        /// When it was told to stop, if it was.
        cancel_requested_at: Option<Timestamp>,
    },
    /// It ended.
    Completed {
        /// How.
        conclusion: Conclusion,
        /// When it was started, or when it ended if it never was.
        started_at: Timestamp,
        /// When it ended.
        completed_at: Timestamp,
        /// Who ran it, if anybody did.
        ran: Option<Ran>,
        /// Why, where the conclusion alone does not say.
        reason: Option<EndReason>,
    },
}

/// Who runs or ran a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    /// The hand-over.
    pub execution: ExecutionId,
    /// The runner.
    pub runner: RunnerRef,
}

impl JobState {
    /// The word for it.
    pub fn status(&self) -> JobStatus {
        match self {
            Self::Held | Self::Queued => JobStatus::Queued,
            Self::InProgress { .. } => JobStatus::InProgress,
            Self::Completed { .. } => JobStatus::Completed,
        }
    }

    /// How it ended, if it did.
    pub fn conclusion(&self) -> Option<Conclusion> {
        match self {
            Self::Held | Self::Queued | Self::InProgress { .. } => None,
            Self::Completed { conclusion, .. } => Some(*conclusion),
        }
    }

    /// The hand-over to the runner that has or had it.
    pub fn ran(&self) -> Option<&Ran> {
        match self {
            Self::Held | Self::Queued => None,
            Self::InProgress { ran, .. } => Some(ran),
            Self::Completed { ran, .. } => ran.as_ref(),
        }
    }

    /// Why it ended, where the conclusion alone does not say.
    pub fn reason(&self) -> Option<&EndReason> {
        match self {
            Self::Held | Self::Queued | Self::InProgress { .. } => None,
            Self::Completed { reason, .. } => reason.as_ref(),
        }
    }
}

impl PlannedJob {
    /// How its end counts for others: a failure that is absorbed is a success (semantics R1.20).
    pub fn effective(&self) -> Option<Conclusion> {
        match self.state.conclusion() {
            Some(Conclusion::Failure) if self.continue_on_error => Some(Conclusion::Success),
            conclusion => conclusion,
        }
    }
}

impl Job {
    /// Which node of the graph it is; the legs of a matrix share one.
    pub fn node(&self) -> &NodePath {
        match self {
            Self::Blocked(job) => &job.node,
            Self::Planned(job) => &job.node,
            Self::Called(job) => &job.node,
        }
    }

    /// Direct needs.
    pub fn needs(&self) -> &[NodePath] {
        match self {
            Self::Blocked(job) => &job.needs,
            Self::Planned(job) => &job.needs,
            Self::Called(job) => &job.needs,
        }
    }

    /// The job, if it has an id.
    pub fn planned(&self) -> Option<&PlannedJob> {
        match self {
            Self::Planned(job) => Some(job),
            Self::Blocked(_) | Self::Called(_) => None,
        }
    }
}

impl Attempt {
    /// The jobs that have an id.
    pub fn planned(&self) -> impl Iterator<Item = &PlannedJob> {
        self.jobs.iter().filter_map(Job::planned)
    }

    /// Where it stands (semantics R1.15: the first that any job has, of in progress, queued).
    pub fn status(&self) -> RunStatus {
        match self.state {
            AttemptState::Requested => RunStatus::Requested,
            AttemptState::Completed { .. } => RunStatus::Completed,
            AttemptState::Live => self.live_status(),
        }
    }

    fn live_status(&self) -> RunStatus {
        let running = self
            .planned()
            .any(|job| job.state.status() == JobStatus::InProgress);
        if running {
            RunStatus::InProgress
        } else {
            RunStatus::Queued
        }
    }

    /// How it ended, if it did.
    pub fn conclusion(&self) -> Option<Conclusion> {
        match self.state {
            AttemptState::Requested | AttemptState::Live => None,
            AttemptState::Completed { conclusion, .. } => Some(conclusion),
        }
    }
}
