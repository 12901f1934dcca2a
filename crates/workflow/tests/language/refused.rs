//! Every refusal of the schema, with the line and column where GitHub puts it.

use crate::support::{FILE, errors, invalid, job, refused, step};

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
      - run: echo ${{ github.sha }}
      - uses: actions/setup-node@v4
        with: {node-version: 22}
      - run: x
        shell: zsh
  test:
    needs: nothing
    steps: []
",
        &[
            "1:1: Unexpected value 'nam': unknown key; allowed in a workflow: name, on, env, jobs",
            "3:1: The key 'permissions' is valid in GitHub Actions but not honoured yet",
            "5:3: The identifier '0build' is invalid. IDs may only contain",
            "8:14: The expression '${{ github.sha }}' is valid in GitHub Actions but not honoured",
            "9:15: The action 'actions/setup-node@v4' is valid in GitHub Actions but not honoured",
            "10:9: The key 'with' is valid in GitHub Actions but not honoured yet",
            "12:16: Unexpected value 'zsh': unknown shell; allowed: bash, sh, python",
            "14:5: Required property is missing: runs-on",
            "14:12: Job 'test' depends on unknown job 'nothing'.",
        ],
    );
}

#[test]
fn an_error_names_its_file_and_place() {
    let invalid = invalid("on: push\njobs:\n  a: {runs-on: x}\nnope: 1\n");
    let shown = format!("{FILE}:4:1: Unexpected value 'nope'");
    assert!(invalid.diagnostics[0].to_string().starts_with(&shown));
    assert!(invalid.to_string().starts_with(&shown));
    let stored = serde_json::to_string(&invalid).unwrap();
    assert_eq!(
        serde_json::from_str::<runyard_workflow::InvalidWorkflow>(&stored).unwrap(),
        invalid
    );
}

#[test]
fn r7_61_unknown_keys_are_told_from_keys_not_honoured_yet() {
    let not_yet = |key: &str, at: &str| format!("{at}: The key '{key}' is valid in GitHub Actions");
    for key in [
        "run-name",
        "description",
        "permissions",
        "defaults",
        "concurrency",
    ] {
        let source = format!("on: push\n{key}: x\njobs:\n  a: {{runs-on: x}}\n");
        refused(&source, &[&not_yet(key, "2:1")]);
    }
    for key in [
        "permissions",
        "if",
        "environment",
        "concurrency",
        "outputs",
        "defaults",
        "strategy",
        "timeout-minutes",
        "cancel-timeout-minutes",
        "continue-on-error",
        "container",
        "services",
        "snapshot",
        "uses",
        "with",
        "secrets",
    ] {
        refused(
            &job(&format!("    runs-on: x\n    {key}: x\n")),
            &[&not_yet(key, "5:5")],
        );
    }
    for key in [
        "if",
        "with",
        "timeout-minutes",
        "continue-on-error",
        "background",
        "parallel",
    ] {
        refused(
            &step(&format!("run: x\n        {key}: x\n")),
            &[&not_yet(key, "7:9")],
        );
    }
    for key in ["Name", "nam", "jobs ", "on.push", "env:x"] {
        let source = format!("on: push\n'{key}': x\njobs:\n  a: {{runs-on: x}}\n");
        assert!(
            errors(&source)[0].contains("unknown key") || key == "Name",
            "{key}"
        );
    }
}

