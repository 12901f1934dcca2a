//! Every limit at its edge: exactly at it passes, one more is refused (semantics R7.62, section 9).

use crate::support::{FILE, errors, invalid, job, step, valid};
use runyard_workflow::MAX_DIAGNOSTICS;
use runyard_workflow::limits::{
    MAX_DEPTH, MAX_FILE_BYTES, MAX_NODES, MAX_RESULT_BYTES, MAX_RUN_CHARACTERS,
};

#[test]
fn r7_62_the_size_of_a_file_is_limited() {
    let file = "on: push\njobs: {a: {runs-on: x}}\n#";
    let padded = |bytes: usize| format!("{file}{}", "x".repeat(bytes - file.len()));
    valid(&padded(MAX_FILE_BYTES));
    let found = errors(&padded(MAX_FILE_BYTES + 1));
    assert_eq!(
        found,
        ["1:1: The maximum file size of 512000 bytes has been exceeded"]
    );
}

#[test]
fn r7_62_the_number_of_nodes_is_limited() {
    // root, on, push, jobs, its mapping, a, its mapping, runs-on, x, needs, its list
    let needs = |nodes: usize| {
        let list = "b,".repeat(nodes - 11 - 4);
        format!("on: push\njobs: {{b: {{runs-on: x}}, a: {{runs-on: x, needs: [{list}]}}}}\n")
    };
    valid(&needs(MAX_NODES));
    let found = errors(&needs(MAX_NODES + 1));
    assert!(
        found[0].contains("Maximum number of nodes exceeded: at most 50000"),
        "{found:?}"
    );
}

#[test]
fn aliases_count_as_what_they_stand_for() {
    let file = |aliases: usize, rest: usize| {
        let list = "x,".repeat(1_000);
        let again = ", *a".repeat(aliases);
        let single = ", x".repeat(rest);
        format!("on: push\njobs: {{}}\nx: [&a [{list}]{again}{single}]\n")
    };
    // Seven nodes hold the lists of 1,001: root, on, push, jobs, {}, x and the outer list.
    let rest = MAX_NODES - 7 - 49 * 1_001;
    let beyond = |found: &[String]| found.iter().any(|e| e.contains("Maximum number of nodes"));
    assert!(!beyond(&errors(&file(48, rest))));
    assert!(beyond(&errors(&file(48, rest + 1))));
    assert!(beyond(&errors(&file(49, rest))));
}

#[test]
fn r7_62_the_depth_is_limited() {
    let nested = |depth: usize| format!("a: {}{}", "[".repeat(depth - 1), "]".repeat(depth - 1));
    let beyond = |source: &str| errors(source)[0].contains("Maximum object depth exceeded");
    assert!(!beyond(&nested(MAX_DEPTH)));
    assert!(beyond(&nested(MAX_DEPTH + 1)));
    let block = |depth: usize| format!("{}x", "- ".repeat(depth));
    assert!(!beyond(&block(MAX_DEPTH)));
    assert!(beyond(&block(MAX_DEPTH + 1)));
    // Through an alias: 25 levels inside 25, then inside 26.
    let inner = format!("{}{}", "[".repeat(25), "]".repeat(25));
    let aliased = |outer: usize| {
        format!(
            "a: &a {inner}\nb: {}*a{}",
            "[".repeat(outer - 1),
            "]".repeat(outer - 1)
        )
    };
    assert!(!beyond(&aliased(25)));
    assert!(beyond(&aliased(26)));
}

#[test]
fn r7_62_the_expanded_size_is_limited() {
    let text = "x".repeat(100_000);
    let each = 24 + 26 + 2 * text.len();
    let copies = MAX_RESULT_BYTES / each;
    // Three mappings and lists of 24; "on", "push", "jobs", "x", "a", "b" and "y" of 50 and 2 for
    // each letter; the filler's own 50.
    let fixed = 3 * 24 + 7 * 50 + 2 * "onpushjobsxaby".len() + 50 + 26 + 2 * FILE.len();
    let room = (MAX_RESULT_BYTES - fixed - copies * each) / 2;
    let beyond = |filler: usize| {
        let again = ",*a".repeat(copies - 1);
        let filler = "y".repeat(filler);
        let source = format!("on: push\njobs: {{}}\nx: [&a {text}{again}]\na: b\ny: {filler}\n");
        errors(&source)
            .iter()
            .any(|error| error.contains("Maximum object size exceeded"))
    };
    assert!(!beyond(room));
    assert!(beyond(room + 1));
}

#[test]
fn the_length_of_a_script_is_limited() {
    let run = |characters: usize| step(&format!("run: '{}'\n", "é".repeat(characters)));
    valid(&run(MAX_RUN_CHARACTERS));
    let found = errors(&run(MAX_RUN_CHARACTERS + 1));
    assert_eq!(
        found,
        ["6:14: The script is too long; run has at most 21000 characters"]
    );
}

#[test]
fn the_number_of_reported_errors_is_limited_and_the_rest_is_counted() {
    let keys = |count: usize| {
        let keys: String = (0..count).map(|key| format!("    k{key}: x\n")).collect();
        invalid(&job(&format!("    runs-on: x\n{keys}"))).diagnostics
    };
    let all = keys(MAX_DIAGNOSTICS);
    assert_eq!(all.len(), MAX_DIAGNOSTICS);
    assert!(
        all.iter()
            .all(|error| error.message.contains("a job is a mapping"))
    );
    let more = keys(MAX_DIAGNOSTICS + 2);
    assert_eq!(more.len(), MAX_DIAGNOSTICS + 1);
    assert_eq!(
        more[MAX_DIAGNOSTICS].message,
        "2 more errors are not listed"
    );
}
