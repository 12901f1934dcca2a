//! Bodies of the native runner protocol (`/api/v1/runners`, `/api/v1/executions`, cancel-check). Shapes only, no rules.
//!
//! Times are milliseconds since the Unix epoch, UTC. Members that a peer does not know are ignored, so that
//! a server and a runner of neighbouring versions understand each other.

mod fields;

pub use fields::{
    ComputedMessage, ContextsMessage, DefaultsMessage, FieldMessage, VariablesMessage,
};

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Annotations of one level that a step keeps at most (semantics R8.4).
pub const ANNOTATIONS_PER_LEVEL: usize = 10;
/// Annotations that a job keeps at most (semantics R8.4).
pub const ANNOTATIONS_PER_JOB: u32 = 50;
/// Characters of an annotation's message and title at most (semantics R8.4).
pub const ANNOTATION_CHARACTERS: usize = 4_096;
/// Largest summary of one step, in bytes (semantics R8.8).
pub const SUMMARY_BYTES: usize = 1024 * 1024;
/// Summaries that a job keeps at most (semantics R8.8).
pub const SUMMARIES_PER_JOB: usize = 20;
/// UTF-16 units of all outputs of a job at most: 1 MiB of them (semantics R2.21).
pub const OUTPUT_UNITS_PER_JOB: usize = 512 * 1024;
/// Largest body of a `finish` call: outputs of the largest size, written as JSON, and all else.
pub const FINISH_REQUEST_BYTES: usize = 8 * 1024 * 1024;

/// Longest row of a log, in bytes of UTF-8; the runner cuts longer ones and says so in the row.
pub const LOG_ROW_BYTES: usize = 64 * 1024;
/// Largest body of one log call, unpacked (semantics R8.12).
pub const LOG_REQUEST_BYTES: usize = 512 * 1024;
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

/// Everything that a runner needs to know to run a job. Secret-bearing members never reach a log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct JobMessage {
    /// The job's id (also its check run's).
    pub job_id: i64,
    /// The key in the workflow file: `build`; becomes `GITHUB_JOB`.
    pub job_key: String,
    /// Name that people see.
    pub name: String,
    /// Id of the run.
    pub run_id: i64,
    /// Counts per workflow.
    pub run_number: i64,
    /// 1, 2, ...
    pub run_attempt: i64,
    /// The workflow's name.
    pub workflow: String,
    /// `owner/repo/.github/workflows/ci.yml@refs/heads/main`.
    pub workflow_ref: String,
    /// Where the code is.
    pub repository: RepositoryMessage,
    /// `push`, `workflow_dispatch`, ...
    pub event_name: String,
    /// The event's payload, written to the file that `GITHUB_EVENT_PATH` names.
    pub event: serde_json::Value,
    /// Commit that runs.
    pub sha: String,
    /// Full ref: `refs/heads/main`.
    pub git_ref: String,
    /// Who caused the run.
    pub actor: String,
    /// Id of who caused the run.
    pub actor_id: i64,
    /// Who caused this attempt.
    pub triggering_actor: String,
    /// `http(s)://host`: becomes `GITHUB_SERVER_URL`.
    pub server_url: String,
    /// `http(s)://host/api/v3`.
    pub api_url: String,
    /// `http(s)://host/api/graphql`.
    pub graphql_url: String,
    /// The per-job `GITHUB_TOKEN`: reads this repository and its API while the job runs.
    pub github_token: String,
    /// The workflow's `env`, computed before the job's (semantics R2.83).
    #[serde(default)]
    pub workflow_env: VariablesMessage,
    /// The job's `env`.
    pub env: VariablesMessage,
    /// `defaults.run`, the job's over the workflow's, each key on its own (semantics R2.82).
    #[serde(default)]
    pub defaults: DefaultsMessage,
    /// The steps, in order.
    pub steps: Vec<StepMessage>,
    /// The job's `outputs`, computed at its end (semantics R2.20).
    #[serde(default)]
    pub outputs: VariablesMessage,
    /// The file that the job is written in, as errors name it.
    #[serde(default)]
    pub workflow_file: String,
    /// What expressions see that the runner does not know by itself.
    #[serde(default)]
    pub contexts: ContextsMessage,
    /// What `secrets` holds. None of its values may show in a log.
    #[serde(default)]
    pub secrets: BTreeMap<String, String>,
    /// Further values that no log may show.
    pub masks: Vec<String>,
    /// Sentences that the log of "Set up job" ends with.
    #[serde(default)]
    pub notices: Vec<String>,
    /// The job is cancelled after this many minutes (semantics R2.75).
    pub timeout_minutes: u32,
    /// How long a cancelled job may go on, in minutes (semantics R2.75, R3.3); the server's
    /// `cancel_grace_seconds` without.
    #[serde(default)]
    pub cancel_timeout_minutes: Option<u32>,
    /// Lines for those who look for a fault are shown too (semantics R4.10).
    #[serde(default)]
    pub debug: bool,
}

