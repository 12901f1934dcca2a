//! Everything that acts: servers on one store, runners with what they know, users. It judges only what is answered.

mod hands;
mod perform;
mod runners;
mod users;

pub(crate) use hands::{Hand, Phase};
pub(crate) use runners::Begun;
pub(crate) use users::FIRST_PAGE;

use crate::{
    action::{REPLICAS, RUNNERS, Step, StepTrouble, When},
    flow::Flows,
    place::{Kind, Place, Table},
    source::{Sources, branch},
    store::{CallPlan, Defect, FailingStore, PLAN, Trouble},
};
use object_store::memory::InMemory;
use runyard_domain::{
    Conclusion, ExecutionId, Refusal, RepositoryId, RunId, WorkflowId,
    account::User,
    repository::{Repository, Source, Workflow, WorkflowState},
};
use runyard_engine::{Engine, EngineError, NewUser, Settings, logs::LogStorage};
use runyard_store::{Queue, Store};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Time that passes in each step by itself.
const TICK: Duration = Duration::from_millis(1);

/// What was cancelled goes on for so long at most.
const CANCEL_DEADLINE: Duration = Duration::from_secs(200);

/// What somebody was told, which must be so from then on.
#[derive(Debug, Clone)]
pub(crate) enum Promise {
    /// A run came to be.
    Made(RunId),
    /// A run was cancelled.
    Cancelled(RunId),
    /// A run was ended by force.
    Forced(RunId),
    /// A run was deleted.
    Deleted(RunId),
    /// A run has at least so many attempts.
    Reran(RunId, u32),
    /// An execution ended so.
    Finished(ExecutionId, RunId, Conclusion),
}

/// All that acts in one history.
pub(crate) struct World {
    pub(crate) store: Arc<FailingStore>,
    pub(crate) place: Arc<Place>,
    pub(crate) flows: Flows,
    pub(crate) repository: Repository,
    branch: String,
    head: String,
    git: runyard_engine::git::Git,
    logs: LogStorage,
    users: Vec<User>,
    engines: Mutex<Vec<Engine>>,
    known: Mutex<Known>,
}

/// What changes from step to step.
#[derive(Default)]
pub(crate) struct Known {
    pub(crate) hands: Vec<Hand>,
    pub(crate) runners: Vec<runners::SimRunner>,
    /// Since the watcher looked.
    pub(crate) promises: Vec<Promise>,
    /// What is wrong with an answer, since the watcher looked.
    pub(crate) wrong: Vec<String>,
    /// Jobs whose start a runner was told of: which hand-over, and who.
    pub(crate) begun: Vec<runners::Begun>,
    /// Runs that somebody tried to delete.
    pub(crate) deleting: BTreeSet<RunId>,
    /// What somebody else did meanwhile.
    meanwhile: Option<String>,
}

impl World {
    pub(crate) async fn new(
        seed: u64,
        sources: &Sources,
        kind: Kind,
        defect: Option<Defect>,
    ) -> Arc<Self> {
        let place = Arc::new(Place::new(kind).await);
        let store = Arc::new(FailingStore::new(Arc::clone(&place), defect));
        let logs = LogStorage::new(Arc::new(InMemory::new()));
        let git = sources.git();
        let mut engines = Vec::new();
        for _ in 0..REPLICAS {
            engines.push(engine(&store, &git, &logs).await);
        }
        let users = make_users(&engines[0]).await;
        let branch = branch(seed);
        let repository = make_repository(&*store, sources, &users[0], &branch).await;
        let flows = Flows::generate(seed);
        make_workflows(&*store, &repository, &flows).await;
        let world = Self {
            store,
            place,
            flows,
            repository,
            branch,
            head: sources.head(seed),
            git,
            logs,
            users,
            engines: Mutex::new(engines),
            known: Mutex::default(),
        };
        for runner in 0..RUNNERS {
            world.arrive(runner).await;
        }
        Arc::new(world)
    }

    /// A runner comes that was never here.
    pub(crate) async fn arrive(&self, runner: usize) {
        let told = self.register(0, runner, false).await;
        told.expect("a free name");
    }

    /// A server.
    pub(crate) fn engine(&self, replica: usize) -> Engine {
        self.engines.lock().unwrap_or_else(PoisonError::into_inner)[replica].clone()
    }

    /// What changes from step to step; not to be held while anything is awaited.
    pub(crate) fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a step and says what came of it.
    pub(crate) async fn take(self: &Arc<Self>, step: &Step) -> String {
        self.place.pass(TICK).await;
        let plan = self.plan(step);
        // Boxed, as its future is as large as all actions together.
        let action = Box::pin(self.perform(step.replica, &step.action));
        let told = PLAN.scope(plan.clone(), action).await;
        let failed = plan.failed().map(|call| format!(" [{call} failed]"));
        let meanwhile = self.known().meanwhile.take();
        let meanwhile = meanwhile.map(|other| format!(" [meanwhile {other}]"));
        format!(
            "{told}{}{}",
            failed.unwrap_or_default(),
            meanwhile.unwrap_or_default()
        )
    }

