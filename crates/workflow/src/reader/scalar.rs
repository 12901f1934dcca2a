//! What a scalar means by YAML's 1.2 core schema (semantics R7.60, R7.61); it must not know where
//! the scalar stands.

use serde::{Deserialize, Serialize};

/// A scalar's value. Numbers are doubles, as in GitHub's reader.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    /// Nothing, or `null`.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A number.
    Number(f64),
    /// Anything else.
    Text(String),
}

/// Numbers are printed with at most this many significant digits (semantics 7.3).
const DIGITS: usize = 15;

impl Scalar {
    /// What an untagged scalar means.
    pub(super) fn resolve(text: String, plain: bool) -> Self {
        if !plain {
            return Self::Text(text);
        }
        if is_null(&text) {
            Self::Null
        } else if let Some(boolean) = boolean(&text) {
            Self::Boolean(boolean)
        } else if let Some(number) = integer(&text).or_else(|| float(&text)) {
            Self::Number(number)
        } else {
            Self::Text(text)
        }
    }

    /// What a scalar means that has the core tag `tag`, or why it cannot have it. Only plain
    /// text can be anything but a string.
    pub(super) fn tagged(text: String, plain: bool, tag: &str) -> Option<Self> {
        match (tag, plain) {
            ("str", _) => Some(Self::Text(text)),
            ("null", true) => is_null(&text).then_some(Self::Null),
            ("bool", true) => boolean(&text).map(Self::Boolean),
            ("int", true) => integer(&text).map(Self::Number),
            ("float", true) => integer(&text).or_else(|| float(&text)).map(Self::Number),
            _ => None,
        }
    }

    /// The value where a string is expected (semantics R7.63).
    pub fn to_text(&self) -> String {
        match self {
            Self::Null => String::new(),
            Self::Boolean(value) => value.to_string(),
            Self::Number(value) => number_text(*value),
            Self::Text(text) => text.clone(),
        }
    }
}

fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

fn integer(text: &str) -> Option<f64> {
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return radix(digits, 8);
    }
    let digits = unsigned(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

fn radix(digits: &str, radix: u32) -> Option<f64> {
    let value = |c: char| c.to_digit(radix).map(f64::from);
    let add = |sum: f64, c: char| value(c).map(|digit| sum * f64::from(radix) + digit);
    if digits.is_empty() {
        None
    } else {
        digits.chars().try_fold(0.0, add)
    }
}

fn float(text: &str) -> Option<f64> {
    let negative = text.starts_with('-');
    match unsigned(text) {
        ".inf" | ".Inf" | ".INF" if negative => return Some(f64::NEG_INFINITY),
        ".inf" | ".Inf" | ".INF" => return Some(f64::INFINITY),
        _ => {}
    }
    if matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Some(f64::NAN);
    }
    // What is left may hold only these, so that Rust's own words (`inf`, `nan`) stay strings.
    let numeric =
        |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-');
    if text.bytes().all(numeric) {
        text.parse().ok()
    } else {
        None
    }
}

fn unsigned(text: &str) -> &str {
    text.strip_prefix(['-', '+']).unwrap_or(text)
}

/// A number as GitHub prints it: 15 significant digits, exponents as `1E+21` (semantics 7.3).
pub(crate) fn number_text(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    let scientific = format!("{:.*e}", DIGITS - 1, value.abs());
    let (mantissa, exponent) = scientific
        .split_once('e')
        .expect("this format always writes an exponent");
    let exponent: i32 = exponent
        .parse()
        .expect("an exponent of a double is a small integer");
    let digits = mantissa.replace('.', "");
    let sign = if value < 0.0 { "-" } else { "" };
    format!(
        "{sign}{}",
        place_point(digits.trim_end_matches('0'), exponent)
    )
}

/// `digits` as `d.ddd` times ten to the `exponent`, written out unless that needs more places
/// than the number has.
fn place_point(digits: &str, exponent: i32) -> String {
    let fixed_below = i32::try_from(DIGITS).expect("15 is small");
    if exponent <= -5 || exponent >= fixed_below {
        return with_exponent(digits, exponent);
    }
    let Ok(point) = usize::try_from(exponent + 1) else {
        return format!(
            "0.{}{digits}",
            "0".repeat(exponent.unsigned_abs() as usize - 1)
        );
    };
    if point == 0 {
        format!("0.{digits}")
    } else if digits.len() <= point {
        format!("{digits}{}", "0".repeat(point - digits.len()))
    } else {
        format!("{}.{}", &digits[..point], &digits[point..])
    }
}

fn with_exponent(digits: &str, exponent: i32) -> String {
    let sign = if exponent < 0 { '-' } else { '+' };
    let (first, rest) = digits.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    format!("{first}{point}{rest}E{sign}{:02}", exponent.unsigned_abs())
}
