//! Questions about runs, attempts and jobs, old attempts included; what pages and clients ask for.

use crate::StoreError;
use async_trait::async_trait;
use runyard_domain::{
    CheckSuiteId, Conclusion, Event, JobId, RepositoryId, RunId, RunStatus, Timestamp, UserId,
    WorkflowId,
    concurrency::{Concurrency, GroupName},
    event::EndReason,
    execution::Step,
    pull_request::PullRequest,
    run::{CommitFacts, JobState, Leg, NodePath, ReferencedWorkflow, RunIdentity},
};
use runyard_workflow::Diagnostic;
use std::time::Duration;

/// Longest page (contract 4).
pub const PER_PAGE_MAX: u32 = 100;

/// Runs that a filtered list reaches: its total stops there, and pages beyond are empty (contract 4).
pub const FILTERED_RUNS_MAX: u64 = 1_000;

/// Which part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// From 1.
    pub number: u32,
    /// 1 to [`PER_PAGE_MAX`].
    pub per_page: u32,
}

impl Page {
    /// How many items come before it.
    pub fn offset(self) -> u64 {
        u64::from(self.number.saturating_sub(1)) * u64::from(self.per_page)
    }
}

/// One page of a list, and how long the whole list is.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed<T> {
    /// The page.
    pub items: Vec<T>,
    /// All matches.
    pub total: u64,
}

/// A user as far as runs show them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRef {
    /// Who.
    pub id: UserId,
    /// Their login.
    pub login: String,
    /// Administers this server.
    pub site_admin: bool,
}

/// Which runs of a repository; every condition that is set must hold (contract 7).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunFilter {
    /// Of this workflow.
    pub workflow: Option<WorkflowId>,
    /// Login of the actor, ignoring case.
    pub actor: Option<String>,
    /// Exact head branch.
    pub branch: Option<String>,
    /// Exact event name.
    pub event: Option<String>,
    /// A word of status or conclusion (semantics R1.4); an unknown word matches nothing.
    pub status: Option<String>,
    /// Full commit id.
    pub head_sha: Option<String>,
    /// The run of this check suite.
    pub check_suite: Option<CheckSuiteId>,
    /// Created then or later.
    pub created_from: Option<Timestamp>,
    /// Created earlier.
    pub created_before: Option<Timestamp>,
}

impl RunFilter {
    /// Whether a time of creation is among the conditions.
    pub fn is_of_a_time(&self) -> bool {
        self.created_from.is_some() || self.created_before.is_some()
    }
}

/// A run as it is shown: of its newest attempt, or of the attempt that was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct RunView {
    /// What never changes.
    pub identity: RunIdentity,
    /// The commit that it shows.
    pub commit: CommitFacts,
    /// Who caused the run.
    pub actor: UserRef,
    /// The logs of so many attempts were deleted: of the first up to this one (semantics R8.10).
    pub logs_deleted_attempts: u32,
    /// Those of so many were kept for long enough (semantics R8.11); never more than were deleted.
    pub logs_expired_attempts: u32,
    /// The attempt that is shown.
    pub attempt: AttemptView,
}

/// An attempt as it is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct AttemptView {
    /// 1, 2, ...
    pub number: u32,
    /// Who caused it.
    pub triggering_actor: UserRef,
    /// When it was requested.
    pub requested_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Where it stands.
    pub status: RunStatus,
    /// How it ended, exactly when it is completed.
    pub conclusion: Option<Conclusion>,
    /// When it ended.
    pub completed_at: Option<Timestamp>,
    /// When the whole run was cancelled in it.
    pub cancelled_at: Option<Timestamp>,
    /// Its jobs write debug lines (semantics R4.10).
    pub debug: bool,
    /// The called files as they were resolved for it; those of the run when absent (semantics 4).
    pub referenced: Option<Vec<ReferencedWorkflow>>,
    /// Why it could not be planned.
    pub diagnostics: Vec<Diagnostic>,
    /// The concurrency group whose slot it waits for, has, or had.
    pub group: Option<GroupName>,
    /// Why it was cancelled, when nobody did it.
    pub cancel_reason: Option<EndReason>,
}

