//! Where called files come from; it must not do I/O itself.

use crate::model::CalledFile;
use serde::{Deserialize, Serialize};

/// Gives the files that calls name.
///
/// It answers from what it has. Who has to fetch files first lets it answer "not here" and
/// remember what was asked for, fetches that, and resolves again.
pub trait Loader {
    /// The file `file`, which `from` calls; a file of the same repository is of the same commit
    /// (semantics R2.61). `from` is `None` for the file that an event started. `Ok(None)` leaves
    /// the call unresolved: nobody can say here what it names.
    ///
    /// # Errors
    /// Why the file cannot be called: a sentence about it.
    fn load(&self, from: Option<&Source>, file: &CalledFile) -> Result<Option<Loaded>, String>;
}

/// A called file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// Where it is from.
    pub source: Source,
    /// Its text.
    pub text: String,
}

/// Where a called file is from: an entry of `referenced_workflows` (semantics R2.69).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Source {
    /// `owner/repo/path@ref`, which errors name too.
    pub path: String,
    /// The commit.
    pub sha: String,
    /// The full name of the branch or tag; absent when called by commit id.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// A loader without files: every call stays unresolved.
#[derive(Debug, Clone, Copy)]
pub struct NoFiles;

impl Loader for NoFiles {
    fn load(&self, _: Option<&Source>, _: &CalledFile) -> Result<Option<Loaded>, String> {
        Ok(None)
    }
}
