//! The top of the tree holds what architecture 2 lists and nothing else.

use std::collections::BTreeSet;
use std::process::Command;

use crate::workspace;

const LISTED: [&str; 16] = [
    ".ci",
    ".gitignore",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "Makefile",
    "README.md",
    "bins",
    "clippy.toml",
    "config",
    "crates",
    "migrations",
    "rust-toolchain.toml",
    "rustfmt.toml",
    "tests",
];

/// The names at the top that are not listed. `paths` are relative to the top.
fn unlisted<'a>(paths: impl Iterator<Item = &'a str>) -> BTreeSet<&'a str> {
    let names = paths.filter_map(|path| path.split('/').next());
    names.filter(|name| !LISTED.contains(name)).collect()
}

#[test]
fn the_top_holds_only_the_listed_names() {
    // What .gitignore names (the build folder, local data) is not part of the tree.
    let arguments = ["ls-files", "--cached", "--others", "--exclude-standard"];
    let files = workspace::output(
        Command::new("git")
            .current_dir(workspace::root())
            .args(arguments),
    );
    assert!(
        files.lines().any(|path| path == "Cargo.toml"),
        "git listed: {files}"
    );
    assert_eq!(unlisted(files.lines()), BTreeSet::new());
}

#[test]
fn a_planted_name_is_found() {
    let paths = [
        "crates/api/src/lib.rs",
        "notes/plan.md",
        "notes/more.md",
        "Makefile",
    ];
    assert_eq!(unlisted(paths.into_iter()), BTreeSet::from(["notes"]));
}
