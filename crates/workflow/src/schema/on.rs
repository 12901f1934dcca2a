//! Reads `on` (semantics R6.1); it must not match events.

use super::keys::{EVENTS, Level, PUSH, Standing, WORKFLOW_DISPATCH};
use super::walker::Walker;
use crate::model::{EventName, Trigger, Triggers};
use crate::reader::{Entry, Node, Position, Scalar, Value};

const EXPECTED: &str = "on is an event, a list of events or a mapping of events";

/// The events that `on` names, those included that GitHub knows and this version does not honour;
/// `None` when it names none of either.
pub(super) fn read(walker: &mut Walker<'_>, node: &Node) -> Option<Triggers> {
    let declared = match &node.value {
        Value::Scalar(_) | Value::Sequence(_) => list(walker, node),
        Value::Mapping(_) => mapping(walker, node),
    };
    (!declared.is_empty()).then(|| Triggers::new(declared))
}

fn list(walker: &mut Walker<'_>, node: &Node) -> Vec<Trigger> {
    if let Value::Sequence(items) = &node.value
        && items.is_empty()
    {
        report_none(walker, node.position);
    }
    let names = walker.texts(node, EXPECTED);
    names
        .into_iter()
        .filter_map(|(name, position)| Some(trigger(walker, &name, position)?.0))
        .collect()
}

fn mapping(walker: &mut Walker<'_>, node: &Node) -> Vec<Trigger> {
    let entries = walker.entries(node, EXPECTED);
    if entries.is_empty() {
        report_none(walker, node.position);
    }
    entries
        .into_iter()
        .filter_map(|entry| with_body(walker, entry))
        .collect()
}

fn with_body(walker: &mut Walker<'_>, entry: &Entry) -> Option<Trigger> {
    let (trigger, event) = trigger(walker, &entry.key.text, entry.key.position)?;
    match event {
        Some(EventName::Push) => body(walker, &entry.value, &PUSH),
        Some(EventName::WorkflowDispatch) => body(walker, &entry.value, &WORKFLOW_DISPATCH),
        // Reported as a whole already.
        None => {}
    }
    Some(trigger)
}

/// An event's body is nothing or a mapping; this version honours none of its keys.
fn body(walker: &mut Walker<'_>, node: &Node, level: &Level) {
    if !matches!(node.value, Value::Scalar(Scalar::Null)) {
        walker.fields(node, level);
    }
}

/// The event `name` if GitHub knows it, and which it is if this version honours it.
fn trigger(
    walker: &mut Walker<'_>,
    name: &str,
    position: Position,
) -> Option<(Trigger, Option<EventName>)> {
    let Position { line, column } = position;
    let trigger = Trigger {
        name: name.to_owned(),
        line,
        column,
    };
    match walker.check_name(name, position, &EVENTS, "event") {
        Standing::Honoured => {
            let event = name
                .parse()
                .expect("the table honours what the model names");
            Some((trigger, Some(event)))
        }
        Standing::NotYet => Some((trigger, None)),
        Standing::Unknown => None,
    }
}

fn report_none(walker: &mut Walker<'_>, position: Position) {
    walker.report(
        position,
        "The workflow names no event; allowed in on: push, workflow_dispatch",
    );
}
