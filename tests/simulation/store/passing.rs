//! The calls that only go through: a new method of a trait needs its line here and nothing else.

use super::FailingStore;
use async_trait::async_trait;
use runyard_domain::{
    ArtifactId, CacheId, CheckSuiteId, Event, ExecutionId, JobId, MessageId, RepositoryId, RunId,
    RunnerId, Timestamp, TokenId, UserId, WorkflowId,
    account::{Token, TokenHash, User},
    actions::{ActionsChange, ActionsSettings},
    artifact::Artifact,
    cache::{Cache, CacheSort},
    concurrency::{ConcurrencyGroup, GroupName, Member, Message},
    configuration::{ValueName, Variable},
    execution::{Annotation, CheckOutput},
    pull_request::PullRequest,
    repository::{Collaborator, Repository, Role, Workflow, WorkflowState},
    retention::RetentionRules,
    runner::Runner,
};
use runyard_store::{
    Accounts, Appended, ArtifactFilter, ArtifactView, Artifacts, CacheFilter, CacheUsage, Caches,
    CheckFilter, CheckRun, Checks, ChecksOf, Concurrency, Configuration, Deliveries, EndedWith,
    FollowUp, FollowUps, Inspected, Inspections, JobOutputs, JobView, JobsOf, KeptGroup, Left,
    LeftMessage, Listed, LogContent, Logs, NamedSecret, Order, OwnedCounts, Page, Poll, Polls,
    PullRequests, Purges, QueueRow, ReadBranch, Reports, Repositories, RetentionLook, Retentions,
    RowState, RunFilter, RunView, RunnerView, Runners, Runs, ScheduleEntry, Scheduled, Schedules,
    SealedLog, SealedSecret, SecretFacts, SecretUse, Secrets, SeenRefs, SetAside, Stage, Standing,
    StoreError, Summary, Tries, Troubles,
};
use std::{collections::BTreeMap, time::Duration};

macro_rules! passing {
    ($trait:ident { $(fn $name:ident($($argument:ident: $type:ty),* $(,)?) -> $answer:ty;)+ }) => {
        #[async_trait]
        impl $trait for FailingStore {
            $(async fn $name(&self, $($argument: $type),*) -> Result<$answer, StoreError> {
                self.call(stringify!($name), self.inner.$name($($argument),*)).await
            })+
        }
    };
}

passing! { Runs {
    fn run(id: RunId) -> Option<RunView>;
    fn run_and_pull_requests(id: RunId) -> Option<(RunView, Vec<PullRequest>)>;
    fn attempt(id: RunId, attempt: u32) -> Option<RunView>;
    fn runs(repository: RepositoryId, filter: &RunFilter, page: Page) -> Listed<RunView>;
    fn jobs(run: RunId, of: JobsOf, page: Page) -> Listed<JobView>;
    fn job(id: JobId) -> Option<JobView>;
    fn events(run: RunId) -> Vec<Event>;
    fn payload(run: RunId) -> Option<serde_json::Value>;
    fn aggregate(run: RunId) -> Option<runyard_domain::Run>;
    fn open_since(before: Timestamp, limit: u32) -> Vec<RunId>;
    fn overdue_cancels(deadline: Duration, limit: u32) -> Vec<RunId>;
} }

