//! What happened to a run: the one vocabulary that is stored, replayed and consumed. Facts only, no decisions.

use crate::{
    Conclusion, ExecutionId, JobId, Timestamp, UserId,
    run::{Call, Leg, NodePath, RunIdentity},
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
    /// The attempt has this graph; no job of it has an id yet.
    AttemptPlanned {
        /// The jobs in the order of the file.
        jobs: Vec<GraphNode>,
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
        /// Its failure counts as a success for others (semantics R1.20).
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        continue_on_error: bool,
        /// Its `timeout-minutes` (semantics R2.75).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        timeout_minutes: Option<u32>,
        /// Its `cancel-timeout-minutes` (semantics R2.75).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cancel_timeout_minutes: Option<u32>,
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
    /// Somebody cancelled the run (semantics R3.1).
    RunCancelRequested {
        /// Who.
        by: UserId,
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
            Self::NotEvaluated { problem } => problem.as_str().into(),
        }
    }
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
            | Self::AttemptPlanned { at, .. }
            | Self::JobPlanned { at, .. }
            | Self::WorkflowCalled { at, .. }
            | Self::JobQueued { at, .. }
            | Self::JobStarted { at, .. }
            | Self::JobCancelRequested { at, .. }
            | Self::JobCompleted { at, .. }
            | Self::RunCancelRequested { at, .. }
            | Self::RunCompleted { at, .. }
            | Self::AttemptRequested { at, .. } => *at,
        }
    }

    /// The planned job that it changes, if it changes one.
    pub fn job(&self) -> Option<JobId> {
        match self {
            Self::JobPlanned { job, .. }
            | Self::JobQueued { job, .. }
            | Self::JobStarted { job, .. }
            | Self::JobCancelRequested { job, .. }
            | Self::JobCompleted { job, .. } => Some(*job),
            Self::RunRequested { .. }
            | Self::StartupFailed { .. }
            | Self::AttemptPlanned { .. }
            | Self::WorkflowCalled { .. }
            | Self::RunCancelRequested { .. }
            | Self::RunCompleted { .. }
            | Self::AttemptRequested { .. } => None,
        }
    }
}
