//! What happened to a run: the one vocabulary that is stored, replayed and consumed. Facts only, no decisions.

use crate::{
    Conclusion, ExecutionId, JobId, Timestamp, UserId,
    concurrency::{Concurrency, GroupName, Member, PENDING_MAX},
    run::{Call, Leg, NodePath, Ran, ReferencedWorkflow, RunIdentity},
    runner::RunnerRef,
};
use runyard_workflow::Diagnostic;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Version of the JSON form of [`Event`] that this code writes.
pub const EVENT_VERSION: u16 = 1;

/// One thing that happened to a run. Replaying a run's events in order rebuilds it without evaluating anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// The run came to be, with attempt 1.
    RunRequested {
        /// What never changes about it.
        run: Box<RunIdentity>,
    },
    /// Its file cannot be planned; the run ended with no jobs (semantics R6.90).
    StartupFailed {
        /// Every error of the file, at most ten.
        diagnostics: Vec<Diagnostic>,
        /// When.
        at: Timestamp,
    },
    /// The run waits for the slot of its concurrency group; no job of it exists (semantics R2.55).
    RunPending {
        /// The group.
        group: GroupName,
        /// When.
        at: Timestamp,
    },
    /// The attempt has this graph; no job of it has an id yet.
    AttemptPlanned {
        /// The jobs in the order of the file.
        jobs: Vec<GraphNode>,
        /// The concurrency group whose slot it has until it ends.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        group: Option<GroupName>,
        /// When.
        at: Timestamp,
    },
    /// A job's needs are complete and what it will be is known; it waits for its gates. One for each leg of a
    /// matrix, in the order of the rows.
    JobPlanned {
        /// Its new id.
        job: JobId,
        /// Which node of the graph it is.
        #[serde(rename = "name")]
        node: NodePath,
        /// Which leg, if the node has a matrix.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        leg: Option<Leg>,
        /// The evaluated name that people see.
        display_name: String,
        /// The evaluated `runs-on`.
        labels: Vec<String>,
        /// The runner group of `runs-on`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        runner_group: Option<String>,
        /// Its failure counts as a success for others (semantics R1.20).
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        continue_on_error: bool,
        /// Its `timeout-minutes` (semantics R2.75).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        timeout_minutes: Option<u32>,
        /// Its `cancel-timeout-minutes` (semantics R2.75).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cancel_timeout_minutes: Option<u32>,
        /// Its `concurrency` (semantics R2.56).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        concurrency: Option<Concurrency>,
        /// When.
        at: Timestamp,
    },
    /// A caller's needs are complete and its condition is true: the jobs of the workflow that it calls stand for it.
    WorkflowCalled {
        /// Which node of the graph calls.
        #[serde(rename = "name")]
        node: NodePath,
        /// One call, or one for each leg of the caller's matrix.
        calls: Vec<Call>,
        /// The jobs of all calls, in the order of the called file.
        jobs: Vec<GraphNode>,
        /// When.
        at: Timestamp,
    },
    /// A call waits for the slot of a concurrency group; none of its jobs is decided (semantics R2.70).
    CallPending {
        /// The caller.
        #[serde(rename = "name")]
        node: NodePath,
        /// Which leg of it, if it has a matrix.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        leg: Option<u32>,
        /// When.
        at: Timestamp,
    },
    /// An attempt whose graph was laid out before has the slot of its concurrency group: its jobs go on.
    RunEntered {
        /// When.
        at: Timestamp,
    },
    /// A call has the slot of the next of its concurrency groups.
    CallEntered {
        /// The caller.
        #[serde(rename = "name")]
        node: NodePath,
        /// Which leg of it, if it has a matrix.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        leg: Option<u32>,
        /// When.
        at: Timestamp,
    },
    /// The job waits for the slot of its concurrency group (semantics R2.50).
    JobPending {
        /// Which.
        job: JobId,
        /// When.
        at: Timestamp,
    },
    /// Nothing holds the job back: it is offered to runners.
    JobQueued {
        /// Which.
        job: JobId,
        /// When.
        at: Timestamp,
    },
    /// A runner took the job.
    JobStarted {
        /// Which.
        job: JobId,
        /// The hand-over.
        execution: ExecutionId,
        /// Who.
        runner: RunnerRef,
        /// When.
        at: Timestamp,
    },
    /// A running job was told to stop.
    JobCancelRequested {
        /// Which.
        job: JobId,
        /// Who wants it; nobody when a limit did.
        by: Option<UserId>,
        /// Why, when nobody did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<EndReason>,
        /// When.
        at: Timestamp,
    },
    /// A job ended.
    JobCompleted {
        /// Which.
        job: JobId,
        /// How.
        conclusion: Conclusion,
        /// Why, where the conclusion alone does not say.
        reason: Option<EndReason>,
        /// When.
        at: Timestamp,
    },
    /// The run was cancelled as a whole (semantics R3.1).
    RunCancelRequested {
        /// Who wants it; nobody when a limit or its concurrency group did.
        by: Option<UserId>,
        /// Why, when nobody did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<EndReason>,
        /// When.
        at: Timestamp,
    },
    /// Somebody, or the deadline of a cancellation, ended everything of the run at once (semantics R3.4).
    RunForceCancelRequested {
        /// Who; nobody when the deadline did.
        by: Option<UserId>,
        /// When.
        at: Timestamp,
    },
    /// The newest attempt, and with it the run, ended.
    RunCompleted {
        /// How.
        conclusion: Conclusion,
        /// When.
        at: Timestamp,
    },
    /// Somebody re-runs the run: a new attempt begins (semantics R4.1).
    AttemptRequested {
        /// Its number, from 2.
        attempt: u32,
        /// Who.
        by: UserId,
        /// Its jobs write debug lines (semantics R4.10).
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        debug: bool,
        /// The called files as they were resolved for it; those of the first attempt when absent (semantics 4).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        referenced: Option<Vec<ReferencedWorkflow>>,
        /// When.
        at: Timestamp,
    },
    /// A job that is not run again comes into the attempt as it ended in an earlier one (semantics R4.4).
    JobCarried {
        /// Its new id.
        job: JobId,
        /// The job that ran: of the attempt in which it did.
        from: JobId,
        /// Which node of the graph it is.
        #[serde(rename = "name")]
        node: NodePath,
        /// Which leg, if the node has a matrix.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        leg: Option<Leg>,
        /// The evaluated name that people see.
        display_name: String,
        /// The evaluated `runs-on`.
        labels: Vec<String>,
        /// Its failure counts as a success for others (semantics R1.20).
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        continue_on_error: bool,
        /// Its `timeout-minutes` (semantics R2.75).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        timeout_minutes: Option<u32>,
        /// How it ended.
        conclusion: Conclusion,
        /// When it was started, or when it ended if it never was.
        started_at: Timestamp,
        /// When it ended.
        completed_at: Timestamp,
        /// Who ran it, if anybody did.
        ran: Option<Ran>,
        /// Why it ended, where the conclusion alone does not say.
        reason: Option<EndReason>,
        /// When it was carried.
        at: Timestamp,
    },
    /// The logs of all attempts so far were deleted (semantics R8.10).
    LogsDeleted {
        /// Who; nobody when they were kept for long enough (semantics R8.11).
        by: Option<UserId>,
        /// When.
        at: Timestamp,
    },
    /// The run was deleted with all that belongs to it: nobody sees it any more (semantics R4.14).
    RunDeleted {
        /// Who; nobody when it was kept for long enough (semantics R8.11).
        by: Option<UserId>,
        /// When.
        at: Timestamp,
    },
}

