//! One step of a job as its file declares it; it must not run anything.

use super::{Condition, Field, Located, StepUses, Variables};
use serde::{Deserialize, Serialize};

/// One entry of `steps` of a job or of a composite action. Written as JSON and read back it is the
/// same, so that a runner evaluates both alike.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// `id`, as written; unique in its job whatever the case (semantics R2.3).
    pub id: Option<Located<String>>,
    /// `id`, or the one that is generated without (semantics R2.4).
    pub key: String,
    /// `name`; an empty one counts as absent.
    pub name: Option<Field<String>>,
    /// `if`, wrapped by semantics R2.10; `success()` when the file has none.
    pub condition: Condition,
    /// `env`.
    pub env: Option<Variables>,
    /// `continue-on-error`.
    pub continue_on_error: Option<Field<bool>>,
    /// `timeout-minutes` (semantics R2.76).
    pub timeout_minutes: Option<Field<f64>>,
    /// `background` (semantics R7.64).
    pub background: Option<Located<bool>>,
    /// What it does, with the place of the key that says so.
    pub action: Located<StepAction>,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepAction {
    /// `run`: a script.
    Run {
        /// The text of the script, at most [`crate::limits::MAX_RUN_CHARACTERS`] characters.
        script: Field<String>,
        /// `shell`; without one `defaults` and then the runner choose.
        shell: Option<Field<String>>,
        /// `working-directory`; without one `defaults`, and then the job's workspace.
        working_directory: Option<Field<String>>,
    },
    /// `uses`: an action.
    Uses {
        /// The text of `uses`.
        text: Located<String>,
        /// What it names.
        action: StepUses,
        /// `with`.
        with: Option<Variables>,
    },
    /// `wait`: the background steps to wait for.
    Wait(Vec<Located<String>>),
    /// `wait-all`.
    WaitAll,
    /// `cancel`: a background step.
    Cancel(Located<String>),
    /// `parallel`: steps beside each other.
    Parallel(Vec<Step>),
}

impl Step {
    /// The name to show before any expression is computed: `name` as written, else `Run ` and the
    /// first line of the script or the action, as GitHub's runner writes it.
    pub fn display_name(&self) -> String {
        if let Some(name) = &self.name {
            return name.as_written().to_owned();
        }
        match &self.action.value {
            StepAction::Run { script, .. } => run_name(script.as_written()),
            StepAction::Uses { text, .. } => run_name(text),
            StepAction::Wait(_) => "Wait".to_owned(),
            StepAction::WaitAll => "Wait for all".to_owned(),
            StepAction::Cancel(_) => "Cancel".to_owned(),
            StepAction::Parallel(_) => "Parallel".to_owned(),
        }
    }
}

/// The name of a step that has none and does `what`.
pub(super) fn run_name(what: &str) -> String {
    let line = what.trim_start().lines().next().unwrap_or_default();
    format!("Run {line}")
}
