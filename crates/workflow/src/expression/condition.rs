//! Reads the text of an `if` (semantics 2.2, R7.12); it must not evaluate.

use super::error::ParseError;
use super::place::Allowed;
use super::source::{Expression, parse};
use super::template::Template;

/// What a condition is when nothing is written, and what it is joined with when it asks for no
/// status itself.
const DEFAULT: &str = "success()";

/// What `pre-if` and `post-if` of an action are when nothing is written.
const HOOK_DEFAULT: &str = "always()";

/// Reads an `if`: a bare expression, one in `${{ }}`, or text with `${{ }}` within it, which is a
/// text and nearly always true. Without a call of a status function it becomes
/// `success() && (...)`; a blank one is `success()` (semantics R2.10 to R2.12, R7.12).
///
/// # Errors
///
/// All errors of the text, with places in it.
pub fn condition(text: &str, allowed: &Allowed<'_>) -> Result<Expression, Vec<ParseError>> {
    let bare = read(text, DEFAULT, allowed)?;
    if bare.calls_status_function() {
        return Ok(bare);
    }
    let wrapped = format!("{DEFAULT} && ({})", bare.source());
    parse(&wrapped, allowed).map_err(|error| vec![error])
}

/// Reads the `pre-if` or `post-if` of an action: as [`condition`], but no status is asked that the
/// text does not ask for, and a blank one is `always()`.
///
/// # Errors
///
/// As [`condition`].
pub fn hook_condition(text: &str, allowed: &Allowed<'_>) -> Result<Expression, Vec<ParseError>> {
    read(text, HOOK_DEFAULT, allowed)
}

fn read(text: &str, blank: &str, allowed: &Allowed<'_>) -> Result<Expression, Vec<ParseError>> {
    match Template::parse(text, allowed)? {
        Template::Literal(text) => read_bare(&text, blank, allowed),
        Template::Expression(expression) | Template::Format(expression) => Ok(expression),
        Template::Insert => {
            let what = "The directive 'insert' is not allowed in this context";
            Err(vec![ParseError::whole(what)])
        }
    }
}

fn read_bare(
    text: &str,
    blank: &str,
    allowed: &Allowed<'_>,
) -> Result<Expression, Vec<ParseError>> {
    let trimmed = text.trim();
    let source = if trimmed.is_empty() { blank } else { trimmed };
    let before = text.len() - text.trim_start().len();
    parse(source, allowed).map_err(|error| vec![error.shifted(before)])
}
