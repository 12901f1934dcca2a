//! The cases that GitHub publishes for its own expression and workflow readers, each one asserted.
//!
//! They are read from the folder that `RUNYARD_ORACLES` names, which must be there, else from
//! `shared/oracles` beside the checkout, without which there is nothing to do. What is not asserted
//! stands in `skipped.txt` with its reason.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod calls;
mod case;
mod events;
mod expressions;
mod model;
mod normal;
mod steps;
mod workflows;

use std::io::Write;
use std::path::{Path, PathBuf};

/// The cases that are not asserted: `kind/file` or `kind/file#number`, then the reason.
const SKIPPED: &str = include_str!("skipped.txt");

/// The files of one kind of cases in order of their names; none when the default folder is absent.
fn files(kind: &str, extension: &str) -> Option<Vec<PathBuf>> {
    let folder = folder()?.join(kind);
    let entries = std::fs::read_dir(&folder);
    let entries = entries.unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{} holds no cases", folder.display());
    Some(files)
}

fn folder() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("RUNYARD_ORACLES") {
        let named = PathBuf::from(named);
        assert!(
            named.is_dir(),
            "RUNYARD_ORACLES names no folder: {}",
            named.display()
        );
        return Some(named);
    }
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/oracles");
    beside.is_dir().then_some(beside)
}

/// Why a case is not asserted, if it is listed.
fn reason_to_skip(case: &str) -> Option<&'static str> {
    SKIPPED
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(' '))
        .find_map(|(listed, reason)| (listed == case).then_some(reason))
}

/// Says how many cases of a kind were asserted and how many skipped, also when the test passes;
/// `.ci/run` reads this line.
fn report(kind: &str, asserted: usize, skipped: usize) {
    let line = format!("oracles: {kind} {asserted} asserted, {skipped} skipped\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}

#[test]
fn each_skipped_case_has_a_reason() {
    for line in SKIPPED.lines().filter(|line| !line.starts_with('#')) {
        let (case, reason) = line.split_once(' ').unwrap_or((line, ""));
        assert!(case.contains('/') && reason.len() > 10, "{line}");
    }
}
