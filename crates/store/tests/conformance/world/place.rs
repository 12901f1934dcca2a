//! A store with a user and a repository, and what is asked of it by name.

use super::{
    Flow, commit, definition_of, identity, insert_repository, insert_user, reserve, runner,
    scope_of, token_hash, workflow,
};
use runyard_domain::{
    CheckSuiteId, Event, Execution, ExecutionId, JobIds, Refusal, Run, RunId, Timestamp,
    WorkflowId,
    account::User,
    concurrency::Groups,
    execution::{Patience, Step},
    repository::{Repository, Workflow},
    run::{CommitFacts, Contexts, Planning, RunIdentity, single},
    runner::LabelSet,
};
use runyard_store::{
    ChangeError, ClaimRequest, Created, IdKind, Loaded, NewExecution, Scope, Store, StoreError,
};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicI64, Ordering},
};

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
        let file = runyard_workflow::parse("ci.yml", &wanted.text).unwrap();
        let file = Arc::new(single(file));
        let flow = Flow {
            world: self.clone(),
            id: wanted.identity.id,
            file: Arc::clone(&file),
        };
        let ids = flow.job_ids().await;
        let made = self
            .create_with_groups(wanted, move |run, groups, now| {
                let mut ids = JobIds::new(ids.iter().copied());
                run.plan(Planning {
                    definition: &file,
                    contexts: &Contexts::default(),
                    ids: &mut ids,
                    groups,
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
        let first = move |run: &mut Run, _: &mut Groups, now| first(run, now);
        self.create_with_groups(wanted, first).await
    }

    /// The same, with the concurrency groups of the repository.
    async fn create_with_groups(
        &self,
        wanted: Wanted,
        mut first: impl FnMut(&mut Run, &mut Groups, Timestamp) -> Result<Vec<Event>, Refusal>
        + Send
        + 'static,
    ) -> Result<RunId, ChangeError> {
        let scope = scope_of(&wanted.identity);
        let made = Arc::new(Mutex::new(wanted.identity.id));
        let told = Arc::clone(&made);
        let decide = move |loaded: &mut Loaded, now| {
            let Loaded::NewRun {
                numbers,
                duplicate,
                created,
                groups,
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
            events.extend(first(&mut run, groups, now)?);
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

    /// Applies every message whose time has come to runs of this file; how many it applied.
    pub(crate) async fn pass_on(&self, text: &str) -> usize {
        let mut applied = 0;
        loop {
            let due = self.store.due_messages(10).await.unwrap();
            if due.is_empty() {
                return applied;
            }
            for left in due {
                match self.flow(left.run, text).hear(left.id).await {
                    Ok(_) => applied += 1,
                    // Somebody else was faster.
                    Err(ChangeError::Store(StoreError::NotFound { what: "message" })) => {}
                    Err(error) => panic!("{left:?}: {error}"),
                }
            }
        }
    }

    /// A run of this file that was made before.
    pub(crate) fn flow(&self, id: RunId, text: &str) -> Flow {
        let file = runyard_workflow::parse("ci.yml", text).unwrap();
        Flow {
            world: self.clone(),
            id,
            file: Arc::new(single(file)),
        }
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
