//! GitHub's known answers for workflow files: the same errors at the same places, or the same
//! model.

use crate::calls::Files;
use crate::case::{Case, case};
use crate::model::project;
use crate::{files, reason_to_skip, report};
use runyard_workflow::model::Permissions;
use runyard_workflow::reusable::{CallLimits, Resolved, resolve};
use runyard_workflow::{Diagnostic, limits::Limits, parse_measured};
use serde_json::{Value, json};
use std::sync::Arc;

#[test]
fn every_published_workflow_has_githubs_answer() {
    let Some(files) = files("workflows", "yml") else {
        return;
    };
    let (mut asserted, mut skipped, mut wrong) = (0, 0, Vec::new());
    for file in &files {
        let case = case(file);
        if reason_to_skip(&format!("workflows/{}", case.name)).is_some() {
            skipped += 1;
            continue;
        }
        asserted += 1;
        if let Err(difference) = judge(&case) {
            wrong.push(format!("{}: {difference}", case.name));
        }
    }
    report("workflows", asserted, skipped);
    let wrong_count = wrong.len();
    assert!(
        wrong.is_empty(),
        "{wrong_count} wrong\n{}",
        wrong.join("\n")
    );
}

fn limits(case: &Case) -> Limits {
    let mut limits = Limits::default();
    if let Some(bytes) = case.options.max_file_size {
        limits.file_bytes = bytes;
    }
    if let Some(bytes) = case.options.max_result_size {
        limits.result_bytes = bytes;
    }
    if let Some(depth) = case.options.max_depth {
        limits.depth = depth;
    }
    limits
}

/// What jobs may do without a word about it, as the case's policy has it.
fn policy(case: &Case) -> Option<Permissions> {
    match case.options.permissions_policy.as_deref() {
        Some("LimitedRead") => Some(Permissions::restricted()),
        Some("Write") => Some(Permissions::WriteAll),
        None => None,
        Some(unknown) => panic!("{}: policy {unknown}", case.name),
    }
}

fn answer(case: &Case) -> Result<Resolved, Vec<Diagnostic>> {
    let limits = limits(case);
    let (workflow, used) = parse_measured(&case.path(), &case.source, &limits);
    let workflow = workflow.map_err(|invalid| invalid.diagnostics)?;
    let defaults = CallLimits::default();
    let calls = CallLimits {
        levels: case
            .options
            .max_calls
            .map_or(defaults.levels, |calls| calls + 1),
        file: limits,
        permissions: policy(case),
        ..defaults
    };
    resolve(&case.path(), Arc::new(workflow), used, &Files(case), &calls)
}

fn judge(case: &Case) -> Result<(), String> {
    match (case.expected.get("errors"), answer(case)) {
        (Some(errors), Ok(_)) => Err(format!("was accepted; expected {errors}")),
        (Some(errors), Err(found)) => same_errors(errors, &found),
        (None, Err(found)) => Err(format!("was refused: {found:?}")),
        (None, Ok(resolved)) => same_model(case, &project(case, &resolved)),
    }
}

fn same_errors(expected: &Value, found: &[Diagnostic]) -> Result<(), String> {
    let expected: Vec<&str> = expected
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["Message"].as_str().unwrap())
        .collect();
    let same = expected.len() == found.len()
        && expected
            .iter()
            .zip(found)
            .all(|(expected, found)| same_place(expected, found));
    let shown: Vec<String> = found.iter().map(ToString::to_string).collect();
    let difference = || format!("\n  expected {expected:#?}\n  found {shown:#?}");
    if same { Ok(()) } else { Err(difference()) }
}

/// Whether the error stands where GitHub's does. Some of GitHub's have only a file.
fn same_place(expected: &str, found: &Diagnostic) -> bool {
    let expected = expected.strip_prefix("In ").unwrap_or(expected);
    if !expected.starts_with(&found.file) {
        return false;
    }
    let Some((line, column)) = place(expected, "(Line: ", ", Col: ", ")")
        .or_else(|| place(expected, " on line ", " and column ", " is"))
    else {
        return true;
    };
    (found.line, found.column) == (line, column)
}

fn place(message: &str, before: &str, between: &str, after: &str) -> Option<(u32, u32)> {
    let (_, rest) = message.split_once(before)?;
    let (line, rest) = rest.split_once(between)?;
    let (column, _) = rest.split_once(after)?;
    Some((line.parse().ok()?, column.parse().ok()?))
}

/// Keys of a workflow that the answer must have or not have as GitHub's.
const KEYS: [&str; 6] = [
    "env",
    "concurrency",
    "defaults",
    "permissions",
    "jobs",
    "file-table",
];

fn same_model(case: &Case, found: &Value) -> Result<(), String> {
    let events = case.expected.get("events").map(|_| "events");
    for key in KEYS.into_iter().chain(events) {
        if key == "file-table" && !case.options.include_source {
            continue;
        }
        let expected = case.expected.get(key).cloned().unwrap_or(Value::Null);
        let expected = crate::normal::normal(key, &expected);
        let found = found.get(key).cloned().unwrap_or(json!(null));
        if expected != found {
            return Err(format!("{key}\n  expected {expected}\n  found    {found}"));
        }
    }
    Ok(())
}