/// The repository of a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct RepositoryMessage {
    /// Id of the repository.
    pub id: i64,
    /// `owner/name`.
    pub full_name: String,
    /// `owner`.
    pub owner: String,
    /// Id of the owner.
    pub owner_id: i64,
    /// Where `git fetch` finds it: smart HTTP on the server, basic authentication with user `x-access-token`
    /// and the `GITHUB_TOKEN` as password.
    pub clone_url: String,
    /// Not readable without a credential.
    pub private: bool,
}

/// One step of a job, as its file has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct StepMessage {
    /// Its number in the API and in logs; "Set up job" is 1, the first step of the file is 2.
    pub number: u32,
    /// The `id` of the file.
    pub id: Option<String>,
    /// The `id`, or the one that is generated without (semantics R2.4).
    #[serde(default)]
    pub key: String,
    /// Name that people see until it is computed.
    pub name: String,
    /// `name` of the file; without one the name comes from what the step does.
    #[serde(default)]
    pub named: Option<FieldMessage<String>>,
    /// `if`, with its status function (semantics R2.10); `success()` without.
    #[serde(default, rename = "if")]
    pub condition: Option<ComputedMessage>,
    /// The step's own `env`.
    pub env: VariablesMessage,
    /// `continue-on-error`.
    #[serde(default)]
    pub continue_on_error: Option<FieldMessage<bool>>,
    /// `timeout-minutes` (semantics R2.76).
    #[serde(default)]
    pub timeout_minutes: Option<FieldMessage<f64>>,
    /// What it does.
    pub action: StepActionMessage,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StepActionMessage {
    /// Runs a script.
    Run {
        /// The text of `run`.
        script: FieldMessage<String>,
        /// `shell`; absent means that of `defaults`, else GitHub's default, `bash -e`, else `sh -e`.
        shell: Option<FieldMessage<String>>,
        /// Relative to the workspace, or absolute.
        working_directory: Option<FieldMessage<String>>,
    },
    /// Runs an action.
    Uses {
        /// The text of `uses`.
        uses: String,
        /// `with`.
        #[serde(default)]
        with: VariablesMessage,
    },
    /// The checkout of the run's commit, as servers before `uses` said it.
    Checkout,
}

/// Body of `PUT /api/v1/executions/{id}/start`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct StartExecution {
    /// The runner's clock; for information only.
    pub started_at_ms: i64,
}

/// Answer to [`StartExecution`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct Started {
    /// The execution is lost when no call arrives before this.
    pub lease_until_ms: i64,
}

/// Body of `POST /api/v1/executions/{id}/sync`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct SyncExecution {
    /// Grows with each call; one that is not newer than the stored one changes nothing.
    pub rev: u64,
    /// The steps that changed, whole.
    pub steps: Vec<StepReport>,
    /// New annotations; the same again changes nothing.
    #[serde(default)]
    pub annotations: Vec<AnnotationMessage>,
}

/// A remark of a step that people see beside the code (semantics R8.4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct AnnotationMessage {
    /// Counts within the job, from 1 to [`ANNOTATIONS_PER_JOB`].
    pub number: u32,
    /// Number of the step.
    pub step: u32,
    /// How bad it is.
    pub level: AnnotationLevel,
    /// Path in the repository; absent when it is about no file.
    #[serde(default)]
    pub path: Option<String>,
    /// First line, from 1.
    #[serde(default)]
    pub start_line: Option<u32>,
    /// Last line.
    #[serde(default)]
    pub end_line: Option<u32>,
    /// First column, from 1.
    #[serde(default)]
    pub start_column: Option<u32>,
    /// Last column.
    #[serde(default)]
    pub end_column: Option<u32>,
    /// What stands above the message.
    #[serde(default)]
    pub title: Option<String>,
    /// What it says, at most [`ANNOTATION_CHARACTERS`].
    pub message: String,
}

