//! The tokens of expressions (semantics 7.2); it must not read text.

use super::syntax::Comparison;

/// What a token is, as far as its text and what stands before it tell.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind {
    OpenParenthesis,
    CloseParenthesis,
    OpenBracket,
    CloseBracket,
    Comma,
    Dot,
    Star,
    Not,
    And,
    Or,
    Comparison(Comparison),
    Null,
    Boolean(bool),
    Number(f64),
    String(String),
    /// A name after a dot; keywords too.
    Property,
    /// A name that an opening parenthesis follows.
    Function,
    /// Any other name.
    Context,
    /// No token of the language.
    Unknown,
}

/// A token and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    /// Bytes from the start of the expression.
    pub(super) start: usize,
    /// Where the next character stands.
    pub(super) end: usize,
}

/// What the lexer must know of the token before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    /// A value may start: a dot starts a number.
    Start,
    /// A dot: a name is a property.
    Dot,
    /// Anything else.
    Other,
}
