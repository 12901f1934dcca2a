//! Names of concurrency groups, as files say them and as they are compared.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Characters of a group's name (semantics R2.50).
pub const GROUP_NAME_CHARACTERS_MAX: usize = 400;

/// The name of a concurrency group as it was written: neither empty nor too long. Groups whose names differ in case
/// alone are one group (semantics R2.50): compare [`GroupName::key`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct GroupName(String);

/// A text that names no concurrency group.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidGroupName {
    /// Nothing, or white space alone.
    #[error("the name of the group is empty")]
    Empty,
    /// Longer than [`GROUP_NAME_CHARACTERS_MAX`].
    #[error(
        "the name of the group has {characters} characters, at most {GROUP_NAME_CHARACTERS_MAX} are allowed"
    )]
    TooLong {
        /// As many.
        characters: usize,
    },
}

impl GroupName {
    /// The name with this text.
    ///
    /// # Errors
    /// [`InvalidGroupName`] for a text that is empty or too long.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidGroupName> {
        let text = text.into();
        let characters = text.chars().count();
        if text.trim().is_empty() {
            return Err(InvalidGroupName::Empty);
        }
        if characters > GROUP_NAME_CHARACTERS_MAX {
            return Err(InvalidGroupName::TooLong { characters });
        }
        Ok(Self(text))
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form in which names are compared.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }

    /// Whether both name the same group.
    pub fn is_same(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl fmt::Display for GroupName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<GroupName> for String {
    fn from(name: GroupName) -> Self {
        name.0
    }
}

impl TryFrom<String> for GroupName {
    type Error = InvalidGroupName;

    fn try_from(text: String) -> Result<Self, InvalidGroupName> {
        Self::new(text)
    }
}
