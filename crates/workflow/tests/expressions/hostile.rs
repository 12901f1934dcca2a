//! Texts made to hurt: nothing panics, and nothing takes long.

use crate::support::{contexts, json};
use proptest::prelude::*;
use runyard_workflow::expression::{Allowed, NoFunctions, Object, Template, condition, parse};
use std::time::{Duration, Instant};

/// Far more than any of these needs on a busy machine without optimisation.
const PATIENCE: Duration = Duration::from_secs(5);

/// Reads and evaluates in every way; the outcome does not matter.
fn exercise(source: &str) {
    if let Ok(expression) = parse(source, &Allowed::ANYTHING) {
        let _ = expression.evaluate(&contexts(), &NoFunctions);
        assert!(parse(expression.source(), &Allowed::ANYTHING).is_ok());
    }
    if let Ok(template) = Template::parse(source, &Allowed::ANYTHING) {
        let _ = template.evaluate(&contexts(), &NoFunctions);
    }
    if let Ok(expression) = condition(source, &Allowed::ANYTHING) {
        assert!(expression.calls_status_function());
    }
}

#[test]
fn twenty_thousand_of_anything_are_quick() {
    let start = Instant::now();
    for piece in [
        "(",
        ")",
        "!",
        "[",
        "a[",
        "a.",
        ".",
        "*",
        "a.*",
        "'",
        "''",
        "1",
        "-",
        "+",
        "1 ",
        "a ",
        "a(",
        "format(",
        "a,",
        "&&",
        "||",
        "1&&",
        "1||",
        "1==",
        "1<",
        "{",
        "}",
        "{{",
        "${{",
        "}}",
        "${{ 1 }}",
        "${{ '",
        "é",
        "😀",
        "\u{0}",
        "0x",
        "contains(a,",
        "[*]",
        "a[0]",
        "!(",
        "(!",
    ] {
        exercise(&piece.repeat(20_000 / piece.len().max(1)));
        exercise(&format!("a{}", piece.repeat(20_000 / piece.len().max(1))));
    }
    assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
}

#[test]
fn a_megabyte_is_refused_at_once() {
    let start = Instant::now();
    for piece in ["(", "${{ a }}", "${{", "'", "é"] {
        let text = piece.repeat(1_000_000 / piece.len());
        let _ = parse(&text, &Allowed::ANYTHING);
        let _ = Template::parse(&text, &Allowed::ANYTHING);
    }
    assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
}

#[test]
fn r7_11_what_grows_is_stopped_by_the_memory_limit() {
    let start = Instant::now();
    let grow = |expression: String, by: &str| by.replace('_', &expression);
    let mut doubled = "'xxxxxxxxxxxxxxxx'".to_owned();
    for _ in 0..7 {
        doubled = grow(doubled, "format('{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}', _)");
    }
    assert_eq!(
        json(&doubled),
        "evaluation: The maximum allowed memory size was exceeded"
    );
    let mut quoted = "'\"\"\"\"\"\"\"\"'".to_owned();
    for _ in 0..40 {
        quoted = grow(quoted, "toJSON(_)");
    }
    assert_eq!(
        json(&quoted),
        "evaluation: The maximum allowed memory size was exceeded"
    );
    assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
}

#[test]
fn filters_over_wide_data_are_stopped_by_the_memory_limit() {
    let row = format!("[{}]", vec!["1"; 500].join(","));
    let text = format!("{{\"wide\": [{}]}}", vec![row.as_str(); 500].join(","));
    let contexts: Object = serde_json::from_str(&text).unwrap();
    let expression = parse("wide.*.*", &Allowed::ANYTHING).unwrap();
    let error = expression.evaluate(&contexts, &NoFunctions).unwrap_err();
    assert_eq!(
        error.to_string(),
        "The maximum allowed memory size was exceeded"
    );
}

#[test]
fn a_long_format_is_read_in_one_pass() {
    let start = Instant::now();
    let contexts: Object = [("f", "{{".repeat(120_000).as_str())].into_iter().collect();
    let expression = parse("format(f)", &Allowed::ANYTHING).unwrap();
    let _ = expression.evaluate(&contexts, &NoFunctions);
    assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
}

/// Texts of tokens, most of them nearly expressions.
fn tokens() -> impl Strategy<Value = String> {
    let token = prop::sample::select(vec![
        "a", "list", "labels", "steps", ".", "*", "[", "]", "(", ")", ",", "!", "==", "!=", "<",
        "<=", ">", ">=", "&&", "||", "'x'", "''", "'{0}'", "1", "-1.5", "0x1f", "NaN", "null",
        "true", "format", "toJSON", "fromJSON", "join", "contains", "case", "success", " ", "é",
        "${{", "}}", "'",
    ]);
    prop::collection::vec(token, 0..40).prop_map(|tokens| tokens.concat())
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        exercise(&text);
    }

    #[test]
    fn no_row_of_tokens_makes_it_panic(text in tokens()) {
        exercise(&text);
    }

    #[test]
    fn offsets_of_errors_lie_in_the_text(text in tokens()) {
        if let Err(error) = parse(&text, &Allowed::ANYTHING) {
            prop_assert!(text.is_char_boundary(error.offset));
        }
        if let Err(errors) = Template::parse(&text, &Allowed::ANYTHING) {
            for error in errors {
                prop_assert!(text.is_char_boundary(error.offset));
            }
        }
    }

    #[test]
    fn r7_2_any_text_survives_quoting(text in "[^\u{0}]{0,40}") {
        let source = format!("'{}'", text.replace('\'', "''"));
        let value = parse(&source, &Allowed::ANYTHING).unwrap();
        let value = value.evaluate(&Object::new(), &NoFunctions).unwrap();
        prop_assert_eq!(value.as_str(), Some(text.as_str()));
    }

    #[test]
    fn r7_4_json_round_trips_fifteen_digits(number in -1e12..1e12f64) {
        let printed = json(&format!("format('{{0}}', {number})"));
        let printed: f64 = printed.trim_matches('"').parse().unwrap();
        prop_assert!((printed - number).abs() <= number.abs() * 1e-14 + f64::MIN_POSITIVE);
    }
}
