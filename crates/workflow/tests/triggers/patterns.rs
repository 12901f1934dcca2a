//! The pattern grammar and its lists (semantics 6.2).

use proptest::prelude::*;
use runyard_workflow::pattern::{IgnoreList, Pattern, PatternFault, PatternList};
use std::time::{Duration, Instant};

#[test]
fn r6_22_the_grammar_matches_whole_names_by_case() {
    let table: &[(&str, &[&str], &[&str])] = &[
        ("*", &["main", ""], &["a/b", "/"]),
        ("**", &["a/b/c", "main", ""], &[]),
        (
            "main",
            &["main"],
            &["Main", "main2", "amain", "refs/heads/main"],
        ),
        (
            "feature/*",
            &["feature/a", "feature/"],
            &["feature", "feature/a/b"],
        ),
        (
            "feature/**",
            &["feature/a", "feature/a/b"],
            &["feature", "xfeature/a"],
        ),
        (
            "v[12].[0-9]+.[0-9]+",
            &["v1.10.1", "v2.0.0"],
            &["v3.0.0", "v1.10", "v1x10.1"],
        ),
        (
            "*.jsx?",
            &["page.js", "page.jsx"],
            &["page.jsxx", "src/page.js", "page.j"],
        ),
        (
            "**.js",
            &["index.js", "src/js/app.js"],
            &["app.jsx", "index-js"],
        ),
        (
            "docs/**/*.md",
            &["docs/a.md", "docs/a/b.md"],
            &["README.md", "docs.md", "docs/a.mdx"],
        ),
        (
            "**/*src/**",
            &["a/src/app.js", "my-src/code/x"],
            &["src.txt", "src"],
        ),
        (
            "**/README.md",
            &["README.md", "a/b/README.md"],
            &["/README.md", "aREADME.md"],
        ),
        ("a**/b", &["ab", "ax/b", "ax/y/b"], &["a/b", "axb"]),
        ("x/**/y", &["x/y", "x/a/y", "x/a/b/y"], &["xy", "x/ay"]),
        ("a+", &["a", "aaa"], &["", "b", "ab"]),
        ("a?b", &["ab", "b"], &["aab", "a"]),
        ("?x", &["?x"], &["x"]),
        ("+x", &["+x"], &["x", "xx"]),
        ("[a-c][A-Z0]", &["aZ", "b0"], &["dZ", "a1", "Az"]),
        ("[abc]+?", &["", "a", "cab"], &["d"]),
        ("*?", &["", "abc"], &["a/b"]),
        ("**/+x", &["x", "a/x", "a/b/x"], &["ax"]),
        (r"\*\?\+\[\\\!", &[r"*?+[\!"], &["a"]),
        (r"a\d", &["ad"], &["a1", r"a\d"]),
        ("a.b(c)|d^$", &["a.b(c)|d^$"], &["axb(c)|d^$", "d^$"]),
        ("!main", &["!main"], &["main"]),
        ("größe-?", &["größe", "größe-"], &["grösse"]),
        ("***", &["a/b", "a"], &[]),
    ];
    for (pattern, matching, others) in table {
        let compiled = Pattern::compile(pattern).unwrap();
        for name in *matching {
            assert!(compiled.is_match(name), "'{pattern}' should match '{name}'");
        }
        for name in *others {
            assert!(
                !compiled.is_match(name),
                "'{pattern}' should not match '{name}'"
            );
        }
    }
}

#[test]
fn r6_22_what_is_no_pattern_is_refused_at_its_place() {
    let table = [
        ("", 0, PatternFault::Empty),
        ("v[12", 1, PatternFault::UnclosedSet),
        ("v[]x", 1, PatternFault::EmptySet),
        ("[a.]", 2, PatternFault::BadSet),
        ("[^a]", 1, PatternFault::BadSet),
        ("[-a]", 1, PatternFault::BadSet),
        ("[a-]", 3, PatternFault::BadSet),
        ("[z-a]", 3, PatternFault::BadSet),
        ("[a-Z]", 3, PatternFault::BadSet),
        ("[0-z]", 3, PatternFault::BadSet),
        ("a\\", 1, PatternFault::NothingEscaped),
    ];
    for (text, offset, fault) in table {
        let error = Pattern::compile(text).expect_err(text);
        assert_eq!((error.offset, error.fault), (offset, fault), "'{text}'");
    }
    let negated = PatternList::compile(&["main", "!v[1"]).unwrap_err();
    assert_eq!(
        (negated.offset, negated.fault),
        (2, PatternFault::UnclosedSet)
    );
    assert_eq!(
        negated.to_string(),
        "pattern '!v[1' is not valid at character 3: '[' is not closed by ']'"
    );
    let nothing = PatternList::compile(&["!"]).unwrap_err();
    assert_eq!((nothing.offset, nothing.fault), (1, PatternFault::Empty));
}

