//! An input as the file declares it (semantics R6.31); it must not know given values.

use serde::{Deserialize, Serialize};
use std::fmt;

/// One entry of `on.workflow_dispatch.inputs`. An entry without a body is an optional text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DispatchInput {
    /// Its key; compared ignoring case.
    pub name: String,
    /// Its type.
    pub kind: DispatchInputKind,
    /// Whether a value must be given when there is no default.
    pub required: bool,
    /// What holds when none is given.
    pub default: Option<String>,
    /// What a choice may be; empty for the other kinds.
    pub options: Vec<String>,
}

/// The type of an input (semantics R6.31).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DispatchInputKind {
    /// Any text.
    #[default]
    String,
    /// `true` or `false`
    Boolean,
    /// One of the options.
    Choice,
    /// A number.
    Number,
    /// The name of an environment.
    Environment,
}

impl DispatchInputKind {
    /// Every kind, in the order messages list them.
    pub const ALL: [Self; 5] = [
        Self::String,
        Self::Boolean,
        Self::Choice,
        Self::Number,
        Self::Environment,
    ];

    /// The word of `type`.
    pub fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Boolean => "boolean",
            Self::Choice => "choice",
            Self::Number => "number",
            Self::Environment => "environment",
        }
    }

    /// The kind that a word of `type` names.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == word)
    }
}

impl fmt::Display for DispatchInputKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
