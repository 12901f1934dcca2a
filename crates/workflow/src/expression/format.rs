//! Reads the first argument of `format` (semantics 7.4); it must not evaluate.

use super::error::EvaluationError;

/// A part of what `format` gives.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Segment<'a> {
    Text(&'a str),
    Argument {
        /// From 0.
        place: usize,
        /// What stands after a colon; the language knows none.
        specifiers: String,
    },
}

/// The parts of a format, in one pass.
pub(super) fn segments(format: &str, supplied: usize) -> Result<Vec<Segment<'_>>, EvaluationError> {
    let invalid = || EvaluationError::InvalidFormat {
        format: format.to_owned(),
    };
    let mut segments = Vec::new();
    let mut start = 0;
    while let Some(length) = format[start..].find(['{', '}']) {
        let brace = start + length;
        let rest = &format[brace..];
        if rest.starts_with("{{") || rest.starts_with("}}") {
            segments.push(Segment::Text(&format[start..=brace]));
            start = brace + 2;
            continue;
        }
        let (place, specifiers, length) = argument(rest).ok_or_else(invalid)?;
        if place >= supplied {
            return Err(EvaluationError::MissingFormatArgument {
                format: format.to_owned(),
            });
        }
        segments.push(Segment::Text(&format[start..brace]));
        segments.push(Segment::Argument { place, specifiers });
        start = brace + length;
    }
    segments.push(Segment::Text(&format[start..]));
    Ok(segments)
}

/// `{N}` or `{N:specifiers}` at the start of `rest`: N, the specifiers, and the length of all.
fn argument(rest: &str) -> Option<(usize, String, usize)> {
    let inner = rest.strip_prefix('{')?;
    let digits = inner
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(inner.len());
    let place: u8 = inner[..digits].parse().ok()?;
    let after = &inner[digits..];
    if after.starts_with('}') {
        return Some((place.into(), String::new(), digits + 2));
    }
    let (specifiers, length) = specifiers(after.strip_prefix(':')?)?;
    Some((place.into(), specifiers, digits + 2 + length))
}

/// Up to the first single closing brace; two stand for one. The length includes the last.
fn specifiers(text: &str) -> Option<(String, usize)> {
    let mut specifiers = String::new();
    let mut at = 0;
    loop {
        let length = text[at..].find('}')?;
        specifiers.push_str(&text[at..at + length]);
        at += length + 1;
        if !text[at..].starts_with('}') {
            return Some((specifiers, at));
        }
        specifiers.push('}');
        at += 1;
    }
}
