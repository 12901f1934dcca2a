//! What most tests begin with: a user, a repository, runs of small workflows, and their verbs as one call each.

use runyard_domain::{
    CheckSuiteId, Conclusion, Event, Execution, ExecutionId, JobId, JobIds, Refusal, RepositoryId,
    Run, RunId, RunnerId, Timestamp, UserId, WorkflowId,
    account::{TokenHash, User},
    execution::{Patience, Step},
    handover,
    repository::{Repository, Source, Workflow, WorkflowState},
    run::{CommitFacts, Person, Planning, RunIdentity},
    runner::{LabelSet, RunnerRef},
};
use runyard_store::{
    ChangeError, ClaimRequest, Created, IdKind, Loaded, NewExecution, Page, Scope, Store,
    StoreError,
};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

/// One job that any Linux runner takes.
pub(crate) const ONE_JOB: &str =
    "on: push\njobs:\n  build: {runs-on: linux, steps: [{run: make}]}\n";

/// Two jobs, one after the other.
pub(crate) const CHAIN: &str = "on: push\njobs:
  build: {runs-on: linux, steps: [{run: make}]}
  test: {needs: build, runs-on: [Linux, gpu], steps: [{run: make test}]}\n";

/// Two jobs beside each other and one that needs both.
pub(crate) const DIAMOND: &str = "on: push\njobs:
  left: {runs-on: linux, steps: [{run: make left}]}
  right: {runs-on: linux, steps: [{run: make right}]}
  both: {needs: [left, right], runs-on: linux, steps: [{run: make both}]}\n";

/// The first page, as long as pages can be.
pub(crate) const ALL: Page = Page {
    number: 1,
    per_page: 100,
};

/// Long enough for anything that a test waits for.
pub(crate) const SOON: Duration = Duration::from_secs(20);

/// A workflow file with `count` jobs that need nothing.
pub(crate) fn jobs_beside_each_other(count: usize) -> String {
    let job = |n| format!("  job{n}: {{runs-on: linux, steps: [{{run: make}}]}}\n");
    let jobs: String = (0..count).map(job).collect();
    format!("on: push\njobs:\n{jobs}")
}

/// A moment with a fraction that only microseconds can show.
pub(crate) fn a_moment() -> Timestamp {
    Timestamp::from_unix_micros(1_700_000_000_123_457).unwrap()
}

/// A token hash unlike those for other numbers.
pub(crate) fn token_hash(number: i64) -> TokenHash {
    let mut bytes = [7; 32];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    TokenHash::new(bytes)
}

/// The page with this number.
pub(crate) fn page(number: u32, per_page: u32) -> Page {
    Page { number, per_page }
}

/// A runner as jobs see it.
pub(crate) fn runner(id: i64) -> RunnerRef {
    RunnerRef {
        id: RunnerId::new(id),
        name: format!("runner-{id}"),
    }
}

/// Waits that are over at once, so that no test waits for a clock.
pub(crate) fn no_patience() -> Patience {
    Patience {
        offer: Duration::ZERO,
        lease: Duration::ZERO,
        cancel_grace: Duration::ZERO,
    }
}

pub(crate) fn step(number: u32, name: &str) -> Step {
    Step {
        number,
        name: name.to_owned(),
        state: runyard_domain::execution::StepState::InProgress {
            started_at: a_moment(),
        },
    }
}

pub(crate) fn is_not_found(error: &StoreError) -> bool {
    matches!(error, StoreError::NotFound { .. })
}

/// A store with a user and a repository in it.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) user: User,
    pub(crate) repository: Repository,
    /// Makes token hashes and keys unlike any before.
    serial: Arc<AtomicI64>,
}

/// A run that somebody wants, before it is created.
#[derive(Clone)]
pub(crate) struct Wanted {
    pub(crate) identity: RunIdentity,
    pub(crate) commit: CommitFacts,
    pub(crate) payload: serde_json::Value,
    pub(crate) text: String,
}

/// A run, and what its verbs need.
#[derive(Clone)]
pub(crate) struct Flow {
    pub(crate) world: World,
    pub(crate) id: RunId,
    pub(crate) file: Arc<runyard_workflow::Workflow>,
}

impl World {
    pub(crate) async fn new(store: Arc<dyn Store>) -> Self {
        let user = insert_user(&store, "octo").await;
        let repository = insert_repository(&store, &user, "hello").await;
        Self {
            store,
            user,
            repository,
            serial: Arc::default(),
        }
    }

    /// The same store and user, with another repository.
    pub(crate) async fn with_repository(&self, name: &str) -> Self {
        let repository = insert_repository(&self.store, &self.user, name).await;
        Self {
            repository,
            ..self.clone()
        }
    }

