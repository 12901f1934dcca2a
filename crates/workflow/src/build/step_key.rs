//! The ids that steps without one get (semantics R2.4); it must not check written ids.

use crate::model::{StepAction, StepUses};
use std::collections::HashSet;

/// A generated id has at most this many characters, one more than a written one.
const LENGTH_MAX: usize = 100;

/// The ids of one job so far, without regard to case.
#[derive(Debug, Default)]
pub(super) struct Keys {
    taken: HashSet<String>,
}

impl Keys {
    /// Takes `id`; says whether nobody had it.
    pub(super) fn take(&mut self, id: &str) -> bool {
        self.taken.insert(id.to_lowercase())
    }

    /// An id that nobody has, made from what the step does.
    pub(super) fn generate(&mut self, action: &StepAction) -> String {
        let base = format!("__{}", legal(&base(action)));
        let base: String = base.chars().take(LENGTH_MAX).collect();
        let mut key = base.clone();
        let mut attempt = 2;
        while !self.take(&key) {
            let suffix = format!("_{attempt}");
            let kept: String = base.chars().take(LENGTH_MAX - suffix.len()).collect();
            key = kept + &suffix;
            attempt += 1;
        }
        key
    }
}

fn base(action: &StepAction) -> String {
    match action {
        StepAction::Run { .. } => "run".to_owned(),
        StepAction::Uses { action, .. } => match action {
            StepUses::Docker { image } => image.clone(),
            StepUses::Local { .. } => "self".to_owned(),
            StepUses::Repository { owner, name, .. } => format!("{owner}_{name}"),
        },
        StepAction::Wait(_) => "wait".to_owned(),
        StepAction::WaitAll => "wait-all".to_owned(),
        StepAction::Cancel(_) => "cancel".to_owned(),
        StepAction::Parallel(_) => "parallel".to_owned(),
    }
}

fn legal(text: &str) -> String {
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    text.chars()
        .map(|c| if legal(c) { c } else { '_' })
        .collect()
}
