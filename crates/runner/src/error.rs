//! Why a runner cannot register, start or go on. One sentence each, for the person who started it.

use std::path::PathBuf;

use crate::client::CallError;

/// Why a runner ended or did not begin.
#[derive(Debug, thiserror::Error)]
pub enum RunnerError {
    /// The URL cannot be a server's.
    #[error("the server URL '{url}' is not usable: {reason}")]
    InvalidUrl {
        /// As given.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The server does not know the token: a wrong one, or the runner was removed.
    #[error("the server refuses this {what}: {message}")]
    Unauthorized {
        /// `registration token`, `removal token` or `runner's token`.
        what: &'static str,
        /// The server's words.
        message: String,
    },
    /// Another runner has the name.
    #[error("the server has a runner of this name already: {0}")]
    NameTaken(String),
    /// No answer; only registration gives up on that.
    #[error("{0}")]
    Unreachable(String),
    /// The server answers something that no retry changes.
    #[error("{0}")]
    Refused(String),
    /// The work folder, or the spool in it, is not usable.
    #[error("the folder {path} is not usable: {source}")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Another runner works there.
    #[error("another runner uses the work folder {0}")]
    FolderBusy(PathBuf),
    /// The HTTP client cannot be built.
    #[error("the HTTP client cannot be set up: {0}")]
    Http(#[from] reqwest::Error),
}

impl RunnerError {
    /// The error of a call with this credential that is not tried again.
    pub(crate) fn of_call(error: CallError, what: &'static str) -> Self {
        match error {
            CallError::Unauthorized(message) => Self::Unauthorized { what, message },
            CallError::Conflict(message) => Self::NameTaken(message),
            CallError::Temporary { reason, .. } => Self::Unreachable(reason),
            error @ (CallError::Gone | CallError::Refused { .. }) => {
                Self::Refused(error.to_string())
            }
        }
    }
}