    pub(crate) fn serial(&self) -> i64 {
        self.serial.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub(crate) async fn reserve(&self, kind: IdKind) -> i64 {
        reserve(&self.store, kind).await
    }

    pub(crate) async fn workflow(&self, path: &str) -> Workflow {
        let id = WorkflowId::new(self.reserve(IdKind::Workflow).await);
        let workflow = workflow(id, self.repository.id, path);
        self.store.ensure_workflow(&workflow).await.unwrap()
    }

    /// What a push wants, with a key of its own.
    pub(crate) async fn wanted(&self, text: &str) -> Wanted {
        let workflow = self.workflow(".github/workflows/ci.yml").await;
        let definition = definition_of(text);
        self.store.put_definition(&definition, text).await.unwrap();
        let id = RunId::new(self.reserve(IdKind::Run).await);
        let suite = CheckSuiteId::new(self.reserve(IdKind::CheckSuite).await);
        let now = self.store.now().await.unwrap();
        Wanted {
            identity: RunIdentity {
                definition,
                trigger_key: format!("push:{}", self.serial()),
                ..identity((id, suite), &workflow, self.user.id, now)
            },
            commit: commit(),
            payload: serde_json::json!({"ref": "refs/heads/main"}),
            text: text.to_owned(),
        }
    }

    /// A run of this file, planned.
    pub(crate) async fn run(&self, text: &str) -> Flow {
        let wanted = self.wanted(text).await;
        self.create(wanted).await.unwrap()
    }

    /// Creates and plans what is wanted; the run that its key made before, if there is one.
    pub(crate) async fn create(&self, wanted: Wanted) -> Result<Flow, ChangeError> {
        let file = Arc::new(runyard_workflow::parse("ci.yml", &wanted.text).unwrap());
        let flow = Flow {
            world: self.clone(),
            id: wanted.identity.id,
            file: Arc::clone(&file),
        };
        let ids = flow.job_ids().await;
        let made = self
            .create_by(wanted, move |run, now| {
                let mut ids = JobIds::new(ids.iter().copied());
                run.plan(Planning {
                    workflow: &file,
                    ids: &mut ids,
                    now,
                })
            })
            .await?;
        Ok(Flow { id: made, ..flow })
    }

    /// Creates what is wanted, with `first` as its first command after the request.
    pub(crate) async fn create_by(
        &self,
        wanted: Wanted,
        mut first: impl FnMut(&mut Run, Timestamp) -> Result<Vec<Event>, Refusal> + Send + 'static,
    ) -> Result<RunId, ChangeError> {
        let scope = scope_of(&wanted.identity);
        let made = Arc::new(Mutex::new(wanted.identity.id));
        let told = Arc::clone(&made);
        let decide = move |loaded: &mut Loaded, now| {
            let Loaded::NewRun {
                numbers,
                duplicate,
                created,
                ..
            } = loaded
            else {
                panic!("a new run was loaded as {loaded:?}");
            };
            if let Some(duplicate) = duplicate {
                *told.lock().unwrap() = *duplicate;
                return Ok(Vec::new());
            }
            let (mut run, mut events) = Run::request(RunIdentity {
                number: numbers.number,
                index: numbers.index,
                ..wanted.identity.clone()
            });
            events.extend(first(&mut run, now)?);
            *created = Some(Box::new(Created {
                run,
                commit: wanted.commit.clone(),
                payload: wanted.payload.clone(),
            }));
            Ok(events)
        };
        self.store.change(scope, Box::new(decide)).await?;
        let made = *made.lock().unwrap();
        Ok(made)
    }

    /// What a runner with the label `linux` asks for.
    pub(crate) async fn request(&self, by: i64, key: &str, count: u32) -> ClaimRequest {
        let ids = self.store.reserve(IdKind::Execution, count).await.unwrap();
        let executions = ids.map(|id| NewExecution {
            id: ExecutionId::new(id),
            token: token_hash(self.serial()),
            github_token: token_hash(self.serial()),
        });
        ClaimRequest {
            runner: runner(by),
            labels: LabelSet::new(["linux", "gpu"]),
            request_key: key.to_owned(),
            executions: executions.collect(),
            offer: Patience::default().offer,
        }
    }

    /// Claims at most `count` jobs with a key of its own.
    pub(crate) async fn claim(&self, by: i64, count: u32) -> Vec<Execution> {
        let key = format!("key-{}", self.serial());
        let request = self.request(by, &key, count).await;
        self.store.claim(request).await.unwrap()
    }

    /// Claims the one job that is there.
    pub(crate) async fn claim_one(&self) -> Execution {
        let claimed = self.claim(1, 10).await;
        assert_eq!(claimed.len(), 1, "one job is ready: {claimed:?}");
        claimed.into_iter().next().unwrap()
    }

    /// A report of a runner, with the steps that it names.
    pub(crate) async fn sync(
        &self,
        id: ExecutionId,
        rev: u64,
        steps: Vec<Step>,
    ) -> Result<(), ChangeError> {
        self.change_execution(id, move |execution, now| {
            execution.sync(rev, steps.clone(), now, Patience::default())?;
            Ok(())
        })
        .await
    }

    /// Changes one execution and nothing else.
    pub(crate) async fn change_execution(
        &self,
        id: ExecutionId,
        mut verb: impl FnMut(&mut Execution, Timestamp) -> Result<(), Refusal> + Send + 'static,
    ) -> Result<(), ChangeError> {
        let decide = move |loaded: &mut Loaded, now| {
            let Loaded::Execution(execution) = loaded else {
                panic!("an execution was loaded as {loaded:?}");
            };
            verb(execution, now).map(|()| Vec::new())
        };
        let scope = Scope::Execution(id);
        self.store.change(scope, Box::new(decide)).await
    }

    pub(crate) async fn execution(&self, id: ExecutionId) -> Execution {
        self.store.execution(id).await.unwrap().unwrap()
    }
}

impl Flow {
    async fn job_ids(&self) -> Vec<JobId> {
        let count = u32::try_from(self.file.jobs.len()).unwrap();
        let ids = self.world.store.reserve(IdKind::Job, count).await.unwrap();
        ids.map(JobId::new).collect()
    }

