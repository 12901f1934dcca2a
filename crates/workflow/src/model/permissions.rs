//! What a job's token may do (semantics R2.80); it must not know what a repository allows.

use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

/// How much a permission allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// `none`
    None,
    /// `read`
    Read,
    /// `write`, which includes reading.
    Write,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Read => "read",
            Self::Write => "write",
        })
    }
}

/// The scopes, in the order that GitHub's messages list them.
pub const SCOPES: &[&str] = &[
    "actions",
    "artifact-metadata",
    "attestations",
    "checks",
    "contents",
    "deployments",
    "discussions",
    "issues",
    "models",
    "packages",
    "pages",
    "pull-requests",
    "repository-projects",
    "statuses",
    "security-events",
    "id-token",
    "vulnerability-alerts",
];

/// `permissions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Permissions {
    /// `read-all`
    ReadAll,
    /// `write-all`
    WriteAll,
    /// Each named scope with its level; every other has none. Empty for `{}`.
    Scopes(BTreeMap<String, Level>),
}

impl Permissions {
    /// What a repository's restricted default gives: contents and packages to read
    /// (semantics R2.81).
    pub fn restricted() -> Self {
        let scopes = ["contents", "packages"];
        Self::Scopes(scopes.map(|scope| (scope.to_owned(), Level::Read)).into())
    }

    /// What `scope` is allowed.
    pub fn level(&self, scope: &str) -> Level {
        match self {
            Self::ReadAll => Level::Read,
            Self::WriteAll => Level::Write,
            Self::Scopes(scopes) => scopes.get(scope).copied().unwrap_or(Level::None),
        }
    }
}