passing! { Repositories {
    fn insert_repository(repository: &Repository) -> ();
    fn repository(id: RepositoryId) -> Option<Repository>;
    fn repository_by_name(owner: &str, name: &str) -> Option<Repository>;
    fn standing(bearer: Option<TokenHash>, owner: &str, name: &str) -> Standing;
    fn repositories(after: RepositoryId, limit: u32) -> Vec<Repository>;
    fn delete_repository(id: RepositoryId) -> ();
    fn put_collaborator(repository: RepositoryId, collaborator: Collaborator) -> ();
    fn delete_collaborator(repository: RepositoryId, user: UserId) -> ();
    fn collaborators(repository: RepositoryId) -> Vec<Collaborator>;
    fn role(repository: RepositoryId, user: UserId) -> Option<Role>;
    fn ensure_workflow(workflow: &Workflow) -> Workflow;
    fn put_workflow_state(id: WorkflowId, from: WorkflowState, to: WorkflowState) -> bool;
    fn workflow(id: WorkflowId) -> Option<Workflow>;
    fn workflow_by_path(repository: RepositoryId, path: &str) -> Option<Workflow>;
    fn workflows(repository: RepositoryId, page: Page) -> Listed<Workflow>;
    fn change_actions_settings(repository: RepositoryId, change: &ActionsChange) -> ();
    fn actions_settings(repository: RepositoryId) -> ActionsSettings;
    fn put_definition(hash: &str, text: &str) -> ();
    fn definition(hash: &str) -> Option<String>;
} }

passing! { Secrets {
    fn put_secret(repository: RepositoryId, usage: SecretUse, secret: &SealedSecret) -> ();
    fn secret(repository: RepositoryId, usage: SecretUse) -> Option<SealedSecret>;
    fn delete_secret(repository: RepositoryId, usage: SecretUse) -> ();
} }

passing! { Configuration {
    fn put_named_secret(repository: RepositoryId, secret: &NamedSecret, most: u32) -> bool;
    fn named_secret(repository: RepositoryId, name: &ValueName) -> Option<NamedSecret>;
    fn named_secrets(repository: RepositoryId, page: Page) -> Listed<SecretFacts>;
    fn delete_named_secret(repository: RepositoryId, name: &ValueName) -> ();
    fn insert_variable(repository: RepositoryId, variable: &Variable, most: u32) -> ();
    fn variable(repository: RepositoryId, name: &ValueName) -> Option<Variable>;
    fn variables(repository: RepositoryId, page: Page) -> Listed<Variable>;
    fn first_variables(repository: RepositoryId, limit: u32) -> Vec<Variable>;
    fn update_variable(repository: RepositoryId, name: &ValueName, variable: &Variable) -> ();
    fn delete_variable(repository: RepositoryId, name: &ValueName) -> ();
} }

passing! { Artifacts {
    fn add_artifact(artifact: &Artifact) -> ();
    fn artifact(id: ArtifactId) -> Option<ArtifactView>;
    fn artifacts(
        repository: RepositoryId,
        filter: &ArtifactFilter,
        order: Order,
        page: Page,
        reach: u64,
    ) -> Listed<ArtifactView>;
    fn delete_artifact(id: ArtifactId) -> ();
} }

passing! { Caches {
    fn add_cache(cache: &Cache) -> ();
    fn caches(
        repository: RepositoryId,
        filter: &CacheFilter,
        sort: (CacheSort, Order),
        page: Page,
        reach: u64,
    ) -> Listed<Cache>;
    fn cache_usage(repository: RepositoryId) -> CacheUsage;
    fn delete_cache(repository: RepositoryId, id: CacheId) -> ();
    fn delete_caches(
        repository: RepositoryId,
        key: &str,
        git_ref: Option<&str>,
        limit: u32,
    ) -> Vec<Cache>;
} }

passing! { Deliveries {
    fn put_delivery(repository: RepositoryId, delivery: &str, runs: &[RunId], most: u32) -> ();
    fn delivery(repository: RepositoryId, delivery: &str) -> Option<Vec<RunId>>;
} }

passing! { Polls {
    fn put_poll(repository: RepositoryId, seconds: u32) -> Poll;
    fn poll(repository: RepositoryId) -> Option<Poll>;
    fn delete_poll(repository: RepositoryId) -> ();
    fn claim_polls(limit: u32, lease: Duration) -> Vec<Poll>;
    fn finish_poll(taken: &Poll, outcome: Result<&SeenRefs, &str>) -> bool;
} }