    /// Gives one command to what the scope loads, and says what was recorded.
    pub(crate) async fn change(
        &self,
        scope: Scope,
        mut verb: impl FnMut(&mut Run, &mut [Execution], Planning<'_>) -> Result<Vec<Event>, Refusal>
        + Send
        + 'static,
    ) -> Result<Vec<Event>, ChangeError> {
        let ids = self.job_ids().await;
        let file = Arc::clone(&self.file);
        let recorded = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&recorded);
        let decide = move |loaded: &mut Loaded, now| {
            let Loaded::Run { run, executions } = loaded else {
                panic!("a run was loaded as {loaded:?}");
            };
            let mut ids = JobIds::new(ids.iter().copied());
            let planning = Planning {
                workflow: &file,
                ids: &mut ids,
                now,
            };
            let events = verb(run, executions, planning)?;
            told.lock().unwrap().clone_from(&events);
            Ok(events)
        };
        let store = &self.world.store;
        store.change(scope, Box::new(decide)).await?;
        let recorded = std::mem::take(&mut *recorded.lock().unwrap());
        Ok(recorded)
    }

    /// Starts what was offered; `false` when the job was gone.
    pub(crate) async fn start(&self, id: ExecutionId) -> Result<bool, ChangeError> {
        self.start_with(id, Patience::default()).await
    }

    pub(crate) async fn start_with(
        &self,
        id: ExecutionId,
        patience: Patience,
    ) -> Result<bool, ChangeError> {
        let scope = Scope::RunOfExecution(id);
        let started = self
            .change(scope, move |run, executions, planning| {
                let started = handover::start(run, &mut executions[0], planning, patience)?;
                Ok(started.unwrap_or_default())
            })
            .await?;
        Ok(!started.is_empty())
    }

    pub(crate) async fn finish(
        &self,
        id: ExecutionId,
        result: Conclusion,
    ) -> Result<Vec<Event>, ChangeError> {
        let scope = Scope::RunOfExecution(id);
        self.change(scope, move |run, executions, planning| {
            handover::finish(run, &mut executions[0], result, Vec::new(), planning)
        })
        .await
    }

    pub(crate) async fn expire(&self, id: ExecutionId) -> Result<Vec<Event>, ChangeError> {
        let scope = Scope::RunOfExecution(id);
        self.change(scope, move |run, executions, planning| {
            handover::expire(run, &mut executions[0], planning)
        })
        .await
    }

    pub(crate) async fn cancel(&self) -> Result<Vec<Event>, ChangeError> {
        self.cancel_with(Patience::default()).await
    }

    pub(crate) async fn cancel_with(&self, patience: Patience) -> Result<Vec<Event>, ChangeError> {
        let by = self.world.user.id;
        self.change(Scope::Run(self.id), move |run, executions, planning| {
            handover::cancel_run(run, executions, by, planning, patience)
        })
        .await
    }

    pub(crate) async fn cancel_job(&self, job: JobId) -> Result<Vec<Event>, ChangeError> {
        let by = self.world.user.id;
        self.change(Scope::Run(self.id), move |run, executions, planning| {
            let patience = Patience::default();
            let cancelled = handover::cancel_job(run, executions, (job, by), planning, patience)?;
            Ok(cancelled.events)
        })
        .await
    }

