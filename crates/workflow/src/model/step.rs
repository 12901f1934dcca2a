//! One step of a job as its file declares it; it must not run anything.

use super::{Env, Shell};
use serde::{Deserialize, Serialize};

/// One entry of `steps`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// `id`, as written; unique in its job whatever the case (semantics R2.3).
    pub id: Option<String>,
    /// `name`; an empty one counts as absent.
    pub name: Option<String>,
    /// The step's own variables, in file order.
    pub env: Env,
    /// What it does.
    pub action: StepAction,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepAction {
    /// `run`: a script.
    Run {
        /// The text of the script, at most [`crate::limits::MAX_RUN_CHARACTERS`] characters.
        script: String,
        /// `shell`; without one the runner chooses.
        shell: Option<Shell>,
        /// `working-directory`; without one the job's workspace.
        working_directory: Option<String>,
    },
    /// `uses: actions/checkout`, with what stands behind the `@`.
    Checkout {
        /// The version asked for; every version does the same here.
        reference: Option<String>,
    },
}

impl Step {
    /// The name to show: `name`, or `Run ` and the first line of the script or the action, as
    /// GitHub's runner writes it.
    pub fn display_name(&self) -> String {
        if let Some(name) = &self.name {
            return name.clone();
        }
        match &self.action {
            StepAction::Run { script, .. } => {
                let first = script.trim_start().lines().next().unwrap_or_default();
                format!("Run {first}")
            }
            StepAction::Checkout { reference: None } => "Run actions/checkout".to_owned(),
            StepAction::Checkout {
                reference: Some(reference),
            } => {
                format!("Run actions/checkout@{reference}")
            }
        }
    }
}
