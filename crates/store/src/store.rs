//! The whole store as one trait object, and what does not belong to any one table.

use crate::{
    Accounts, Artifacts, Caches, Changes, Checks, Concurrency, Configuration, Deliveries,
    FollowUps, Inspections, Logs, Polls, PullRequests, Purges, Queue, Reports, Repositories,
    Retentions, Runners, Runs, Schedules, Secrets, StoreError, Troubles, Wakes,
};
use async_trait::async_trait;
use runyard_domain::Timestamp;
use std::ops::Range;

/// Everything that is kept. Implementations pass one conformance suite.
#[async_trait]
pub trait Store:
    Changes
    + Concurrency
    + Checks
    + Queue
    + Runs
    + Repositories
    + Secrets
    + Configuration
    + Artifacts
    + Caches
    + Deliveries
    + Polls
    + PullRequests
    + Schedules
    + FollowUps
    + Accounts
    + Runners
    + Logs
    + Reports
    + Purges
    + Retentions
    + Troubles
    + Inspections
    + Send
    + Sync
    + 'static
{
    /// The store's clock: the database's on PostgreSQL, the process's elsewhere (architecture 4, rule 5).
    async fn now(&self) -> Result<Timestamp, StoreError>;

    /// Takes `count` ids that nobody got or will get (architecture 4, rule 4). Starts at 1.
    async fn reserve(&self, kind: IdKind, count: u32) -> Result<Range<i64>, StoreError>;

    /// Whether calls can be served now.
    async fn ready(&self) -> Result<(), StoreError>;

    /// A value of the whole installation, for example the key that signs links: what was kept under `name`, or
    /// `proposed`, which is kept from now on.
    async fn setting(&self, name: &str, proposed: &[u8]) -> Result<Vec<u8>, StoreError>;

    /// Connections to the database, where the store keeps a pool of them.
    fn connections(&self) -> Option<Connections>;

    /// Signals of what other calls changed.
    fn wakes(&self) -> &Wakes;
}

/// A pool of connections at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connections {
    /// As many may be open.
    pub most: usize,
    /// Open.
    pub open: usize,
    /// Open and not in use.
    pub idle: usize,
    /// Calls that wait for one.
    pub waiting: usize,
}

/// Which series an id is taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum IdKind {
    /// Runs.
    Run,
    /// Jobs.
    Job,
    /// Executions.
    Execution,
    /// Check suites.
    CheckSuite,
    /// Users.
    User,
    /// Tokens.
    Token,
    /// Repositories.
    Repository,
    /// Workflows.
    Workflow,
    /// Runners.
    Runner,
    /// Artifacts.
    Artifact,
    /// Caches.
    Cache,
}

impl IdKind {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Run,
        Self::Job,
        Self::Execution,
        Self::CheckSuite,
        Self::User,
        Self::Token,
        Self::Repository,
        Self::Workflow,
        Self::Runner,
        Self::Artifact,
        Self::Cache,
    ];

    /// Its name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Job => "job",
            Self::Execution => "execution",
            Self::CheckSuite => "check_suite",
            Self::User => "user",
            Self::Token => "token",
            Self::Repository => "repository",
            Self::Workflow => "workflow",
            Self::Runner => "runner",
            Self::Artifact => "artifact",
            Self::Cache => "cache",
        }
    }
}
