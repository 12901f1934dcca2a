//! What is done with hostile bytes: each target takes any bytes, and must neither panic nor hang.
//!
//! `cargo test -p runyard-workflow --test fuzz` runs the corpus, and
//! `cargo run --release -p runyard-workflow --example hammer -- --seconds 600` mutates it.

use chrono::{DateTime, Utc};
use runyard_workflow::cron::{LEAST_INTERVAL, Schedule};
use runyard_workflow::dispatch::{check_repository_dispatch, read_inputs};
use runyard_workflow::expression::{Allowed, NoFunctions, Object, Template, condition, parse};
use runyard_workflow::model::{Step, StepAction, pairs};
use runyard_workflow::pattern::{IgnoreList, PatternList};
use runyard_workflow::reusable::{CallLimits, NoFiles, resolve};
use runyard_workflow::{
    EventName, check_action, limits::Limits, parse_action, parse_measured, unhonoured,
};
use serde_json::{Map, Value as Json};
use std::sync::Arc;

/// Takes any bytes, and fails by a panic.
pub(crate) type Target = fn(&[u8]);

/// The targets by the names of their folders in `fuzz/corpus`.
pub(crate) const TARGETS: &[(&str, Target)] = &[
    ("expressions", expressions),
    ("workflows", workflows),
    ("actions", actions),
    ("patterns", patterns),
    ("cron", cron),
    ("dispatch", dispatch),
];

const CONTEXTS: &str = r#"{
    "github": {"ref": "refs/heads/main", "event": {"labels": [{"name": "bug"}, {"name": "x"}]}},
    "matrix": {"os": "linux", "deep": [[1, [2, [3]]], {"a": {"a": {"a": null}}}]},
    "env": {"A": "1", "long": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}
}"#;

/// Reads the bytes as an expression, a scalar and a condition, and evaluates what can be read.
fn expressions(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let contexts: Object = serde_json::from_str(CONTEXTS).expect("these contexts are JSON");
    match parse(&text, &Allowed::ANYTHING) {
        Ok(expression) => {
            let again = parse(expression.source(), &Allowed::ANYTHING);
            assert_eq!(again.as_ref(), Ok(&expression));
            if let Ok(value) = expression.evaluate(&contexts, &NoFunctions) {
                let _ = (value.is_truthy(), value.to_number(), value.to_text());
            }
        }
        Err(error) => assert!(text.is_char_boundary(error.offset)),
    }
    match Template::parse(&text, &Allowed::ANYTHING) {
        Ok(template) => drop(template.evaluate(&contexts, &NoFunctions)),
        Err(errors) => {
            assert!(!errors.is_empty());
            assert!(
                errors
                    .iter()
                    .all(|error| text.is_char_boundary(error.offset))
            );
        }
    }
    if let Ok(condition) = condition(&text, &Allowed::ANYTHING) {
        assert!(condition.calls_status_function());
    }
}

/// Reads the bytes as a workflow file and follows what can be read.
fn workflows(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (workflow, used) = parse_measured("ci.yml", &text, &Limits::default());
    match workflow {
        Ok(workflow) => {
            drop(unhonoured("ci.yml", &workflow));
            for job in &workflow.jobs {
                steps(job.steps());
            }
            let limits = CallLimits::default();
            let resolved = resolve("ci.yml", Arc::new(workflow), used, &NoFiles, &limits);
            assert!(resolved.is_ok_and(|resolved| resolved.calls.is_empty()));
        }
        Err(invalid) => assert!(!invalid.diagnostics.is_empty()),
    }
}

/// Reads the bytes as an action file, and evaluates its steps.
fn actions(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let told = check_action("action.yml", &text);
    match parse_action("action.yml", &text) {
        Ok(action) => steps(action.steps()),
        Err(invalid) => {
            assert!(!invalid.diagnostics.is_empty() && told.len() >= invalid.diagnostics.len());
        }
    }
}

/// Writes and reads each step, and computes what it says.
fn steps(steps: &[Step]) {
    let contexts: Object = serde_json::from_str(CONTEXTS).expect("these contexts are JSON");
    for step in steps {
        let json = serde_json::to_string(step).expect("a step is written as JSON");
        // A number that JSON cannot hold, as `.inf` is, does not come back.
        if let Ok(back) = serde_json::from_str::<Step>(&json) {
            assert_eq!(&back, step, "{json}");
        }
        drop(pairs(step.env.as_ref(), &contexts, &NoFunctions));
        drop(step.evaluated_name(&contexts, &NoFunctions));
        if let StepAction::Uses { with, .. } = &step.action.value {
            drop(pairs(with.as_ref(), &contexts, &NoFunctions));
        }
    }
}

/// Reads the first line as a name and the others as patterns, and matches.
fn patterns(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.split('\n');
    let name = lines.next().unwrap_or_default();
    let list: Vec<&str> = lines.collect();
    if let Ok(patterns) = PatternList::compile(&list) {
        let positive = list.iter().any(|pattern| !pattern.starts_with('!'));
        assert!(positive || !patterns.includes(name));
    }
    if let Ok(patterns) = IgnoreList::compile(&list) {
        let one =
            |pattern: &&str| IgnoreList::compile(&[pattern]).is_ok_and(|one| one.ignores(name));
        assert_eq!(patterns.ignores(name), list.iter().any(one));
    }
}

/// 2026-11-28 and before, beside and behind changes of clocks.
const INSTANTS: &[i64] = &[0, 1_774_746_000, 1_795_867_200, 4_102_444_799];

/// Reads the first line as a cron text and the second as a time zone, and finds its ticks.
fn cron(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (cron, zone) = match text.split_once('\n') {
        Some((cron, zone)) => (cron, Some(zone)),
        None => (text.as_ref(), None),
    };
    let Ok(schedule) = Schedule::new(cron, zone) else {
        return;
    };
    assert_eq!(schedule.text(), cron);
    for seconds in INSTANTS {
        let instant: DateTime<Utc> =
            DateTime::from_timestamp(*seconds, 0).expect("these seconds are instants");
        let Some(tick) = schedule.next_after(instant) else {
            continue;
        };
        assert!(tick > instant);
        if let Some(next) = schedule.next_after_firing(tick) {
            assert!(next - tick >= LEAST_INTERVAL);
        }
    }
}

/// Reads a workflow file and behind a line `---` the inputs of a dispatch as JSON.
fn dispatch(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (file, given) = text.split_once("\n---\n").unwrap_or((&text, "{}"));
    let given: Map<String, Json> = serde_json::from_str(given).unwrap_or_default();
    drop(check_repository_dispatch(file, &given));
    let (Ok(workflow), _) = parse_measured("ci.yml", file, &Limits::default()) else {
        return;
    };
    let Some(trigger) = workflow.on.get(EventName::WorkflowDispatch) else {
        return;
    };
    match read_inputs(&trigger.inputs, &given, None) {
        Ok(inputs) => {
            assert_eq!(inputs.texts.len(), trigger.inputs.len());
            assert_eq!(inputs.typed.len(), trigger.inputs.len());
        }
        Err(errors) => assert!(!errors.is_empty()),
    }
}
