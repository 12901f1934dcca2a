//! The maps of the memory store, one for each table of the others. Data and look-ups; no rules.

use super::{concurrency::MessageRow, ready::Ready, troubles::Trouble};
use crate::{
    Conflict, Deleted, FollowUp, IdKind, NamedSecret, Poll, QueueRow, ReadBranch, ScheduleEntry,
    Scheduled, SealedLog, SealedSecret, SecretUse, StoreError,
};
use runyard_domain::{
    ArtifactId, CacheId, Event, Execution, ExecutionId, JobId, MessageId, RepositoryId, Run, RunId,
    RunnerId, Timestamp, TokenId, UserId, WorkflowId,
    account::{Token, TokenHash, User},
    actions::ActionsSettings,
    artifact::Artifact,
    cache::Cache,
    concurrency::ConcurrencyGroup,
    configuration::{ValueName, Variable},
    execution::{Annotation, CheckOutput},
    pull_request::PullRequest,
    repository::{Repository, Role, Workflow},
    retention::RetentionRules,
    run::{Attempt, CommitFacts},
    runner::Runner,
};
use runyard_workflow::Diagnostic;
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

/// Everything that is kept.
#[derive(Debug, Default)]
pub(super) struct State {
    /// The last id of each series that was given out.
    pub(super) reserved: HashMap<IdKind, i64>,
    pub(super) settings: BTreeMap<String, Vec<u8>>,
    pub(super) users: BTreeMap<UserId, UserRow>,
    pub(super) tokens: BTreeMap<TokenId, Token>,
    pub(super) repositories: BTreeMap<RepositoryId, RepositoryRow>,
    pub(super) collaborators: BTreeMap<(RepositoryId, UserId), Role>,
    pub(super) secrets: BTreeMap<(RepositoryId, SecretUse), SealedSecret>,
    /// Those that are for workflows.
    pub(super) named_secrets: BTreeMap<(RepositoryId, ValueName), NamedSecret>,
    pub(super) variables: BTreeMap<(RepositoryId, ValueName), Variable>,
    pub(super) artifacts: BTreeMap<ArtifactId, Artifact>,
    pub(super) caches: BTreeMap<CacheId, Cache>,
    /// Oldest first.
    pub(super) deliveries: BTreeMap<RepositoryId, VecDeque<(String, Vec<RunId>)>>,
    pub(super) polls: BTreeMap<RepositoryId, Poll>,
    pub(super) retentions: BTreeMap<RepositoryId, RetentionRules>,
    pub(super) pull_requests: BTreeMap<(RepositoryId, i64), PullRequest>,
    pub(super) branches: BTreeMap<RepositoryId, ReadBranch>,
    pub(super) schedules: BTreeMap<(RepositoryId, ScheduleEntry), ScheduleRow>,
    /// By id.
    pub(super) follow_ups: BTreeMap<i64, FollowUpRow>,
    pub(super) last_follow_up: i64,
    pub(super) workflows: BTreeMap<WorkflowId, WorkflowRow>,
    /// Texts of workflow files by their hashes.
    pub(super) definitions: BTreeMap<String, String>,
    pub(super) runners: BTreeMap<RunnerId, Runner>,
    /// When they were last noted to be there.
    pub(super) runners_seen: BTreeMap<RunnerId, Timestamp>,
    pub(super) actions_settings: BTreeMap<RepositoryId, ActionsSettings>,
    pub(super) runs: BTreeMap<RunId, RunRow>,
    /// Which run a trigger key made.
    pub(super) trigger_keys: BTreeMap<(RepositoryId, WorkflowId, String), RunId>,
    /// The run and attempt of every planned job.
    pub(super) jobs: BTreeMap<JobId, (RunId, u32)>,
    pub(super) executions: BTreeMap<ExecutionId, ExecutionRow>,
    /// Those that have not ended.
    pub(super) open_executions: BTreeSet<ExecutionId>,
    /// Both kinds of tokens of executions.
    pub(super) execution_tokens: HashMap<(TokenUse, TokenHash), ExecutionId>,
    pub(super) ready: Ready,
    pub(super) logs: BTreeMap<ExecutionId, LogRow>,
    pub(super) outputs: BTreeMap<JobId, Vec<(String, String)>>,
    pub(super) annotations: BTreeMap<(JobId, u32), Annotation>,
    /// What was said of jobs as check runs.
    pub(super) check_outputs: BTreeMap<JobId, CheckOutput>,
    /// By job and step.
    pub(super) summaries: BTreeMap<(JobId, u32), String>,
    /// What deletes left to do, by when it was asked for.
    pub(super) purges: BTreeMap<(Timestamp, RunId), Deleted>,
    /// Keys of objects that no row speaks of any more.
    pub(super) doomed: BTreeSet<String>,
    /// Those that somebody is in, by the keys of their names.
    pub(super) groups: BTreeMap<(RepositoryId, String), ConcurrencyGroup>,
    pub(super) messages: BTreeMap<MessageId, MessageRow>,
    /// Of the newest message.
    pub(super) last_message: i64,
    /// What is noted of rows that could not be applied.
    pub(super) troubles: BTreeMap<QueueRow, Trouble>,
}

