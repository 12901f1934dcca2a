//! Runners.

use crate::StoreError;
use async_trait::async_trait;
use runyard_domain::{RunnerId, account::TokenHash, runner::Runner};

/// Registered runners. Ids come from [`crate::Store::reserve`].
#[async_trait]
pub trait Runners {
    /// Keeps a new runner; with `replace` an older one of the same name is deleted with it.
    ///
    /// # Errors
    /// [`crate::Conflict::RunnerName`] when the name is taken and `replace` is false.
    async fn insert_runner(&self, runner: &Runner, replace: bool) -> Result<(), StoreError>;
    /// The runner with this token.
    async fn runner_by_token(&self, token: TokenHash) -> Result<Option<Runner>, StoreError>;
    /// All runners by id, at most `limit`, after `after`.
    async fn runners(&self, after: RunnerId, limit: u32) -> Result<Vec<Runner>, StoreError>;
    /// Replaces labels, version, capacity and draining of a runner.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    async fn update_runner(&self, runner: &Runner) -> Result<(), StoreError>;
    /// Deletes a runner; its executions end by their leases.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    async fn delete_runner(&self, id: RunnerId) -> Result<(), StoreError>;
}
