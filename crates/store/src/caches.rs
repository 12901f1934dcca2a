//! Caches of repositories: what is known of them. The archives are objects.

use crate::{Listed, Order, Page, StoreError};
use async_trait::async_trait;
use runyard_domain::{
    CacheId, RepositoryId,
    cache::{Cache, CacheSort},
};

/// Which caches of a repository; every condition that is set must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CacheFilter {
    /// Of this ref.
    pub git_ref: Option<String>,
    /// Their key begins so.
    pub key_prefix: Option<String>,
}

/// What the caches of a repository take.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CacheUsage {
    /// How many there are.
    pub caches: u64,
    /// Bytes of all of them.
    pub bytes: u64,
}

/// Caches. They go with their repository.
#[async_trait]
pub trait Caches {
    /// Keeps a new cache, whose object is there.
    ///
    /// # Errors
    /// [`crate::Conflict::Reference`] when the repository is not there; [`crate::Conflict::CacheKey`] when it has a
    /// cache with this key and version for this ref.
    async fn add_cache(&self, cache: &Cache) -> Result<(), StoreError>;
    /// Caches of a repository; of those that are equal the one with the larger id counts as larger. Nothing lies beyond
    /// the first `reach`, and no more are counted.
    async fn caches(
        &self,
        repository: RepositoryId,
        filter: &CacheFilter,
        sort: (CacheSort, Order),
        page: Page,
        reach: u64,
    ) -> Result<Listed<Cache>, StoreError>;
    /// What the caches of a repository take.
    async fn cache_usage(&self, repository: RepositoryId) -> Result<CacheUsage, StoreError>;
    /// Removes a cache of a repository, and leaves its object to be deleted.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none.
    async fn delete_cache(&self, repository: RepositoryId, id: CacheId) -> Result<(), StoreError>;
    /// Removes the caches with exactly this key, of one ref or of all, by ref and version, at most `limit`; and gives
    /// what it removed.
    async fn delete_caches(
        &self,
        repository: RepositoryId,
        key: &str,
        git_ref: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Cache>, StoreError>;
}
