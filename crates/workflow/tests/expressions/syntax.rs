//! Tokens, grammar and limits (semantics 7.2).

use crate::support::{eval, json, table};
use runyard_workflow::expression::{
    Allowed, Expression, MAX_DEPTH, MAX_LENGTH, ParseErrorKind, parse,
};

#[test]
fn r7_10_keywords_mind_case_and_names_do_not() {
    table(&[
        ("true", "true"),
        ("null", "null"),
        ("NaN", "\"NaN\""),
        ("Infinity", "\"Infinity\""),
        ("True", "null"),
        ("NULL", "null"),
        ("A.B.C", "1"),
        ("a.b2", "\"two\""),
        ("a['LIST'][0]", "\"x\""),
        ("TOJSON(FromJson('1'))", "\"1\""),
        ("a.true", "null"),
        ("a.null.NaN.Infinity.false", "null"),
        ("a.contains", "null"),
    ]);
    let strict = Allowed::contexts(&["a"]);
    assert!(parse("A", &strict).is_ok());
    assert!(parse("True", &strict).is_err());
}

#[test]
fn r7_10_signs_belong_to_numbers() {
    table(&[
        (
            "1 +1",
            "parsing: Unexpected symbol: '+1'. Located at position 3",
        ),
        (
            "1 - 1",
            "lexing: Unexpected symbol: '-'. Located at position 3",
        ),
        ("-1", "-1"),
        ("+.5e1", "5"),
        ("5.", "5"),
        ("0x1F", "31"),
        ("0o17", "15"),
        ("0xFFFFFFFF", "-1"),
        ("0x1FFFFFFFF", "lexing: Unexpected symbol: '0x1FFFFFFFF'"),
        ("-0x1", "lexing: Unexpected symbol: '-0x1'"),
        ("0X1", "lexing: Unexpected symbol: '0X1'"),
        ("0o8", "lexing: Unexpected symbol: '0o8'"),
        ("1e", "lexing: Unexpected symbol: '1e'"),
        ("1.2.3", "lexing: Unexpected symbol: '1.2.3'"),
        ("1a", "lexing: Unexpected symbol: '1a'"),
    ]);
    let only = Allowed::contexts(&["a-b"]);
    assert!(parse("a-b", &only).is_ok(), "one name");
}

