//! Which events were delivered lately, so that a redelivery is known. Bounded for each repository.

use crate::StoreError;
use async_trait::async_trait;
use runyard_domain::{RepositoryId, RunId};

/// The newest events of each repository and what they made. They go with their repository.
#[async_trait]
pub trait Deliveries {
    /// Keeps that a delivery made these runs, and forgets the oldest beyond `most`. The first answer stays.
    ///
    /// # Errors
    /// [`crate::Conflict::Reference`] when the repository is not there.
    async fn put_delivery(
        &self,
        repository: RepositoryId,
        delivery: &str,
        runs: &[RunId],
        most: u32,
    ) -> Result<(), StoreError>;
    /// The runs that a delivery made, if it is still known.
    async fn delivery(
        &self,
        repository: RepositoryId,
        delivery: &str,
    ) -> Result<Option<Vec<RunId>>, StoreError>;
}
