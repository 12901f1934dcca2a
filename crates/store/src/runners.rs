//! Runners.

use crate::{Listed, Page, StoreError};
use async_trait::async_trait;
use runyard_domain::{RunnerId, Timestamp, TokenId, UserId, account::TokenHash, runner::Runner};

/// Runners that a list with pages reaches: its total stops there.
pub const RUNNERS_LISTED_MAX: u64 = 10_000;

/// A runner and what it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunnerView {
    /// The runner.
    pub runner: Runner,
    /// When it was last noted to be there.
    pub seen_at: Option<Timestamp>,
    /// Whether it has started a job that has not ended.
    pub busy: bool,
}

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
    /// One runner.
    async fn runner(&self, id: RunnerId) -> Result<Option<RunnerView>, StoreError>;
    /// Runners by id, all or the one with this exact name: at most [`RUNNERS_LISTED_MAX`].
    async fn runner_views(
        &self,
        name: Option<&str>,
        page: Page,
    ) -> Result<Listed<RunnerView>, StoreError>;
    /// Notes that a runner is there now. Nothing happens when it is not known.
    async fn note_runner_seen(&self, id: RunnerId) -> Result<(), StoreError>;
    /// Gives a runner other custom labels in place of `before`. False, and nothing is changed, when it has others by now.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    async fn put_custom_labels(
        &self,
        id: RunnerId,
        before: Option<&[String]>,
        labels: &[String],
    ) -> Result<bool, StoreError>;
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
    /// Deletes a runner, and a user's token that is used up with it: both, or neither.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when either is not there.
    async fn delete_runner_with(
        &self,
        id: RunnerId,
        user: UserId,
        token: TokenId,
    ) -> Result<(), StoreError>;
}
