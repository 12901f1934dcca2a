//! What `uses` names (semantics R2.61); it must not fetch anything.

use super::{Located, Variables};
use serde::{Deserialize, Serialize};

/// What `uses` of a step names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepUses {
    /// `docker://image`.
    Docker {
        /// The image.
        image: String,
    },
    /// `./path`: an action of the workspace.
    Local {
        /// The path, as written.
        path: String,
    },
    /// `owner/repo[/path]@ref`.
    Repository {
        /// The account that owns the repository.
        owner: String,
        /// The repository.
        name: String,
        /// The folder inside it.
        path: Option<String>,
        /// Branch, tag or commit.
        reference: String,
    },
}

/// What a job that calls a workflow says about it (semantics R2.60).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Call {
    /// `uses` as written.
    pub uses: Located<String>,
    /// The file that it names.
    pub file: CalledFile,
    /// `with`: the inputs.
    pub with: Option<Variables>,
    /// `secrets`.
    pub secrets: Option<Located<CallSecrets>>,
}

/// The file that a call names (semantics R2.61).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CalledFile {
    /// `./path`: of the same repository and commit as the calling file.
    Local {
        /// The path from the repository's root, without `./`.
        path: String,
    },
    /// `owner/repo/path@ref`.
    Repository {
        /// The account that owns the repository.
        owner: String,
        /// The repository.
        name: String,
        /// The path from the repository's root.
        path: String,
        /// Branch, tag or commit.
        reference: String,
    },
}

/// `secrets` of a call (semantics R2.64).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CallSecrets {
    /// `inherit`: all that the caller has.
    Inherit,
    /// Only these.
    Named(Variables),
}
