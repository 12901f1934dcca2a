//! The newest deliveries in memory.

use super::{MemoryStore, state::broken_reference};
use crate::{Deliveries, StoreError};
use async_trait::async_trait;
use runyard_domain::{RepositoryId, RunId};

#[async_trait]
impl Deliveries for MemoryStore {
    async fn put_delivery(
        &self,
        repository: RepositoryId,
        delivery: &str,
        runs: &[RunId],
        most: u32,
    ) -> Result<(), StoreError> {
        let mut state = self.state();
        let of = state.live_repository(repository);
        of.ok_or_else(broken_reference)?;
        let kept = state.deliveries.entry(repository).or_default();
        if kept.iter().all(|(known, _)| known != delivery) {
            kept.push_back((delivery.to_owned(), runs.to_vec()));
        }
        let excess = kept.len().saturating_sub(most as usize);
        kept.drain(..excess);
        Ok(())
    }

    async fn delivery(
        &self,
        repository: RepositoryId,
        delivery: &str,
    ) -> Result<Option<Vec<RunId>>, StoreError> {
        let state = self.state();
        let mut kept = state.deliveries.get(&repository).into_iter().flatten();
        let found = kept.find(|(known, _)| known == delivery);
        Ok(found.map(|(_, runs)| runs.clone()))
    }
}
