//! What scalars mean and how they become strings (semantics R7.60 to R7.63, E52).

use crate::support::{errors, job, step, valid};
use runyard_workflow::model::plain_env;

/// The value of a variable written as `yaml`.
fn read(yaml: &str) -> String {
    let workflow = valid(&job(&format!(
        "    runs-on: x\n    env:\n      A: {yaml}\n"
    )));
    let env = plain_env(workflow.jobs[0].with_steps().unwrap().env.as_ref());
    env[0].1.clone()
}

#[test]
fn r7_60_scalars_become_the_strings_that_github_makes_of_them() {
    for (yaml, text) in [
        // null
        ("", ""),
        ("~", ""),
        ("null", ""),
        ("Null", ""),
        ("NULL", ""),
        ("nULL", "nULL"),
        // booleans
        ("true", "true"),
        ("True", "true"),
        ("TRUE", "true"),
        ("False", "false"),
        ("tRUE", "tRUE"),
        ("yes", "yes"),
        ("on", "on"),
        ("off", "off"),
        ("No", "No"),
        ("y", "y"),
        // integers
        ("123", "123"),
        ("012", "12"),
        ("-0", "0"),
        ("+7", "7"),
        ("-12", "-12"),
        ("0o17", "15"),
        ("0xCB2431", "13313073"),
        ("0xcb", "203"),
        ("0o8", "0o8"),
        ("0xG", "0xG"),
        ("0x", "0x"),
        ("0b11", "0b11"),
        ("-0x1", "-0x1"),
        ("12_345", "12_345"),
        ("1587106672383762434", "1.58710667238376E+18"),
        ("123456789012345", "123456789012345"),
        ("1000000000000000", "1E+15"),
        // floats
        ("1.10", "1.1"),
        (".5", "0.5"),
        ("-.5", "-0.5"),
        ("+.5", "0.5"),
        ("5.", "5"),
        ("-2.0", "-2"),
        ("0.0", "0"),
        ("-0.0", "0"),
        ("1.2e2", "120"),
        ("1.2E-2", "0.012"),
        ("0.84551240822557006", "0.84551240822557"),
        ("123456.123456", "123456.123456"),
        ("0.0001", "0.0001"),
        ("0.00001", "1E-05"),
        ("1e21", "1E+21"),
        ("1.5e300", "1.5E+300"),
        ("1.79769313486231570e+308", "1.79769313486232E+308"),
        ("1e999", "Infinity"),
        ("0.1e1", "1"),
        ("10.25", "10.25"),
        ("100", "100"),
        ("0.30000000000000004", "0.3"),
        ("23_456.7", "23_456.7"),
        ("1e", "1e"),
        (".", "."),
        ("1.2.3", "1.2.3"),
        ("e5", "e5"),
        (".inf", "Infinity"),
        ("+.INF", "Infinity"),
        ("-.Inf", "-Infinity"),
        (".nan", "NaN"),
        (".NAN", "NaN"),
        ("-.nan", "-.nan"),
        ("inf", "inf"),
        ("nan", "nan"),
        ("NaN", "NaN"),
        ("infinity", "infinity"),
        // strings
        ("2024-01-02", "2024-01-02"),
        ("2001-12-14t21:59:43Z", "2001-12-14t21:59:43Z"),
        ("'012'", "012"),
        ("\"1.10\"", "1.10"),
        ("'null'", "null"),
        ("a b", "a b"),
        ("<", "<"),
        (">-\n        3.10", "3.10"),
        ("|\n        1\n", "1\n"),
        ("=", "="),
        // tags
        ("!!str 012", "012"),
        ("!!str null", "null"),
        ("!!str", ""),
        ("!!str 'x'", "x"),
        ("!!int 012", "12"),
        ("!!float 1", "1"),
        ("!!float .inf", "Infinity"),
        ("!!bool true", "true"),
        ("!!null", ""),
        ("!!null ~", ""),
        ("!<tag:yaml.org,2002:str> 1", "1"),
        ("!<tag:yaml.org,2002:float> -0", "0"),
    ] {
        assert_eq!(read(yaml), text, "{yaml}");
    }
}

#[test]
fn r7_63_scalars_of_other_types_stand_where_strings_are_expected() {
    let workflow = valid(
        "name: 1.10\non: push\nenv: {1: true, 1.50: x, Null-ish: y}\njobs:\n  a:\n    name: 012\n    runs-on: 1\n    steps:\n      - run: 123\n        name: true\n",
    );
    assert_eq!(workflow.name.as_deref(), Some("1.1"));
    let env = plain_env(workflow.env.as_ref());
    let names: Vec<&str> = env.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names[..2], ["1", "1.5"]);
    assert_eq!(workflow.jobs[0].display_name(), "12");
    assert_eq!(workflow.jobs[0].plain_labels(), ["1"]);
    assert_eq!(workflow.jobs[0].steps()[0].display_name(), "true");
    assert_eq!(crate::support::script(&workflow), "123");
}

#[test]
fn r7_61_only_five_tags_are_allowed_and_only_where_they_fit() {
    for (yaml, at, message) in [
        (
            "!!int x",
            "6:10",
            "The value 'x' is invalid for the type 'tag:yaml.org,2002:int'",
        ),
        (
            "!!int 1.5",
            "6:10",
            "The value '1.5' is invalid for the type",
        ),
        (
            "!!int \"1\"",
            "6:10",
            "The value '1' in quotes or as a block is invalid for the type",
        ),
        (
            "!!bool yes",
            "6:10",
            "The value 'yes' is invalid for the type",
        ),
        ("!!null x", "6:10", "The value 'x' is invalid for the type"),
        ("!!float x", "6:10", "The value 'x' is invalid for the type"),
        (
            "!!timestamp 2024-01-02",
            "6:10",
            "The tag '!!timestamp' is not allowed here",
        ),
        (
            "!!binary aGk=",
            "6:10",
            "The tag '!!binary' is not allowed here",
        ),
        ("!mine x", "6:10", "The tag '!mine' is not allowed here"),
        ("! x", "6:10", "The tag '!' is not allowed here"),
    ] {
        let found = errors(&job(&format!(
            "    runs-on: x\n    env:\n      A: {yaml}\n"
        )));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].starts_with(&format!("{at}: {message}")),
            "{yaml}: {found:?}"
        );
    }
    for source in [
        job("    runs-on: !!seq [x]\n"),
        job("    !!map\n    runs-on: x\n"),
    ] {
        assert!(
            errors(&source)[0].contains("is not allowed here"),
            "{source}"
        );
    }
    assert!(errors(&step("!!map {run: x}\n"))[0].starts_with("6:9: The tag '!!map'"));
}
