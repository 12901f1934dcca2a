//! The shells a `run` step may name; it must not know how to start them.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A shell that this version honours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shell {
    /// `bash`
    Bash,
    /// `sh`
    Sh,
    /// `python`
    Python,
}

impl Shell {
    /// Every shell, in the order messages list them.
    pub const ALL: [Self; 3] = [Self::Bash, Self::Sh, Self::Python];

    /// The word that names it in a workflow file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Sh => "sh",
            Self::Python => "python",
        }
    }
}

impl fmt::Display for Shell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Shell {
    type Err = UnknownShell;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|shell| shell.name() == text)
            .ok_or_else(|| UnknownShell(text.to_owned()))
    }
}

/// A text that names no [`Shell`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("shell '{0}' is not one of bash, sh, python")]
pub struct UnknownShell(pub String);
