//! What may be named where: the table of semantics 7.5, row by row.

use runyard_workflow::expression::{Place, parse};

const CONTEXTS: [&str; 13] = [
    "github", "inputs", "vars", "needs", "strategy", "matrix", "secrets", "steps", "job", "runner",
    "env", "jobs", "nonsense",
];
const FUNCTIONS: [&str; 7] = [
    "always()",
    "cancelled()",
    "failure()",
    "success()",
    "success('a')",
    "failure('a', 'b')",
    "hashFiles('a')",
];
const STATUS: [&str; 4] = ["always()", "cancelled()", "failure()", "success()"];

/// The contexts and functions of a row in words.
fn row(place: Place) -> (&'static str, &'static [&'static str]) {
    const JOB_STATUS: &[&str] = &[
        "always()",
        "cancelled()",
        "failure()",
        "success()",
        "success('a')",
        "failure('a', 'b')",
    ];
    const STEP_STATUS: &[&str] = &[
        "always()",
        "cancelled()",
        "failure()",
        "success()",
        "hashFiles('a')",
    ];
    const COMPOSITE: &str = "github inputs strategy matrix steps job runner env";
    match place {
        Place::RunName | Place::Concurrency | Place::CallInputDefault => {
            ("github inputs vars", &[])
        }
        Place::Env => ("github inputs vars secrets", &[]),
        Place::CallOutputValue => ("github inputs vars jobs", &[]),
        Place::JobIf => ("github inputs vars needs", JOB_STATUS),
        Place::Strategy => ("github inputs vars needs", &[]),
        Place::JobName
        | Place::RunsOn
        | Place::JobConcurrency
        | Place::Environment
        | Place::JobTimeout
        | Place::JobContinueOnError
        | Place::Container
        | Place::Services
        | Place::CallWith => ("github inputs vars needs strategy matrix", &[]),
        Place::JobEnv | Place::CallSecrets => {
            ("github inputs vars needs strategy matrix secrets", &[])
        }
        Place::JobDefaults => ("github inputs vars needs strategy matrix env", &[]),
        Place::Credentials => ("github inputs vars needs strategy matrix secrets env", &[]),
        Place::JobOutputs | Place::ContainerEnv => (
            "github inputs vars needs strategy matrix secrets steps job runner env",
            &[],
        ),
        Place::EnvironmentUrl => (
            "github inputs vars needs strategy matrix steps job runner env",
            &[],
        ),
        Place::StepIf => (
            "github inputs vars needs strategy matrix steps job runner env",
            STEP_STATUS,
        ),
        Place::Step => (
            "github inputs vars needs strategy matrix secrets steps job runner env",
            &["hashFiles('a')"],
        ),
        Place::ActionInputDefault => ("github strategy matrix job runner", &["hashFiles('a')"]),
        Place::DockerAction => ("inputs", &[]),
        Place::CompositeStepIf => (COMPOSITE, STEP_STATUS),
        Place::CompositeStep => (COMPOSITE, &["hashFiles('a')"]),
        Place::ActionOutput => (COMPOSITE, &[]),
        Place::Nowhere => ("", &[]),
    }
}

#[test]
fn r7_2_each_place_allows_its_row_of_the_table_and_nothing_else() {
    for place in Place::ALL {
        let (contexts, functions) = row(place);
        for name in CONTEXTS {
            let allowed = contexts.split(' ').any(|known| known == name);
            let read = parse(&format!("{name}.x"), &place.allowed());
            assert_eq!(read.is_ok(), allowed, "{place:?} {name}");
        }
        for call in FUNCTIONS {
            let read = parse(call, &place.allowed());
            assert_eq!(read.is_ok(), functions.contains(&call), "{place:?} {call}");
        }
    }
}

#[test]
fn r2_13_status_functions_take_names_of_jobs_at_jobs_only() {
    let error = parse("success('a')", &Place::StepIf.allowed()).unwrap_err();
    let expected = "Too many parameters supplied: 'success'. Located at position 1";
    assert!(error.message.starts_with(expected), "{error}");
    for call in STATUS {
        assert!(parse(call, &Place::StepIf.allowed()).is_ok());
    }
}

#[test]
fn r7_40_no_condition_sees_secrets() {
    for place in [Place::JobIf, Place::StepIf, Place::CompositeStepIf] {
        assert!(parse("secrets.a", &place.allowed()).is_err());
    }
}

#[test]
fn hash_files_takes_a_pattern_at_least() {
    let error = parse("hashFiles()", &Place::Step.allowed()).unwrap_err();
    assert!(
        error
            .message
            .starts_with("Too few parameters supplied: 'hashFiles'"),
        "{error}"
    );
}
