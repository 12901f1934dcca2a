//! Files that mean harm: parsing is total, quick and repeatable.

use crate::support::{FILE, errors};
use proptest::prelude::*;
use runyard_workflow::{limits::MAX_FILE_BYTES, order, parse, parse_action};
use std::time::{Duration, Instant};

/// Far above what any file takes, far below what a quadratic reader would.
const PATIENCE: Duration = Duration::from_secs(5);

/// For what took minutes once, and takes a second beside a quiet machine's other work.
const MUCH_PATIENCE: Duration = Duration::from_secs(40);

fn quick(what: &str, source: &str) -> Vec<String> {
    let began = Instant::now();
    let found = errors(source);
    assert!(
        began.elapsed() < PATIENCE,
        "{what} took {:?}",
        began.elapsed()
    );
    assert!(
        found.iter().all(|error| error.len() < 1_000),
        "{what}: a message is too long"
    );
    found
}

#[test]
fn r7_62_an_alias_bomb_is_refused_at_once() {
    let mut source = String::from("on: push\nx0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..40 {
        let alias = format!("*a{}, ", level - 1).repeat(9);
        source.push_str(&format!("x{level}: &a{level} [{alias}]\n"));
    }
    let found = quick("a bomb", &source);
    assert!(
        found[0].contains("Maximum number of nodes exceeded"),
        "{found:?}"
    );
}

#[test]
fn repeated_characters_up_to_the_size_limit_are_answered_at_once() {
    for piece in [
        "[",
        "{",
        "- ",
        "? ",
        "a: ",
        "*a ",
        "&a ",
        "!",
        "!!str ",
        "'",
        "\"",
        "\\",
        "|",
        ">",
        ",",
        "[]",
        "{}",
        "[a,",
        "{a: ",
        "- - ",
        "#",
        "\n",
        " ",
        "\t",
        ":",
        "::",
        "-",
        "--- ",
        "---\n",
        "...\n",
        "%",
        "%YAML 1.2\n",
        "\u{feff}",
        "é",
        "a\n",
        "a:\n",
        "- a\n",
        "\"a\": ",
        "\r",
        "a: b\n",
        "<<: ",
        "${{",
        "- &a a\n",
        "- *a\n",
        "0",
        ".",
        "x ",
        "[?",
        "[:",
        "? [",
        "'' : ",
        "#\n",
        " #\n",
        "\n ",
        "a\n\n",
        "|\n ",
        "!<",
        "%TAG ! x\n",
    ] {
        quick(piece, &piece.repeat(MAX_FILE_BYTES / piece.len()));
        let inside = format!(
            "on: push\njobs:\n  a:\n    runs-on: x\n    env: {}",
            piece.repeat(400_000 / piece.len())
        );
        let began = Instant::now();
        let _ = parse(FILE, &inside);
        assert!(
            began.elapsed() < PATIENCE,
            "{piece:?} took {:?}",
            began.elapsed()
        );
    }
}

/// As long a list of `item` as the limit on nodes allows.
fn many(before: &str, item: &str, count: usize) -> String {
    format!("{before}{}", item.repeat(count))
}

#[test]
fn many_steps_without_an_id_get_theirs_at_once() {
    let before = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n";
    let workflow = many(before, "    - run: x\n", 15_000);
    let began = Instant::now();
    let parsed = parse(FILE, &workflow).unwrap();
    assert_eq!(parsed.jobs[0].steps()[14_999].key, "__run_15000");
    let before = "runs:\n  using: composite\n  steps:\n";
    let action = many(before, "  - {shell: x, run: y}\n", 9_000);
    let parsed = parse_action(FILE, &action).unwrap();
    assert_eq!(parsed.steps()[8_999].key, "__run_9000");
    assert!(
        began.elapsed() < MUCH_PATIENCE,
        "took {:?}",
        began.elapsed()
    );
}

