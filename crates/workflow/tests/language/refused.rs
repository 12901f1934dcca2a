//! Every refusal of the schema, with the line and column where GitHub puts it.

use crate::support::{FILE, errors, invalid, job, refused, step, valid};
use runyard_workflow::unhonoured;

#[test]
fn every_error_of_a_file_is_reported_in_file_order() {
    refused(
        "nam: CI
on: push
permissions: read-all
jobs:
  0build:
    runs-on: linux
    steps:
      - run: echo ${{ jobs.sha }}
      - uses: actions/setup-node@v4
        with: {node-version: 22}
      - run: x
        shells: zsh
  test:
    needs: nothing
    steps: []
",
        &[
            "1:1: Unexpected value 'nam': a workflow is a mapping; allowed keys: on, name, run-name",
            "5:3: The identifier '0build' is invalid. IDs may only contain",
            "8:14: Unrecognized named-value: 'jobs'",
            "12:9: Unexpected value 'shells': a step is a mapping",
            "14:5: Required property is missing: runs-on",
            "14:12: Job 'test' depends on unknown job 'nothing'.",
        ],
    );
}

#[test]
fn r6_9_workflow_run_names_the_workflows_that_it_follows() {
    let jobs = "jobs: {a: {runs-on: x, steps: [{run: x}]}}\n";
    for (on, place) in [
        ("on: workflow_run", "1:5"),
        ("on: [push, workflow_run]", "1:12"),
        ("on: {workflow_run: }", "1:6"),
        ("on: {workflow_run: {types: [completed]}}", "1:20"),
    ] {
        let says = format!("{place}: Required property is missing: workflows");
        refused(&format!("{on}\n{jobs}"), &[&says]);
    }
    valid(&format!("on: {{workflow_run: {{workflows: CI}}}}\n{jobs}"));
}

#[test]
fn an_error_names_its_file_and_place() {
    let invalid = invalid("on: push\njobs:\n  a: {runs-on: x}\nnope: 1\n");
    let shown = format!("{FILE}:4:1: Unexpected value 'nope'");
    assert!(invalid.diagnostics[0].to_string().starts_with(&shown));
    assert!(invalid.to_string().starts_with(&shown));
}

#[test]
fn r7_61_unknown_keys_are_errors_everywhere_but_in_free_maps() {
    for key in ["Name", "nam", "jobs ", "on.push", "env:x"] {
        let source = format!("on: push\n'{key}': x\njobs:\n  a: {{runs-on: x}}\n");
        let unexpected = format!("2:1: Unexpected value '{key}': a workflow is a mapping; allowed");
        refused(&source, &[&unexpected]);
    }
    for (body, at) in [
        ("    timeout: 1\n", "5:5"),
        ("    strategy: {matrices: 1}\n", "5:16"),
        ("    container: {image: x, images: y}\n", "5:27"),
        ("    services: {a: {image: x, port: y}}\n", "5:30"),
        ("    concurrency: {group: x, cancel: true}\n", "5:29"),
        ("    environment: {name: x, link: y}\n", "5:28"),
        ("    defaults: {run: {dir: x}}\n", "5:22"),
        ("    permissions: {content: read}\n", "5:19"),
        ("    snapshot: {image-name: x, size: 1}\n", "5:31"),
        ("    with: {a: b}\n", "5:5"),
    ] {
        let found = errors(&job(&format!("    runs-on: x\n{body}")));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].starts_with(&format!("{at}: Unexpected value")),
            "{found:?}"
        );
    }
}

#[test]
fn r7_61_keys_are_compared_exactly_but_duplicates_ignoring_case() {
    refused(
        &job("    Runs-On: x\n"),
        &[
            "4:5: Unexpected value 'Runs-On': a job is a mapping",
            "4:5: There's not enough info to determine what you meant.",
        ],
    );
    refused(
        &job("    runs-on: x\n    RUNS-ON: y\n"),
        &["5:5: 'RUNS-ON' is already defined"],
    );
    refused(
        &job("    runs-on: x\n    env: {a: 1, A: 2}\n"),
        &["5:17: 'A' is already defined"],
    );
}

#[test]
fn r7_64_a_job_needs_runs_on() {
    refused(
        &job("    steps: []\n"),
        &["4:5: Required property is missing: runs-on"],
    );
    valid(&job("    uses: ./.github/workflows/x.yml\n"));
    valid(&job("    runs-on: ${{ github.event.runner }}\n"));
    valid(&job("    runs-on: {group: g}\n"));
    for (value, at, message) in [
        ("", "4:13", "Unexpected value ''"),
        ("''", "4:14", "Unexpected value ''"),
        ("[]", "4:14", "runs-on is empty"),
        ("['']", "4:15", "Unexpected value ''"),
        ("[[x]]", "4:15", "A sequence was not expected"),
        ("{pool: g}", "4:15", "Unexpected value 'pool': runs-on is"),
    ] {
        let source = job(&format!("    runs-on: {value}\n"));
        refused(&source, &[&format!("{at}: {message}")]);
    }
}

