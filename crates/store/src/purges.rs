//! What deletes leave to do: a delete marks, so that nobody sees it any more; this removes what was marked, bit by bit.

use crate::StoreError;
use async_trait::async_trait;
use std::time::Duration;

/// Rows of one kind that one bit removes at most.
pub const PURGED_ROWS_MAX: u32 = 500;

/// Removing what was deleted: rows first, then objects (architecture 4, rule 9).
#[async_trait]
pub trait Purges {
    /// Removes the next bit of what was deleted at least `after` ago, of one run and at most [`PURGED_ROWS_MAX`] rows
    /// or one attempt's jobs. Whether there was anything to do. Any replica may do any bit.
    async fn purge(&self, after: Duration) -> Result<bool, StoreError>;
    /// Keys of objects that no row speaks of any more, at most `limit`.
    async fn doomed_objects(&self, limit: u32) -> Result<Vec<String>, StoreError>;
    /// These objects are gone. Again is harmless.
    async fn forget_objects(&self, keys: &[String]) -> Result<(), StoreError>;
}
