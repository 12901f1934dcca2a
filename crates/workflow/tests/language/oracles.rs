//! GitHub's own reader cases, where they stand beside the checkout and their constructs are
//! honoured: the same errors at the same places, in words that begin with GitHub's.

use crate::support::errors;
use runyard_workflow::parse;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Cases whose errors this version finds exactly, with nothing else to say about the file.
const SAME_ERRORS: &[&str] = &[
    "errors-invalid-mapping-key",
    "errors-job-id-empty",
    "errors-job-id-format",
    "errors-job-id-unique",
    "errors-job-needs-cycle",
    "errors-job-needs-unknown-job",
    "errors-job-runs-on-missing",
    "errors-jobs-at-least-one",
    "errors-step-id",
    "errors-step-run-missing",
    "errors-unexpected-mapping",
    "errors-value-already-defined",
];

/// Cases that are valid and hold nothing but what this version honours.
const VALID: &[&str] = &[
    "coercion-to-string",
    "job-id",
    "on-workflow_dispatch-null",
    "scientific-notation-number",
    "step-id",
    "workflow-env",
    "workflow-name",
];

/// The folder of the cases; the continuous build sets `RUNYARD_REQUIRE_ORACLES`.
fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/oracles/workflows");
    let required = std::env::var_os("RUNYARD_REQUIRE_ORACLES").is_some();
    assert!(
        folder.is_dir() || !required,
        "{} is missing",
        folder.display()
    );
    folder.is_dir().then_some(folder)
}

/// The workflow of a case and what GitHub makes of it.
fn case(folder: &Path, name: &str) -> (String, Value) {
    let text = std::fs::read_to_string(folder.join(format!("{name}.yml"))).unwrap();
    let documents: Vec<&str> = text.split("\n---\n").collect();
    let [_, source, expected] = documents.as_slice() else {
        panic!("{name} has {} documents", documents.len());
    };
    (
        format!("{source}\n"),
        serde_json::from_str(expected).unwrap(),
    )
}

/// `file (Line: 5, Col: 3): text` as `5:3: text`, up to where our own sentence may differ.
fn place_and_start(message: &str) -> String {
    let (_, rest) = message.split_once(" (Line: ").unwrap();
    let (line, rest) = rest.split_once(", Col: ").unwrap();
    let (column, text) = rest.split_once("): ").unwrap();
    let text = text.split(" and and ").next().unwrap();
    format!("{line}:{column}: {text}")
}

#[test]
fn githubs_errors_are_found_at_githubs_places() {
    let Some(folder) = folder() else { return };
    for name in SAME_ERRORS {
        let (source, expected) = case(&folder, name);
        let expected = expected["errors"].as_array().unwrap().iter();
        let expected: Vec<String> = expected
            .map(|error| place_and_start(error["Message"].as_str().unwrap()))
            .collect();
        let found = errors(&source);
        let same = found.len() == expected.len()
            && found
                .iter()
                .zip(&expected)
                .all(|(found, start)| found.starts_with(start));
        assert!(
            same,
            "{name}\nfound:    {found:#?}\nexpected: {expected:#?}"
        );
    }
}

#[test]
fn githubs_values_are_ours() {
    let Some(folder) = folder() else { return };
    for name in VALID {
        let (source, expected) = case(&folder, name);
        let workflow = parse(name, &source).unwrap_or_else(|invalid| panic!("{invalid}"));
        let mut found = Vec::new();
        found.extend(workflow.env.clone());
        let jobs = expected["jobs"].as_array().unwrap();
        assert_eq!(workflow.jobs.len(), jobs.len(), "{name}");
        for (job, expected) in workflow.jobs.iter().zip(jobs) {
            assert_eq!(job.id.as_str(), expected["id"], "{name}");
            found.extend(job.env.clone());
            found.extend(job.steps.iter().flat_map(|step| step.env.clone()));
        }
        assert_eq!(found, variables(&expected), "{name}");
    }
}

/// Every pair of every `env` in file order.
fn variables(model: &Value) -> Vec<(String, String)> {
    let jobs = model["jobs"].as_array().unwrap();
    let levels = std::iter::once(model).chain(
        jobs.iter()
            .flat_map(|job| std::iter::once(job).chain(job["steps"].as_array().unwrap().iter())),
    );
    levels
        .filter_map(|level| level["env"]["map"].as_array())
        .flatten()
        .map(|pair| {
            let text = |key: &str| pair[key].as_str().unwrap().to_owned();
            (text("Key"), text("Value"))
        })
        .collect()
}
