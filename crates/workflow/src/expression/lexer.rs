//! Cuts an expression into tokens (semantics 7.2, R7.10); it must not judge their order.

use super::number;
use super::syntax::Comparison;
use super::token::{Before, Token, TokenKind};

/// Reads tokens one after the other.
pub(super) struct Lexer<'a> {
    source: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        Self { source, at: 0 }
    }

    /// The next token, or none at the end.
    pub(super) fn next(&mut self, before: Before) -> Option<Token> {
        let start = skip_space(self.source, self.at);
        let first = self.source[start..].chars().next()?;
        let (kind, length) = read(&self.source[start..], first, before);
        self.at = start + length;
        Some(Token {
            kind,
            start,
            end: self.at,
        })
    }
}

/// The token at the start of `rest`, and its length in bytes.
fn read(rest: &str, first: char, before: Before) -> (TokenKind, usize) {
    match first {
        '(' => (TokenKind::OpenParenthesis, 1),
        ')' => (TokenKind::CloseParenthesis, 1),
        '[' => (TokenKind::OpenBracket, 1),
        ']' => (TokenKind::CloseBracket, 1),
        ',' => (TokenKind::Comma, 1),
        '*' => (TokenKind::Star, 1),
        '\'' => read_string(rest),
        '!' | '>' | '<' | '=' | '&' | '|' => read_operator(rest),
        '.' if before == Before::Start => read_number(rest),
        '.' => (TokenKind::Dot, 1),
        '-' | '+' | '0'..='9' => read_number(rest),
        _ => read_name(rest, before),
    }
}

fn read_operator(rest: &str) -> (TokenKind, usize) {
    let two = match rest.get(..2) {
        Some("!=") => Some(TokenKind::Comparison(Comparison::NotEqual)),
        Some(">=") => Some(TokenKind::Comparison(Comparison::GreaterOrEqual)),
        Some("<=") => Some(TokenKind::Comparison(Comparison::LessOrEqual)),
        Some("==") => Some(TokenKind::Comparison(Comparison::Equal)),
        Some("&&") => Some(TokenKind::And),
        Some("||") => Some(TokenKind::Or),
        Some(_) | None => None,
    };
    if let Some(kind) = two {
        return (kind, 2);
    }
    match rest.as_bytes()[0] {
        b'!' => (TokenKind::Not, 1),
        b'>' => (TokenKind::Comparison(Comparison::Greater), 1),
        b'<' => (TokenKind::Comparison(Comparison::Less), 1),
        _ => (TokenKind::Unknown, word_length(rest, is_boundary)),
    }
}

fn read_number(rest: &str) -> (TokenKind, usize) {
    let length = word_length(rest, |character| character != '.' && is_boundary(character));
    let number = number::parse(&rest[..length]);
    if number.is_nan() {
        (TokenKind::Unknown, length)
    } else {
        (TokenKind::Number(number), length)
    }
}

/// A text in single quotes; two of them stand for one.
fn read_string(rest: &str) -> (TokenKind, usize) {
    let mut text = String::new();
    let mut at = 1;
    while let Some(length) = rest[at..].find('\'') {
        text.push_str(&rest[at..at + length]);
        at += length + 1;
        if !rest[at..].starts_with('\'') {
            return (TokenKind::String(text), at);
        }
        text.push('\'');
        at += 1;
    }
    (TokenKind::Unknown, rest.len())
}

fn read_name(rest: &str, before: Before) -> (TokenKind, usize) {
    let length = word_length(rest, is_boundary);
    let word = &rest[..length];
    let kind = if !is_name(word) {
        TokenKind::Unknown
    } else if before == Before::Dot {
        TokenKind::Property
    } else {
        keyword(word).unwrap_or_else(|| {
            if rest[skip_space(rest, length)..].starts_with('(') {
                TokenKind::Function
            } else {
                TokenKind::Context
            }
        })
    };
    (kind, length)
}

fn keyword(word: &str) -> Option<TokenKind> {
    match word {
        "null" => Some(TokenKind::Null),
        "true" => Some(TokenKind::Boolean(true)),
        "false" => Some(TokenKind::Boolean(false)),
        "NaN" => Some(TokenKind::Number(f64::NAN)),
        "Infinity" => Some(TokenKind::Number(f64::INFINITY)),
        _ => None,
    }
}

/// `[A-Za-z_][A-Za-z0-9_-]*`
fn is_name(word: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
    word.bytes().next().is_some_and(letter)
        && word
            .bytes()
            .all(|byte| letter(byte) || byte.is_ascii_digit() || byte == b'-')
}

/// Bytes until a further character that ends the word.
fn word_length(rest: &str, ends: impl Fn(char) -> bool) -> usize {
    let mut characters = rest.char_indices().skip(1);
    characters
        .find(|(_, character)| ends(*character))
        .map_or(rest.len(), |(at, _)| at)
}

fn is_boundary(character: char) -> bool {
    matches!(
        character,
        '(' | ')' | '[' | ']' | ',' | '.' | '!' | '>' | '<' | '=' | '&' | '|'
    ) || character.is_whitespace()
}

fn skip_space(source: &str, from: usize) -> usize {
    source.len() - source[from..].trim_start().len()
}