/// What a token of an execution opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum TokenUse {
    /// The runner's reports.
    Job,
    /// GitHub's API.
    GitHub,
}

#[derive(Debug)]
pub(super) struct ScheduleRow {
    pub(super) scheduled: Scheduled,
    /// When somebody shall look at it.
    pub(super) look_at: Option<Timestamp>,
}

#[derive(Debug)]
pub(super) struct FollowUpRow {
    pub(super) follow_up: FollowUp,
    /// When it may be taken.
    pub(super) due_at: Timestamp,
}

#[derive(Debug)]
pub(super) struct UserRow {
    pub(super) user: User,
    pub(super) deleted: bool,
}

#[derive(Debug)]
pub(super) struct RepositoryRow {
    pub(super) repository: Repository,
    pub(super) deleted: bool,
    /// The newest run's index.
    pub(super) last_index: i64,
}

#[derive(Debug)]
pub(super) struct WorkflowRow {
    pub(super) workflow: Workflow,
    /// The newest run's number.
    pub(super) last_number: i64,
    /// When its runs are next looked at; nobody did so far when absent.
    pub(super) retention_due_at: Option<Timestamp>,
}

#[derive(Debug)]
pub(super) struct RunRow {
    pub(super) run: Run,
    pub(super) commit: CommitFacts,
    pub(super) payload: serde_json::Value,
    pub(super) events: Vec<Event>,
    /// Of the newest attempt.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Nobody sees it any more.
    pub(super) deleted: bool,
    /// The logs of so many attempts were deleted.
    pub(super) logs_deleted_attempts: u32,
    /// So many of them lost their logs because they were kept for long enough.
    pub(super) logs_expired_attempts: u32,
    /// Older attempts as they were when the next was requested, oldest first.
    pub(super) past: Vec<PastAttempt>,
}

#[derive(Debug, Clone)]
pub(super) struct PastAttempt {
    pub(super) attempt: Attempt,
    pub(super) updated_at: Timestamp,
    pub(super) diagnostics: Vec<Diagnostic>,
}

#[derive(Debug)]
pub(super) struct ExecutionRow {
    pub(super) execution: Execution,
    pub(super) request_key: String,
    pub(super) token: TokenHash,
    pub(super) github_token: TokenHash,
}

#[derive(Debug)]
pub(super) enum LogRow {
    Chunks(Vec<u8>),
    Sealed(SealedLog),
    Deleted,
}

/// The answer when what was named is not there.
pub(super) fn not_found(what: &'static str) -> StoreError {
    StoreError::NotFound { what }
}

/// The answer when something that was named inside of something else is not there, or is still named.
pub(super) fn broken_reference() -> StoreError {
    StoreError::Conflict(Conflict::Reference)
}

impl State {
    /// A user who is not deleted.
    pub(super) fn live_user(&self, id: UserId) -> Option<&User> {
        let row = self.users.get(&id).filter(|row| !row.deleted)?;
        Some(&row.user)
    }

    /// Says that a reference is broken unless there is or was such a user.
    pub(super) fn require_user(&self, id: UserId) -> Result<(), StoreError> {
        let known = self.users.contains_key(&id);
        known.then_some(()).ok_or_else(broken_reference)
    }

    /// A repository that is not deleted.
    pub(super) fn live_repository(&self, id: RepositoryId) -> Option<&Repository> {
        let row = self.repositories.get(&id).filter(|row| !row.deleted)?;
        Some(&row.repository)
    }

    /// A run that is not deleted, nor is its repository.
    pub(super) fn live_run(&self, id: RunId) -> Option<&RunRow> {
        let row = self.runs.get(&id).filter(|row| !row.deleted)?;
        self.live_repository(row.run.identity().repository)?;
        Some(row)
    }
}