#[test]
fn r7_2_strings_have_single_quotes() {
    table(&[
        ("'it''s a ''quote'''", "\"it's a 'quote'\""),
        ("''", "\"\""),
        ("''''", "\"'\""),
        (r"'a\nb'", r#""a\\nb""#),
        ("'}}'", "\"}}\""),
        (
            "\"a\"",
            "lexing: Unexpected symbol: '\"a\"'. Located at position 1",
        ),
        (
            "'a",
            "lexing: Unexpected symbol: ''a'. Located at position 1",
        ),
        ("'a'''", "\"a'\""),
        ("a'b'", "lexing: Unexpected symbol: 'a'b''"),
    ]);
}

#[test]
fn r7_2_what_binds_more_comes_first() {
    table(&[
        ("true || false && false", "true"),
        ("(true || false) && false", "false"),
        ("1 == 1 && 2 == 2", "true"),
        ("1 < 2 == true", "true"),
        ("true == 1 < 2", "true"),
        ("!true == false", "true"),
        ("!a.b.c", "false"),
        ("!!a.b.c == true", "true"),
        ("3 > 2 > 1", "false"),
        ("1 == 1 == 1", "true"),
        ("2 != 1 != 1", "false"),
        ("'a' == 'b' || 'c'", "\"c\""),
        ("(((1)))", "1"),
        ("fromJSON('[[1]]')[0][0]", "1"),
        ("(a).b.c", "1"),
        ("a .b . c", "1"),
        ("a\n.b\t[ 'c' ]", "1"),
        ("toJSON (1)", "\"1\""),
    ]);
}

#[test]
fn r7_2_misplaced_symbols_are_refused_where_they_stand() {
    table(&[
        (
            "1 2",
            "parsing: Unexpected symbol: '2'. Located at position 3",
        ),
        (
            "a b",
            "parsing: Unexpected symbol: 'b'. Located at position 3",
        ),
        (")", "parsing: Unexpected symbol: ')'"),
        (
            "()",
            "parsing: Unexpected symbol: ')'. Located at position 2",
        ),
        (
            "(1",
            "parsing: Unexpected end of expression: '1'. Located at position 2",
        ),
        ("(1]", "parsing: Unexpected symbol: ']'"),
        ("a[1)", "parsing: Unexpected symbol: ')'"),
        ("a[", "parsing: Unexpected end of expression: '['"),
        ("a[]", "parsing: Unexpected symbol: ']'"),
        ("a.", "parsing: Unexpected end of expression: '.'"),
        (
            "a..b",
            "parsing: Unexpected symbol: '.'. Located at position 3",
        ),
        ("a.'b'", "parsing: Unexpected symbol: ''b''"),
        ("a.[0]", "parsing: Unexpected symbol: '['"),
        (
            "'a'.b",
            "parsing: Unexpected symbol: '.'. Located at position 4",
        ),
        ("'a'[0]", "parsing: Unexpected symbol: '['"),
        ("true.b", "parsing: Unexpected symbol: '.'"),
        ("a.b()", "parsing: Unexpected symbol: '('"),
        (
            "a()()",
            "parsing: Unrecognized function: 'a'. Located at position 1",
        ),
        ("*", "parsing: Unexpected symbol: '*'"),
        ("a.*b", "parsing: Unexpected symbol: 'b'"),
        ("a[*", "parsing: Unexpected end of expression: '*'"),
        ("a[*.b]", "parsing: Unexpected symbol: '.'"),
        (
            "1,2",
            "parsing: Unexpected symbol: ','. Located at position 2",
        ),
        ("(1,2)", "parsing: Unexpected symbol: ','"),
        ("a[1,2]", "parsing: Unexpected symbol: ','"),
        ("format(,)", "parsing: Unexpected symbol: ','"),
        ("format('a',)", "parsing: Unexpected symbol: ')'"),
        ("format('a'", "parsing: Unexpected end of expression: ''a''"),
        ("format(", "parsing: Unexpected end of expression: '('"),
        ("!", "parsing: Unexpected end of expression: '!'"),
        ("1 &&", "parsing: Unexpected end of expression: '&&'"),
        ("&& 1", "parsing: Unexpected symbol: '&&'"),
        ("1 ! 2", "parsing: Unexpected symbol: '!'"),
        ("1 & 2", "lexing: Unexpected symbol: '&'"),
        ("1 = 2", "lexing: Unexpected symbol: '='"),
        ("#", "lexing: Unexpected symbol: '#'"),
        ("${{ a }}", "lexing: Unexpected symbol: '${{'"),
        ("é", "lexing: Unexpected symbol: 'é'"),
    ]);
}

#[test]
fn positions_count_as_githubs_and_offsets_point_into_the_text() {
    let source = "'😀é' == b #";
    let error = parse(source, &Allowed::ANYTHING).unwrap_err();
    assert_eq!(error.kind, ParseErrorKind::Lexing);
    assert_eq!(&source[error.offset..], "#");
    let expected = "Unexpected symbol: '#'. Located at position 12 within expression: ";
    assert!(error.message.starts_with(expected), "{error}");
}

#[test]
fn r7_2_names_that_are_not_allowed_are_parse_errors_in_any_branch() {
    let allowed = Allowed::contexts(&["github"]);
    for (source, sentence) in [
        (
            "secrets.a",
            "Unrecognized named-value: 'secrets'. Located at position 1",
        ),
        (
            "true || github[env.x]",
            "Unrecognized named-value: 'env'. Located at position 16",
        ),
        (
            "success()",
            "Unrecognized function: 'success'. Located at position 1",
        ),
        ("hashFiles('a')", "Unrecognized function: 'hashFiles'"),
        ("nope(1)", "Unrecognized function: 'nope'"),
    ] {
        let error = parse(source, &allowed).unwrap_err();
        assert_eq!(error.kind, ParseErrorKind::Parsing);
        assert!(error.message.starts_with(sentence), "{error}");
    }
}

#[test]
fn r7_11_twenty_one_thousand_characters_are_allowed() {
    let longest = format!("'{}'", "x".repeat(MAX_LENGTH - 2));
    assert!(eval(&longest).is_ok());
    let wide = format!("'{}'", "😀".repeat((MAX_LENGTH - 2) / 2));
    assert!(eval(&wide).is_ok(), "counted as UTF-16 units, not bytes");
    for longer in [format!("{longest} "), format!("{wide} ")] {
        assert_eq!(
            json(&longer),
            "parsing: Exceeded max expression length 21000"
        );
    }
}

#[test]
fn r7_11_fifty_levels_are_allowed() {
    let depth = "parsing: Exceeded max expression depth 50";
    for (start, piece, end, value) in [
        ("", "!", "1", "false"),
        ("a", "._", "", "null"),
        ("a", ".*", "", "[]"),
        ("1", " == 1", "", "true"),
    ] {
        let deep = |levels: usize| format!("{start}{}{end}", piece.repeat(levels - 1));
        assert_eq!(json(&deep(MAX_DEPTH)), value);
        assert_eq!(json(&deep(MAX_DEPTH + 1)), depth);
    }
    let calls = |levels: usize| {
        let (open, close) = ("format(".repeat(levels - 1), ")".repeat(levels - 1));
        format!("{open}1{close}")
    };
    assert_eq!(json(&calls(MAX_DEPTH)), "\"1\"");
    assert_eq!(json(&calls(MAX_DEPTH + 1)), depth);
    table(&[("!!!!!!!!!! #", "lexing: Unexpected symbol: '#'")]);
}

#[test]
fn r7_11_chains_and_parentheses_are_not_deep() {
    assert_eq!(json(&format!("1{}", " && 1".repeat(3000))), "1");
    assert_eq!(json(&format!("0{}", " || 0".repeat(3000))), "0");
    assert_eq!(
        json(&format!("{}1{}", "(".repeat(9000), ")".repeat(9000))),
        "1"
    );
    assert_eq!(
        json(&format!("{}1{}", "0 || (".repeat(1000), ")".repeat(1000))),
        "1"
    );
}

#[test]
fn white_space_alone_is_null() {
    table(&[("", "null"), (" \t\n\u{a0} ", "null")]);
}

#[test]
fn an_expression_is_written_and_compared_as_its_text() {
    let expression = parse("success() && matrix.a", &Allowed::ANYTHING).unwrap();
    let written = serde_json::to_string(&expression).unwrap();
    assert_eq!(written, "\"success() && matrix.a\"");
    let read: Expression = serde_json::from_str(&written).unwrap();
    assert_eq!(read, expression);
    assert!(read.names_context("MATRIX") && !read.names_context("needs"));
    assert!(serde_json::from_str::<Expression>("\"1 +\"").is_err());
}
