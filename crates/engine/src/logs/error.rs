//! What can go wrong with stored logs.

use super::BadRow;
use thiserror::Error;

/// Why a log could not be kept or read.
#[derive(Debug, Error)]
pub enum LogError {
    /// No object has this key.
    #[error("no log is stored as `{key}`")]
    NotFound {
        /// The object's key.
        key: String,
    },
    /// The object is not what was written.
    #[error("the log stored as `{key}` is damaged: {reason}")]
    Damaged {
        /// The object's key.
        key: String,
        /// What does not fit.
        reason: String,
    },
    /// The rows to seal are not rows.
    #[error(transparent)]
    BadRow(#[from] BadRow),
    /// The object store failed; asking again may help.
    #[error("the object store failed")]
    Store(#[from] object_store::Error),
    /// A place for logs does not take, give back or delete a small object.
    #[error("logs cannot be kept there: {problem}")]
    Probe {
        /// What is wrong, as far as the answer tells.
        problem: &'static str,
        /// What the store said.
        source: object_store::Error,
    },
    /// A place for logs gives back something else than it took.
    #[error("logs cannot be kept there: what is read is not what was put")]
    Altered,
    /// An archive could not be written.
    #[error("the archive could not be written")]
    Archive(#[from] zip::result::ZipError),
    /// A file could not be read or written.
    #[error("reading or writing failed")]
    Io(#[from] std::io::Error),
    /// Work on another thread was lost.
    #[error("work on another thread was lost")]
    Lost(#[from] tokio::task::JoinError),
}