    pub(crate) async fn rerun_by(&self, by: UserId) -> Result<Vec<Event>, ChangeError> {
        self.change(Scope::Run(self.id), move |run, _, planning| {
            run.rerun_all(by, planning)
        })
        .await
    }

    /// Claims, starts and finishes every job that is ready, until none is.
    pub(crate) async fn run_to_the_end(&self, result: Conclusion) {
        loop {
            let claimed = self.world.claim(1, 10).await;
            if claimed.is_empty() {
                return;
            }
            for execution in claimed {
                assert!(self.start(execution.id).await.unwrap());
                self.finish(execution.id, result).await.unwrap();
            }
        }
    }

    pub(crate) async fn aggregate(&self) -> Run {
        self.world.store.aggregate(self.id).await.unwrap().unwrap()
    }

    /// The id of a planned job of the newest attempt.
    pub(crate) async fn job(&self, name: &str) -> JobId {
        let run = self.aggregate().await;
        let mut planned = run.attempt().planned();
        let job = planned.find(|job| job.name.as_str() == name);
        job.unwrap().id
    }
}

pub(crate) async fn reserve(store: &Arc<dyn Store>, kind: IdKind) -> i64 {
    store.reserve(kind, 1).await.unwrap().start
}

pub(crate) async fn new_user(store: &Arc<dyn Store>, login: &str) -> User {
    User {
        id: UserId::new(reserve(store, IdKind::User).await),
        login: login.to_owned(),
        name: None,
        site_admin: false,
        created_at: a_moment(),
    }
}

pub(crate) async fn insert_user(store: &Arc<dyn Store>, login: &str) -> User {
    let user = new_user(store, login).await;
    store.insert_user(&user).await.unwrap();
    user
}

pub(crate) async fn new_repository(store: &Arc<dyn Store>, owner: &User, name: &str) -> Repository {
    Repository {
        id: RepositoryId::new(reserve(store, IdKind::Repository).await),
        owner: owner.login.clone(),
        owner_id: owner.id,
        name: name.to_owned(),
        private: false,
        default_branch: "main".to_owned(),
        source: Source::Url(format!("https://git.example/{name}.git")),
        created_at: a_moment(),
    }
}

pub(crate) async fn insert_repository(
    store: &Arc<dyn Store>,
    owner: &User,
    name: &str,
) -> Repository {
    let repository = new_repository(store, owner, name).await;
    store.insert_repository(&repository).await.unwrap();
    repository
}

pub(crate) fn workflow(id: WorkflowId, repository: RepositoryId, path: &str) -> Workflow {
    Workflow {
        id,
        repository,
        path: path.to_owned(),
        name: path.to_owned(),
        state: WorkflowState::Active,
        created_at: a_moment(),
        updated_at: a_moment(),
    }
}

pub(crate) fn scope_of(identity: &RunIdentity) -> Scope {
    Scope::NewRun {
        repository: identity.repository,
        workflow: identity.workflow,
        trigger_key: identity.trigger_key.clone(),
        parent: identity.parent,
    }
}

fn identity(
    (id, check_suite): (RunId, CheckSuiteId),
    workflow: &Workflow,
    actor: UserId,
    created_at: Timestamp,
) -> RunIdentity {
    RunIdentity {
        id,
        repository: workflow.repository,
        workflow: workflow.id,
        check_suite,
        number: 0,
        index: 0,
        event: "push".to_owned(),
        head_branch: Some("main".to_owned()),
        head_sha: "6dcb09b5b57875f334f61aebed695e2e4193db5e".to_owned(),
        git_ref: "refs/heads/main".to_owned(),
        actor,
        parent: None,
        trigger_key: String::new(),
        name: workflow.name.clone(),
        path: workflow.path.clone(),
        display_title: "Say hello".to_owned(),
        definition: String::new(),
        created_at,
    }
}

fn commit() -> CommitFacts {
    let person = |name: &str| Person {
        name: name.to_owned(),
        email: format!("{name}@example.com"),
    };
    CommitFacts {
        sha: "6dcb09b5b57875f334f61aebed695e2e4193db5e".to_owned(),
        tree: "691272480426f78a0138979dd3ce63b77f706feb".to_owned(),
        message: "Say hello\n\nand mean it".to_owned(),
        timestamp: a_moment(),
        author: person("ada"),
        committer: person("grace"),
    }
}

/// A name for a text, as long as a SHA-256 in hex; stores do not compute it.
fn definition_of(text: &str) -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    format!("{:064x}", hasher.finish())
}
