//! The count of tests per suite must not shrink: `.ci/test-counts` says so when it does.

use std::process::{Command, Output};

use crate::workspace;

const LOG: &str = "\
     Running unittests src/lib.rs (target/debug/deps/runyard_domain-0a1b2c3d4e5f6071)

running 2 tests
test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s

     Running tests/cancel.rs (/elsewhere/debug/deps/cancel-00112233445566aa)
test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.10s

   Doc-tests runyard_workflow
test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.10s
";

fn compare(minimum: &str) -> Output {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (log, list) = (folder.path().join("log"), folder.path().join("minimum"));
    std::fs::write(&log, LOG).expect("written");
    std::fs::write(&list, minimum).expect("written");
    let program = workspace::root().join(".ci/test-counts");
    Command::new(program)
        .args([log, list])
        .output()
        .expect("the script starts")
}

fn says(output: &Output, words: &[&str]) -> bool {
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines()
        .any(|line| words.iter().all(|word| line.contains(word)))
}

#[test]
fn suites_at_their_minimum_pass() {
    let output = compare("# least\nrunyard_domain 2\ncancel 1\ndoc:runyard_workflow 1\n");
    assert!(output.status.success(), "{output:?}");
    assert!(says(&output, &["cancel", "3", "1"]), "{output:?}");
    assert!(says(&output, &["together", "6"]), "{output:?}");
}

#[test]
fn a_suite_below_its_minimum_fails() {
    let output = compare("runyard_domain 3\ncancel 3\ndoc:runyard_workflow 1\n");
    assert!(!output.status.success());
    assert!(says(&output, &["runyard_domain", "too few"]), "{output:?}");
}

#[test]
fn a_suite_that_did_not_run_fails() {
    let output = compare("runyard_domain 2\ncancel 3\ndoc:runyard_workflow 1\nplan 9\n");
    assert!(!output.status.success());
    assert!(says(&output, &["plan", "did not run"]), "{output:?}");
}

#[test]
fn a_new_suite_fails_with_the_line_to_add() {
    let output = compare("runyard_domain 2\ndoc:runyard_workflow 1\n");
    assert!(!output.status.success());
    assert!(
        says(&output, &["new: add the line \"cancel 3\""]),
        "{output:?}"
    );
}
