//! Splits a scalar into text and expressions (semantics R7.1); it must not know which keys may hold
//! expressions.

use super::environment::{Contexts, Functions};
use super::error::{EvaluationError, ParseError};
use super::place::Allowed;
use super::source::{Expression, parse};
use super::value::Value;

const OPEN: &str = "${{";
const CLOSE: &str = "}}";
/// A directive of mappings, not an expression.
const INSERT: &str = "insert";

/// A scalar of a workflow file as far as expressions go.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Template {
    /// Text without an expression.
    Literal(String),
    /// Exactly one `${{ e }}`: the value of e with its kind.
    Expression(Expression),
    /// Text and expressions: `format` of the pieces, a text.
    Format(Expression),
    /// `${{ insert }}`, which only a key of some mappings may be.
    Insert,
}

impl Template {
    /// Reads a scalar. Offsets of errors are bytes of `text`.
    ///
    /// # Errors
    ///
    /// Every expression that is wrong, empty or not closed (semantics R7.1, R7.2).
    pub fn parse(text: &str, allowed: &Allowed<'_>) -> Result<Self, Vec<ParseError>> {
        if !text.contains(OPEN) {
            return Ok(Self::Literal(text.to_owned()));
        }
        let pieces = split(text).map_err(|error| vec![error])?;
        let whole = matches!(pieces.as_slice(), [Piece::Expression { .. }]);
        let mut errors = Vec::new();
        let mut first = None;
        for piece in &pieces {
            let Piece::Expression { source, start } = piece else {
                continue;
            };
            match read(source, *start, whole, allowed) {
                Ok(read) => first = first.or(read),
                Err(error) => errors.push(error),
            }
        }
        match (errors.is_empty(), whole, first) {
            (false, _, _) => Err(errors),
            (true, true, Some(expression)) => Ok(Self::Expression(expression)),
            (true, true, None) => Ok(Self::Insert),
            (true, false, _) => assemble(&pieces, allowed).map(Self::Format),
        }
    }

    /// The value in these contexts.
    ///
    /// # Errors
    ///
    /// As [`Expression::evaluate`].
    pub fn evaluate(
        &self,
        contexts: &dyn Contexts,
        functions: &dyn Functions,
    ) -> Result<Value, EvaluationError> {
        match self {
            Self::Literal(text) => Ok(text.as_str().into()),
            Self::Expression(expression) | Self::Format(expression) => {
                expression.evaluate(contexts, functions)
            }
            Self::Insert => Ok(Value::Null),
        }
    }

    /// Whether a key that was read before is `${{ insert }}`.
    pub(crate) fn is_insert(key: &str) -> bool {
        let inner = key
            .strip_prefix(OPEN)
            .and_then(|key| key.strip_suffix(CLOSE));
        inner.is_some_and(|inner| inner.trim() == INSERT)
    }

    /// The expression, if there is one.
    pub fn expression(&self) -> Option<&Expression> {
        match self {
            Self::Expression(expression) | Self::Format(expression) => Some(expression),
            Self::Literal(_) | Self::Insert => None,
        }
    }

    /// The text, if nothing must be evaluated.
    pub fn literal(&self) -> Option<&str> {
        match self {
            Self::Literal(text) => Some(text),
            Self::Expression(_) | Self::Format(_) | Self::Insert => None,
        }
    }
}

/// A part of a scalar.
enum Piece<'a> {
    Text(&'a str),
    /// What stands between the braces, without white space around it, and where.
    Expression {
        source: &'a str,
        start: usize,
    },
}

/// One expression, or none for the directive `insert`.
fn read(
    source: &str,
    start: usize,
    whole: bool,
    allowed: &Allowed<'_>,
) -> Result<Option<Expression>, ParseError> {
    if source.is_empty() {
        return Err(ParseError::whole("An expression was expected").shifted(start));
    }
    if source == INSERT {
        if whole {
            return Ok(None);
        }
        let what = "The directive 'insert' is not allowed in this context. Directives are not \
                    supported for expressions that are embedded within a string. Directives are \
                    only supported when the entire value is an expression.";
        return Err(ParseError::whole(what).shifted(start));
    }
    let expression = parse(source, allowed);
    expression.map(Some).map_err(|error| error.shifted(start))
}

fn split(text: &str) -> Result<Vec<Piece<'_>>, ParseError> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while let Some(found) = text[at..].find(OPEN) {
        let open = at + found;
        if open > at {
            pieces.push(Piece::Text(&text[at..open]));
        }
        let inner = open + OPEN.len();
        let Some(length) = closing(&text[inner..]) else {
            return Err(ParseError::whole(NOT_CLOSED).shifted(open));
        };
        let raw = &text[inner..inner + length];
        let before = raw.len() - raw.trim_start().len();
        pieces.push(Piece::Expression {
            source: raw.trim(),
            start: inner + before,
        });
        at = inner + length + CLOSE.len();
    }
    if at < text.len() {
        pieces.push(Piece::Text(&text[at..]));
    }
    Ok(pieces)
}

const NOT_CLOSED: &str = "The expression is not closed. An unescaped ${{ sequence was found, but \
                          the closing }} sequence was not found.";

/// Where the first `}}` outside a quoted text stands.
fn closing(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut quoted = false;
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'\'' => quoted = !quoted,
            b'}' if !quoted && bytes.get(at + 1) == Some(&b'}') => return Some(at),
            _ => {}
        }
    }
    None
}

/// The pieces as one call of `format`.
fn assemble(pieces: &[Piece<'_>], allowed: &Allowed<'_>) -> Result<Expression, Vec<ParseError>> {
    let mut format = String::new();
    let mut arguments = String::new();
    let mut count = 0;
    for piece in pieces {
        match piece {
            Piece::Text(text) => {
                let text = text.replace('\'', "''");
                format.push_str(&text.replace('{', "{{").replace('}', "}}"));
            }
            Piece::Expression { source, .. } => {
                format.push_str(&format!("{{{count}}}"));
                arguments.push_str(", ");
                arguments.push_str(source);
                count += 1;
            }
        }
    }
    parse(&format!("format('{format}'{arguments})"), allowed)
        .map_err(|error| vec![ParseError { offset: 0, ..error }])
}
