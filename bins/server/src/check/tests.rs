//! What `runyard workflow check` reads and prints.

use super::output::{Written, written};
use super::{Findings, Format, files, look};
use std::path::Path;
use tempfile::TempDir;

const SOUND: &str = "on: push\njobs: {a: {runs-on: linux}}\n";
const BROKEN: &str = "on: push\njobs:\n\ta:\n";
const WRONG: &str = "on: push\njobs:\n  a:\n    runs-on: linux\n    needs: 100%b\n";

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

fn findings(path: &Path) -> Vec<Findings> {
    let files = files::below(path).unwrap();
    files.iter().map(|file| look(file).unwrap()).collect()
}

fn printed(format: Format, path: &Path) -> Written {
    written(format, &findings(path)).unwrap()
}

#[test]
fn a_repository_is_its_workflows_and_actions_and_a_folder_its_own_files() {
    let repository = folder(&[
        (".github/workflows/a.yml", SOUND),
        (".github/workflows/b.yaml", SOUND),
        (".github/workflows/note.txt", "x"),
        (
            ".github/actions/setup/action.yml",
            "runs: {using: node24, main: x}",
        ),
        ("action.yml", "runs: {using: node24, main: x}"),
        ("other.yml", BROKEN),
    ]);
    assert_eq!(findings(repository.path()).len(), 4);
    let workflows = repository.path().join(".github/workflows");
    assert_eq!(findings(&workflows).len(), 2);
    assert_eq!(findings(&repository.path().join("other.yml")).len(), 1);
    assert!(files::below(&repository.path().join(".github")).is_err());
}

#[test]
fn a_workflow_may_be_called_action() {
    let repository = folder(&[(".github/workflows/action.yml", SOUND)]);
    let found = findings(repository.path());
    assert_eq!(found[0].errors, []);
    assert_eq!(
        findings(&repository.path().join(".github/workflows"))[0].errors,
        []
    );
}

#[test]
fn keys_of_an_action_that_nothing_reads_are_told() {
    let action = "runs: {using: node24, main: x}\ncolour: blue\n";
    let repository = folder(&[("action.yml", action)]);
    let found = findings(&repository.path().join("action.yml"));
    assert_eq!((found[0].errors.len(), found[0].errors[0].line), (1, 2));
}

#[test]
fn all_being_well_is_silent() {
    let repository = folder(&[(".github/workflows/a.yml", SOUND)]);
    assert_eq!(printed(Format::Human, repository.path()).errors, "");
    assert_eq!(printed(Format::Json, repository.path()).errors, "[]\n");
    assert_eq!(printed(Format::Github, repository.path()).errors, "");
}

#[test]
fn an_error_stands_under_its_line_with_a_caret() {
    let repository = folder(&[(".github/workflows/a.yml", WRONG)]);
    let human = printed(Format::Human, repository.path()).errors;
    assert!(
        human.contains("a.yml:5:12: Job 'a' depends on unknown job '100%b'."),
        "{human}"
    );
    assert!(
        human.contains("\n  5 |     needs: 100%b\n    |            ^\n"),
        "{human}"
    );
    let github = printed(Format::Github, repository.path()).errors;
    assert!(
        github.contains(",line=5,col=12::Job 'a' depends on unknown job '100%25b'."),
        "{github}"
    );
    let json = printed(Format::Json, repository.path()).errors;
    let errors: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(errors[1]["line"], 5);
    assert_eq!(errors[1]["column"], 12);
}

#[test]
fn a_file_that_is_not_utf8_is_an_error() {
    let repository = folder(&[]);
    let path = repository.path().join("a.yml");
    std::fs::write(&path, b"on: \xff").unwrap();
    assert_eq!(
        findings(&path)[0].errors[0].message,
        "the file is not UTF-8"
    );
}

#[test]
fn a_called_file_of_the_repository_is_read() {
    let called = "on: {workflow_call: {inputs: {a: {type: number, required: true}}}}\n\
                  jobs: {b: {runs-on: linux}}\n";
    let calling = "on: push\njobs:\n  a:\n    uses: ./.github/workflows/called.yml\n    \
                   with: {a: x}\n  b:\n    uses: ./.github/workflows/none.yml\n";
    let repository = folder(&[
        (".github/workflows/called.yml", called),
        (".github/workflows/calling.yml", calling),
    ]);
    let found = findings(repository.path());
    let places: Vec<(u32, u32)> = found[1]
        .errors
        .iter()
        .map(|error| (error.line, error.column))
        .collect();
    assert_eq!(places, [(5, 15), (7, 11)]);
}
