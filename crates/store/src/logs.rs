//! Log bytes of executions: chunks while a job runs, then the key of one sealed object (architecture 4, rule 10).

use crate::StoreError;
use async_trait::async_trait;
use runyard_domain::{ExecutionId, JobId};

/// What appending did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    /// Everything up to here is stored.
    Stored {
        /// Bytes stored: the next offset.
        bytes: u64,
    },
    /// The chunk begins after what is stored; nothing was stored of it.
    Gap {
        /// Bytes stored.
        bytes: u64,
    },
    /// No more is taken: the log was sealed, or is as long as it may be.
    Full {
        /// Bytes stored.
        bytes: u64,
    },
}

/// A log that became one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedLog {
    /// Key of the object.
    pub key: String,
    /// Bytes of all chunks.
    pub bytes: u64,
}

/// Where a log is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogContent {
    /// Still rows: all chunks, in order.
    Chunks(Vec<u8>),
    /// One object.
    Sealed(SealedLog),
}

/// Log bytes of executions.
#[async_trait]
pub trait Logs {
    /// Stores the part of `bytes` that is not stored yet; `offset` is where they begin in the whole log. An
    /// overlap is cut off, a gap stores nothing, and nothing is stored beyond `limit` bytes in all.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such execution.
    async fn append_log(
        &self,
        execution: ExecutionId,
        offset: u64,
        bytes: &[u8],
        limit: u64,
    ) -> Result<Appended, StoreError>;
    /// Bytes stored so far.
    async fn log_bytes(&self, execution: ExecutionId) -> Result<u64, StoreError>;
    /// The log, nothing stored being an empty one.
    async fn log(&self, execution: ExecutionId) -> Result<LogContent, StoreError>;
    /// Keeps that the log is in this object now, and drops the chunks. Again is harmless.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such execution, or its log was deleted: the object is nobody's then.
    async fn seal_log(&self, execution: ExecutionId, sealed: &SealedLog) -> Result<(), StoreError>;
    /// Ended executions whose log is not sealed, at most `limit`, oldest first.
    async fn unsealed_logs(&self, limit: u32) -> Result<Vec<(ExecutionId, JobId)>, StoreError>;
}