/// A planned job as it is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct JobView {
    /// Its id.
    pub id: JobId,
    /// Its run.
    pub run: RunId,
    /// The attempt it belongs to.
    pub attempt: u32,
    /// Which node of the graph it is.
    pub node: NodePath,
    /// Which leg of its node's matrix.
    pub leg: Option<Leg>,
    /// Direct needs.
    pub needs: Vec<NodePath>,
    /// The name that people see.
    pub display_name: String,
    /// Its `runs-on`.
    pub labels: Vec<String>,
    /// The runner group of its `runs-on`.
    pub runner_group: Option<String>,
    /// Its failure counts as a success for others (semantics R1.20).
    pub continue_on_error: bool,
    /// Its `timeout-minutes` (semantics R2.75).
    pub timeout_minutes: Option<u32>,
    /// Its `cancel-timeout-minutes`.
    pub cancel_timeout_minutes: Option<u32>,
    /// Its `concurrency` (semantics R2.56).
    pub concurrency: Option<Concurrency>,
    /// When it was planned.
    pub created_at: Timestamp,
    /// The job of an earlier attempt that ran for it (semantics R4.4).
    pub carried_from: Option<JobId>,
    /// Where it stands.
    pub state: JobState,
    /// Its steps as last reported; empty before it starts.
    pub steps: Vec<Step>,
}

/// Which jobs of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobsOf {
    /// Of the newest attempt.
    Latest,
    /// Of every attempt.
    All,
    /// Of this attempt.
    Attempt(u32),
}

/// Whether the logs of an attempt can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeptLogs {
    /// As far as there were any.
    There,
    /// Somebody deleted them.
    Deleted,
    /// They were kept for as long as they should be.
    Expired,
}

impl RunView {
    /// Whether the logs of one of its attempts can be read.
    pub fn logs_of(&self, attempt: u32) -> KeptLogs {
        if attempt <= self.logs_expired_attempts {
            KeptLogs::Expired
        } else if attempt <= self.logs_deleted_attempts {
            KeptLogs::Deleted
        } else {
            KeptLogs::There
        }
    }

    /// The called files as the attempt has them.
    pub fn referenced(&self) -> &[ReferencedWorkflow] {
        let own = self.attempt.referenced.as_ref();
        own.unwrap_or(&self.identity.referenced)
    }
}

/// Questions about runs. Deleted ones, and those of deleted repositories, are not there.
#[async_trait]
pub trait Runs {
    /// A run with its newest attempt.
    async fn run(&self, id: RunId) -> Result<Option<RunView>, StoreError>;
    /// A run with its newest attempt, and the open pull requests whose head has the name of its branch, by number: of
    /// one state of the store.
    async fn run_and_pull_requests(
        &self,
        id: RunId,
    ) -> Result<Option<(RunView, Vec<PullRequest>)>, StoreError>;
    /// A run as of one of its attempts.
    async fn attempt(&self, id: RunId, attempt: u32) -> Result<Option<RunView>, StoreError>;
    /// Runs of a repository, newest first (`id` descending).
    async fn runs(
        &self,
        repository: RepositoryId,
        filter: &RunFilter,
        page: Page,
    ) -> Result<Listed<RunView>, StoreError>;
    /// Runs whose newest attempt was requested at `before` or earlier, has not ended and was not cancelled, at most
    /// `limit`, the oldest first.
    async fn open_since(&self, before: Timestamp, limit: u32) -> Result<Vec<RunId>, StoreError>;
    /// Planned jobs of a run by id (contract 7; semantics R1.7: blocked jobs are not among them).
    async fn jobs(&self, run: RunId, of: JobsOf, page: Page)
    -> Result<Listed<JobView>, StoreError>;
    /// One planned job.
    async fn job(&self, id: JobId) -> Result<Option<JobView>, StoreError>;
    /// All that happened to a run, oldest first.
    async fn events(&self, run: RunId) -> Result<Vec<Event>, StoreError>;
    /// The payload of the event that caused a run.
    async fn payload(&self, run: RunId) -> Result<Option<serde_json::Value>, StoreError>;
    /// Runs that were cancelled at least `deadline` ago and have not ended, at most `limit`, the longest first.
    async fn overdue_cancels(
        &self,
        deadline: Duration,
        limit: u32,
    ) -> Result<Vec<RunId>, StoreError>;
    /// The aggregate as a change would load it, for library users and tests.
    async fn aggregate(&self, run: RunId) -> Result<Option<runyard_domain::Run>, StoreError>;
}