/// Why a job ended other than by its own steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// Its runner's lease ran out (semantics 1.2).
    RunnerLost,
    /// It was told to stop and did not within the grace (semantics R3.3).
    CancelGraceOver,
    /// Another leg of its matrix failed (semantics R2.45).
    FailFast,
    /// The run was force-cancelled (semantics R3.4).
    ForceCancelled,
    /// The run was ended before the job was looked at.
    NotReached,
    /// A newer member of its concurrency group took its place in the line (semantics R2.52, R2.59).
    Superseded {
        /// The group.
        group: GroupName,
        /// The newer member.
        by: Member,
    },
    /// A newer member of its concurrency group says `cancel-in-progress` (semantics R2.54, R2.59).
    CancelInProgress {
        /// The group.
        group: GroupName,
        /// The newer member.
        by: Member,
    },
    /// No runner took it for so long (semantics 9).
    QueueExpired {
        /// The limit.
        seconds: u64,
    },
    /// It ran longer than it may, and for the time to stop beyond (semantics R2.75, 9).
    TimedOut {
        /// The limit, without the time to stop.
        seconds: u64,
    },
    /// The attempt took so long, waits included (semantics 9).
    RunExpired {
        /// The limit.
        seconds: u64,
    },
    /// As many wait in its concurrency group already as may (semantics R2.53).
    GroupFull {
        /// The group.
        group: GroupName,
    },
    /// Something of its definition could not be evaluated (semantics 1.2, R6.93).
    NotEvaluated {
        /// What is wrong, with the key of the file.
        problem: String,
    },
}

