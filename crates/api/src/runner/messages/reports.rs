//! What a runner reports of a job, and what it is answered.

use serde::{Deserialize, Serialize};

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
