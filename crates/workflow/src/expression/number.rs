//! Numbers from text and to text, as GitHub reads and prints them (semantics 7.3); it must not know
//! other kinds of values.

/// Digits that are printed at most.
const PRECISION: usize = 15;
/// Numbers whose exponent is this or more are printed with an exponent.
const LEAST_LARGE_EXPONENT: i32 = 15;
/// Those whose exponent is this or less too.
const LEAST_PLAIN_EXPONENT: i32 = -5;

/// The number a text stands for, white space around it apart; nothing is 0, anything else that is
/// not a number is NaN.
pub(super) fn parse(text: &str) -> f64 {
    let text = text.trim();
    if text.is_empty() {
        return 0.0;
    }
    if is_decimal(text) {
        return text.parse().unwrap_or(f64::NAN);
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return based(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return based(digits, 8);
    }
    infinity(text)
}

/// `Infinity` with or without a sign; else not a number.
fn infinity(text: &str) -> f64 {
    let (sign, rest) = match text.as_bytes()[0] {
        b'-' => (-1.0, &text[1..]),
        b'+' => (1.0, &text[1..]),
        _ => (1.0, text),
    };
    if rest.eq_ignore_ascii_case("Infinity") {
        sign * f64::INFINITY
    } else {
        f64::NAN
    }
}

/// `[+-] digits [. digits] [e [+-] digits]`, with a digit before the exponent.
fn is_decimal(text: &str) -> bool {
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let exponent = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    exponent && digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty())
}

/// 32 bits in another base; the highest bit is the sign.
fn based(digits: &str, base: u32) -> f64 {
    if digits.starts_with('+') {
        return f64::NAN;
    }
    u32::from_str_radix(digits, base).map_or(f64::NAN, |bits| f64::from(bits.cast_signed()))
}

/// At most 15 digits, `1E+21` for what is large or small.
pub(super) fn print(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        }
        .to_owned();
    }
    if number == 0.0 {
        return "0".to_owned();
    }
    let (digits, exponent) = scientific(number.abs());
    let sign = if number < 0.0 { "-" } else { "" };
    let plain = (LEAST_PLAIN_EXPONENT + 1..LEAST_LARGE_EXPONENT).contains(&exponent);
    let printed = if plain {
        print_plain(&digits, exponent)
    } else {
        print_scientific(&digits, exponent)
    };
    format!("{sign}{printed}")
}

/// The significant digits without zeros at the end, and the power of ten of the first.
fn scientific(number: f64) -> (String, i32) {
    let printed = format!("{number:.*e}", PRECISION - 1);
    let (mantissa, exponent) = printed
        .split_once('e')
        .expect("this form always has an exponent");
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_end_matches('0').to_owned();
    (digits, exponent.parse().expect("an exponent is a number"))
}

fn print_plain(digits: &str, exponent: i32) -> String {
    let Ok(exponent) = usize::try_from(exponent) else {
        let zeros = usize::try_from(-exponent - 1).unwrap_or_default();
        return format!("0.{}{digits}", "0".repeat(zeros));
    };
    let whole = exponent + 1;
    if digits.len() <= whole {
        format!("{digits}{}", "0".repeat(whole - digits.len()))
    } else {
        format!("{}.{}", &digits[..whole], &digits[whole..])
    }
}

fn print_scientific(digits: &str, exponent: i32) -> String {
    let (first, rest) = digits.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{first}{point}{rest}E{sign}{:02}", exponent.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r7_3_text_becomes_a_number() {
        for (text, number) in [
            ("", 0.0),
            ("  ", 0.0),
            (" 12 ", 12.0),
            ("5.", 5.0),
            (".5", 0.5),
            ("-.5e1", -5.0),
            ("0xfF", 255.0),
            ("0xffffffff", -1.0),
            ("0o17", 15.0),
            ("012", 12.0),
            ("Infinity", f64::INFINITY),
            ("-Infinity", f64::NEG_INFINITY),
            ("+Infinity", f64::INFINITY),
            ("1e999", f64::INFINITY),
        ] {
            assert_eq!(parse(text), number, "{text}");
        }
        for text in [
            "abc",
            ".",
            "-",
            "1e",
            "e1",
            "1 2",
            "0x",
            "0x1ffffffff",
            "-0xff",
            "0o8",
            "0X1",
            "1_0",
            "1,0",
            "inf",
            "NaN",
            "0x+1",
            "1.2.3",
            "++1",
        ] {
            assert!(parse(text).is_nan(), "{text}");
        }
    }

    #[test]
    fn r7_3_numbers_print_fifteen_digits() {
        for (number, text) in [
            (-0.0, "0"),
            (1.0, "1"),
            (-1.5, "-1.5"),
            (0.1 + 0.2, "0.3"),
            (0.845_512_408_225_570_1, "0.84551240822557"),
            (123_456_789_012_345.0, "123456789012345"),
            (999_999_999_999_999.9, "1E+15"),
            (1e15, "1E+15"),
            (1e21, "1E+21"),
            (1.5e300, "1.5E+300"),
            (0.0001, "0.0001"),
            (0.000_012, "1.2E-05"),
            (-5e-324, "-4.94065645841247E-324"),
            (100.0, "100"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(print(number), text);
        }
    }
}