#[test]
fn r7_61_keys_are_compared_exactly_but_duplicates_ignoring_case() {
    refused(
        &job("    Runs-On: x\n"),
        &[
            "4:5: Unexpected value 'Runs-On': unknown key",
            "4:5: Required property is missing: runs-on",
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
    // A job that calls a workflow has none; that it calls one is the only error.
    refused(
        &job("    uses: ./.github/workflows/x.yml\n"),
        &["4:5: The key 'uses' is valid in"],
    );
    for (value, at, message) in [
        ("", "4:13", "Unexpected value ''"),
        ("''", "4:14", "Unexpected value ''"),
        ("[]", "4:14", "runs-on is empty"),
        ("['']", "4:15", "Unexpected value ''"),
        ("[[x]]", "4:15", "A sequence was not expected"),
        ("{}", "4:14", "A mapping was not expected"),
        (
            "{group: g}",
            "4:15",
            "The key 'group' is valid in GitHub Actions",
        ),
        ("{pool: g}", "4:15", "Unexpected value 'pool': unknown key"),
        (
            "${{ matrix.os }}",
            "4:14",
            "The expression '${{ matrix.os }}' is valid in",
        ),
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
            "run: x\n        uses: actions/checkout",
            "7:9: Unexpected value 'uses'",
        ),
        (
            "uses: actions/checkout\n        run: x",
            "7:9: Unexpected value 'run'",
        ),
        (
            "uses: actions/checkout\n        shell: sh",
            "7:9: Unexpected value 'shell': only",
        ),
        (
            "wait: other",
            "6:9: The key 'wait' is valid in GitHub Actions",
        ),
        (
            "wait-all:",
            "6:9: The key 'wait-all' is valid in GitHub Actions",
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
fn only_checkout_is_used() {
    let known = "is valid in GitHub Actions but not honoured yet";
    for (uses, expected) in [
        ("actions/cache@v4", known),
        ("actions/checkout/sub@v4", known),
        ("./local", known),
        ("docker://alpine:3", known),
        ("actions/cache", "expected format {org}/{repo}[/path]@ref"),
        ("checkout", "expected format {org}/{repo}[/path]@ref"),
        (
            "actions/checkout@",
            "expected format {org}/{repo}[/path]@ref",
        ),
        (
            "actions/checkout@a b",
            "expected format {org}/{repo}[/path]@ref",
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
fn shells_are_told_apart() {
    for (shell, expected) in [
        (
            "pwsh",
            "7:16: The shell 'pwsh' is valid in GitHub Actions but not honoured yet",
        ),
        (
            "perl {0}",
            "7:16: The shell 'perl {0}' is valid in GitHub Actions but not honoured",
        ),
        ("Bash", "7:16: Unexpected value 'Bash': unknown shell"),
        ("''", "7:16: Unexpected value ''"),
    ] {
        refused(
            &step(&format!("run: x\n        shell: {shell}\n")),
            &[expected],
        );
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
fn r2_2_duplicate_job_ids_ignoring_case() {
    let source = "on: push\njobs:\n  build: {runs-on: x}\n  Build: {runs-on: x}\n";
    refused(source, &["4:3: 'Build' is already defined"]);
}

#[test]
fn values_of_the_wrong_shape() {
    for (source, expected) in [
        (
            "push",
            vec![
                "1:1: Unexpected value 'push': a workflow is a mapping",
                "1:1: Required property is missing: on",
                "1:1: Required property is missing: jobs",
            ],
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
            "on: push\njobs: {a: {runs-on: x, needs: ~}}\n",
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
fn r7_1_expressions_are_refused_wherever_a_scalar_stands() {
    let refusal = "The expression '${{";
    for (source, at) in [
        (
            "on: push\nname: a ${{ b }}\njobs: {a: {runs-on: x}}\n".to_owned(),
            "2:7",
        ),
        (
            "on: push\nenv: {a: '${{ b }}'}\njobs: {a: {runs-on: x}}\n".to_owned(),
            "2:10",
        ),
        (
            "on: push\nenv: {'${{ insert }}': x}\njobs: {a: {runs-on: x}}\n".to_owned(),
            "2:7",
        ),
        (job("    runs-on: x\n    name: ${{ a\n"), "5:11"),
        (
            step("run: |\n          one\n          ${{ two }}\n"),
            "6:14",
        ),
        (step("run: x\n        name: ${{ a }}\n"), "7:15"),
        (step("run: x\n        id: ${{ a }}\n"), "7:13"),
        (step("run: x\n        shell: ${{ a }}\n"), "7:16"),
        (
            step("run: x\n        working-directory: ${{ a }}\n"),
            "7:28",
        ),
        (
            step("run: x\n        env:\n          A: ${{ a }}\n"),
            "8:14",
        ),
        (step("uses: ${{ a }}\n"), "6:15"),
    ] {
        refused(&source, &[&format!("{at}: {refusal}")]);
    }
    refused(
        "on: ${{ a }}\njobs: {a: {runs-on: x}}\n",
        &[&format!("1:5: {refusal}")],
    );
    let needs = job("    runs-on: x\n    needs: ${{ a }}\n");
    refused(&needs, &[&format!("5:12: {refusal}")]);
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
