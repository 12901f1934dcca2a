//! A real git repository in a temporary folder.

use std::{path::Path, process::Command};
use tempfile::TempDir;

/// Three jobs in a row, started by hand or by a push.
pub(crate) const WORKFLOW: &str = "\
name: CI
on: [push, workflow_dispatch]
permissions: {actions: read, contents: read}
jobs:
  build:
    runs-on: self-hosted
    steps:
      - uses: actions/checkout@v4
      - name: Make
        run: echo built
  test:
    needs: build
    runs-on: self-hosted
    steps:
      - run: echo tested
  report:
    name: Tell / everybody
    needs: [build, test]
    runs-on: self-hosted
    steps:
      - run: echo told
";

/// A repository with one commit on `main` that holds [`WORKFLOW`].
pub(crate) fn repository() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "--quiet", "--initial-branch=main"]);
    let workflows = folder.path().join(".github/workflows");
    std::fs::create_dir_all(&workflows).unwrap();
    std::fs::write(workflows.join("ci.yml"), WORKFLOW).unwrap();
    std::fs::write(
        workflows.join("push only.yml"),
        "on: push\njobs:\n  one:\n    runs-on: x\n    steps:\n      - run: echo\n",
    )
    .unwrap();
    git(folder.path(), &["add", "--all"]);
    git(
        folder.path(),
        &[
            "commit",
            "--quiet",
            "--message",
            "Add a workflow\n\nIts body",
        ],
    );
    folder
}

/// Runs git there, away from this machine's configuration, and gives what it said.
pub(crate) fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = command(folder, arguments).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {arguments:?}: {text}");
    text
}

/// The same, for a test that expects it to fail.
pub(crate) fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command
        .current_dir(folder)
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env_remove("http_proxy")
        .env("no_proxy", "*");
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), "Ada");
        command.env(format!("GIT_{role}_EMAIL"), "ada@example.com");
        command.env(format!("GIT_{role}_DATE"), "2026-01-02T03:04:05Z");
    }
    command
}

/// Changes `ci.yml` in such a folder.
pub(crate) fn commit_workflow(folder: &Path, text: &str) {
    std::fs::write(folder.join(".github/workflows/ci.yml"), text).unwrap();
    git(folder, &["add", "--all"]);
    git(folder, &["commit", "--quiet", "--message", "Change it"]);
}
