//! What a repository gives its workflows beside its code: secrets and variables, their names and their limits.

use crate::{Timestamp, status::words};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Secrets of one repository.
pub const SECRETS_MAX: u32 = 100;
/// Bytes of the value of a secret.
pub const SECRET_BYTES_MAX: usize = 48 * 1024;
/// Variables of one repository.
pub const VARIABLES_MAX: u32 = 500;
/// Bytes of the value of a variable.
pub const VARIABLE_BYTES_MAX: usize = 48 * 1024;
/// Bytes of the values of all variables that a run sees.
pub const VARIABLES_OF_RUN_BYTES_MAX: usize = 256 * 1024;
/// Characters of the name of a secret or a variable.
pub const NAME_CHARACTERS_MAX: usize = 255;
/// Names that begin so are GitHub's own.
const RESERVED_PREFIX: &str = "GITHUB_";

words! {
    /// The two kinds of values that a repository gives its workflows.
    ValueKind {
        /// Encrypted, and masked in logs.
        Secret = "secret",
        /// Readable.
        Variable = "variable",
    }
}

/// The name of a secret or of a variable: letters of ASCII, digits and underscores. Upper and lower case are one, so it
/// is kept in upper case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ValueName(String);

/// What is wrong with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadName {
    /// Something else than letters, digits and underscores, or nothing at all.
    #[error("holds something else than letters, digits and underscores, or nothing")]
    Characters,
    /// A digit comes first.
    #[error("begins with a digit")]
    Digit,
    /// It begins as GitHub's own do.
    #[error("begins with {RESERVED_PREFIX}")]
    Reserved,
    /// More than [`NAME_CHARACTERS_MAX`].
    #[error("has more than {NAME_CHARACTERS_MAX} characters")]
    Long,
}

impl ValueName {
    /// Reads a name in any case.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, BadName> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if text.is_empty() || !text.bytes().all(fits) {
            return Err(BadName::Characters);
        }
        if text.starts_with(|first: char| first.is_ascii_digit()) {
            return Err(BadName::Digit);
        }
        if text.len() > NAME_CHARACTERS_MAX {
            return Err(BadName::Long);
        }
        let name = text.to_ascii_uppercase();
        match name.starts_with(RESERVED_PREFIX) {
            true => Err(BadName::Reserved),
            false => Ok(Self(name)),
        }
    }

    /// In upper case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ValueName {
    type Error = BadName;

    fn try_from(text: String) -> Result<Self, BadName> {
        Self::parse(&text)
    }
}

impl From<ValueName> for String {
    fn from(name: ValueName) -> Self {
        name.0
    }
}

impl std::str::FromStr for ValueName {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        Self::parse(text)
    }
}

impl fmt::Display for ValueName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A variable of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: ValueName,
    /// Its value.
    pub value: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// The variables that a run sees: in the order of their names, as many as fit into [`VARIABLES_OF_RUN_BYTES_MAX`].
pub fn seen_by_a_run(mut variables: Vec<Variable>) -> Vec<Variable> {
    variables.sort_by(|one, other| one.name.cmp(&other.name));
    let mut bytes = 0;
    let beyond = variables.iter().position(|variable| {
        bytes += variable.value.len();
        bytes > VARIABLES_OF_RUN_BYTES_MAX
    });
    variables.truncate(beyond.unwrap_or(variables.len()));
    variables
}