passing! { Accounts {
    fn insert_user(user: &User) -> ();
    fn owned_counts(id: UserId) -> OwnedCounts;
    fn user(id: UserId) -> Option<User>;
    fn user_by_login(login: &str) -> Option<User>;
    fn users(after: UserId, limit: u32) -> Vec<User>;
    fn delete_user(id: UserId) -> ();
    fn insert_token(token: &Token) -> ();
    fn token_by_hash(hash: TokenHash) -> Option<(Token, User)>;
    fn token(id: TokenId) -> Option<Token>;
    fn tokens(user: UserId, after: TokenId, limit: u32) -> Vec<Token>;
    fn delete_token(user: UserId, id: TokenId) -> ();
} }

passing! { Runners {
    fn insert_runner(runner: &Runner, replace: bool) -> ();
    fn runner_by_token(token: TokenHash) -> Option<Runner>;
    fn runners(after: RunnerId, limit: u32) -> Vec<Runner>;
    fn update_runner(runner: &Runner) -> ();
    fn delete_runner(id: RunnerId) -> ();
    fn delete_runner_with(id: RunnerId, user: UserId, token: TokenId) -> ();
    fn runner(id: RunnerId) -> Option<RunnerView>;
    fn runner_views(name: Option<&str>, page: Page) -> Listed<RunnerView>;
    fn note_runner_seen(id: RunnerId) -> ();
    fn put_custom_labels(id: RunnerId, before: Option<&[String]>, labels: &[String]) -> bool;
} }

passing! { Checks {
    fn run_of_suite(repository: RepositoryId, suite: CheckSuiteId) -> Option<RunView>;
    fn check_suites(
        repository: RepositoryId,
        commit: &str,
        name: Option<&str>,
        page: Page,
    ) -> Listed<RunView>;
    fn check_runs(
        repository: RepositoryId,
        of: &ChecksOf,
        filter: &CheckFilter,
        page: Page,
    ) -> Listed<CheckRun>;
    fn count_check_runs(runs: &[RunId]) -> BTreeMap<RunId, u64>;
    fn count_annotations(jobs: &[JobId]) -> BTreeMap<JobId, u64>;
} }

passing! { Logs {
    fn append_log(execution: ExecutionId, offset: u64, bytes: &[u8], limit: u64) -> Appended;
    fn log_bytes(execution: ExecutionId) -> u64;
    fn log(execution: ExecutionId) -> LogContent;
    fn seal_log(execution: ExecutionId, sealed: &SealedLog) -> ();
    fn unsealed_logs(limit: u32) -> Vec<(ExecutionId, JobId)>;
} }

passing! { PullRequests {
    fn put_pull_request(repository: RepositoryId, pull: &PullRequest, most: u32) -> ();
    fn delete_pull_request(repository: RepositoryId, number: i64) -> ();
    fn pull_requests(repository: RepositoryId, head_branches: &[String]) -> Vec<PullRequest>;
    fn all_pull_requests(repository: RepositoryId) -> Vec<PullRequest>;
    fn pull_request(repository: RepositoryId, number: i64) -> Option<PullRequest>;
} }

passing! { Schedules {
    fn read_branch(repository: RepositoryId) -> Option<ReadBranch>;
    fn put_branch(
        repository: RepositoryId,
        before: Option<&str>,
        branch: &ReadBranch,
        entries: &[(ScheduleEntry, Option<Timestamp>)],
        by: UserId,
    ) -> bool;
    fn schedules(repository: RepositoryId) -> Vec<Scheduled>;
    fn claim_schedules(limit: u32, lease: Duration) -> Vec<Scheduled>;
    fn finish_schedule(taken: &Scheduled, next: Option<Timestamp>) -> bool;
} }

passing! { FollowUps {
    fn claim_follow_ups(limit: u32, lease: Duration) -> Vec<FollowUp>;
    fn delete_follow_up(id: i64) -> ();
} }

