//! What `runyard doctor` looks at and mends: a run with all that is made from it, and what was left behind.

use crate::StoreError;
use async_trait::async_trait;
use runyard_domain::{
    Event, Execution, ExecutionId, JobId, RepositoryId, Run, RunId, Timestamp,
    concurrency::{ConcurrencyGroup, Member},
};

/// A run at one moment, with what is kept beside it. What cannot be read says so for itself.
#[derive(Debug)]
pub struct Inspected {
    /// The run as its rows make it; [`StoreError::NotFound`] when it was deleted, or never was.
    pub stored: Result<Run, StoreError>,
    /// The number of its newest event, as its row says; 0 when it is not there.
    pub seq: u64,
    /// The words that lists and filters find it by, as they are kept: of the run and of its newest attempt.
    pub words: Vec<StoredWords>,
    /// All that happened to it, oldest first.
    pub events: Result<Vec<Event>, StoreError>,
    /// Hand-overs that have not ended, and those that jobs in progress name.
    pub executions: Vec<Execution>,
    /// Those of them that cannot be read.
    pub unreadable: Vec<(ExecutionId, StoreError)>,
    /// Its rows in the queue.
    pub queued: Vec<QueuedJob>,
}

/// Status and conclusion as a row has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredWords {
    /// What the row is of: `run` or `attempt`.
    pub of: &'static str,
    /// The word for its status.
    pub status: String,
    /// The word for its conclusion, if it has one.
    pub conclusion: Option<String>,
}

/// A row of the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueuedJob {
    /// Which job.
    pub job: JobId,
    /// The hand-over that it is offered by: then nobody else gets it.
    pub offered: Option<ExecutionId>,
}

/// A concurrency group as it is kept.
#[derive(Debug)]
pub struct KeptGroup {
    /// Whose group it is.
    pub repository: RepositoryId,
    /// The key of its name.
    pub key: String,
    /// The group, if its row can be read.
    pub group: Result<ConcurrencyGroup, StoreError>,
}

/// Something that was left to be done for a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// Its number.
    pub id: i64,
    /// The run.
    pub run: RunId,
    /// When it is tried next.
    pub due_at: Timestamp,
}

/// Looking at everything, and writing again what follows from what is kept.
#[async_trait]
pub trait Inspections {
    /// Runs that have not ended by some row of theirs, that have jobs in the queue, or hand-overs that have not ended:
    /// those with higher ids than `after`, by id, at most `limit`.
    async fn unfinished_runs(&self, after: RunId, limit: u32) -> Result<Vec<RunId>, StoreError>;
    /// A run at one moment.
    async fn inspect(&self, run: RunId) -> Result<Inspected, StoreError>;
    /// Writes the rows of a run again as its events make them, and its rows of the queue as its jobs and offers do;
    /// those of a run that is not there are removed. False, and nothing is written, when the events are not all there.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when an event cannot be read.
    async fn rebuild(&self, run: RunId) -> Result<bool, StoreError>;
    /// Concurrency groups by repository and key, after `after`, at most `limit`.
    async fn groups(
        &self,
        after: Option<(RepositoryId, String)>,
        limit: u32,
    ) -> Result<Vec<KeptGroup>, StoreError>;
    /// Takes a member out of a group, as [`ConcurrencyGroup::leave`] says; who has the slot then is told. False when it
    /// is not in the group.
    async fn leave_group(
        &self,
        repository: RepositoryId,
        key: &str,
        member: &Member,
    ) -> Result<bool, StoreError>;
    /// Forgets a group whose row cannot be read, so that its members can enter it again. False when it can be read.
    async fn forget_unreadable_group(
        &self,
        repository: RepositoryId,
        key: &str,
    ) -> Result<bool, StoreError>;
    /// A concurrency group as it is kept, if it is.
    async fn kept_group(
        &self,
        repository: RepositoryId,
        key: &str,
    ) -> Result<Option<KeptGroup>, StoreError>;
    /// Forgets the steps of a hand-over that has not ended and cannot be read with them. False when it cannot be read
    /// without them either.
    async fn forget_unreadable_steps(&self, execution: ExecutionId) -> Result<bool, StoreError>;
    /// Messages to runs that nobody has applied, by id, after `after`, at most `limit`.
    async fn left_messages(&self, after: i64, limit: u32) -> Result<Vec<Left>, StoreError>;
    /// Moments of runs whose followers are not started, by id, after `after`, at most `limit`.
    async fn left_follow_ups(&self, after: i64, limit: u32) -> Result<Vec<Left>, StoreError>;
}
