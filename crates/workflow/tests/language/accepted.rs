//! Every form that this version honours.

use crate::support::{job, script, step, valid};
use runyard_workflow::{Env, Job, JobName, Shell, Step, StepAction, Workflow, order};

fn pairs(pairs: &[(&str, &str)]) -> Env {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

#[test]
fn a_file_with_everything_is_read_into_the_model() {
    let workflow = valid(
        "name: CI
on: [push, workflow_dispatch]
env: {A: 1, b: two}
jobs:
  lint:
    name: Lint it
    runs-on: linux
  build:
    needs: [Lint]
    runs-on: [self-hosted, linux]
    env:
      Z: z
      A: a
    steps:
      - uses: actions/checkout@v4
        id: source
      - name: Make
        run: |
          make all
          make test
        shell: bash
        working-directory: sub
        env:
          C:
",
    );
    let checkout = Step {
        id: Some("source".to_owned()),
        name: None,
        env: Env::new(),
        action: StepAction::Checkout {
            reference: Some("v4".to_owned()),
        },
    };
    let make = Step {
        id: None,
        name: Some("Make".to_owned()),
        env: pairs(&[("C", "")]),
        action: StepAction::Run {
            script: "make all\nmake test\n".to_owned(),
            shell: Some(Shell::Bash),
            working_directory: Some("sub".to_owned()),
        },
    };
    assert_eq!(workflow.name.as_deref(), Some("CI"));
    assert_eq!(workflow.env, pairs(&[("A", "1"), ("b", "two")]));
    let lint = JobName::new("lint").unwrap();
    let build = JobName::new("build").unwrap();
    assert_eq!(workflow.jobs[0].display_name(), "Lint it");
    assert!(workflow.jobs[0].steps.is_empty());
    assert_eq!(
        workflow.jobs[1],
        Job {
            id: build.clone(),
            name: None,
            needs: vec![lint.clone()],
            runs_on: vec!["self-hosted".to_owned(), "linux".to_owned()],
            env: pairs(&[("Z", "z"), ("A", "a")]),
            steps: vec![checkout, make],
        }
    );
    assert_eq!(order(&workflow.jobs), Some(vec![&lint, &build]));
    assert_eq!(workflow.job(&build), Some(&workflow.jobs[1]));
}

#[test]
fn a_workflow_survives_its_stored_form() {
    let source =
        step("id: a\n        run: make\n        shell: sh\n      - uses: actions/checkout\n");
    let workflow = valid(&source);
    let stored = serde_json::to_string(&workflow).unwrap();
    assert_eq!(serde_json::from_str::<Workflow>(&stored).unwrap(), workflow);
    assert!(stored.contains(r#""shell":"sh""#), "{stored}");
    assert!(stored.contains(r#""id":"build""#), "{stored}");
}

#[test]
fn r2_77_runs_on_is_a_label_or_a_list_of_labels() {
    for (form, labels) in [
        ("linux", vec!["linux"]),
        ("1", vec!["1"]),
        ("[linux]", vec!["linux"]),
        (
            "\n      - self-hosted\n      - Linux",
            vec!["self-hosted", "Linux"],
        ),
    ] {
        assert_eq!(
            valid(&job(&format!("    runs-on: {form}\n"))).jobs[0].runs_on,
            labels
        );
    }
}

#[test]
fn r7_64_steps_may_be_absent_or_empty() {
    for steps in ["", "    steps: []\n"] {
        assert!(
            valid(&job(&format!("    runs-on: linux\n{steps}"))).jobs[0]
                .steps
                .is_empty()
        );
    }
}

#[test]
fn checkout_is_read_with_and_without_a_version() {
    for (uses, reference, shown) in [
        ("actions/checkout", None, "Run actions/checkout"),
        ("actions/checkout@v4", Some("v4"), "Run actions/checkout@v4"),
        (
            "Actions/Checkout@main",
            Some("main"),
            "Run actions/checkout@main",
        ),
        (
            "actions/checkout@releases/v1",
            Some("releases/v1"),
            "Run actions/checkout@releases/v1",
        ),
    ] {
        let workflow = valid(&step(&format!("uses: {uses}\n")));
        let step = &workflow.jobs[0].steps[0];
        assert_eq!(
            step.action,
            StepAction::Checkout {
                reference: reference.map(str::to_owned)
            }
        );
        assert_eq!(step.display_name(), shown);
    }
}

#[test]
fn shells_are_named_as_in_the_file() {
    for shell in Shell::ALL {
        let workflow = valid(&step(&format!("run: x\n        shell: {shell}\n")));
        let StepAction::Run { shell: read, .. } = &workflow.jobs[0].steps[0].action else {
            panic!("not a run step");
        };
        assert_eq!(*read, Some(shell));
        assert_eq!(shell.name().parse(), Ok(shell));
    }
    assert!("zsh".parse::<Shell>().is_err());
}

#[test]
fn a_step_without_a_name_is_called_by_its_first_line() {
    for (body, shown) in [
        ("run: make all", "Run make all"),
        ("run: |\n          one\n          two", "Run one"),
        ("run: \"\\n\\n  late\\n\"", "Run late"),
        ("run: \"a\\r\\nb\"", "Run a"),
        ("run: ''", "Run "),
        ("name: ''\n        run: x", "Run x"),
        ("name: Given\n        run: x", "Given"),
    ] {
        let workflow = valid(&step(&format!("{body}\n")));
        assert_eq!(workflow.jobs[0].steps[0].display_name(), shown);
    }
}

#[test]
fn r2_42_a_job_name_is_cut_at_100_characters() {
    for (length, cut) in [(100, false), (101, true)] {
        let name = "é".repeat(length);
        let workflow = valid(&job(&format!("    name: {name}\n    runs-on: linux\n")));
        let expected = if cut { "é".repeat(97) + "..." } else { name };
        assert_eq!(workflow.jobs[0].display_name(), expected);
    }
    assert_eq!(
        valid(&job("    name: ''\n    runs-on: x\n")).jobs[0].display_name(),
        "build"
    );
}

#[test]
fn r7_1_braces_without_a_dollar_are_text() {
    assert_eq!(
        script(&valid(&step("run: echo {{ x }} $ {{ $x $(y)\n"))),
        "echo {{ x }} $ {{ $x $(y)"
    );
}

#[test]
fn r2_3_job_and_step_ids_of_every_allowed_form() {
    let longest = "a".repeat(99);
    for id in [
        "a",
        "_",
        "_a",
        "a__",
        "A-1_b-",
        "_my-job0",
        longest.as_str(),
    ] {
        let source = format!(
            "on: push\njobs:\n  {id}:\n    runs-on: x\n    steps:\n      - id: {id}\n        run: x\n"
        );
        let workflow = valid(&source);
        assert_eq!(workflow.jobs[0].id.as_str(), id);
        assert_eq!(workflow.jobs[0].id.to_string(), id);
        assert_eq!(workflow.jobs[0].steps[0].id.as_deref(), Some(id));
    }
}

#[test]
fn r2_3_a_step_id_may_repeat_in_another_job() {
    valid(
        "on: push\njobs:\n  a: {runs-on: x, steps: [{id: s, run: x}]}\n  b: {runs-on: x, steps: [{id: s, run: x}]}\n",
    );
}
