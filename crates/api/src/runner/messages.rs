//! Bodies of the native runner protocol (`/api/v1/runners`, `/api/v1/executions`, cancel-check). Shapes only, no rules.
//!
//! Times are milliseconds since the Unix epoch, UTC. Members that a peer does not know are ignored, so that
//! a server and a runner of neighbouring versions understand each other.

mod fields;
mod job;
mod reports;

pub use fields::{
    ComputedMessage, ContextsMessage, DefaultsMessage, FieldMessage, VariablesMessage,
};
pub use job::{JobMessage, RepositoryMessage, StepActionMessage, StepMessage};
pub use reports::{
    ANNOTATION_CHARACTERS, ANNOTATIONS_PER_JOB, ANNOTATIONS_PER_LEVEL, AnnotationLevel,
    AnnotationMessage, CancelCheck, CancelOrder, FINISH_REQUEST_BYTES, FinishExecution, JobResult,
    LOG_REQUEST_BYTES, LOG_ROW_BYTES, LogAck, LogRow, OUTPUT_UNITS_PER_JOB, ReleaseExecution,
    ReleaseReason, SUMMARIES_PER_JOB, SUMMARY_BYTES, StartExecution, Started, StepConclusion,
    StepReport, StepStatus, SyncExecution, Synced,
};

use serde::{Deserialize, Serialize};

/// Longest time that `claim` and `cancel-check` may be asked to wait, in seconds.
pub const WAIT_SECONDS_MAX: u64 = 50;

/// Body of `POST /api/v1/runners/register`, with a registration token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct RegisterRunner {
    /// Unique name of the runner on this server.
    pub name: String,
    /// Labels that `runs-on` is matched against, ignoring case (semantics R2.77).
    pub labels: Vec<String>,
    /// The runner group that it is in, one for each runner; `Default` when absent (semantics R2.77).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Version of the runner's program.
    pub version: String,
    /// `Linux`, `macOS` or `Windows`.
    pub os: String,
    /// `X64`, `ARM64`, ...
    pub arch: String,
    /// How many jobs it runs at once.
    pub capacity: u32,
    /// Takes the place of a runner of the same name instead of a 409.
    #[serde(default)]
    pub replace: bool,
}

/// Answer to [`RegisterRunner`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct Registered {
    /// Id of the runner.
    pub runner_id: i64,
    /// The runner's own credential, shown this once.
    pub token: String,
    /// How often to do what.
    pub intervals: Intervals,
}

/// Body of `PUT /api/v1/runners/self`: what the runner is now. Sent at every start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct DeclareRunner {
    /// Replaces the labels of the registration.
    pub labels: Vec<String>,
    /// Version of the runner's program.
    pub version: String,
    /// How many jobs it runs at once.
    pub capacity: u32,
    /// Whether it takes new jobs.
    pub state: RunnerState,
}

/// Whether a runner takes new jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RunnerState {
    /// Takes jobs.
    Ready,
    /// Finishes what it has and takes nothing new.
    Draining,
}

/// Answer to [`DeclareRunner`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct Declared {
    /// Id of the runner.
    pub runner_id: i64,
    /// How often to do what.
    pub intervals: Intervals,
}

/// The server's wishes, so that no runner hard-codes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct Intervals {
    /// How long one `claim` may wait, in seconds.
    pub claim_wait_seconds: u64,
    /// Longest time between two `sync` calls, in milliseconds.
    pub sync_milliseconds: u64,
    /// How long a silent runner keeps its job, in seconds.
    pub lease_seconds: u64,
    /// How long a cancelled job may go on before the server ends it, in seconds (semantics R3.3).
    pub cancel_grace_seconds: u64,
}

/// Body of `POST /api/v1/runners/claim`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct Claim {
    /// Chosen by the runner; the same key again gets the same executions with fresh tokens.
    pub request_key: String,
    /// How many jobs it would take now, at least 1.
    pub free_slots: u32,
    /// How long the server may hold the call open, at most [`WAIT_SECONDS_MAX`].
    pub wait_s: u64,
}

/// Answer to [`Claim`] with status 200; 204 without a body when nothing was there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct Claimed {
    /// At least one.
    pub executions: Vec<Offer>,
}

/// One job, offered until a moment; `start` takes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct Offer {
    /// Names the execution in every later call.
    pub execution_id: i64,
    /// The job token: credential of every later call about this execution.
    pub token: String,
    /// After this the job goes back to the queue.
    pub offer_until_ms: i64,
    /// What to do.
    pub job: JobMessage,
}
