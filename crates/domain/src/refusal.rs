//! Why a command is not possible. A closed set; the API alone knows which status and sentence each becomes.

use crate::{Conclusion, ExecutionId, JobId, RunStatus, concurrency::GroupName};
use serde::{Deserialize, Serialize};

/// A command that the state does not allow. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum Refusal {
    /// Only a run that was just requested can be planned.
    #[error("the run was planned before")]
    AlreadyPlanned,
    /// Cancelling, or reporting to, a run that ended (semantics R3.1).
    #[error("the run is completed")]
    RunCompleted,
    /// Re-running a run that has not ended (semantics R4.8).
    #[error("the run is not completed, it is {status}")]
    RunNotCompleted {
        /// Where it stands.
        status: RunStatus,
    },
    /// Re-running what could never be planned (semantics R4.8).
    #[error("the run could not be planned, so there is nothing to run again")]
    NeverPlanned,
    /// Re-running too late (semantics R4.8: 30 days after creation).
    #[error("the run was created more than {days} days ago")]
    RerunTooLate {
        /// The limit.
        days: u32,
    },
    /// Re-running too often (semantics R4.8).
    #[error("the run was re-run {reruns} times, which is the limit")]
    TooManyReruns {
        /// The limit.
        reruns: u32,
    },
    /// Re-running what failed where nothing did (semantics R4.9).
    #[error("no job of the newest attempt failed, so there is nothing to run again")]
    NothingFailed,
    /// Re-running a job of an attempt that a newer one followed (contract 6).
    #[error("job {job} belongs to an older attempt")]
    JobOfOlderAttempt {
        /// What was named.
        job: JobId,
    },
    /// Deleting a run that has not ended and is not old (contract 6).
    #[error("the run is {status} and was created less than {days} days ago")]
    RunNotDeletable {
        /// Where it stands.
        status: RunStatus,
        /// After how many days it can be deleted all the same.
        days: u32,
    },
    /// The run was chosen to be deleted, and is not any more what it was then: it was run again, or it may stay.
    #[error("the run is not to be deleted: it was run again, or is not over for long enough")]
    NotDue,
    /// So many runs of the repository have not ended that no other is taken.
    #[error("{open} runs of the repository have not ended, which is the limit")]
    QueueFull {
        /// The limit.
        open: u64,
    },
    /// So many runs of the repository came just now that no other is taken (semantics 9).
    #[error("{runs} runs of the repository came within {seconds} seconds, which is the limit")]
    TooManyNewRuns {
        /// The limit.
        runs: u64,
        /// The time in which they came.
        seconds: u64,
    },
    /// The newest attempt has no such job.
    #[error("the newest attempt has no job {job}")]
    UnknownJob {
        /// What was named.
        job: JobId,
    },
    /// A runner speaks of a job that is not queued for it.
    #[error("job {job} is not waiting for a runner")]
    JobNotQueued {
        /// What was named.
        job: JobId,
    },
    /// A runner reports on a job that it does not run.
    #[error("job {job} is not in progress")]
    JobNotInProgress {
        /// What was named.
        job: JobId,
    },
    /// A late report that differs from what is stored (semantics 1.2).
    #[error("job {job} ended as {stored} already")]
    OtherResultStored {
        /// What was named.
        job: JobId,
        /// How it ended.
        stored: Conclusion,
    },
    /// The execution ended: the offer lapsed, the lease was lost, the job was cancelled or it finished.
    #[error("execution {execution} has ended")]
    ExecutionEnded {
        /// What was named.
        execution: ExecutionId,
    },
    /// Only an offer can be started or given back.
    #[error("execution {execution} was started before")]
    ExecutionStarted {
        /// What was named.
        execution: ExecutionId,
    },
    /// Only what was started can report.
    #[error("execution {execution} was not started")]
    ExecutionNotStarted {
        /// What was named.
        execution: ExecutionId,
    },
    /// Time has not come: an offer or lease that still holds.
    #[error("execution {execution} still holds its offer or lease")]
    NotExpired {
        /// What was named.
        execution: ExecutionId,
    },
    /// The run began another attempt since the files and contexts for this command were gathered: it can be given
    /// again with those of that one.
    #[error("the command was prepared for another attempt")]
    OtherAttempt,
    /// Time has not come: a run that may still go on.
    #[error("the run may still go on")]
    RunNotExpired,
    /// More jobs than the caller reserved ids for.
    #[error("too few job ids were reserved for this command")]
    TooFewIds,
    /// Outputs of jobs that ended decide, and were not loaded: the command can be given again with them.
    #[error("the outputs of {} jobs were not loaded", jobs.len())]
    OutputsNotLoaded {
        /// Whose.
        jobs: Vec<JobId>,
    },
    /// What happens to one execution concerns others that were not loaded: the command can be given again with all
    /// of them.
    #[error("the command concerns executions that were not loaded")]
    TooNarrow,
    /// The command touches concurrency groups that were not loaded: it can be given again with them. A store does
    /// that by itself.
    #[error("the command touches concurrency groups that were not loaded")]
    GroupsNotLoaded {
        /// All that are known to be needed.
        groups: Vec<GroupName>,
    },
    /// The store loaded something else than the command needs: a defect of ours.
    #[error("the command was given what it cannot work on")]
    WrongLoad,
    /// The definition lacks a job that the run's graph names: it is not this run's.
    #[error("the workflow definition has no job {job:?}")]
    WrongDefinition {
        /// What the graph names.
        job: String,
    },
}
