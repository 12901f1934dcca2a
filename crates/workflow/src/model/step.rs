//! One step of a job as its file declares it; it must not run anything.

use super::{Condition, Field, Located, StepUses, Templated, Variables};
use serde::Serialize;

/// One entry of `steps`.
#[derive(Debug, Clone, PartialEq, Serialize)]
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
#[derive(Debug, Clone, PartialEq, Serialize)]
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
    /// The name to show before any expression is computed: `name` if it is plain text, else
    /// `Run ` and the first line of the script or the action, as GitHub's runner writes it.
    pub fn display_name(&self) -> String {
        if let Some(name) = self.name.as_ref().and_then(|name| name.literal()) {
            return name.clone();
        }
        match &self.action.value {
            StepAction::Run { script, .. } => {
                let text = match &script.value {
                    Templated::Literal(text) => text.as_str(),
                    Templated::Computed(computed) => &computed.text,
                };
                format!(
                    "Run {}",
                    text.trim_start().lines().next().unwrap_or_default()
                )
            }
            StepAction::Uses { text, .. } => format!("Run {}", text.value),
            StepAction::Wait(_) => "Wait".to_owned(),
            StepAction::WaitAll => "Wait for all".to_owned(),
            StepAction::Cancel(_) => "Cancel".to_owned(),
            StepAction::Parallel(_) => "Parallel".to_owned(),
        }
    }
}
