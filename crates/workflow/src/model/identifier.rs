//! The rule for job and step ids (semantics R2.3); it must not know which ids a file declares.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A job or step id has fewer characters than this (semantics R2.3, section 9).
const IDENTIFIER_LIMIT: usize = 100;

/// The id of a job, spelled as the file declares it.
///
/// Two spellings that differ in case name the same job (semantics R2.1); the parser normalises
/// every reference to the declared spelling, so equality here is exact.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JobName(String);

impl JobName {
    /// Takes `text` as a job id, or says which part of semantics R2.3 it breaks.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidName> {
        let text = text.into();
        check_identifier(&text)?;
        Ok(Self(text))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for JobName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a text cannot be the id of a job or a step (semantics R2.3).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidName {
    /// The id has no characters.
    #[error("the identifier is empty; a letter or '_' must come first")]
    Empty,
    /// The id begins with `__`, which generated ids keep for themselves.
    #[error("the identifier '{0}' is invalid: IDs starting with '__' are reserved")]
    Reserved(String),
    /// The id begins with something other than a letter or `_`, or has another character than
    /// letters, digits, `_` and `-`.
    #[error(
        "the identifier '{0}' is invalid: IDs may only contain alphanumeric characters, '_', \
         and '-', and must start with a letter or '_'"
    )]
    Characters(String),
    /// The id has 100 characters or more.
    #[error("the identifier '{0}' is invalid: IDs must have fewer than 100 characters")]
    Long(String),
}

/// Says whether `text` may be the id of a job or a step.
pub(crate) fn check_identifier(text: &str) -> Result<(), InvalidName> {
    let Some(first) = text.chars().next() else {
        return Err(InvalidName::Empty);
    };
    let rest_is_legal = text
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if !rest_is_legal || !(first.is_ascii_alphabetic() || first == '_') {
        return Err(InvalidName::Characters(text.to_owned()));
    }
    if text.starts_with("__") {
        return Err(InvalidName::Reserved(text.to_owned()));
    }
    if text.len() >= IDENTIFIER_LIMIT {
        return Err(InvalidName::Long(text.to_owned()));
    }
    Ok(())
}
