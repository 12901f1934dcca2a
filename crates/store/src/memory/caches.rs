//! Caches in memory.

use super::{
    MemoryStore,
    runs::cut,
    state::{State, broken_reference, not_found},
};
use crate::{CacheFilter, CacheUsage, Caches, Conflict, Listed, Order, Page, StoreError};
use async_trait::async_trait;
use runyard_domain::{
    CacheId, RepositoryId,
    cache::{Cache, CacheSort},
};

#[async_trait]
impl Caches for MemoryStore {
    async fn add_cache(&self, cache: &Cache) -> Result<(), StoreError> {
        let mut state = self.state();
        let of = state.live_repository(cache.repository);
        of.ok_or_else(broken_reference)?;
        let mut own = state.caches_of(cache.repository);
        let is_known = own.any(|other| key(other) == key(cache));
        drop(own);
        if is_known {
            return Err(StoreError::Conflict(Conflict::CacheKey));
        }
        state.caches.insert(cache.id, cache.clone());
        Ok(())
    }

    async fn caches(
        &self,
        repository: RepositoryId,
        filter: &CacheFilter,
        (sort, order): (CacheSort, Order),
        page: Page,
        reach: u64,
    ) -> Result<Listed<Cache>, StoreError> {
        let state = self.state();
        let fits = |cache: &&Cache| {
            let git_ref = filter.git_ref.as_ref();
            let prefix = filter.key_prefix.as_ref();
            git_ref.is_none_or(|git_ref| cache.git_ref == *git_ref)
                && prefix.is_none_or(|prefix| cache.key.starts_with(prefix))
        };
        let mut caches: Vec<_> = state.caches_of(repository).filter(fits).cloned().collect();
        match sort {
            CacheSort::CreatedAt => caches.sort_by_key(|cache| (cache.created_at, cache.id)),
            CacheSort::LastAccessedAt => {
                caches.sort_by_key(|cache| (cache.last_accessed_at, cache.id));
            }
            CacheSort::SizeInBytes => caches.sort_by_key(|cache| (cache.size, cache.id)),
        }
        if order == Order::Descending {
            caches.reverse();
        }
        caches.truncate(usize::try_from(reach).unwrap_or(usize::MAX));
        Ok(cut(caches, page))
    }

    async fn cache_usage(&self, repository: RepositoryId) -> Result<CacheUsage, StoreError> {
        let state = self.state();
        let mut usage = CacheUsage::default();
        for cache in state.caches_of(repository) {
            usage.caches += 1;
            usage.bytes += cache.size;
        }
        Ok(usage)
    }

    async fn delete_cache(&self, repository: RepositoryId, id: CacheId) -> Result<(), StoreError> {
        let mut state = self.state();
        let own = state.caches.get(&id);
        own.filter(|cache| cache.repository == repository)
            .ok_or_else(|| not_found("cache"))?;
        state.remove_cache(id);
        Ok(())
    }

    async fn delete_caches(
        &self,
        repository: RepositoryId,
        key: &str,
        git_ref: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Cache>, StoreError> {
        let mut state = self.state();
        let fits = |cache: &&Cache| {
            cache.key == key && git_ref.is_none_or(|git_ref| cache.git_ref == git_ref)
        };
        let named = state.caches_of(repository).filter(fits);
        let mut named: Vec<Cache> = named.cloned().collect();
        let place = |cache: &Cache| (cache.git_ref.clone(), cache.version.clone());
        named.sort_by_key(place);
        named.truncate(limit as usize);
        for cache in &named {
            state.remove_cache(cache.id);
        }
        Ok(named)
    }
}

fn key(cache: &Cache) -> (&str, &str, &str) {
    (&cache.git_ref, &cache.key, &cache.version)
}

impl State {
    fn caches_of(&self, repository: RepositoryId) -> impl Iterator<Item = &Cache> {
        let caches = self.caches.values();
        caches.filter(move |cache| cache.repository == repository)
    }

    fn remove_cache(&mut self, id: CacheId) {
        if let Some(removed) = self.caches.remove(&id) {
            self.doomed.insert(removed.object_key);
        }
    }

    /// Removes those of a repository, and leaves their objects to be deleted.
    pub(super) fn remove_caches_of(&mut self, repository: RepositoryId) {
        let ids: Vec<CacheId> = self.caches_of(repository).map(|cache| cache.id).collect();
        for id in ids {
            self.remove_cache(id);
        }
    }
}
