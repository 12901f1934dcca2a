//! All functions (semantics 7.4).

use crate::support::{json, table};
use runyard_workflow::expression::{
    Allowed, CallerFunction, EvaluationError, Functions, NoFunctions, Object, Value, parse,
};
use std::cell::RefCell;

#[test]
fn r7_4_contains() {
    table(&[
        ("contains('abc', '')", "true"),
        ("contains('aBc', 'BC')", "true"),
        ("contains('abc', 'x')", "false"),
        ("contains(12345, 34)", "true"),
        ("contains(null, '')", "true"),
        ("contains('Array', list)", "false"),
        ("contains(fromJSON('[1,2]'), '1')", "true"),
        ("contains(list, 'ONE')", "true"),
        ("contains(list, 'on')", "false"),
        ("contains(none, null)", "false"),
        ("contains(fromJSON('[null]'), 0)", "true"),
        ("contains(a, 'b')", "false"),
        ("contains(nested, nested[0])", "true"),
        ("contains(none, fromJSON('{'))", "false"),
    ]);
}

#[test]
fn r7_4_starts_with_and_ends_with() {
    table(&[
        ("startsWith('Refs/Heads', 'refs/')", "true"),
        ("startsWith('a', 'ab')", "false"),
        ("startsWith('abc', '')", "true"),
        ("startsWith(123, 12)", "true"),
        ("startsWith(list, 'A')", "false"),
        ("startsWith('Array', list)", "false"),
        ("endsWith('file.YML', '.yml')", "true"),
        ("endsWith('yml', '.yml')", "false"),
        ("endsWith(true, 'UE')", "true"),
        ("endsWith(empty, '')", "false"),
    ]);
}

#[test]
fn r7_4_format() {
    table(&[
        ("format('{1}-{0}-{1}', 'a', 'b')", "\"b-a-b\""),
        ("format('{{{0}}}', 1)", "\"{1}\""),
        ("format('{{}}')", "\"{}\""),
        ("format('a', 'unused')", "\"a\""),
        ("format(5)", "\"5\""),
        ("format('{00}', 'x')", "\"x\""),
        (
            "format('{0}')",
            "evaluation: The following format string references more arguments",
        ),
        (
            "format('{1}', 'x')",
            "evaluation: The following format string references more",
        ),
        (
            "format('{')",
            "evaluation: The following format string is invalid: {",
        ),
        (
            "format('}')",
            "evaluation: The following format string is invalid: }",
        ),
        (
            "format('{}')",
            "evaluation: The following format string is invalid",
        ),
        (
            "format('{a}', 1)",
            "evaluation: The following format string is invalid",
        ),
        (
            "format('{-1}', 1)",
            "evaluation: The following format string is invalid",
        ),
        (
            "format('{ 0}', 1)",
            "evaluation: The following format string is invalid",
        ),
        (
            "format('{256}', 1)",
            "evaluation: The following format string is invalid",
        ),
        (
            "format('{0:', 1)",
            "evaluation: The following format string is invalid",
        ),
        (
            "format('{0:x}', 1)",
            "evaluation: The format specifiers 'x' are not valid",
        ),
        ("format('{0:}', 1)", "\"1\""),
        ("format()", "parsing: Too few parameters supplied"),
        ("format('unused', fromJSON('{'))", "\"unused\""),
    ]);
    let many = |count: usize| format!("format('{{253}}'{})", ", 7".repeat(count));
    assert_eq!(json(&many(254)), "\"7\"");
    assert!(json(&many(255)).starts_with("parsing: Too many parameters supplied"));
}

#[test]
fn r7_4_join() {
    table(&[
        ("join(list)", "\"zero,one,two\""),
        ("join(list, ' ')", "\"zero one two\""),
        ("join(list, '')", "\"zeroonetwo\""),
        ("join(list, none)", "\"zero,one,two\""),
        ("join(list, null)", "\"zeroonetwo\""),
        ("join(nested, '|')", "\"Array|Array|d|\""),
        ("join('text', '-')", "\"text\""),
        ("join(1.50)", "\"1.5\""),
        ("join(null)", "\"\""),
        ("join(a)", "\"\""),
        ("join(none)", "\"\""),
        ("join(fromJSON('[1]'), fromJSON('{'))", "\"1\""),
        ("join(1, 2, 3)", "parsing: Too many parameters supplied"),
    ]);
}

