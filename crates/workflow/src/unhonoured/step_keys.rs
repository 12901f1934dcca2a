//! The keys that a step uses; it must not know which are honoured.

use super::keys::Found;
use crate::model::{Step, StepAction};

/// Adds the keys of `step`.
pub(super) fn of(step: &Step, found: &mut Found) {
    if let Some(background) = &step.background {
        found.key(background.position, "jobs.*.steps.*.background");
    }
    let at = step.action.position;
    match &step.action.value {
        StepAction::Run { .. } | StepAction::Uses { .. } => {}
        StepAction::Wait(_) => found.key(at, "jobs.*.steps.*.wait"),
        StepAction::WaitAll => found.key(at, "jobs.*.steps.*.wait-all"),
        StepAction::Cancel(_) => found.key(at, "jobs.*.steps.*.cancel"),
        StepAction::Parallel(_) => found.key(at, "jobs.*.steps.*.parallel"),
    }
}
