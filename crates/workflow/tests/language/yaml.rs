//! YAML itself: anchors, merge keys, documents, syntax, positions (semantics R7.61, R7.62, E53).

use crate::support::{errors, job, refused, step, valid};
use runyard_workflow::model::plain_env;

const JOBS: &str = "jobs: {a: {runs-on: x}}\n";

#[test]
fn r7_62_anchors_and_aliases_are_expanded() {
    let workflow = valid(
        "on: push
env: &shared {A: &one 1, B: *one}
jobs:
  a: &job
    runs-on: &label linux
    env: *shared
    steps: &steps
      - run: x
  b: *job
  c: {runs-on: [*label, big], steps: *steps}
",
    );
    let env = plain_env(workflow.env.as_ref());
    let own = workflow.jobs[0].with_steps().unwrap();
    assert_eq!(env, plain_env(own.env.as_ref()));
    assert_eq!(env[1].1, "1");
    assert_eq!(workflow.jobs[1].steps(), workflow.jobs[0].steps());
    assert_eq!(workflow.jobs[2].plain_labels(), ["linux", "big"]);
}

#[test]
fn r7_62_an_anchor_may_be_defined_again() {
    let workflow = valid(&format!(
        "on: push\nenv: {{A: &x 1, B: *x, C: &x 2, D: *x}}\n{JOBS}"
    ));
    let env = plain_env(workflow.env.as_ref());
    let values: Vec<&str> = env.iter().map(|(_, value)| value.as_str()).collect();
    assert_eq!(values, ["1", "1", "2", "2"]);
}

#[test]
fn an_error_in_an_anchored_part_is_reported_once() {
    let source = "on: push\njobs:\n  a: &a {runs-on: x, nope: 1}\n  b: *a\n  c: *a\n";
    refused(source, &["3:22: Unexpected value 'nope'"]);
}

#[test]
fn r7_62_aliases_that_lead_nowhere_or_in_a_circle_are_refused() {
    refused(
        &format!("on: push\nenv: *gone\n{JOBS}"),
        &["2:6: The file is not valid YAML"],
    );
    refused(
        &format!("on: push\nenv: &a {{A: *a}}\n{JOBS}"),
        &["2:13: An alias must not stand"],
    );
    refused("&a [*a]", &["1:5: An alias must not stand inside the node"]);
}

#[test]
fn r7_62_merge_keys_are_refused() {
    let source = "on: push\nenv: &e {A: 1}\njobs:\n  a:\n    runs-on: x\n    env:\n      <<: *e\n";
    refused(
        source,
        &["7:7: Unexpected value '<<': merge keys are not supported"],
    );
    let source = "on: push\njobs:\n  a: &a\n    runs-on: x\n  b:\n    <<: *a\n    runs-on: y\n";
    refused(source, &["6:5: Unexpected value '<<'"]);
}

#[test]
fn r7_61_keys_are_scalars() {
    refused(
        &format!("on: push\n? [a]\n: b\n{JOBS}"),
        &["2:3: A sequence was not expected"],
    );
    refused(
        &format!("on: push\n? {{a: b}}\n: c\n{JOBS}"),
        &["2:3: A mapping was not expected"],
    );
}

#[test]
fn r7_62_a_file_is_one_document() {
    valid(&format!("---\non: push\n{JOBS}...\n"));
    valid(&format!("# a remark\n\u{20}\n---\non: push # why\n{JOBS}"));
    valid(&format!("\u{feff}on: push\n{JOBS}"));
    valid(&format!("%YAML 1.2\n---\non: push\n{JOBS}"));
    valid(&format!("on: push\r\n{}", JOBS.replace('\n', "\r\n")));
    refused(
        &format!("on: push\n{JOBS}---\nx: y\n"),
        &["3:1: A second document begins here"],
    );
    refused(
        &format!("on: push\n{JOBS}---\n"),
        &["3:1: A second document begins here"],
    );
    for source in ["", "\n\n", "# only a remark\n", "---\n...\n"] {
        assert!(!errors(source).is_empty(), "{source:?}");
    }
}

#[test]
fn broken_yaml_is_reported_where_it_breaks() {
    for (source, at) in [
        ("on: push\njobs: [a\n", 2),
        ("on: push\njobs: {a: b: c}\n", 2),
        ("on: push\n\tjobs: x\n", 1),
        ("on: 'push\n", 2),
        ("on: push\njobs:\n  a:\n runs-on: x\n", 4),
        ("on: @push\n", 1),
        ("on: \"\\q\"\n", 1),
        ("on: push\n}\n", 2),
        ("on: pu\u{0}sh\n", 1),
    ] {
        let found = errors(source);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].contains("The file is not valid YAML: "),
            "{found:?}"
        );
        assert!(
            found[0].starts_with(&format!("{at}:")),
            "{source:?}: {found:?}"
        );
    }
}

#[test]
fn columns_count_characters_and_begin_at_tags_and_anchors() {
    refused(
        &format!("on: push\nenv: {{é: 1, 日本: [x]}}\n{JOBS}"),
        &["2:17: A sequence was not"],
    );
    refused(
        &job("    runs-on: &a !!str ''\n"),
        &["4:14: Unexpected value ''"],
    );
    refused(
        &job("    runs-on: !!str &a ''\n"),
        &["4:14: Unexpected value ''"],
    );
    refused(
        &job("    runs-on: x\n    steps:\n    - run: x\n    - ~\n"),
        &["7:7: Unexpected value ''"],
    );
    refused(
        &step("run: x\n        env: &e\n          - x\n"),
        &["7:14: A sequence was not"],
    );
    refused(
        &step("run: x\n        env:\n          - x\n"),
        &["8:11: A sequence was not"],
    );
}

#[test]
fn a_block_begins_at_its_indicator() {
    for (body, at) in [
        ("run: |\n          ${{ a }}\n", "6:14"),
        ("run:   >-  # why | how\n\n          ${{ a }}\n", "6:16"),
        (
            "run: # why | how\n          |+\n          ${{ a }}\n",
            "7:11",
        ),
        (
            "run: # why\r\n          |2\r\n            ${{ a }}\r\n",
            "7:11",
        ),
        ("run: &a |\n          ${{ a }}\n", "6:14"),
        ("run: !!str |\n          ${{ a }}\n", "6:14"),
        ("'ru|n': x\n        run: |\n          ${{ a }}\n", "7:14"),
    ] {
        let found = errors(&step(body));
        let start = format!("{at}: Unrecognized named-value: 'a'");
        assert!(
            found.iter().any(|error| error.starts_with(&start)),
            "{body:?}: {found:?}"
        );
    }
}

#[test]
fn an_empty_value_begins_behind_its_colon() {
    refused(&job("    runs-on:\n"), &["4:13: Unexpected value ''"]);
    refused(
        &job("    runs-on: # later\n"),
        &["4:13: Unexpected value ''"],
    );
    refused(&job("    {runs-on: }\n"), &["4:14: Unexpected value ''"]);
    refused(&job("    runs-on: ~\n"), &["4:14: Unexpected value ''"]);
}
