//! What the workflow files of default branches ask for: when they start by a clock, and whether they follow runs.
//! Knows nothing of git and of cron texts.

use crate::StoreError;
use async_trait::async_trait;
use runyard_domain::{RepositoryId, Timestamp, UserId};
use std::time::Duration;

/// The default branch of a repository, as far as its workflow files were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadBranch {
    /// The commit at which they were read.
    pub sha: String,
    /// Whether one of them follows the runs of others (`workflow_run`).
    pub follows_runs: bool,
}

/// An entry of `on.schedule`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ScheduleEntry {
    /// Path of the workflow file.
    pub path: String,
    /// The cron text as the file has it.
    pub cron: String,
    /// The IANA name of its time zone, if the file has one.
    pub timezone: Option<String>,
}

/// An entry with its next tick.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheduled {
    /// Whose it is.
    pub repository: RepositoryId,
    /// What the file says.
    pub entry: ScheduleEntry,
    /// Who brought the cron text into the file (semantics R6.35).
    pub actor: UserId,
    /// The next tick; none for a date that never is.
    pub due_at: Option<Timestamp>,
}

/// Schedules of default branches. They go with their repository.
#[async_trait]
pub trait Schedules {
    /// What is known of a default branch.
    async fn read_branch(&self, repository: RepositoryId)
    -> Result<Option<ReadBranch>, StoreError>;
    /// Keeps what the files say now: entries that were there stay as they are, new ones are `by`'s and have the
    /// given tick, others go. False, and nothing is kept, when the commit that is known is not `before` any more.
    ///
    /// # Errors
    /// [`crate::Conflict::Reference`] when the repository or the user is not there.
    async fn put_branch(
        &self,
        repository: RepositoryId,
        before: Option<&str>,
        branch: &ReadBranch,
        entries: &[(ScheduleEntry, Option<Timestamp>)],
        by: UserId,
    ) -> Result<bool, StoreError>;
    /// The entries of a repository, in their order.
    async fn schedules(&self, repository: RepositoryId) -> Result<Vec<Scheduled>, StoreError>;
    /// Takes entries whose tick has come, the longest due first, at most `limit`. Nobody else gets them for `lease`.
    async fn claim_schedules(
        &self,
        limit: u32,
        lease: Duration,
    ) -> Result<Vec<Scheduled>, StoreError>;
    /// Ends a tick that was taken and sets the next. False, and nothing is kept, when it was ended before.
    async fn finish_schedule(
        &self,
        taken: &Scheduled,
        next: Option<Timestamp>,
    ) -> Result<bool, StoreError>;
}