#[test]
fn r7_64_a_step_has_exactly_one_of_run_and_uses() {
    for (body, expected) in [
        (
            "name: x",
            "6:9: There's not enough info to determine what you meant.",
        ),
        ("shell: bash", "6:9: Required property is missing: run"),
        (
            "working-directory: x",
            "6:9: Required property is missing: run",
        ),
        (
            "run: x\n        uses: actions/checkout@v4",
            "7:9: Unexpected value 'uses'",
        ),
        (
            "uses: actions/checkout@v4\n        run: x",
            "7:9: Unexpected value 'run'",
        ),
        (
            "uses: actions/checkout@v4\n        shell: sh",
            "7:9: Unexpected value 'shell': a step",
        ),
        (
            "wait: other",
            "6:9: jobs.*.steps.*.wait is valid in GitHub Actions",
        ),
        (
            "wait-all:",
            "6:9: jobs.*.steps.*.wait-all is valid in GitHub Actions",
        ),
        (
            "just text",
            "6:9: Unexpected value 'just text': a step is a mapping",
        ),
        (
            "[run]",
            "6:9: A sequence was not expected: a step is a mapping",
        ),
        ("~", "6:9: Unexpected value '': a step is a mapping"),
    ] {
        refused(&step(&format!("{body}\n")), &[expected]);
    }
}

#[test]
fn uses_names_a_repository_a_folder_or_an_image() {
    for uses in [
        "actions/cache@v4",
        "actions/checkout/sub@v4",
        "./local",
        "docker://alpine:3",
    ] {
        // Which of them run is for the runner to say.
        let found = unhonoured(FILE, &valid(&step(&format!("uses: {uses}\n"))));
        assert_eq!(found, [], "{uses}");
    }
    for (uses, expected) in [
        (
            "actions/cache",
            "Expected format {owner}/{repo}[/path]@{ref}",
        ),
        ("checkout", "Expected format {owner}/{repo}[/path]@{ref}"),
        (
            "actions/checkout@",
            "Expected format {owner}/{repo}[/path]@{ref}",
        ),
        ("''", "Unexpected value ''"),
        ("[x]", "A sequence was not expected"),
    ] {
        let found = errors(&step(&format!("uses: {uses}\n")));
        assert!(
            found.len() == 1 && found[0].starts_with("6:15: "),
            "{found:?}"
        );
        assert!(found[0].contains(expected), "{found:?}");
    }
}

#[test]
fn r2_3_ids_that_are_not_allowed() {
    let characters = "is invalid. IDs may only contain alphanumeric characters, '_', and '-'.";
    let reserved = "is invalid. IDs starting with '__' are reserved.";
    let long = "a".repeat(100);
    for (id, reason) in [
        ("my.job", characters),
        ("0a", characters),
        ("-a", characters),
        (" a", characters),
        ("é", characters),
        (long.as_str(), characters),
        ("__", reserved),
        ("__a", reserved),
    ] {
        let shown = format!("The identifier '{id}' {reason}");
        let found = errors(&format!("on: push\njobs:\n  '{id}':\n    runs-on: x\n"));
        assert!(
            found.len() == 1 && found[0].starts_with(&format!("3:3: {shown}")),
            "{found:?}"
        );
        refused(
            &step(&format!("run: x\n        id: '{id}'\n")),
            &[&format!("7:13: {shown}")],
        );
    }
    refused(
        "on: push\njobs:\n  '':\n    runs-on: x\n",
        &["3:3: Unexpected value ''"],
    );
    refused(
        &step("run: x\n        id: ''\n"),
        &["7:13: Unexpected value ''"],
    );
}

#[test]
fn r2_3_step_ids_are_unique_in_a_job_ignoring_case() {
    let body = "{id: one, run: x}\n      - {id: ONE, run: x}\n";
    refused(
        &step(body),
        &["7:14: The identifier 'ONE' may not be used more than once"],
    );
}

#[test]
fn e54_r2_2_duplicate_job_ids_ignoring_case() {
    let source = "on: push\njobs:\n  build: {runs-on: x}\n  Build: {runs-on: x}\n";
    refused(source, &["4:3: 'Build' is already defined"]);
}

