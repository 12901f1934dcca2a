//! Names of secrets and variables, and how many variables a run sees.

use crate::given::at;
use runyard_domain::configuration::{
    BadName, NAME_CHARACTERS_MAX, VARIABLE_BYTES_MAX, VARIABLES_OF_RUN_BYTES_MAX, ValueName,
    Variable, seen_by_a_run,
};

#[test]
fn a_name_has_letters_digits_and_underscores_and_is_one_in_every_case() {
    for (text, kept) in [
        ("A", "A"),
        ("npm_Token_2", "NPM_TOKEN_2"),
        ("_", "_"),
        ("_1", "_1"),
        ("GITHUB", "GITHUB"),
        ("GITHUBX", "GITHUBX"),
        ("MY_GITHUB_TOKEN", "MY_GITHUB_TOKEN"),
        ("runner_x", "RUNNER_X"),
    ] {
        let name = ValueName::parse(text).unwrap();
        assert_eq!(name.as_str(), kept);
        assert_eq!(ValueName::parse(kept).unwrap(), name);
    }
    for (text, why) in [
        ("", BadName::Characters),
        (" ", BadName::Characters),
        ("a b", BadName::Characters),
        ("a-b", BadName::Characters),
        ("\u{e4}", BadName::Characters),
        ("\u{130}", BadName::Characters),
        ("a\0", BadName::Characters),
        ("1a", BadName::Digit),
        ("GITHUB_", BadName::Reserved),
        ("github_token", BadName::Reserved),
    ] {
        assert_eq!(ValueName::parse(text), Err(why), "{text:?}");
    }
}

#[test]
fn a_name_has_so_many_characters_and_no_more() {
    let longest = "a".repeat(NAME_CHARACTERS_MAX);
    assert!(ValueName::parse(&longest).is_ok());
    assert_eq!(ValueName::parse(&(longest + "a")), Err(BadName::Long));
}

fn variable(name: &str, bytes: usize) -> Variable {
    Variable {
        name: ValueName::parse(name).unwrap(),
        value: "x".repeat(bytes),
        created_at: at(0),
        updated_at: at(0),
    }
}

#[test]
fn a_run_sees_as_many_variables_as_fit_by_name() {
    assert_eq!(seen_by_a_run(Vec::new()), []);
    let whole = VARIABLES_OF_RUN_BYTES_MAX / VARIABLE_BYTES_MAX;
    let rest = VARIABLES_OF_RUN_BYTES_MAX - whole * VARIABLE_BYTES_MAX;
    let mut variables: Vec<Variable> = (0..whole)
        .map(|number| variable(&format!("B{number}"), VARIABLE_BYTES_MAX))
        .collect();
    variables.push(variable("C", rest));
    variables.push(variable("D", 0));
    let fitting = seen_by_a_run(variables.clone());
    assert_eq!(fitting, variables, "all of them are as much as is allowed");
    variables.push(variable("A", 1));
    let seen = seen_by_a_run(variables);
    let names: Vec<&str> = seen.iter().map(|variable| variable.name.as_str()).collect();
    assert_eq!(names, ["A", "B0", "B1", "B2", "B3", "B4"]);
}
