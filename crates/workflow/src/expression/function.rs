//! The names of all functions and how many arguments each takes (semantics 7.4); it must not call them.

/// A function that whoever evaluates supplies, since its value is not in the expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CallerFunction {
    /// `hashFiles(pattern, ...)`: only where there is a workspace.
    HashFiles,
    /// `always()`
    Always,
    /// `cancelled()`
    Cancelled,
    /// `failure()`
    Failure,
    /// `success()`
    Success,
}

impl CallerFunction {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::HashFiles,
        Self::Always,
        Self::Cancelled,
        Self::Failure,
        Self::Success,
    ];

    /// The name as it is usually written.
    pub fn name(self) -> &'static str {
        match self {
            Self::HashFiles => "hashFiles",
            Self::Always => "always",
            Self::Cancelled => "cancelled",
            Self::Failure => "failure",
            Self::Success => "success",
        }
    }

    /// Whether it asks for the status of the job or its needs (semantics R2.10).
    pub fn is_status(self) -> bool {
        match self {
            Self::HashFiles => false,
            Self::Always | Self::Cancelled | Self::Failure | Self::Success => true,
        }
    }

    pub(super) fn of_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|function| function.name().eq_ignore_ascii_case(name))
    }
}

/// A function of the language itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BuiltIn {
    Case,
    Contains,
    EndsWith,
    Format,
    FromJson,
    Join,
    StartsWith,
    ToJson,
}

impl BuiltIn {
    const ALL: [(&'static str, Self); 8] = [
        ("case", Self::Case),
        ("contains", Self::Contains),
        ("endsWith", Self::EndsWith),
        ("format", Self::Format),
        ("fromJSON", Self::FromJson),
        ("join", Self::Join),
        ("startsWith", Self::StartsWith),
        ("toJSON", Self::ToJson),
    ];

    pub(super) fn of_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, function)| function)
    }

    /// How many arguments it takes at least and at most.
    pub(super) fn arity(self) -> (usize, usize) {
        match self {
            Self::Case => (3, MAX_ARGUMENTS),
            Self::Contains | Self::EndsWith | Self::StartsWith => (2, 2),
            Self::Format => (1, MAX_ARGUMENTS),
            Self::FromJson | Self::ToJson => (1, 1),
            Self::Join => (1, 2),
        }
    }
}

/// No function takes more arguments (semantics 7.4).
pub(super) const MAX_ARGUMENTS: usize = 255;
