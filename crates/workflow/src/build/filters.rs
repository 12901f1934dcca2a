//! Checks what the filters of an event say: patterns, cron texts, time zones (semantics 6.2, R6.34);
//! it must not match events.

use crate::cron::Schedule as Ticks;
use crate::diagnostic::Diagnostics;
use crate::model::{Located, Schedule, Trigger};
use crate::pattern::{IgnoreList, InvalidPattern, PatternList};

/// Reports every pattern and every entry of `schedule` that is not valid.
pub(super) fn check(trigger: &Trigger, diagnostics: &mut Diagnostics) {
    let included = [&trigger.branches, &trigger.tags, &trigger.paths];
    for pattern in included.into_iter().flatten().flatten() {
        report(
            pattern,
            PatternList::compile(&[&pattern.value]).err(),
            diagnostics,
        );
    }
    let ignored = [
        &trigger.branches_ignore,
        &trigger.tags_ignore,
        &trigger.paths_ignore,
    ];
    for pattern in ignored.into_iter().flatten().flatten() {
        report(
            pattern,
            IgnoreList::compile(&[&pattern.value]).err(),
            diagnostics,
        );
    }
    for entry in &trigger.schedule {
        check_schedule(entry, diagnostics);
    }
}

fn report(pattern: &Located<String>, error: Option<InvalidPattern>, diagnostics: &mut Diagnostics) {
    if let Some(error) = error {
        diagnostics.report(pattern.position, sentence(&error.to_string()));
    }
}

fn check_schedule(entry: &Schedule, diagnostics: &mut Diagnostics) {
    if let Err(error) = Ticks::new(&entry.cron, None) {
        diagnostics.report(entry.cron.position, sentence(&error.to_string()));
    }
    let Some(timezone) = &entry.timezone else {
        return;
    };
    if let Err(error) = crate::cron::check_timezone(timezone) {
        diagnostics.report(timezone.position, sentence(&error.to_string()));
    }
}

/// Diagnostics are sentences; errors of this crate are fragments.
fn sentence(fragment: &str) -> String {
    let mut characters = fragment.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}