#[test]
fn r7_4_to_json() {
    table(&[
        ("toJSON(null)", "\"null\""),
        ("toJSON('a\"b\\c/é')", r#""\"a\\\"b\\\\c/é\"""#),
        ("toJSON(1e21)", "\"1E+21\""),
        ("toJSON(-0)", "\"0\""),
        ("toJSON(NaN)", "\"NaN\""),
        ("toJSON(Infinity)", "\"Infinity\""),
        ("toJSON(none)", "\"[]\""),
        ("toJSON(empty)", "\"{}\""),
        (
            "toJSON(fromJSON('[[],{},[1]]'))",
            r#""[\n  [],\n  {},\n  [\n    1\n  ]\n]""#,
        ),
        (
            r#"toJSON(fromJSON('{"b":{"c":null},"a":[true]}'))"#,
            r#""{\n  \"b\": {\n    \"c\": null\n  },\n  \"a\": [\n    true\n  ]\n}""#,
        ),
        (
            r#"toJSON(fromJSON('"\u0001\t\u2028\u0085\u007f"'))"#,
            "\"\\\"\\\\u0001\\\\t\\\\u2028\\\\u0085\u{7f}\\\"\"",
        ),
        ("toJSON()", "parsing: Too few parameters supplied"),
    ]);
}

#[test]
fn r7_4_from_json() {
    table(&[
        ("fromJSON('1.5e3')", "1500"),
        ("fromJSON(' [1, \"a\", null] ')", "[1,\"a\",null]"),
        ("fromJSON(true)", "true"),
        ("fromJSON(5) == 5", "true"),
        (
            "fromJSON('0.1') == 0.1 && fromJSON('123456.789e3') == 123456789",
            "true",
        ),
        ("fromJSON('9007199254740993') == 9007199254740992", "true"),
        ("fromJSON('{\"a\":1,\"a\":2}').a", "2"),
        ("fromJSON('{\"a\":1,\"A\":2}').A", "1"),
        ("toJSON(fromJSON('\"\\ud83d\\ude00\"'))", "\"\\\"😀\\\"\""),
        ("fromJSON('')", "evaluation: Error parsing fromJson"),
        ("fromJSON(null)", "evaluation: Error parsing fromJson"),
        ("fromJSON('  ')", "evaluation: Error parsing fromJson"),
        ("fromJSON('{')", "evaluation: Error parsing fromJson"),
        ("fromJSON('1 2')", "evaluation: Error parsing fromJson"),
        ("fromJSON('[1,]')", "evaluation: Error parsing fromJson"),
        ("fromJSON('NaN')", "evaluation: Error parsing fromJson"),
        ("fromJSON('a')", "evaluation: Error parsing fromJson"),
        ("fromJSON(list)", "evaluation: Error parsing fromJson"),
    ]);
    let nested =
        |levels: usize| format!("fromJSON('{}{}')", "[".repeat(levels), "]".repeat(levels));
    assert!(json(&nested(100)).starts_with("[["));
    assert!(json(&nested(101)).starts_with("evaluation: Error parsing fromJson"));
}

#[test]
fn e51_case_wants_booleans_and_evaluates_what_it_needs() {
    table(&[
        (
            "case(1, 'a', 'b')",
            "evaluation: case predicate must evaluate to a boolean",
        ),
        ("case(true, 'a', fromJSON('{'))", "\"a\""),
        ("case(false, fromJSON('{'), 'b')", "\"b\""),
        ("case(false, 1, true, 2, 3)", "2"),
        ("case(false, 1, false, 2, 3)", "3"),
        ("case(true, 1)", "parsing: Too few parameters supplied"),
        (
            "case(true, 1, false, 2)",
            "parsing: Even number of parameters supplied",
        ),
        ("case(true, list, 1)[0]", "\"zero\""),
    ]);
    let many = |pairs: usize| format!("case({}1)", "false, 0, ".repeat(pairs));
    assert_eq!(json(&many(127)), "1");
    assert!(json(&many(128)).starts_with("parsing: Too many parameters supplied"));
}

/// Remembers what was asked.
struct Recorder(RefCell<Vec<String>>);

impl Functions for Recorder {
    fn call(
        &self,
        function: CallerFunction,
        arguments: &[Value],
    ) -> Result<Value, EvaluationError> {
        let arguments: Vec<_> = arguments.iter().map(Value::to_text).collect();
        let call = format!("{}({})", function.name(), arguments.join(","));
        self.0.borrow_mut().push(call);
        Ok(true.into())
    }
}

#[test]
fn r7_4_functions_of_the_caller_get_their_arguments() {
    let recorder = Recorder(RefCell::default());
    let source = "success('a', 'b') && HASHFILES(format('{0}.lock', 1), '**') && always()";
    let expression = parse(source, &Allowed::ANYTHING).unwrap();
    let value = expression.evaluate(&Object::new(), &recorder).unwrap();
    assert!(value.is_truthy());
    let calls = recorder.0.into_inner();
    assert_eq!(calls, ["success(a,b)", "hashFiles(1.lock,**)", "always()"]);
    let failed = expression.evaluate(&Object::new(), &NoFunctions);
    assert_eq!(
        failed.unwrap_err().to_string(),
        "success() has no value here"
    );
}

#[test]
fn r7_11_a_mebibyte_of_memory_is_allowed() {
    // One text of n characters counts 26 + 2n bytes, once as the item of a context and once in the result.
    let contexts =
        |length: usize| -> Object { [("t", "x".repeat(length).as_str())].into_iter().collect() };
    let evaluate = |source: &str, contexts: &Object| {
        let expression = parse(source, &Allowed::ANYTHING).unwrap();
        expression.evaluate(contexts, &NoFunctions)
    };
    let most = (1024 * 1024 - 24 - 26) / 2;
    assert!(evaluate("t", &contexts(most)).is_ok());
    let error = evaluate("t", &contexts(most + 1)).unwrap_err();
    assert_eq!(error, EvaluationError::Memory);
    let large = contexts(100_000);
    assert!(evaluate("format('{0}{0}{0}{0}', t)", &large).is_ok());
    let error = evaluate("format('{0}{0}{0}{0}{0}{0}', t)", &large).unwrap_err();
    assert_eq!(error, EvaluationError::Memory);
    assert!(
        evaluate("t == t && t == t && t == t", &large).is_ok(),
        "freed once compared"
    );
}
