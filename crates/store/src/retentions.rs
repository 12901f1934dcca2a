//! What is kept for how long, and which runs are not to be kept any more. Deletes nothing: the engine does, run by run.

use crate::{RunFilter, StoreError};
use async_trait::async_trait;
use runyard_domain::{RepositoryId, RunId, Timestamp, WorkflowId, retention::RetentionRules};
use std::time::Duration;

/// A workflow whose runs are to be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetentionLook {
    /// Which one.
    pub workflow: WorkflowId,
    /// Its file.
    pub path: String,
    /// What its repository says.
    pub rules: RetentionRules,
}

/// What of runs that ended is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndedWith {
    /// The runs.
    Anything,
    /// Those whose newest attempt still has logs.
    Logs,
}

/// Whether runs have ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Completed.
    Ended,
    /// Anything else.
    Live,
}

/// Retention (semantics R8.11). Deleted runs, and those of deleted repositories, are not there.
#[async_trait]
pub trait Retentions {
    /// Keeps what a repository says, in place of what it said; its workflows are looked at soon.
    ///
    /// # Errors
    /// [`crate::Conflict::Reference`] when the repository is not there.
    async fn put_retention(
        &self,
        repository: RepositoryId,
        rules: &RetentionRules,
    ) -> Result<(), StoreError>;
    /// What a repository says, if it says something.
    async fn retention(
        &self,
        repository: RepositoryId,
    ) -> Result<Option<RetentionRules>, StoreError>;
    /// Leaves everything to the server. Nothing happens when that is so already.
    ///
    /// # Errors
    /// As [`Retentions::put_retention`].
    async fn delete_retention(&self, repository: RepositoryId) -> Result<(), StoreError>;
    /// Takes workflows that are to be looked at, the longest due first, at most `limit`. Nobody else gets them for
    /// `interval`; then they come again.
    async fn claim_retention_looks(
        &self,
        limit: u32,
        interval: Duration,
    ) -> Result<Vec<RetentionLook>, StoreError>;
    /// Has a workflow looked at again at once.
    async fn look_again(&self, workflow: WorkflowId) -> Result<(), StoreError>;
    /// Completed runs of a workflow whose newest attempt ended then or earlier, the longest ended first, at most
    /// `limit`.
    async fn ended_by(
        &self,
        workflow: WorkflowId,
        latest: Timestamp,
        with: EndedWith,
        limit: u32,
    ) -> Result<Vec<RunId>, StoreError>;
    /// Completed runs of a repository that were chosen, with the numbers of their newest attempts, the oldest first,
    /// at most `limit`.
    async fn chosen_runs(
        &self,
        repository: RepositoryId,
        chosen: &RunFilter,
        limit: u32,
    ) -> Result<Vec<(RunId, u32)>, StoreError>;
    /// How many runs were chosen that are at this stage; [`crate::FILTERED_RUNS_MAX`] when there are more.
    async fn count_chosen(
        &self,
        repository: RepositoryId,
        chosen: &RunFilter,
        stage: Stage,
    ) -> Result<u64, StoreError>;
}
