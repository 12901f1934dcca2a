//! Caches of repositories: listed, counted, deleted.

use crate::{Engine, EngineError, LIST_REACH};
use runyard_domain::{
    CacheId,
    cache::{Cache, CacheSort},
    repository::Repository,
};
use runyard_store::{CacheFilter, CacheUsage, Listed, Order, Page};

/// Caches that one call deletes.
pub const CACHES_PER_DELETE: u32 = 1_000;

impl Engine {
    /// Caches of a repository.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn caches(
        &self,
        repository: &Repository,
        filter: &CacheFilter,
        sort: (CacheSort, Order),
        page: Page,
    ) -> Result<Listed<Cache>, EngineError> {
        let listed = self
            .store
            .caches(repository.id, filter, sort, page, LIST_REACH);
        Ok(listed.await?)
    }

    /// What the caches of a repository take.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn cache_usage(&self, repository: &Repository) -> Result<CacheUsage, EngineError> {
        Ok(self.store.cache_usage(repository.id).await?)
    }

    /// Removes a cache of a repository; its archive follows.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when it has none with this id.
    pub async fn delete_cache(
        &self,
        repository: &Repository,
        id: CacheId,
    ) -> Result<(), EngineError> {
        Ok(self.store.delete_cache(repository.id, id).await?)
    }

    /// Removes the caches with exactly this key, of one ref or of all, up to [`CACHES_PER_DELETE`]; their archives
    /// follow.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is none.
    pub async fn delete_caches(
        &self,
        repository: &Repository,
        key: &str,
        git_ref: Option<&str>,
    ) -> Result<Vec<Cache>, EngineError> {
        let store = &self.store;
        let deleted = store
            .delete_caches(repository.id, key, git_ref, CACHES_PER_DELETE)
            .await?;
        match deleted.is_empty() {
            true => Err(EngineError::NotFound { what: "the cache" }),
            false => Ok(deleted),
        }
    }
}
