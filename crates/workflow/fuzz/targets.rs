//! What is done with hostile bytes: each target takes any bytes, and must neither panic nor hang.
//!
//! `cargo test -p runyard-workflow --test fuzz` runs the corpus, and
//! `cargo run --release -p runyard-workflow --example hammer -- --seconds 600` mutates it.

use runyard_workflow::expression::{Allowed, NoFunctions, Object, Template, condition, parse};
use runyard_workflow::reusable::{CallLimits, NoFiles, resolve};
use runyard_workflow::{check_action, limits::Limits, parse_measured, unhonoured};
use std::sync::Arc;

/// Takes any bytes, and fails by a panic.
pub(crate) type Target = fn(&[u8]);

/// The targets by the names of their folders in `fuzz/corpus`.
pub(crate) const TARGETS: &[(&str, Target)] =
    &[("expressions", expressions), ("workflows", workflows)];

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

/// Reads the bytes as a workflow file and as an action, and follows what can be read.
fn workflows(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    drop(check_action("action.yml", &text));
    let (workflow, used) = parse_measured("ci.yml", &text, &Limits::default());
    match workflow {
        Ok(workflow) => {
            drop(unhonoured("ci.yml", &workflow));
            let limits = CallLimits::default();
            let resolved = resolve("ci.yml", Arc::new(workflow), used, &NoFiles, &limits);
            assert!(resolved.is_ok_and(|resolved| resolved.calls.is_empty()));
        }
        Err(invalid) => assert!(!invalid.diagnostics.is_empty()),
    }
}
