//! A job as it is handed to a runner.

use super::{ComputedMessage, ContextsMessage, DefaultsMessage, FieldMessage, VariablesMessage};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