    fn plan(self: &Arc<Self>, step: &Step) -> CallPlan {
        match &step.trouble {
            None => CallPlan::default(),
            Some(StepTrouble::Fails { after, when }) => {
                let trouble = match when {
                    When::Before => Trouble::Before,
                    When::Within => Trouble::Within(Table::ALL[*after % Table::ALL.len()]),
                    When::AnswerLost => Trouble::After,
                };
                CallPlan::with(*after, trouble)
            }
            Some(StepTrouble::Meanwhile { after, other }) => {
                let (world, other) = (Arc::clone(self), other.clone());
                let meanwhile = async move {
                    world.place.pass(TICK).await;
                    let told = world.perform(other.replica, &other.action).await;
                    world.known().meanwhile = Some(told);
                    world.place.pass(TICK).await;
                };
                CallPlan::with(*after, Trouble::Meanwhile(Box::pin(meanwhile)))
            }
        }
    }

    /// A server stops and another begins, which gives runners time to be heard of.
    async fn restart(&self, replica: usize) -> Result<(), EngineError> {
        let engine = engine(&self.store, &self.git, &self.logs).await;
        let lease = engine.settings().patience.lease;
        self.engines.lock().unwrap_or_else(PoisonError::into_inner)[replica] = engine;
        Ok(self.store.extend_leases(lease).await?)
    }

    /// An error in words. One that no caller's mistake explains is a fault of the server.
    fn error(&self, error: &EngineError) -> String {
        let failed = PLAN.try_with(|plan| plan.failed().is_some());
        let explained = match error {
            EngineError::Unavailable { .. } => failed.unwrap_or(false),
            EngineError::Internal(_) | EngineError::Git(_) => false,
            EngineError::Refused(refusal) => !is_defect(refusal),
            EngineError::NotFound { .. }
            | EngineError::Payload(_)
            | EngineError::RepositoryDispatch(_)
            | EngineError::WorkflowNotActive
            | EngineError::WorkflowDisabled
            | EngineError::DispatchOfDisabled
            | EngineError::ActionsDisabled
            | EngineError::NothingSelected { .. }
            | EngineError::NotPrivate
            | EngineError::ArtifactExpired
            | EngineError::BadName { .. }
            | EngineError::RunnerBusy { .. }
            | EngineError::Invalid { .. }
            | EngineError::Unfit { .. }
            | EngineError::NoSealingKey
            | EngineError::Sealing(_)
            | EngineError::NoDispatchTrigger { .. }
            | EngineError::Conflict(_)
            | EngineError::NoLog { .. }
            | EngineError::TooMuch { .. } => true,
        };
        if !explained {
            let wrong = format!("an unexpected answer: {error:#}");
            self.known().wrong.push(wrong);
        }
        error.to_string()
    }
}

/// What only a fault of the server explains.
fn is_defect(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::TooFewIds
            | Refusal::TooNarrow
            | Refusal::WrongLoad
            | Refusal::WrongDefinition { .. }
            | Refusal::OtherAttempt
            | Refusal::GroupsNotLoaded { .. }
            | Refusal::AlreadyPlanned
    )
}

async fn engine(
    store: &Arc<FailingStore>,
    git: &runyard_engine::git::Git,
    logs: &LogStorage,
) -> Engine {
    // The key of links is asked for once, outside of what may fail.
    let store: Arc<dyn Store> = store.clone();
    let settings = Settings {
        cancel_deadline: Some(CANCEL_DEADLINE),
        ..Settings::default()
    };
    let made = Engine::new(store, git.clone(), logs.clone(), settings);
    PLAN.scope(CallPlan::default(), made)
        .await
        .expect("the store is there")
}

async fn make_users(engine: &Engine) -> Vec<User> {
    let mut users = Vec::new();
    for login in ["mona", "hubot"] {
        let new = NewUser {
            login: login.to_owned(),
            name: None,
            site_admin: false,
        };
        users.push(engine.create_user(new).await.expect("a free login"));
    }
    users
}

/// Registered without looking at the source, which costs more than the whole history.
async fn make_repository(
    store: &dyn Store,
    sources: &Sources,
    owner: &User,
    branch: &str,
) -> Repository {
    let repository = Repository {
        id: RepositoryId::new(1),
        owner: owner.login.clone(),
        owner_id: owner.id,
        name: "hello".to_owned(),
        private: false,
        default_branch: branch.to_owned(),
        source: Source::Path(sources.path().to_string_lossy().into_owned()),
        created_at: store.now().await.expect("the store is there"),
    };
    let kept = store.insert_repository(&repository).await;
    kept.expect("a free name");
    repository
}

async fn make_workflows(store: &dyn Store, of: &Repository, flows: &Flows) {
    for (number, flow) in (1..).zip(&flows.0) {
        let workflow = Workflow {
            id: WorkflowId::new(number),
            repository: of.id,
            path: format!(".github/workflows/{}", flow.name),
            name: flow.name.clone(),
            state: WorkflowState::Active,
            created_at: of.created_at,
            updated_at: of.created_at,
        };
        let kept = store.ensure_workflow(&workflow).await;
        kept.expect("a new workflow");
    }
}
