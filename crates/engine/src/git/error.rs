//! What can go wrong with a git source, one sentence each. No sentence holds a credential.

use runyard_domain::RepositoryId;
use std::sync::Arc;
use thiserror::Error;

/// Why a git source or its mirror did not give what was asked of it.
#[derive(Debug, Clone, Error)]
pub enum GitError {
    /// Nothing is at the source's location.
    #[error("source `{location}` does not exist")]
    NotFound {
        /// Without credentials.
        location: String,
    },
    /// Something is at the source's location, but no repository.
    #[error("source `{location}` is not a git repository")]
    NotARepository {
        /// Without credentials.
        location: String,
    },
    /// The location cannot be one.
    #[error("source `{location}` cannot be used: {reason}")]
    InvalidLocation {
        /// Without credentials.
        location: String,
        /// What is wrong with it, and what is allowed.
        reason: &'static str,
    },
    /// The URL's protocol is switched off.
    #[error("source `{location}` uses `{protocol}`; allowed are: {allowed}")]
    ProtocolRefused {
        /// Without credentials.
        location: String,
        /// What it uses.
        protocol: String,
        /// What it may use.
        allowed: String,
    },
    /// The source did not let itself be read.
    #[error("source `{location}` could not be read: {reason}")]
    Unreachable {
        /// Without credentials.
        location: String,
        /// What git said.
        reason: String,
    },
    /// The source did not answer in time.
    #[error("git did not finish within {seconds} s")]
    Timeout {
        /// How long it was given.
        seconds: u64,
    },
    /// Nothing was fetched yet.
    #[error("repository {repository} was not fetched yet")]
    NotFetched {
        /// Which one.
        repository: RepositoryId,
    },
    /// A client asked for a clone in words that git does not understand.
    #[error("git does not understand the request")]
    RequestRefused,
    /// No branch or tag has this name.
    #[error("no branch or tag is named `{reference}`")]
    UnknownRef {
        /// As asked.
        reference: String,
    },
    /// The ref is there but leads to something else.
    #[error("`{reference}` does not lead to a commit")]
    NotACommit {
        /// As asked.
        reference: String,
    },
    /// The mirror does not have this commit.
    #[error("no commit is named `{sha}`")]
    UnknownCommit {
        /// As asked.
        sha: String,
    },
    /// More workflow files than are read.
    #[error("`{folder}` holds {found} workflow files; at most {allowed} are allowed")]
    TooManyWorkflowFiles {
        /// The folder.
        folder: String,
        /// How many it holds.
        found: usize,
        /// How many are read.
        allowed: usize,
    },
    /// The workflow files have more bytes than are read.
    #[error("the workflow files in `{folder}` have more than the {allowed} bytes that are allowed")]
    WorkflowFilesTooLarge {
        /// The folder.
        folder: String,
        /// How many bytes are read.
        allowed: u64,
    },
    /// The source has more refs than are fetched.
    #[error("source `{location}` has more than the {allowed} branches and tags that are allowed")]
    TooManyRefs {
        /// Without credentials.
        location: String,
        /// How many are fetched.
        allowed: usize,
    },
    /// A fetch would bring more than is kept.
    #[error("a fetch from source `{location}` has more than the {allowed} bytes that are allowed")]
    TooLarge {
        /// Without credentials.
        location: String,
        /// How many bytes a fetch may bring.
        allowed: u64,
    },
    /// The URL's host is not one of those that the operator allows.
    #[error("source `{location}` is on the host `{host}`; allowed are: {allowed}")]
    HostRefused {
        /// Without credentials.
        location: String,
        /// Where it is.
        host: String,
        /// Where it may be.
        allowed: String,
    },
    /// Nobody but the operator can do anything about it.
    #[error("git failed: {0:#}")]
    Internal(Arc<anyhow::Error>),
}

impl GitError {
    /// A cause that nobody can act on.
    pub(super) fn internal(cause: impl Into<anyhow::Error>) -> Self {
        Self::Internal(Arc::new(cause.into()))
    }
}
