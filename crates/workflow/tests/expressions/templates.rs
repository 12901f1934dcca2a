//! Scalars that hold expressions, and conditions (semantics 7.1, 2.2).

use crate::support::contexts;
use runyard_workflow::expression::{Allowed, NoFunctions, ParseError, Place, Template, condition};

fn template(text: &str) -> Template {
    Template::parse(text, &Allowed::ANYTHING).unwrap()
}

fn errors(text: &str) -> Vec<ParseError> {
    Template::parse(text, &Place::RunName.allowed()).unwrap_err()
}

/// The value of a scalar as JSON.
fn json(text: &str) -> String {
    let value = template(text).evaluate(&contexts(), &NoFunctions).unwrap();
    serde_json::to_string(&value).unwrap()
}

#[test]
fn r7_1_one_expression_keeps_its_kind() {
    assert_eq!(json("${{ a.b.c }}"), "1");
    assert_eq!(json("${{a.list}}"), r#"["x","y","z"]"#);
    assert_eq!(json("${{ null }}"), "null");
    assert_eq!(json("${{ '}}' }}"), "\"}}\"");
    assert_eq!(json("${{ 'it''s }}' }}"), "\"it's }}\"");
}

#[test]
fn r7_1_pieces_are_joined_to_a_text() {
    for (text, expected) in [
        ("plain", "\"plain\""),
        ("", "\"\""),
        ("a }} b { c", "\"a }} b { c\""),
        ("v${{ a.b.c }}", "\"v1\""),
        (" ${{ a.b.c }}", "\" 1\""),
        ("${{ a.b.c }}\n", "\"1\\n\""),
        ("${{ a.B2 }}-${{ list[0] }}", "\"two-zero\""),
        ("${{ null }}${{ true }}${{ list }}", "\"trueArray\""),
        ("{0} ' '' ${{ 'x' }} {{}}", "\"{0} ' '' x {{}}\""),
        ("a ${{ '{0}' }}", "\"a {0}\""),
        ("$${{ 1 }}", "\"$1\""),
        ("${ { 1 } }", "\"${ { 1 } }\""),
    ] {
        assert_eq!(json(text), expected, "{text}");
    }
    let joined = template("x ${{ a }}");
    assert_eq!(joined.expression().unwrap().source(), "format('x {0}', a)");
    assert_eq!(template("plain").literal(), Some("plain"));
}

#[test]
fn r7_1_more_pieces_than_arguments_of_a_function_are_too_many() {
    assert!(Template::parse(&"${{ 1 }} ".repeat(254), &Allowed::ANYTHING).is_ok());
    let errors = Template::parse(&"${{ 1 }} ".repeat(255), &Allowed::ANYTHING).unwrap_err();
    assert!(
        errors[0]
            .message
            .starts_with("Too many parameters supplied"),
        "{errors:?}"
    );
}

#[test]
fn r7_1_what_is_not_closed_or_empty_is_an_error() {
    for text in [
        "${{",
        "${{ a",
        "x ${{ github.ref }",
        "${{ 'a }}",
        "${{ github.ref }} ${{ x",
    ] {
        let [error] = &errors(text)[..] else {
            panic!("{text}")
        };
        assert!(
            error.message.starts_with("The expression is not closed."),
            "{text} {error}"
        );
        assert!(text[error.offset..].starts_with("${{"), "{text}");
    }
    for text in ["${{ }}", "${{}}", "a ${{  }} b"] {
        let [error] = &errors(text)[..] else {
            panic!("{text}")
        };
        assert_eq!(error.message, "An expression was expected");
    }
}

#[test]
fn r7_2_every_expression_of_a_scalar_is_checked_where_it_stands() {
    let text = "é ${{ secrets.a }} ${{ github.ref }} ${{ 1 + }}";
    let errors = errors(text);
    let found: Vec<&str> = errors.iter().map(|error| &text[error.offset..]).collect();
    assert_eq!(found, ["secrets.a }} ${{ github.ref }} ${{ 1 + }}", "+ }}"]);
    let expected = "Unrecognized named-value: 'secrets'. Located at position 1 within expression: \
                    secrets.a";
    assert_eq!(errors[0].message, expected);
}

#[test]
fn r7_1_insert_is_a_directive() {
    assert_eq!(template("${{ insert }}"), Template::Insert);
    let [error] = &errors("a ${{ insert }}")[..] else {
        panic!()
    };
    assert!(
        error
            .message
            .starts_with("The directive 'insert' is not allowed"),
        "{error}"
    );
}

#[test]
fn r7_11_a_text_with_expressions_is_as_long_as_an_expression() {
    let text = |length: usize| format!("{}${{{{ 1 }}}}", "x".repeat(length));
    let around = "format('{0}', 1)".len();
    assert!(Template::parse(&text(21_000 - around), &Allowed::ANYTHING).is_ok());
    let errors = Template::parse(&text(21_001 - around), &Allowed::ANYTHING).unwrap_err();
    assert_eq!(errors[0].message, "Exceeded max expression length 21000");
}

#[test]
fn r2_10_conditions_ask_for_success_unless_they_ask_for_a_status() {
    for (text, expected) in [
        ("", "success()"),
        ("  \n", "success()"),
        ("github.ref == 'x'", "success() && (github.ref == 'x')"),
        ("  true ", "success() && (true)"),
        ("false", "success() && (false)"),
        ("always()", "always()"),
        ("!Cancelled()", "!Cancelled()"),
        ("true || failure()", "true || failure()"),
        ("${{ always() }}", "always()"),
        ("${{ github.ref }}", "success() && (github.ref)"),
        ("a == 'x' || b", "success() && (a == 'x' || b)"),
        ("format('{0}', success())", "format('{0}', success())"),
    ] {
        let read = condition(text, &Allowed::ANYTHING).unwrap();
        assert_eq!(read.source(), expected, "{text}");
    }
}

#[test]
fn e13_text_around_an_expression_makes_a_text() {
    let read = condition("${{ false }} && true", &Allowed::ANYTHING).unwrap();
    assert_eq!(read.source(), "success() && (format('{0} && true', false))");
    let inner = Template::parse("${{ false }} && true", &Allowed::ANYTHING).unwrap();
    let value = inner.evaluate(&contexts(), &NoFunctions).unwrap();
    assert_eq!(value.as_str(), Some("false && true"));
    assert!(value.is_truthy());
}

#[test]
fn e14_a_text_that_looks_like_a_call_is_none() {
    let text = "contains('always()', 'x') == false";
    let read = condition(text, &Allowed::ANYTHING).unwrap();
    assert_eq!(read.source(), format!("success() && ({text})"));
}

#[test]
fn r7_12_an_empty_expression_is_an_error_in_conditions_too() {
    let errors = condition("${{ }}", &Place::JobIf.allowed()).unwrap_err();
    assert_eq!(errors[0].message, "An expression was expected");
}

#[test]
fn conditions_say_what_their_author_wrote() {
    let text = "  github.ref == env.x";
    let errors = condition(text, &Place::JobIf.allowed()).unwrap_err();
    assert_eq!(&text[errors[0].offset..], "env.x");
    let expected = "Unrecognized named-value: 'env'. Located at position 15 within expression: \
                    github.ref == env.x";
    assert_eq!(errors[0].message, expected);
}