#[test]
fn values_of_the_wrong_shape() {
    for (source, expected) in [
        (
            "push",
            vec!["1:1: Unexpected value 'push': a workflow is a mapping"],
        ),
        (
            "name: x\n",
            vec![
                "1:1: Required property is missing: on",
                "1:1: Required property is missing: jobs",
            ],
        ),
        (
            "on: push\njobs:\n",
            vec!["2:6: Unexpected value '': jobs is a mapping"],
        ),
        (
            "on: push\njobs: []\n",
            vec!["2:7: A sequence was not expected: jobs is a mapping"],
        ),
        (
            "on: push\njobs: {}\n",
            vec!["2:7: The workflow must contain at least one job"],
        ),
        (
            "on: push\nname: [x]\njobs: {a: {runs-on: x}}\n",
            vec!["2:7: A sequence was not expected"],
        ),
        (
            "on: push\nenv:\njobs: {a: {runs-on: x}}\n",
            vec!["2:5: Unexpected value '': env is a mapping"],
        ),
        (
            "on: push\nenv: {a: [1]}\njobs: {a: {runs-on: x}}\n",
            vec!["2:10: A sequence was not expected"],
        ),
        (
            "on: push\nenv: {'': 1}\njobs: {a: {runs-on: x}}\n",
            vec!["2:7: Unexpected value ''"],
        ),
        (
            "on: push\njobs: {a: ~}\n",
            vec!["2:11: Unexpected value '': a job is a mapping"],
        ),
        (
            "on: push\njobs: {a: {runs-on: x, steps: ~}}\n",
            vec!["2:31: Unexpected value '': steps is a list"],
        ),
        (
            "on: push\njobs: {a: {runs-on: x, steps: {run: x}}}\n",
            vec!["2:31: A mapping was not expected: steps is a list"],
        ),
        (
            "on: push\njobs: {a: {runs-on: x, needs: ~}, b: {runs-on: x}}\n",
            vec!["2:31: Unexpected value ''"],
        ),
        (
            "on: push\njobs: {a: {runs-on: x, needs: {b: c}}}\n",
            vec!["2:31: A mapping was not expected"],
        ),
    ] {
        refused(source, &expected);
    }
}

#[test]
fn r7_5_expressions_are_refused_where_none_is_allowed() {
    let refusal = "An expression is not allowed here";
    for (source, at) in [
        (
            "on: push\nname: a ${{ b }}\njobs: {a: {runs-on: x}}\n".to_owned(),
            "2:7",
        ),
        (step("run: x\n        id: ${{ a }}\n"), "7:13"),
        (step("uses: ${{ a }}\n"), "6:15"),
        (job("    runs-on: x\n    steps: ${{ a }}\n"), "5:12"),
        (
            job("    runs-on: x\n    permissions: {contents: '${{ a }}'}\n"),
            "5:29",
        ),
    ] {
        let found = errors(&source);
        assert!(
            found[0].starts_with(&format!("{at}: {refusal}")),
            "{found:?}"
        );
    }
}

#[test]
fn r7_2_contexts_are_refused_where_they_are_not_known() {
    for (source, at) in [
        (
            "on: push\nenv: {a: '${{ needs.b }}'}\njobs: {a: {runs-on: x}}\n".to_owned(),
            "2:10",
        ),
        (job("    runs-on: x\n    name: ${{ steps.a }}\n"), "5:11"),
        (job("    runs-on: x\n    if: secrets.a == ''\n"), "5:9"),
        (step("run: x\n        if: secrets.a\n"), "7:13"),
        (
            step("run: |\n          one\n          ${{ two }}\n"),
            "6:14",
        ),
    ] {
        refused(&source, &[&format!("{at}: Unrecognized named-value")]);
    }
}

#[test]
fn r2_60_a_calling_job_takes_only_its_own_keys() {
    for key in [
        "steps",
        "env",
        "outputs",
        "timeout-minutes",
        "continue-on-error",
        "environment",
        "container",
        "services",
        "defaults",
    ] {
        let source = job(&format!(
            "    uses: ./.github/workflows/x.yml\n    {key}: x\n"
        ));
        refused(&source, &[&format!("5:5: Unexpected value '{key}'")]);
    }
}

#[test]
fn r2_61_what_a_job_calls_is_a_workflow_file() {
    for uses in [
        "./.github/workflows/x.yml@v1",
        "owner/repo/.github/workflows/x.yml",
        "owner/repo/.github/workflows/x.yml@",
        "owner/repo@v1",
        "./x/../y.yml",
        "./.github/workflows/x.txt",
    ] {
        let source = job(&format!("    uses: {uses}\n"));
        refused(&source, &["4:11: Invalid workflow reference"]);
    }
}

#[test]
fn e34_r2_53_queue_max_does_not_go_with_cancelling() {
    let source = "on: push\nconcurrency: {group: a, cancel-in-progress: true, queue: max}\n\
                  jobs: {a: {runs-on: x}}\n";
    refused(source, &["2:58: queue: max cannot stand beside"]);
}

#[test]
fn r2_77_a_runner_group_has_a_known_owner() {
    let source = |group: &str| job(&format!("    runs-on: {{group: {group}}}\n"));
    for group in ["org/x", "enterprise/x", "x"] {
        valid(&source(group));
    }
    for group in ["team/x", "org/", "org/a/b"] {
        let found = errors(&source(group));
        assert!(found[0].contains("Invalid runs-on group name"), "{found:?}");
    }
}

#[test]
fn a_long_or_multi_line_value_is_cut_in_messages() {
    let name = "x".repeat(300);
    let found = errors(&format!(
        "on: push\n{name}: 1\njobs: {{a: {{runs-on: x}}}}\n"
    ));
    assert!(
        found[0].contains(&format!("'{}...'", "x".repeat(100))),
        "{found:?}"
    );
    let found = errors("on: \"pu\\nsh\"\njobs: {a: {runs-on: x}}\n");
    assert!(found[0].contains("'pu sh'"), "{found:?}");
}
