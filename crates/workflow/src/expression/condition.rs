//! Reads the text of an `if` (semantics 2.2, R7.12); it must not evaluate.

use super::error::ParseError;
use super::place::Allowed;
use super::source::{Expression, parse};
use super::template::Template;

/// What a condition is when nothing is written, and what it is joined with when it asks for no
/// status itself.
const DEFAULT: &str = "success()";

/// Reads an `if`: a bare expression, one in `${{ }}`, or text with `${{ }}` within it, which is a
/// text and nearly always true. Without a call of a status function it becomes
/// `success() && (...)`; a blank one is `success()` (semantics R2.10 to R2.12, R7.12).
///
/// # Errors
///
/// All errors of the text, with places in it.
pub fn condition(text: &str, allowed: &Allowed<'_>) -> Result<Expression, Vec<ParseError>> {
    let bare = match Template::parse(text, allowed)? {
        Template::Literal(text) => read_bare(&text, allowed)?,
        Template::Expression(expression) | Template::Format(expression) => expression,
        Template::Insert => {
            let what = "The directive 'insert' is not allowed in this context";
            return Err(vec![ParseError::whole(what)]);
        }
    };
    if bare.calls_status_function() {
        return Ok(bare);
    }
    let wrapped = format!("{DEFAULT} && ({})", bare.source());
    parse(&wrapped, allowed).map_err(|error| vec![error])
}

fn read_bare(text: &str, allowed: &Allowed<'_>) -> Result<Expression, Vec<ParseError>> {
    let trimmed = text.trim();
    let source = if trimmed.is_empty() { DEFAULT } else { trimmed };
    let before = text.len() - text.trim_start().len();
    parse(source, allowed).map_err(|error| vec![error.shifted(before)])
}
