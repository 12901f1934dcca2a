//! What a called workflow may ask for (semantics R2.66); it must not grant anything.

use crate::model::{Job, Level, Permissions, SCOPES, Workflow};
use crate::reader::quoted;

/// Which scopes of `requested` go beyond `allowed`, as "scope: level" with both levels.
fn beyond(requested: &Permissions, allowed: &Permissions) -> Vec<(&'static str, Level, Level)> {
    SCOPES
        .iter()
        .map(|scope| (*scope, requested.level(scope), allowed.level(scope)))
        .filter(|(_, requested, allowed)| requested > allowed)
        .collect()
}

/// Sentences for everything in `called` that goes beyond `allowed`.
pub(super) fn exceeded(called: &Workflow, path: &str, allowed: &Permissions) -> Vec<String> {
    let whole = called.permissions.as_ref().map(|requested| {
        let who = format!("The workflow {}", quoted(path));
        sentence(path, &who, requested, allowed)
    });
    let jobs = called.jobs.iter().map(|job| {
        let requested = job.permissions.as_ref()?;
        let who = format!("The nested job {}", quoted(&shown(job)));
        sentence(path, &who, requested, allowed)
    });
    whole.into_iter().chain(jobs).flatten().collect()
}

fn shown(job: &Job) -> String {
    job.display_name()
}

fn sentence(
    path: &str,
    who: &str,
    requested: &Permissions,
    allowed: &Permissions,
) -> Option<String> {
    let beyond = beyond(requested, allowed);
    if beyond.is_empty() {
        return None;
    }
    let list = |level: fn(&(&str, Level, Level)) -> Level| {
        let scopes = beyond.iter();
        let scopes = scopes.map(|found| format!("{}: {}", found.0, level(found)));
        scopes.collect::<Vec<_>>().join(", ")
    };
    Some(format!(
        "Error calling workflow {}. {who} is requesting '{}', but is only allowed '{}'.",
        quoted(path),
        list(|found| found.1),
        list(|found| found.2)
    ))
}