/// How bad an annotation is, in GitHub's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AnnotationLevel {
    /// Of `::notice::`.
    Notice,
    /// Of `::warning::`.
    Warning,
    /// Of `::error::`.
    Failure,
}

/// The state of one step, whole. `conclusion` is set exactly when `status` is `completed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct StepReport {
    /// 1 is "Set up job", the last "Complete job"; gaps are fine.
    pub number: u32,
    /// Name that people see.
    pub name: String,
    /// Where it stands.
    pub status: StepStatus,
    /// How it ended.
    pub conclusion: Option<StepConclusion>,
    /// When it began.
    pub started_at_ms: Option<i64>,
    /// When it ended.
    pub completed_at_ms: Option<i64>,
}

/// Where a step stands (semantics 1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StepStatus {
    /// Its turn has not come.
    Pending,
    /// It runs.
    InProgress,
    /// It ended, or was passed over.
    Completed,
}

/// How a step ended (semantics 1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StepConclusion {
    /// Exit code 0.
    Success,
    /// Any other end of its own.
    Failure,
    /// Ended because the job was cancelled.
    Cancelled,
    /// Its condition was false.
    Skipped,
}

/// Answer to [`SyncExecution`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct Synced {
    /// The execution is lost when no call arrives before this.
    pub lease_until_ms: i64,
    /// Whether to stop.
    pub cancel: CancelOrder,
    /// When to call again at the latest, in milliseconds; shorter while someone watches.
    pub next_sync_ms: u64,
}

/// Whether a job shall stop, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CancelOrder {
    /// Go on.
    None,
    /// Cancel: conditions are evaluated again, steps get their grace.
    Cancel,
    /// Stop at once.
    Force,
}

/// Answer to `PUT /api/v1/executions/{id}/log?offset=N[&seal=1]`, with 200 and with 416 (a gap).
///
/// The request body is NDJSON, one row `[step number, unix ms, text]` a line, plain or gzip (`Content-Encoding`).
/// `offset` counts uncompressed bytes of what the server stored of this execution before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct LogAck {
    /// Bytes stored: the next offset.
    pub ack: u64,
}

/// One row of a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct LogRow(
    /// Number of the step.
    pub u32,
    /// When it was written.
    pub i64,
    /// One line, without its end.
    pub String,
);

/// Answer to `POST /api/v1/jobs/{id}/cancel-check?wait_s=N`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct CancelCheck {
    /// The job was told to stop.
    pub cancelled: bool,
    /// It must stop at once.
    pub force: bool,
}

/// Body of `PUT /api/v1/executions/{id}/finish`. The same body again gets the same answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct FinishExecution {
    /// How the job ended.
    pub result: JobResult,
    /// All steps, whole.
    pub steps: Vec<StepReport>,
    /// Bytes of log that were sent; while the server has fewer it answers 202 with a [`LogAck`].
    pub log_bytes: u64,
    /// The runner's clock.
    pub stopped_at_ms: i64,
    /// The job's outputs that are not empty, computed (semantics R2.20).
    #[serde(default)]
    pub outputs: Vec<(String, String)>,
    /// All annotations.
    #[serde(default)]
    pub annotations: Vec<AnnotationMessage>,
}

/// How a job ended, as its runner saw it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum JobResult {
    /// No step failed.
    Success,
    /// A step failed.
    Failure,
    /// It was told to stop.
    Cancelled,
}

/// Body of `POST /api/v1/executions/{id}/release`: an offer given back before `start`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct ReleaseExecution {
    /// Why.
    pub reason: ReleaseReason,
}

/// Why a runner gives an offer back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReleaseReason {
    /// No room for its work folder.
    NoDisk,
    /// It takes nothing new.
    Draining,
    /// It lacks what the job needs.
    CannotRun,
}