#[test]
fn many_steps_that_differ_by_case_get_ids_at_once() {
    let mut source = String::from("on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n");
    for step in 0..12_000_u32 {
        let letter = |bit: u32| if step >> bit & 1 == 1 { 'A' } else { 'a' };
        let owner: String = (0..14).map(letter).collect();
        source.push_str(&format!("    - uses: {owner}/b@c\n"));
    }
    let began = Instant::now();
    let parsed = parse(FILE, &source).unwrap();
    assert!(parsed.jobs[0].steps()[11_999].key.ends_with("_b_12000"));
    assert!(
        began.elapsed() < MUCH_PATIENCE,
        "took {:?}",
        began.elapsed()
    );
}

#[test]
fn many_jobs_and_needs_are_checked_at_once() {
    let mut source = String::from("on: push\njobs:\n");
    for job in 0..4_000 {
        source.push_str(&format!(
            "  j{job}: {{runs-on: x, needs: [j{}, j{}]}}\n",
            (job + 1) % 4_000,
            (job + 7) % 4_000
        ));
    }
    assert!(quick("a ring", &source).len() > 1_000);
}

#[test]
fn one_broken_part_used_often_gives_one_error() {
    let aliases: String = (0..2_000).map(|job| format!("  j{job}: *a\n")).collect();
    let source = format!("on: push\njobs:\n  a: &a {{runs-on: x, nope: 1}}\n{aliases}");
    let found = quick("aliases", &source);
    assert!(
        found[0].starts_with("3:22: Unexpected value 'nope'"),
        "{:?}",
        found[0]
    );
    assert!(found.len() <= 2, "{found:?}");
}

/// Text in the neighbourhood of workflows.
fn fragments() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "on",
        "push",
        "jobs",
        "steps",
        "run",
        "uses",
        "actions/checkout@v4",
        "runs-on",
        "needs",
        "env",
        "name",
        "id",
        ": ",
        ":\n",
        "\n",
        "\n  ",
        "\n    ",
        "\n      - ",
        "- ",
        "[",
        "]",
        "{",
        "}",
        ",",
        "&a ",
        "*a",
        "!!str ",
        "!x ",
        "'",
        "\"",
        "|\n",
        ">-\n",
        "#",
        "${{ x }}",
        "<<",
        "~",
        "1.10",
        "012",
        "true",
        "---\n",
        "...\n",
        "\t",
        "? ",
        "é",
        "\u{0}",
        "a",
        "b",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

fn total(source: &str) {
    let first = parse(FILE, source);
    assert_eq!(
        first,
        parse(FILE, source),
        "the same text gives the same answer"
    );
    match first {
        Ok(workflow) => assert!(order(&workflow.jobs).is_some_and(|order| !order.is_empty())),
        Err(invalid) => {
            assert!(!invalid.diagnostics.is_empty());
            let places: Vec<_> = invalid
                .diagnostics
                .iter()
                .map(|d| (d.line, d.column))
                .collect();
            assert!(places.is_sorted() && places.iter().all(|place| place >= &(1, 1)));
            let lines = source.split(['\n', '\r']).count() + 1;
            assert!(
                places.iter().all(|(line, _)| *line as usize <= lines),
                "{places:?}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_like_an_action_has_the_same_answer_twice(source in fragments()) {
        let source = source.replace("on: push\n", "runs:\n  using: composite\n");
        prop_assert_eq!(parse_action(FILE, &source), parse_action(FILE, &source));
    }

    #[test]
    fn any_text_has_an_answer(source in any::<String>()) {
        total(&source);
    }

    #[test]
    fn any_text_like_a_workflow_has_an_answer(source in fragments()) {
        total(&source);
        total(&format!("on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: x\n        {source}"));
    }

    #[test]
    fn cutting_a_workflow_anywhere_has_an_answer(at in 0_usize..200) {
        let whole = "on: {push: ~}\nenv: &e {A: '1'}\njobs:\n  a:\n    runs-on: [x, y]\n    env: *e\n    steps:\n      - uses: actions/checkout@v4\n      - run: |\n          one\n          two\n";
        total(&whole.chars().take(at).collect::<String>());
    }
}