#[test]
fn r6_22_the_last_pattern_that_matches_decides() {
    let table: &[(&[&str], &[&str], &[&str])] = &[
        (
            &["releases/**", "!releases/**-alpha"],
            &["releases/10"],
            &["releases/10-alpha", "main"],
        ),
        (
            &["*.md", "!README.md", "README*"],
            &["hello.md", "README.md", "README.doc"],
            &["docs/x.md"],
        ),
        (&["!main"], &[], &["main", "dev"]),
        (&["!main", "main"], &["main"], &["dev"]),
        (&[r"\!x"], &["!x"], &["x"]),
        (&[], &[], &["main"]),
    ];
    for (patterns, inside, outside) in table {
        let list = PatternList::compile(patterns).unwrap();
        for name in *inside {
            assert!(list.includes(name), "{patterns:?} should include '{name}'");
        }
        for name in *outside {
            assert!(
                !list.includes(name),
                "{patterns:?} should not include '{name}'"
            );
        }
    }
}

#[test]
fn r6_23_an_ignore_list_knows_no_negation() {
    let list = IgnoreList::compile(&["docs/**", "!x"]).unwrap();
    for (name, ignored) in [
        ("docs/a", true),
        ("src/a", false),
        ("!x", true),
        ("x", false),
    ] {
        assert_eq!(list.ignores(name), ignored, "'{name}'");
    }
}

#[test]
fn a_hostile_pattern_costs_no_more_than_its_length_times_the_name() {
    let name = format!("{}b", "a".repeat(5_000));
    let started = Instant::now();
    for pattern in [
        "*a".repeat(50),
        "a+".repeat(100),
        "**/a?*".repeat(40),
        "a?".repeat(500),
    ] {
        assert!(
            !Pattern::compile(&pattern).unwrap().is_match(&name),
            "{pattern}"
        );
    }
    assert!(started.elapsed() < Duration::from_secs(5));
}

/// The same language by the obvious recursive definition, for short texts.
fn by_definition(pattern: &[char], name: &[char]) -> bool {
    let Some((first, rest)) = pattern.split_first() else {
        return name.is_empty();
    };
    match (first, rest) {
        ('*', ['*', '/', tail @ ..]) => {
            let ends = (2..=name.len()).filter(|end| name[end - 1] == '/');
            by_definition(tail, name)
                || ends
                    .into_iter()
                    .any(|end| by_definition(tail, &name[end..]))
        }
        ('*', ['*', tail @ ..]) => (0..=name.len()).any(|end| by_definition(tail, &name[end..])),
        ('*', tail) => {
            let free = name.iter().take_while(|c| **c != '/').count();
            (0..=free).any(|end| by_definition(tail, &name[end..]))
        }
        (c, ['?', tail @ ..]) => {
            by_definition(tail, name)
                || (name.first() == Some(c) && by_definition(tail, &name[1..]))
        }
        (c, ['+', tail @ ..]) => {
            let same = name.iter().take_while(|n| *n == c).count();
            (1..=same).any(|end| by_definition(tail, &name[end..]))
        }
        (c, tail) => name.first() == Some(c) && by_definition(tail, &name[1..]),
    }
}

#[test]
fn a_budget_is_enough_to_its_last_step() {
    use runyard_workflow::pattern::{IgnoreList, MatchBudget, PatternList};
    // Each of three characters is looked at by one token.
    let pattern = Pattern::compile("abc").unwrap();
    let within = |steps| pattern.is_match_within("abc", &mut MatchBudget::of(steps));
    assert_eq!((within(3), within(2)), (Some(true), None));
    // What ends early costs less.
    let first = pattern.is_match_within("xbc", &mut MatchBudget::of(1));
    assert_eq!(first, Some(false));
    // The patterns of a list share one budget.
    let list = PatternList::compile(&["abc", "abd"]).unwrap();
    let within = |steps| list.includes_within("abc", &mut MatchBudget::of(steps));
    assert_eq!((within(6), within(5)), (Some(true), None));
    let list = IgnoreList::compile(&["abd", "abc"]).unwrap();
    let within = |steps| list.ignores_within("abc", &mut MatchBudget::of(steps));
    assert_eq!((within(6), within(5)), (Some(true), None));
}

proptest! {
    #[test]
    fn every_match_is_the_one_of_the_definition(
        tokens in prop::collection::vec(prop::sample::select(vec!["a", "b", "/", "*", "**", "**/", "a?", "b+"]), 1..7),
        name in "[ab/]{0,8}",
    ) {
        // Stars that meet would be read as other tokens.
        let pattern = tokens.join("");
        prop_assume!(!pattern.contains("***"));
        let characters: Vec<char> = pattern.chars().collect();
        let expected = by_definition(&characters, &name.chars().collect::<Vec<_>>());
        prop_assert_eq!(Pattern::compile(&pattern).unwrap().is_match(&name), expected, "{}", pattern);
    }

    #[test]
    fn no_text_breaks_the_compiler(text in ".{0,40}", name in ".{0,40}") {
        if let Ok(pattern) = Pattern::compile(&text) {
            pattern.is_match(&name);
        }
    }
}