impl EndReason {
    /// The sentence for people.
    pub fn sentence(&self) -> Cow<'_, str> {
        match self {
            Self::RunnerLost => {
                "runner lost: it was not heard of for the length of its lease".into()
            }
            Self::CancelGraceOver => {
                "the job did not stop within the grace of its cancellation".into()
            }
            Self::FailFast => {
                "another job of the matrix failed, and its strategy says fail-fast".into()
            }
            Self::ForceCancelled => "the run was force-cancelled".into(),
            Self::NotReached => {
                "the run was ended before the needs of the job were complete".into()
            }
            Self::Superseded { group, by } => {
                format!("{by} came later and waits in its place for the concurrency group {group}")
                    .into()
            }
            Self::CancelInProgress { group, by } => {
                format!("{by} of the concurrency group {group} says cancel-in-progress").into()
            }
            Self::QueueExpired { seconds } => {
                format!("no runner took the job within {}", length(*seconds)).into()
            }
            Self::TimedOut { seconds } => format!(
                "the job ran longer than {} and did not stop",
                length(*seconds)
            )
            .into(),
            Self::RunExpired { seconds } => {
                format!("the run did not end within {}", length(*seconds)).into()
            }
            Self::GroupFull { group } => {
                format!("{PENDING_MAX} wait for the concurrency group {group} already").into()
            }
            Self::NotEvaluated { problem } => problem.as_str().into(),
        }
    }
}

/// A time for people, in the largest unit that it is whole in.
fn length(seconds: u64) -> String {
    let units = [(24 * 60 * 60, "day"), (60 * 60, "hour"), (60, "minute")];
    let whole = |(size, _): &&(u64, &str)| seconds > 0 && seconds.is_multiple_of(*size);
    let (size, unit) = units.iter().find(whole).unwrap_or(&(1, "second"));
    let count = seconds / size;
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// One job of the graph, before it is planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GraphNode {
    /// Its place in the graph.
    #[serde(rename = "name")]
    pub node: NodePath,
    /// Direct needs.
    pub needs: Vec<NodePath>,
}

impl Event {
    /// When it happened.
    pub fn at(&self) -> Timestamp {
        match self {
            Self::RunRequested { run } => run.created_at,
            Self::StartupFailed { at, .. }
            | Self::RunPending { at, .. }
            | Self::AttemptPlanned { at, .. }
            | Self::JobPlanned { at, .. }
            | Self::WorkflowCalled { at, .. }
            | Self::CallPending { at, .. }
            | Self::RunEntered { at }
            | Self::CallEntered { at, .. }
            | Self::JobPending { at, .. }
            | Self::JobQueued { at, .. }
            | Self::JobStarted { at, .. }
            | Self::JobCancelRequested { at, .. }
            | Self::JobCompleted { at, .. }
            | Self::RunCancelRequested { at, .. }
            | Self::RunForceCancelRequested { at, .. }
            | Self::RunCompleted { at, .. }
            | Self::AttemptRequested { at, .. }
            | Self::JobCarried { at, .. }
            | Self::LogsDeleted { at, .. }
            | Self::RunDeleted { at, .. } => *at,
        }
    }

    /// The job that it adds to the attempt, whole. Of every other that [`Event::job`] names, it changes the state alone.
    pub fn added_job(&self) -> Option<JobId> {
        match self {
            Self::JobPlanned { job, .. } | Self::JobCarried { job, .. } => Some(*job),
            Self::RunRequested { .. }
            | Self::StartupFailed { .. }
            | Self::RunPending { .. }
            | Self::AttemptPlanned { .. }
            | Self::WorkflowCalled { .. }
            | Self::CallPending { .. }
            | Self::RunEntered { .. }
            | Self::CallEntered { .. }
            | Self::JobPending { .. }
            | Self::JobQueued { .. }
            | Self::JobStarted { .. }
            | Self::JobCancelRequested { .. }
            | Self::JobCompleted { .. }
            | Self::RunCancelRequested { .. }
            | Self::RunForceCancelRequested { .. }
            | Self::RunCompleted { .. }
            | Self::AttemptRequested { .. }
            | Self::LogsDeleted { .. }
            | Self::RunDeleted { .. } => None,
        }
    }

    /// The planned job that it changes, if it changes one.
    pub fn job(&self) -> Option<JobId> {
        match self {
            Self::JobPlanned { job, .. }
            | Self::JobPending { job, .. }
            | Self::JobQueued { job, .. }
            | Self::JobStarted { job, .. }
            | Self::JobCancelRequested { job, .. }
            | Self::JobCompleted { job, .. }
            | Self::JobCarried { job, .. } => Some(*job),
            Self::RunRequested { .. }
            | Self::StartupFailed { .. }
            | Self::RunPending { .. }
            | Self::AttemptPlanned { .. }
            | Self::WorkflowCalled { .. }
            | Self::CallPending { .. }
            | Self::RunEntered { .. }
            | Self::CallEntered { .. }
            | Self::RunCancelRequested { .. }
            | Self::RunForceCancelRequested { .. }
            | Self::RunCompleted { .. }
            | Self::AttemptRequested { .. }
            | Self::LogsDeleted { .. }
            | Self::RunDeleted { .. } => None,
        }
    }
}
