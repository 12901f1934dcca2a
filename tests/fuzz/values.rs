//! Values that programs stumble over. Pure: no requests, no routes.

use serde_json::{Value, json};

use crate::random::Random;

/// Around the edges of every width of integer, and what only looks like a number.
const NUMBERS: [&str; 30] = [
    "0",
    "-1",
    "1",
    "2",
    "100",
    "101",
    "-0",
    "+1",
    "01",
    "1.5",
    "1e3",
    "1e400",
    "0x10",
    "1_000",
    "2147483647",
    "2147483648",
    "-2147483648",
    "4294967295",
    "4294967296",
    "9007199254740991",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "18446744073709551615",
    "18446744073709551616",
    "NaN",
    "Infinity",
    "99999999999999999999999999999999999999999999999999",
];
/// What is special in paths, queries, headers, JSON, SQL, git, YAML, file names and terminals.
const TEXTS: [&str; 44] = [
    "",
    " ",
    ".",
    "..",
    "../..",
    "/",
    "//",
    "\\",
    "%",
    "%00",
    "%2e%2e",
    "%2F",
    "\0",
    "a\0b",
    "\n",
    "\r\nX-Planted: 1",
    "\t",
    "'",
    "\"",
    "' OR 1=1 --",
    "`id`",
    "$(id)",
    "{{",
    "${{ github.token }}",
    "null",
    "true",
    "undefined",
    "-",
    "--upload-pack=id",
    "-c",
    "HEAD",
    "refs/heads/main",
    "main~1",
    "main@{1}",
    ".git",
    "harbour.git",
    "\u{feff}main",
    "é",
    "日本語",
    "\u{202e}abc",
    "\u{1f6a2}",
    "\u{10ffff}",
    "İ",
    "\u{7f}",
];
/// Brackets more than readers of JSON follow, and less.
const DEPTHS: [usize; 4] = [5, 127, 129, 20_000];
/// Lengths around usual limits.
const LENGTHS: [usize; 7] = [39, 40, 100, 101, 255, 256, 5000];
/// Marks a text that is written into JSON as it is, because no value can hold it.
const RAW_BEGIN: &str = "\"@raw:";
const RAW_END: &str = "@\"";

/// A number, or nearly.
pub(crate) fn number(random: &mut Random) -> String {
    (*random.pick(&NUMBERS)).to_owned()
}

/// A text for any place.
pub(crate) fn text(random: &mut Random) -> String {
    match random.below(6) {
        0 => number(random),
        1 => long(random),
        _ => (*random.pick(&TEXTS)).to_owned(),
    }
}

fn long(random: &mut Random) -> String {
    let unit = *random.pick(&["a", "é", "0", "/", "%", "日"]);
    unit.repeat(*random.pick(&LENGTHS))
}

/// A JSON value; write it with [`written`].
pub(crate) fn value(random: &mut Random) -> Value {
    match random.below(12) {
        0 => Value::Null,
        1 => json!(random.once_in(2)),
        2 => json!([]),
        3 => json!({}),
        4 => json!([text(random), null, 1]),
        5 => json!({ text(random): text(random) }),
        6 | 7 => raw(&number_of_json(random)),
        8 => raw(&deep(random)),
        _ => text(random).into(),
    }
}

/// JSON has no `+1`, `0x10` or `NaN`; they are kept in one of four, as broken JSON.
fn number_of_json(random: &mut Random) -> String {
    let number = number(random);
    let is_number = serde_json::from_str::<Value>(&number).is_ok();
    match is_number || random.once_in(4) {
        true => number,
        false => "18446744073709551616".to_owned(),
    }
}

fn deep(random: &mut Random) -> String {
    let depth = *random.pick(&DEPTHS);
    match random.once_in(2) {
        true => format!("{}{}", "[".repeat(depth), "]".repeat(depth)),
        false => format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth)),
    }
}

fn raw(text: &str) -> Value {
    format!("@raw:{text}@").into()
}

/// The value as JSON, the marked texts as they are.
pub(crate) fn written(value: &Value) -> String {
    let mut rest = value.to_string();
    let mut written = String::new();
    while let Some((before, after)) = rest.split_once(RAW_BEGIN) {
        written.push_str(before);
        let (text, after) = after.split_once(RAW_END).unwrap_or((after, ""));
        written.push_str(&text.replace("\\\"", "\""));
        rest = after.to_owned();
    }
    written + &rest
}

#[cfg(test)]
mod tests {
    use super::{raw, written};
    use serde_json::json;

    #[test]
    fn what_no_value_can_hold_is_written_as_it_is() {
        let value = json!({ "a": raw("1e400"), "b": [raw("{\"c\":[]}")], "d": "@" });
        assert_eq!(written(&value), r#"{"a":1e400,"b":[{"c":[]}],"d":"@"}"#);
    }
}
