//! The ids that steps without one get (semantics R2.4); it must not check written ids.

use crate::model::{StepAction, StepUses};
use std::collections::{HashMap, HashSet};

/// A generated id has at most this many characters, one more than a written one.
const LENGTH_MAX: usize = 100;

/// The ids of one job so far, without regard to case.
#[derive(Debug, Default)]
pub(super) struct Keys {
    taken: HashSet<String>,
    /// The number to try next for each base, in lower case: those below are taken, and many steps do the same.
    next: HashMap<String, u32>,
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
        let same = base.to_lowercase();
        let mut attempt = self.next.get(&same).copied().unwrap_or(1);
        let mut key = numbered(&base, attempt);
        while !self.take(&key) {
            attempt += 1;
            key = numbered(&base, attempt);
        }
        self.next.insert(same, attempt + 1);
        key
    }
}

/// The base alone at first, then with `_2` and so on.
fn numbered(base: &str, attempt: u32) -> String {
    if attempt == 1 {
        return base.to_owned();
    }
    let suffix = format!("_{attempt}");
    let kept: String = base.chars().take(LENGTH_MAX - suffix.len()).collect();
    kept + &suffix
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
