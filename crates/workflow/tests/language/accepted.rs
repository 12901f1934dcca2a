//! Every form that this version honours.

use crate::support::{job, script, step, valid};
use runyard_workflow::model::{Env, Field, StepUses, plain_env};
use runyard_workflow::{JobName, StepAction, order};

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
    assert_eq!(workflow.name.as_deref(), Some("CI"));
    let env = plain_env(workflow.env.as_ref());
    assert_eq!(env, pairs(&[("A", "1"), ("b", "two")]));
    let lint = JobName::new("lint").unwrap();
    let build = JobName::new("build").unwrap();
    assert_eq!(workflow.jobs[0].display_name(), "Lint it");
    assert!(workflow.jobs[0].steps().is_empty());
    let job = workflow.job(&build).unwrap();
    assert_eq!(job.needs[0].value, lint);
    assert_eq!(
        (job.needs[0].position.line, job.needs[0].position.column),
        (9, 13)
    );
    assert_eq!(job.plain_labels(), ["self-hosted", "linux"]);
    let env = plain_env(job.with_steps().unwrap().env.as_ref());
    assert_eq!(env, pairs(&[("Z", "z"), ("A", "a")]));
    assert_eq!(order(&workflow.jobs), Some(vec![&lint, &build]));
    let [checkout, make] = job.steps() else {
        panic!("two steps");
    };
    assert_eq!(checkout.id.as_ref().unwrap().value, "source");
    assert_eq!(
        (checkout.key.as_str(), make.key.as_str()),
        ("source", "__run")
    );
    assert_eq!(plain_env(make.env.as_ref()), pairs(&[("C", "")]));
    let StepAction::Run {
        script,
        shell,
        working_directory,
    } = &make.action.value
    else {
        panic!("a script");
    };
    let plain = |field: &Option<Field<String>>| field.as_ref().unwrap().literal().cloned();
    assert_eq!(script.literal().unwrap(), "make all\nmake test\n");
    assert_eq!(plain(shell).as_deref(), Some("bash"));
    assert_eq!(plain(working_directory).as_deref(), Some("sub"));
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
            valid(&job(&format!("    runs-on: {form}\n"))).jobs[0].plain_labels(),
            labels
        );
    }
}

#[test]
fn r7_64_steps_may_be_absent_or_empty() {
    for steps in ["", "    steps: []\n"] {
        assert!(
            valid(&job(&format!("    runs-on: linux\n{steps}"))).jobs[0]
                .steps()
                .is_empty()
        );
    }
}

#[test]
fn r2_61_what_a_step_uses_is_told_apart() {
    let repository =
        |owner: &str, name: &str, path: Option<&str>, reference: &str| StepUses::Repository {
            owner: owner.to_owned(),
            name: name.to_owned(),
            path: path.map(str::to_owned),
            reference: reference.to_owned(),
        };
    for (uses, expected) in [
        (
            "actions/checkout@v4",
            repository("actions", "checkout", None, "v4"),
        ),
        (
            "a/b/c/d@releases/v1",
            repository("a", "b", Some("c/d"), "releases/v1"),
        ),
        (
            "./local",
            StepUses::Local {
                path: "./local".to_owned(),
            },
        ),
        (
            "docker://alpine:3",
            StepUses::Docker {
                image: "alpine:3".to_owned(),
            },
        ),
    ] {
        let workflow = valid(&step(&format!("uses: {uses}\n")));
        let step = &workflow.jobs[0].steps()[0];
        let StepAction::Uses { action, text, .. } = &step.action.value else {
            panic!("not a step that uses something");
        };
        assert_eq!((action, text.value.as_str()), (&expected, uses));
        assert_eq!(step.display_name(), format!("Run {uses}"));
    }
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
        assert_eq!(workflow.jobs[0].steps()[0].display_name(), shown);
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
        let read = workflow.jobs[0].steps()[0].id.as_ref().unwrap();
        assert_eq!(read.value, id);
    }
}

#[test]
fn r2_3_a_step_id_may_repeat_in_another_job() {
    valid(
        "on: push\njobs:\n  a: {runs-on: x, steps: [{id: s, run: x}]}\n  b: {runs-on: x, steps: [{id: s, run: x}]}\n",
    );
}
