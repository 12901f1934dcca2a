//! One execution of a run: its jobs and where they stand. Data and questions about it; no commands.

use crate::{
    Conclusion, ExecutionId, JobId, JobStatus, RunStatus, Timestamp, UserId, runner::RunnerRef,
};
use runyard_workflow::JobName;

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
    /// In the order of the file.
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
pub enum Job {
    /// Its needs are not complete.
    Blocked(BlockedJob),
    /// It has an id, a name and labels.
    Planned(PlannedJob),
}

/// A job whose needs are not complete; GitHub shows no such job (semantics R1.7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockedJob {
    /// Its key in the file.
    pub name: JobName,
    /// Direct needs.
    pub needs: Vec<JobName>,
}

/// A job that the API shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedJob {
    /// Its id, of this attempt only.
    pub id: JobId,
    /// Its key in the file.
    pub name: JobName,
    /// Direct needs.
    pub needs: Vec<JobName>,
    /// The evaluated name that people see.
    pub display_name: String,
    /// The evaluated `runs-on`.
    pub labels: Vec<String>,
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
}

impl Job {
    /// Its key in the file.
    pub fn name(&self) -> &JobName {
        match self {
            Self::Blocked(job) => &job.name,
            Self::Planned(job) => &job.name,
        }
    }

    /// Direct needs.
    pub fn needs(&self) -> &[JobName] {
        match self {
            Self::Blocked(job) => &job.needs,
            Self::Planned(job) => &job.needs,
        }
    }

    /// The word for where it stands.
    pub fn status(&self) -> JobStatus {
        match self {
            Self::Blocked(_) => JobStatus::Blocked,
            Self::Planned(job) => job.state.status(),
        }
    }

    /// How it ended, if it did.
    pub fn conclusion(&self) -> Option<Conclusion> {
        match self {
            Self::Blocked(_) => None,
            Self::Planned(job) => job.state.conclusion(),
        }
    }
}

impl Attempt {
    /// The jobs that have an id.
    pub fn planned(&self) -> impl Iterator<Item = &PlannedJob> {
        self.jobs.iter().filter_map(|job| match job {
            Job::Planned(planned) => Some(planned),
            Job::Blocked(_) => None,
        })
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
            .jobs
            .iter()
            .any(|job| job.status() == JobStatus::InProgress);
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