passing! { Reports {
    fn outputs(jobs: &[JobId]) -> Vec<JobOutputs>;
    fn output_units(run: RunId) -> u64;
    fn add_annotations(job: (RunId, JobId), annotations: &[Annotation]) -> ();
    fn annotations(job: JobId, page: Page) -> Listed<Annotation>;
    fn put_summary(job: (RunId, JobId), summary: &Summary) -> ();
    fn put_check(
        job: (RunId, JobId),
        output: &CheckOutput,
        annotations: &[Annotation],
        most: u32,
    ) -> bool;
    fn check_outputs(jobs: &[JobId]) -> BTreeMap<JobId, CheckOutput>;
    fn summaries(job: JobId, limit: u32) -> Vec<Summary>;
} }

passing! { Retentions {
    fn put_retention(repository: RepositoryId, rules: &RetentionRules) -> ();
    fn retention(repository: RepositoryId) -> Option<RetentionRules>;
    fn delete_retention(repository: RepositoryId) -> ();
    fn claim_retention_looks(limit: u32, interval: Duration) -> Vec<RetentionLook>;
    fn look_again(workflow: WorkflowId) -> ();
    fn ended_by(
        workflow: WorkflowId,
        latest: Timestamp,
        with: EndedWith,
        limit: u32,
    ) -> Vec<RunId>;
    fn chosen_runs(
        repository: RepositoryId,
        chosen: &RunFilter,
        limit: u32,
    ) -> Vec<(RunId, u32)>;
    fn count_chosen(repository: RepositoryId, chosen: &RunFilter, stage: Stage) -> u64;
} }

passing! { Troubles {
    fn note_trouble(row: QueueRow, run: Option<RunId>, reason: &str, tries: Tries) -> bool;
    fn set_aside(after: Option<QueueRow>, limit: u32) -> Vec<SetAside>;
    fn count_set_aside() -> u64;
    fn is_set_aside(row: QueueRow) -> bool;
    fn row_state(row: QueueRow) -> RowState;
    fn put_back(row: QueueRow) -> ();
} }

passing! { Inspections {
    fn unfinished_runs(after: RunId, limit: u32) -> Vec<RunId>;
    fn inspect(run: RunId) -> Inspected;
    fn rebuild(run: RunId) -> bool;
    fn groups(after: Option<(RepositoryId, String)>, limit: u32) -> Vec<KeptGroup>;
    fn kept_group(repository: RepositoryId, key: &str) -> Option<KeptGroup>;
    fn leave_group(repository: RepositoryId, key: &str, member: &Member) -> bool;
    fn forget_unreadable_group(repository: RepositoryId, key: &str) -> bool;
    fn forget_unreadable_steps(execution: ExecutionId) -> bool;
    fn left_messages(after: i64, limit: u32) -> Vec<Left>;
    fn left_follow_ups(after: i64, limit: u32) -> Vec<Left>;
} }

passing! { Purges {
    fn purge(after: Duration) -> bool;
    fn doomed_objects(limit: u32) -> Vec<String>;
    fn forget_objects(keys: &[String]) -> ();
} }

#[async_trait]
impl Concurrency for FailingStore {
    async fn group(
        &self,
        repository: RepositoryId,
        name: &GroupName,
    ) -> Result<Option<ConcurrencyGroup>, StoreError> {
        self.call("group", self.inner.group(repository, name)).await
    }

    /// One at a time: which of several is applied first would be left to chance.
    async fn due_messages(&self, limit: u32) -> Result<Vec<LeftMessage>, StoreError> {
        let due = self.inner.due_messages(limit.min(1));
        self.call("due_messages", due).await
    }

    async fn message(&self, id: MessageId) -> Result<Option<Message>, StoreError> {
        self.call("message", self.inner.message(id)).await
    }

    async fn put_off_message(&self, id: MessageId, wait: Duration) -> Result<(), StoreError> {
        let put_off = self.inner.put_off_message(id, wait);
        self.call("put_off_message", put_off).await
    }

    async fn drop_message(&self, id: MessageId) -> Result<(), StoreError> {
        self.call("drop_message", self.inner.drop_message(id)).await
    }
}
