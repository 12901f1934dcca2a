//! `domain` and `workflow` have no async, no I/O, no clock and no random source (architecture 2):
//! neither in their sources nor in what they are built from.

use crate::workspace;

const PURE: [&str; 2] = ["workflow", "domain"];

/// Words that a pure crate's code must not contain.
const IMPURE_WORDS: [&str; 21] = [
    "Utc::now",
    "Local::now",
    "SystemTime",
    "Instant",
    "rand::",
    "getrandom",
    "RandomState",
    "tokio",
    "async fn",
    "async move",
    ".await",
    "std::env",
    "std::fs",
    "std::io",
    "std::net",
    "std::os",
    "std::process",
    "std::thread",
    "print!",
    "println!",
    "dbg!",
];

/// Modules of `std` that a pure crate must not reach through a group either (`use std::{env, fs}`).
const IMPURE_MODULES: [&str; 7] = ["env", "fs", "io", "net", "os", "process", "thread"];

/// Crates that bring a runtime, a clock, randomness or the outside world.
const IMPURE_CRATES: [&str; 20] = [
    "actix-web",
    "async-std",
    "async-trait",
    "diesel",
    "fastrand",
    "futures-util",
    "getrandom",
    "gix",
    "hyper",
    "iana-time-zone",
    "libc",
    "mio",
    "nix",
    "rand",
    "rand_core",
    "reqwest",
    "rustix",
    "socket2",
    "tempfile",
    "tokio",
];

/// Features that give a pure crate a clock: `chrono`'s `clock` and `now`.
const CLOCK_FEATURES: [&str; 2] = ["clock", "now"];

/// The impure words in `source`, each as `line: word`. Comments are not code.
fn impure_words(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (number, line) in (1..).zip(source.lines()) {
        let code = line.split("//").next().unwrap_or_default();
        let words = IMPURE_WORDS.iter().filter(|word| code.contains(**word));
        found.extend(words.map(|word| format!("{number}: {word}")));
    }
    found.extend(impure_groups(source));
    found
}

/// The impure modules that `use std::{...}` groups name.
fn impure_groups(source: &str) -> Vec<String> {
    let groups = source
        .split("std::{")
        .skip(1)
        .filter_map(|rest| rest.split(';').next());
    let names = groups.flat_map(|group| group.split(|c: char| !c.is_alphanumeric() && c != '_'));
    names
        .filter(|name| IMPURE_MODULES.contains(name))
        .map(|name| format!("std::{{{name}}}"))
        .collect()
}

/// What of `tree` (lines `name features`) a pure crate must not be built from.
fn impure_crates(tree: &[String]) -> Vec<String> {
    tree.iter()
        .filter(|line| is_impure_crate(line))
        .cloned()
        .collect()
}

fn is_impure_crate(line: &str) -> bool {
    let (name, features) = line.split_once(' ').unwrap_or((line, ""));
    let has_clock = name == "chrono" && features.split(',').any(|f| CLOCK_FEATURES.contains(&f));
    has_clock || IMPURE_CRATES.contains(&name)
}

#[test]
fn the_sources_of_pure_crates_touch_nothing_outside() {
    for name in PURE {
        let sources = workspace::texts(
            &workspace::root().join("crates").join(name).join("src"),
            ".rs",
        );
        assert!(!sources.is_empty(), "no sources of {name}");
        for (path, text) in sources {
            assert_eq!(
                impure_words(&text),
                Vec::<String>::new(),
                "in {}",
                path.display()
            );
        }
    }
}

#[test]
fn pure_crates_are_built_from_pure_crates() {
    for name in PURE {
        let tree = workspace::tree(&format!("runyard-{name}"));
        assert!(tree.len() > 3, "the tree of {name} was not read: {tree:?}");
        assert_eq!(
            impure_crates(&tree),
            Vec::<String>::new(),
            "in the tree of {name}"
        );
    }
}

#[test]
fn a_planted_clock_is_found_with_its_line() {
    let source = "fn late() -> bool {\n    Utc::now() > LIMIT // not SystemTime\n}\n";
    assert_eq!(impure_words(source), ["2: Utc::now"]);
}

#[test]
fn a_planted_group_import_is_found() {
    let source = "use std::{\n    collections::HashMap,\n    fs::File,\n};\n";
    assert_eq!(impure_words(source), ["std::{fs}"]);
}

#[test]
fn comments_and_pure_modules_pass() {
    let source = "//! never reads std::fs\nuse std::{collections::BTreeMap, fmt};\n";
    assert_eq!(impure_words(source), Vec::<String>::new());
}

#[test]
fn planted_crates_and_features_are_found() {
    let tree = ["chrono clock,std", "serde std", "tokio rt"].map(String::from);
    assert_eq!(impure_crates(&tree), ["chrono clock,std", "tokio rt"]);
    assert_eq!(
        impure_crates(&["chrono serde,std".to_owned()]),
        Vec::<String>::new()
    );
}
