//! Which sources are looked at for changes, when, and what was seen. Knows nothing of git.

use crate::StoreError;
use async_trait::async_trait;
use runyard_domain::{RepositoryId, Timestamp};
use std::{collections::BTreeMap, time::Duration};

/// Full names of refs and the ids that they name.
pub type SeenRefs = BTreeMap<String, String>;

/// That, and how, the source of a repository is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Poll {
    /// Which one.
    pub repository: RepositoryId,
    /// Seconds from the end of one look to the next.
    pub seconds: u32,
    /// When the next look is due; while somebody looks, when they are given up.
    pub due_at: Timestamp,
    /// When the last look ended.
    pub looked_at: Option<Timestamp>,
    /// Looks that succeeded.
    pub looks: u64,
    /// What the last look that succeeded saw; nothing before the first.
    pub refs: Option<SeenRefs>,
    /// Why the last look did not succeed.
    pub failure: Option<String>,
}

/// Sources that are looked at. They go with their repository.
#[async_trait]
pub trait Polls {
    /// Has the source looked at so often, beginning now; what was seen so far stays known. Never with 0.
    ///
    /// # Errors
    /// [`crate::Conflict::Reference`] when the repository is not there.
    async fn put_poll(&self, repository: RepositoryId, seconds: u32) -> Result<Poll, StoreError>;
    /// How the source is looked at, if it is.
    async fn poll(&self, repository: RepositoryId) -> Result<Option<Poll>, StoreError>;
    /// No more looks. Nothing happens when there were none.
    async fn delete_poll(&self, repository: RepositoryId) -> Result<(), StoreError>;
    /// Takes looks that are due, the longest due first, at most `limit`. Nobody else gets them for `lease`.
    async fn claim_polls(&self, limit: u32, lease: Duration) -> Result<Vec<Poll>, StoreError>;
    /// Ends a look that was taken: `Ok` is what was seen, `Err` why nothing was. False, and nothing is kept, when it
    /// is not the caller's any more.
    async fn finish_poll(
        &self,
        taken: &Poll,
        outcome: Result<&SeenRefs, &str>,
    ) -> Result<bool, StoreError>;
}
