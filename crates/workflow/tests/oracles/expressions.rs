//! GitHub's known answers for expressions: kinds, values and errors.

use crate::{files, reason_to_skip, report};
use runyard_workflow::expression::{
    Allowed, Names, NoFunctions, Object, ParseErrorKind, Value, parse,
};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// A case: an expression with what it gives or why it gives nothing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    expr: String,
    #[serde(default)]
    contexts: Object,
    result: Option<Answer>,
    err: Option<Answer>,
    #[serde(default)]
    options: Options,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    kind: String,
    #[serde(default)]
    value: Option<Value>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {
    /// Other implementations that fail the case; this one must pass it.
    #[serde(default)]
    skip: Vec<String>,
}

#[test]
fn every_published_expression_has_githubs_answer() {
    let Some(files) = files("expressions", "json") else {
        return;
    };
    let (mut asserted, mut skipped, mut wrong) = (0, 0, Vec::new());
    for (name, case) in files.iter().flat_map(|file| cases(file)) {
        if reason_to_skip(&name).is_some() {
            skipped += 1;
            continue;
        }
        asserted += 1;
        if let Err(difference) = judge(&case) {
            let others = case.options.skip.join(", ");
            wrong.push(format!(
                "{name}: {}\n  {difference} (fails: {others})",
                case.expr
            ));
        }
    }
    report("expressions", asserted, skipped);
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// The cases of a file with their names.
fn cases(file: &Path) -> Vec<(String, Case)> {
    let text = std::fs::read_to_string(file).unwrap();
    let groups: BTreeMap<String, Vec<Case>> =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let file = file.file_name().unwrap().to_string_lossy().into_owned();
    groups
        .into_values()
        .flatten()
        .enumerate()
        .map(|(place, case)| (format!("expressions/{file}#{place}"), case))
        .collect()
}

fn judge(case: &Case) -> Result<(), String> {
    let found = answer(case);
    match (&case.result, &case.err, &found) {
        (Some(expected), None, Ok(value)) => {
            let wanted = expected.value.clone().unwrap_or(Value::Null);
            let same_kind = expected.kind == value.kind().name();
            let same = same_kind && same(&wanted, value);
            same.then_some(())
                .ok_or_else(|| format!("wants {} {wanted:?}, found {value:?}", expected.kind))
        }
        (None, Some(expected), Err((kind, message))) => {
            let sentence = expected
                .value
                .as_ref()
                .and_then(Value::as_str)
                .unwrap_or_default();
            let same = expected.kind == *kind && message.starts_with(sentence);
            same.then_some(()).ok_or_else(|| {
                format!("wants {} {sentence}, found {kind} {message}", expected.kind)
            })
        }
        _ => Err(format!("found {found:?}")),
    }
}

fn answer(case: &Case) -> Result<Value, (&'static str, String)> {
    let names: Vec<&str> = case.contexts.iter().map(|(name, _)| name).collect();
    let allowed = Allowed {
        contexts: Names::Listed(&names),
        functions: &[],
    };
    let expression = parse(&case.expr, &allowed).map_err(|error| {
        let kind: ParseErrorKind = error.kind;
        (kind.name(), error.message)
    })?;
    expression
        .evaluate(&case.contexts, &NoFunctions)
        .map_err(|error| ("evaluation", error.to_string()))
}

/// The same all the way down, in the same order; `==` of the language would not look into collections.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Null, Value::Null) => true,
        (Value::Boolean(left), Value::Boolean(right)) => left == right,
        (Value::Number(left), Value::Number(right)) => {
            left == right || left.is_nan() && right.is_nan()
        }
        (Value::String(left), Value::String(right)) => left == right,
        (Value::Array(left), Value::Array(right)) => {
            let (left, right) = (left.items(), right.items());
            left.len() == right.len() && left.iter().zip(right).all(|(l, r)| same(l, r))
        }
        (Value::Object(left), Value::Object(right)) => {
            let mut pairs = left.iter().zip(right.iter());
            left.len() == right.len() && pairs.all(|((a, l), (b, r))| a == b && same(l, r))
        }
        _ => false,
    }
}
