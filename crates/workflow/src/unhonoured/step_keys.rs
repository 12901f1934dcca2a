//! The keys that a step uses; it must not know which are honoured.

use super::keys::Found;
use crate::model::{Step, StepAction, StepUses};

/// The shells that the runner starts.
const SHELLS: &[&str] = &["bash", "sh", "python"];

/// Adds the keys of `step`.
pub(super) fn of(step: &Step, found: &mut Found) {
    found.expression(step.name.as_ref(), "jobs.*.steps.*.name");
    if let Some(position) = step.condition.position {
        found.key(position, "jobs.*.steps.*.if");
    }
    found.variables(step.env.as_ref(), "jobs.*.steps.*.env");
    let continue_on_error = step.continue_on_error.as_ref();
    found.field(continue_on_error, "jobs.*.steps.*.continue-on-error");
    let timeout = step.timeout_minutes.as_ref();
    found.field(timeout, "jobs.*.steps.*.timeout-minutes");
    if let Some(background) = &step.background {
        found.key(background.position, "jobs.*.steps.*.background");
    }
    action(step, found);
}

fn action(step: &Step, found: &mut Found) {
    let at = step.action.position;
    match &step.action.value {
        StepAction::Run {
            script,
            shell,
            working_directory,
        } => {
            found.expression(Some(script), "jobs.*.steps.*.run");
            let folder = working_directory.as_ref();
            found.expression(folder, "jobs.*.steps.*.working-directory");
            found.expression(shell.as_ref(), "jobs.*.steps.*.shell");
            let named = shell.as_ref().and_then(|shell| shell.literal());
            if let (Some(shell), Some(name)) = (shell, named)
                && !SHELLS.contains(&name.as_str())
            {
                let key = "jobs.*.steps.*.shell other than bash, sh and python";
                found.key(shell.position, key);
            }
        }
        StepAction::Uses { text, action, with } => {
            if !is_checkout(action) {
                let key = "jobs.*.steps.*.uses other than actions/checkout";
                found.key(text.position, key);
            }
            found.field(with.as_ref(), "jobs.*.steps.*.with");
        }
        StepAction::Wait(_) => found.key(at, "jobs.*.steps.*.wait"),
        StepAction::WaitAll => found.key(at, "jobs.*.steps.*.wait-all"),
        StepAction::Cancel(_) => found.key(at, "jobs.*.steps.*.cancel"),
        StepAction::Parallel(_) => found.key(at, "jobs.*.steps.*.parallel"),
    }
}

/// Owners and repositories are compared ignoring case, as everywhere on GitHub.
fn is_checkout(action: &StepUses) -> bool {
    match action {
        StepUses::Repository {
            owner,
            name,
            path: None,
            ..
        } => owner.eq_ignore_ascii_case("actions") && name.eq_ignore_ascii_case("checkout"),
        StepUses::Repository { .. } | StepUses::Docker { .. } | StepUses::Local { .. } => false,
    }
}
