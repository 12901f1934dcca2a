//! What can be wrong with an expression, in GitHub's words; it must not know files or lines.

use thiserror::Error;

/// Which reading of an expression failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ParseErrorKind {
    /// Some characters are no token of the language.
    Lexing,
    /// The tokens do not make an expression, a name is not allowed here, or a limit is exceeded.
    Parsing,
}

impl ParseErrorKind {
    /// The word for machines: `lexing` or `parsing`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lexing => "lexing",
            Self::Parsing => "parsing",
        }
    }
}

/// Why a text is not an expression (semantics 7.1, 7.2).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct ParseError {
    /// Which reading failed.
    pub kind: ParseErrorKind,
    /// Where in the text that was given: bytes from its start; 0 when all of it is meant.
    pub offset: usize,
    /// The sentence, in GitHub's words.
    pub message: String,
}

impl ParseError {
    /// An error about the text as a whole.
    pub(super) fn whole(message: impl Into<String>) -> Self {
        Self {
            kind: ParseErrorKind::Parsing,
            offset: 0,
            message: message.into(),
        }
    }

    /// An error about the piece `raw` that stands at `offset` of `source`.
    pub(super) fn at(
        kind: ParseErrorKind,
        what: &str,
        raw: &str,
        offset: usize,
        source: &str,
    ) -> Self {
        let position = source[..offset].encode_utf16().count() + 1;
        Self {
            kind,
            offset,
            message: format!(
                "{what}: '{raw}'. Located at position {position} within expression: {source}"
            ),
        }
    }

    /// The same error where the text stands `bytes` further right in a longer one.
    pub(super) fn shifted(mut self, bytes: usize) -> Self {
        self.offset += bytes;
        self
    }
}

/// Why an expression has no value (semantics 7.4); it never yields null instead.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EvaluationError {
    /// More than [`MAX_MEMORY`](super::MAX_MEMORY) bytes were needed (semantics R7.11).
    #[error("The maximum allowed memory size was exceeded")]
    Memory,
    /// The first argument of `format` has braces that do not match.
    #[error("The following format string is invalid: {format}")]
    InvalidFormat {
        /// The format.
        format: String,
    },
    /// The first argument of `format` names an argument that is not there.
    #[error("The following format string references more arguments than were supplied: {format}")]
    MissingFormatArgument {
        /// The format.
        format: String,
    },
    /// `{0:x}`: the language knows no such specifiers.
    #[error("The format specifiers '{specifiers}' are not valid for objects of type '{kind}'")]
    FormatSpecifiers {
        /// What stands after the colon.
        specifiers: String,
        /// The argument's kind.
        kind: &'static str,
    },
    /// The argument of `fromJSON` is not one JSON value.
    #[error("Error parsing fromJson: {reason}")]
    Json {
        /// What the reader says.
        reason: String,
    },
    /// A condition of `case` is not a boolean.
    #[error("case predicate must evaluate to a boolean value")]
    CasePredicate,
    /// A function that the caller supplies failed, or the caller does not supply it.
    #[error("{message}")]
    Function {
        /// What the caller says.
        message: String,
    },
}
