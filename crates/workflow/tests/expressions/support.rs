//! Short ways to ask for values and errors; it must not judge them.

use runyard_workflow::expression::{Allowed, NoFunctions, Object, Value, parse};

/// Contexts that many tables use.
const CONTEXTS: &str = r#"{
    "a": {"b": {"c": 1}, "B2": "two", "list": ["x", "y", "z"], "5": "five"},
    "list": ["zero", "one", "two"],
    "nested": [["a", "b"], ["c"], "d", null],
    "labels": [{"name": "bug"}, {"name": "Feature"}, {"other": 1}],
    "steps": {"one": {"ok": true}, "two": {"ok": false}},
    "empty": {},
    "none": []
}"#;

pub(crate) fn contexts() -> Object {
    serde_json::from_str(CONTEXTS).unwrap()
}

/// The value, or the words of what is wrong.
pub(crate) fn eval(source: &str) -> Result<Value, String> {
    let expression = parse(source, &Allowed::ANYTHING)
        .map_err(|error| format!("{}: {error}", error.kind.name()))?;
    expression
        .evaluate(&contexts(), &NoFunctions)
        .map_err(|error| format!("evaluation: {error}"))
}

/// The value as JSON.
pub(crate) fn json(source: &str) -> String {
    match eval(source) {
        Ok(value) => serde_json::to_string(&value).unwrap(),
        Err(error) => error,
    }
}

/// Each expression gives the JSON beside it, or an error that begins so.
pub(crate) fn table(rows: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for (source, expected) in rows {
        let found = json(source);
        let error = ["lexing", "parsing", "evaluation"]
            .iter()
            .any(|kind| expected.starts_with(kind));
        if !(found == *expected || error && found.starts_with(expected)) {
            wrong.push(format!("{source}\n  wants {expected}\n  found {found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
