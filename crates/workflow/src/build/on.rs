//! Builds `on` (semantics R6.1); it must not match events.

use super::{filters, inputs, read};
use crate::diagnostic::Diagnostics;
use crate::model::{EventName, Located, Schedule, Tree, TreeValue, Trigger, Triggers};
use crate::reader::{Position, quoted};

/// The events that `on` names; `None` when it names none, or nothing that GitHub knows.
pub(super) fn build(tree: &Tree, diagnostics: &mut Diagnostics) -> Option<Triggers> {
    let declared: Vec<Trigger> = match &tree.value {
        TreeValue::Mapping(entries) => entries
            .iter()
            .filter_map(|(key, body)| with_body(key, body, diagnostics))
            .collect(),
        TreeValue::Scalar(_) | TreeValue::Computed(_) | TreeValue::Sequence(_) => read::texts(tree)
            .into_iter()
            .filter_map(|name| plain(&name, diagnostics))
            .collect(),
    };
    if declared.is_empty() && diagnostics.is_empty() {
        let message = "The workflow names no event; on is an event, a list of events or a mapping \
                       of events";
        diagnostics.report(tree.position, message);
    }
    (!declared.is_empty()).then(|| Triggers::new(declared))
}

/// An event that stands without anything below it.
fn plain(name: &Located<String>, diagnostics: &mut Diagnostics) -> Option<Trigger> {
    let event: EventName = name.parse().ok()?;
    check_alone(event, name.position, diagnostics);
    Some(Trigger::plain(event, name.position))
}

/// An event that says nothing without a mapping of its own (semantics R6.9).
fn check_alone(event: EventName, position: Position, diagnostics: &mut Diagnostics) {
    if event == EventName::WorkflowRun {
        let message = "Required property is missing: workflows; workflow_run is a mapping that names \
                       the workflows it follows";
        diagnostics.report(position, message);
    }
}

fn with_body(key: &Tree, body: &Tree, diagnostics: &mut Diagnostics) -> Option<Trigger> {
    let event: EventName = key.text()?.parse().ok()?;
    if body.is_null() {
        check_alone(event, key.position, diagnostics);
    }
    let list = |name: &str| body.get(name).map(read::texts);
    check_pairs(body, diagnostics);
    let trigger = Trigger {
        types: list("types"),
        branches: list("branches"),
        branches_ignore: list("branches-ignore"),
        tags: list("tags"),
        tags_ignore: list("tags-ignore"),
        paths: list("paths"),
        paths_ignore: list("paths-ignore"),
        workflows: list("workflows"),
        names: list("names"),
        versions: list("versions"),
        schedule: body.items().iter().filter_map(schedule).collect(),
        inputs: match event == EventName::WorkflowDispatch {
            true => inputs::dispatch(body, diagnostics),
            false => Vec::new(),
        },
        call: (event == EventName::WorkflowCall).then(|| inputs::call(body, diagnostics)),
        ..Trigger::plain(event, key.position)
    };
    filters::check(&trigger, diagnostics);
    Some(trigger)
}

fn schedule(tree: &Tree) -> Option<Schedule> {
    Some(Schedule {
        cron: located(tree, "cron")?,
        timezone: located(tree, "timezone"),
    })
}

fn located(tree: &Tree, name: &str) -> Option<Located<String>> {
    tree.get(name).and_then(read::located)
}

/// `X` and `X-ignore` together are an error (semantics R6.20).
fn check_pairs(body: &Tree, diagnostics: &mut Diagnostics) {
    for name in ["branches", "tags", "paths"] {
        let ignored = format!("{name}-ignore");
        if let (Some((one, _)), Some((other, _))) = (body.entry(name), body.entry(&ignored)) {
            let position: Position = one.position.max(other.position);
            let message = format!(
                "{} and {} cannot stand on the same event; use '!' patterns in the first",
                quoted(name),
                quoted(&ignored)
            );
            diagnostics.report(position, message);
        }
    }
}
