//! Each rule of the behaviour reference in `tests/rules.table` has a test that cites its number. It
//! reads numbers only, not what the tests do.

use crate::workspace;
use std::{collections::BTreeSet, path::Path};

/// A rule of the table.
#[derive(Debug)]
struct Rule<'a> {
    number: &'a str,
    /// Why no test cites it yet.
    open: Option<&'a str>,
}

fn rules(table: &str) -> Vec<Rule<'_>> {
    let lines = table.lines().map(str::trim);
    lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| match line.split_once(" open ") {
            Some((number, reason)) => Rule {
                number,
                open: Some(reason),
            },
            None => Rule {
                number: line,
                open: None,
            },
        })
        .collect()
}

/// The part of a source that is tests: all of what lies below a folder `tests`, or else what
/// follows `#[cfg(test)]`.
fn tests_of<'a>(path: &Path, source: &'a str) -> &'a str {
    if path.components().any(|part| part.as_os_str() == "tests") {
        return source;
    }
    source.find("#[cfg(test)]").map_or("", |at| &source[at..])
}

/// The rules that tests cite, in small letters with `_` for the dot: by the name of a test, as
/// `r2_40_names_have_scalars` does, or beside what is asserted, as `"E8, R2.14: skipped"` does.
fn cited_in(tests: &str) -> BTreeSet<String> {
    let mut cited = BTreeSet::new();
    let words = tests.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '.');
    for word in words {
        let word = word.to_lowercase().replace('.', "_");
        let parts: Vec<&str> = word.split('_').collect();
        for (at, part) in parts.iter().enumerate() {
            let Some(number) = part.strip_prefix(['r', 'e']).filter(|rest| is_number(rest)) else {
                continue;
            };
            let next = parts.get(at + 1).filter(|next| is_number(next));
            cited.insert(match (part.starts_with('r'), next) {
                (true, Some(next)) => format!("r{number}_{next}"),
                (true, None) | (false, _) => (*part).to_owned(),
            });
        }
    }
    cited
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// What is wrong between the table and what the tests cite.
fn faults(table: &str, cited: &BTreeSet<String>) -> Vec<String> {
    let fault = |rule: Rule<'_>| {
        let cited = cited.contains(&rule.number.to_lowercase().replace('.', "_"));
        match (cited, rule.open) {
            (true, None) | (false, Some(_)) => None,
            (false, None) => Some(format!("{} has no test", rule.number)),
            (true, Some(_)) => Some(format!("{} has a test and is not open", rule.number)),
        }
    };
    rules(table).into_iter().filter_map(fault).collect()
}

#[test]
fn each_rule_has_a_test_that_cites_it() {
    let root = workspace::root();
    let table = std::fs::read_to_string(root.join("tests/rules.table")).expect("the table");
    let mut cited = BTreeSet::new();
    for folder in ["crates", "bins", "tests"] {
        for (path, source) in workspace::texts(&root.join(folder), ".rs") {
            let path = path.strip_prefix(root).expect("it is below the top");
            if !path.starts_with("tests/policies") {
                cited.extend(cited_in(tests_of(path, &source)));
            }
        }
    }
    assert_eq!(faults(&table, &cited), [""; 0]);
    assert!(rules(&table).len() > 190, "the table is cut");
}

#[test]
fn a_rule_without_a_test_is_told() {
    let table = "# numbers\nR2.4\nR2.40\nE13\nR6.10 open later\nR6.1 open later\n";
    let source = "#[test]\nfn r2_40_names() {}\n// E13, R2.41: both\n\
                  async fn r6_1_is_there(store: &Store) {}\n";
    let found = faults(table, &cited_in(tests_of(Path::new("tests/a.rs"), source)));
    assert_eq!(
        found,
        ["R2.4 has no test", "R6.1 has a test and is not open"]
    );
}

#[test]
fn what_is_no_test_cites_nothing() {
    let source = "/// R2.4\nfn a() {}\n#[cfg(test)]\nmod tests { fn r2_5_b() {} }";
    let cited = cited_in(tests_of(Path::new("crates/a/src/a.rs"), source));
    assert_eq!(cited, BTreeSet::from(["r2_5".to_owned()]));
}
