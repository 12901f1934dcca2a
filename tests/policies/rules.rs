//! Each rule of the behaviour reference in `tests/rules.table` has a test that cites its number. It
//! reads names only, not what the tests do.

use crate::workspace;

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

/// Whether the name of a test cites a rule: `r2_40_names_have_scalars` cites R2.40.
fn cites(test: &str, rule: &str) -> bool {
    let number = rule.to_lowercase().replace('.', "_");
    format!("_{test}_").contains(&format!("_{number}_"))
}

/// The names of all functions: a suite that runs against each store has no attribute at its cases.
fn functions_of(source: &str) -> Vec<&str> {
    let words = source.split("fn ").skip(1);
    words
        .filter_map(|text| text.split_once('(').map(|(name, _)| name))
        .collect()
}

/// What is wrong between the table and the tests.
fn faults(table: &str, tests: &[&str]) -> Vec<String> {
    let fault = |rule: Rule<'_>| {
        let cited = tests.iter().any(|test| cites(test, rule.number));
        match (cited, rule.open) {
            (true, None) | (false, Some(_)) => None,
            (false, None) => Some(format!("{} has no test", rule.number)),
            (true, Some(_)) => Some(format!("{} has a test and is not open", rule.number)),
        }
    };
    rules(table).into_iter().filter_map(fault).collect()
}

#[test]
fn each_rule_of_the_language_has_a_test_that_cites_it() {
    let root = workspace::root();
    let table = std::fs::read_to_string(root.join("tests/rules.table")).expect("the table");
    let mut sources = Vec::new();
    for folder in ["crates", "bins", "tests"] {
        sources.extend(workspace::texts(&root.join(folder), ".rs"));
    }
    let tests = sources.iter().flat_map(|(_, source)| functions_of(source));
    let tests: Vec<&str> = tests.collect();
    assert_eq!(faults(&table, &tests), [""; 0]);
    assert!(rules(&table).len() > 80, "the table is cut");
}

#[test]
fn a_rule_without_a_test_is_told() {
    let table = "# numbers\nR2.4\nR2.40\nE13\nR6.10 open later\nR6.1 open later\n";
    let source = "#[test]\nfn r2_40_names() {}\n#[test]\nasync fn a_e13() {}\n\
                  async fn r6_1_is_there(store: &Store) {}\n";
    let found = faults(table, &functions_of(source));
    assert_eq!(
        found,
        ["R2.4 has no test", "R6.1 has a test and is not open"]
    );
}
