//! Creating a run in one transaction: numbers, identity, first plan; or its startup failure.

use crate::{
    Engine, EngineError,
    contexts::{ContextSource, contexts, with_number},
    definitions::{Definition, File, plannable},
    engine::wrong_load,
    ids::job_ids,
    planning::{MORE_IDS, Plan},
    start::Standing,
};
use futures_util::future::try_join;
use runyard_domain::{
    CheckSuiteId, Event, JobId, JobIds, Refusal, RunId, Timestamp, UserId,
    account::User,
    repository::{Repository, Workflow},
    run::{
        self, Cause, CommitFacts, Contexts, HeadRepository, JOBS_PER_ATTEMPT_MAX, NewRunIds,
        Planning, Run, RunIdentity,
    },
};
use runyard_store::{Created, IdKind, Loaded, RunNumbers, Scope};
use runyard_workflow::{
    Diagnostic, EventName, InvalidWorkflow,
    expression::{NoFunctions, Object, Template},
    trigger::{EventFacts, fallback_title},
};
use serde_json::Value;
use std::sync::Arc;
use uuid::Uuid;

/// Characters of the id of a commit.
const COMMIT_CHARACTERS: usize = 40;

/// Everything that a run is made from.
pub(crate) struct RunSource {
    pub(crate) repository: Repository,
    /// Path of the workflow file.
    pub(crate) path: String,
    pub(crate) event: EventName,
    pub(crate) payload: Value,
    pub(crate) facts: EventFacts,
    pub(crate) standing: Standing,
    pub(crate) head_repository: HeadRepository,
    /// As in [`Cause`].
    pub(crate) chain: u32,
    pub(crate) actor: User,
    pub(crate) trigger_key: String,
    /// Hash and what was read.
    pub(crate) file: (String, File),
}

/// What a new run is decided from: gathered before the transaction.
struct NewRun {
    scope: Scope,
    plan: Plan,
    /// Why there is nothing to plan.
    invalid: Option<InvalidWorkflow>,
    /// Whether `run-name` is looked at.
    computes_title: bool,
    facts: (CommitFacts, Value),
}

impl Engine {
    /// Creates the run, or finds the one that the same trigger made before.
    pub(crate) async fn create_run(&self, source: RunSource) -> Result<RunId, EngineError> {
        let name = match &*source.file.1 {
            Ok((workflow, _)) => workflow.name.clone(),
            Err(_) => None,
        };
        let name = name.unwrap_or_else(|| source.path.clone());
        let workflow = self
            .keep_workflow(&source.repository, &source.path, name.clone())
            .await?;
        let ids = self.new_run_ids(source.trigger_key.clone()).await?;
        let mut identity = identity(&source, &workflow, &ids, name);
        let (referenced, definition) = self
            .resolve_calls(&source.repository, &identity, &source.file.1)
            .await?;
        identity.referenced = referenced;
        let definition = self
            .as_allowed(&source.repository, &identity.path, definition)
            .await?;
        let scope = Scope::NewRun {
            repository: source.repository.id,
            workflow: workflow.id,
            trigger_key: source.trigger_key,
            parent: None,
            intake: self.settings.intake,
        };
        let vars = self.vars(source.repository.id).await?;
        let of = ContextSource {
            vars: &vars,
            identity: &identity,
            attempt: 1,
            actor: &source.actor.login,
            triggering_actor: &source.actor.login,
            repository: &source.repository,
            payload: &source.payload,
        };
        let new = NewRun {
            plan: plan(&definition, &of),
            invalid: definition.as_ref().as_ref().err().cloned(),
            computes_title: true,
            scope,
            facts: (source.standing.commit, source.payload),
        };
        self.create(new, move |_, now| {
            Ok(RunIdentity {
                created_at: now,
                ..identity.clone()
            })
        })
        .await
    }

    /// A new run from the commit and file of a run that ended, linked to it (semantics R4.15).
    ///
    /// # Errors
    /// [`EngineError::NotFound`]; refused while the run is live.
    pub async fn rerun_as_new(&self, run: RunId, by: UserId) -> Result<RunId, EngineError> {
        self.require_enabled(run).await?;
        let missing = |what| EngineError::NotFound { what };
        let (view, payload) = try_join(self.store.run(run), self.store.payload(run)).await?;
        let view = view.ok_or_else(|| missing("the run"))?;
        let payload = payload.unwrap_or(Value::Null);
        let identity = view.identity;
        let (repository, user) = try_join(
            self.store.repository(identity.repository),
            self.store.user(by),
        )
        .await?;
        let repository = repository.ok_or_else(|| missing("the repository"))?;
        let login = user.ok_or_else(|| missing("the user"))?.login;
        let definition = self.definitions.of(&identity).await?;
        let definition = self
            .as_allowed(&repository, &identity.path, definition)
            .await?;
        let trigger_key = format!("rerun:{run}:{}", Uuid::new_v4());
        let ids = self.new_run_ids(trigger_key.clone()).await?;
        let vars = self.vars(repository.id).await?;
        let of = ContextSource {
            vars: &vars,
            identity: &RunIdentity {
                id: ids.run,
                actor: by,
                ..identity.clone()
            },
            attempt: 1,
            actor: &login,
            triggering_actor: &login,
            repository: &repository,
            payload: &payload,
        };
        let new = NewRun {
            plan: plan(&definition, &of),
            invalid: definition.as_ref().as_ref().err().cloned(),
            computes_title: false,
            scope: Scope::NewRun {
                repository: identity.repository,
                workflow: identity.workflow,
                trigger_key,
                parent: Some(run),
                intake: self.settings.intake,
            },
            facts: (view.commit, payload),
        };
        self.create(new, move |parent, now| {
            parent
                .ok_or_else(wrong_load)?
                .rerun_as_new(ids.clone(), by, now)
        })
        .await
    }

    /// Creates the run; with too few ids it is tried again with more.
    async fn create(
        &self,
        new: NewRun,
        identity: impl Fn(Option<&Run>, Timestamp) -> Result<RunIdentity, Refusal>
        + Send
        + Sync
        + 'static,
    ) -> Result<RunId, EngineError> {
        let (new, identity) = (Arc::new(new), Arc::new(identity));
        let mut ids = new.plan.jobs();
        loop {
            match self.try_create(&new, ids, &identity).await {
                Err(EngineError::Refused(Refusal::TooFewIds)) if ids < JOBS_PER_ATTEMPT_MAX => {
                    ids = (ids * MORE_IDS).clamp(1, JOBS_PER_ATTEMPT_MAX);
                }
                done => return done,
            }
        }
    }

    async fn try_create<I>(
        &self,
        new: &Arc<NewRun>,
        count: usize,
        identity: &Arc<I>,
    ) -> Result<RunId, EngineError>
    where
        I: Fn(Option<&Run>, Timestamp) -> Result<RunIdentity, Refusal> + Send + Sync + 'static,
    {
        let ids = job_ids(&self.ids.job, &*self.store, count).await?;
        let (kept, new, identity) = (ids.clone(), Arc::clone(new), Arc::clone(identity));
        let intake = self.settings.intake;
        let done = self
            .change(new.scope.clone(), move |loaded, now| {
                let Loaded::NewRun {
                    parent,
                    numbers,
                    crowd,
                    duplicate,
                    created,
                    groups,
                    ..
                } = loaded
                else {
                    return Err(wrong_load());
                };
                let mut ids = ids.clone();
                if let Some(run) = duplicate {
                    // It may be this very run, of an earlier try: its ids are not free.
                    return Ok((Vec::new(), (*run, JobIds::new([]))));
                }
                intake.admit(*crowd, now)?;
                let mut identity = numbered(identity(parent.as_ref(), now)?, *numbers);
                let contexts = with_number(&new.plan.contexts, identity.number);
                let mut invalid = new.invalid.clone();
                if new.computes_title {
                    match title(&identity.path, &new.plan.definition, &contexts) {
                        Ok(Some(title)) => identity.display_title = title,
                        Ok(None) => {}
                        Err(wrong) => invalid = Some(wrong),
                    }
                }
                let planning = Planning {
                    definition: &new.plan.definition,
                    contexts: &contexts,
                    ids: &mut ids,
                    groups,
                    now,
                };
                let (run, events) = plan_new(identity, invalid.as_ref(), planning)?;
                let (commit, payload) = new.facts.clone();
                let id = run.id();
                *created = Some(Box::new(Created {
                    run,
                    commit,
                    payload,
                }));
                Ok((events, (id, ids)))
            })
            .await;
        let (done, unused) = match done {
            Ok((run, unused)) => (Ok(run), unused),
            // Nothing was created with them.
            Err(error @ EngineError::Refused(_)) => (Err(error), kept),
            Err(error) => (Err(error), JobIds::new([])),
        };
        let unused = unused.into_unused().map(JobId::get);
        self.ids.job.give_back(unused).await;
        done
    }

    async fn new_run_ids(&self, trigger_key: String) -> Result<NewRunIds, EngineError> {
        let suites = self.ids.check_suite.take(&*self.store, 1).await?;
        Ok(NewRunIds {
            run: RunId::new(self.one_id(IdKind::Run).await?),
            check_suite: CheckSuiteId::new(suites.first().copied().unwrap_or_default()),
            trigger_key,
        })
    }
}

fn plan(definition: &Definition, of: &ContextSource<'_>) -> Plan {
    let definition = plannable(definition);
    Plan {
        given: None,
        contexts: Arc::new(contexts(of, &definition)),
        definition: Arc::new(definition),
        attempt: 1,
    }
}

/// What `run-name` says, if it says anything (semantics R6.38). What cannot be evaluated is a startup failure (R6.39).
fn title(
    path: &str,
    definition: &run::Definition,
    known: &Contexts,
) -> Result<Option<String>, InvalidWorkflow> {
    let Some(field) = &definition.workflow.run_name else {
        return Ok(None);
    };
    let text = match field.literal() {
        Some(text) => text.clone(),
        None => {
            let mut contexts = Object::new();
            contexts.insert("github", known.github.clone());
            contexts.insert("inputs", known.inputs.clone());
            contexts.insert("vars", known.vars.clone());
            let value = Template::from(field).evaluate(&contexts, &NoFunctions);
            let value = value.map_err(|error| InvalidWorkflow {
                diagnostics: vec![Diagnostic {
                    file: path.to_owned(),
                    line: field.position.line,
                    column: field.position.column,
                    message: format!("run-name: {error}"),
                }],
                triggers: Some(definition.workflow.on.clone()),
            })?;
            value.to_text().to_string()
        }
    };
    Ok(Some(text).filter(|text| !text.trim().is_empty()))
}

fn numbered(identity: RunIdentity, numbers: RunNumbers) -> RunIdentity {
    RunIdentity {
        number: numbers.number,
        index: numbers.index,
        ..identity
    }
}

fn plan_new(
    identity: RunIdentity,
    invalid: Option<&InvalidWorkflow>,
    planning: Planning<'_>,
) -> Result<(Run, Vec<Event>), Refusal> {
    let (mut run, mut events) = Run::request(identity);
    events.extend(match invalid {
        None => run.plan(planning)?,
        Some(invalid) => run.fail_startup(invalid.diagnostics.clone(), planning.now)?,
    });
    Ok((run, events))
}

/// The commit before a push, as its payload has it; a text that is no commit's id is not kept.
fn before(event: EventName, payload: &Value) -> Option<String> {
    let is_id = |text: &&str| {
        text.len() == COMMIT_CHARACTERS && text.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    let before = payload["before"].as_str().filter(is_id);
    before
        .filter(|_| event == EventName::Push)
        .map(str::to_owned)
}

fn identity(source: &RunSource, workflow: &Workflow, ids: &NewRunIds, name: String) -> RunIdentity {
    let standing = &source.standing;
    RunIdentity {
        id: ids.run,
        repository: source.repository.id,
        workflow: workflow.id,
        check_suite: ids.check_suite,
        number: 0,
        index: 0,
        event: source.event.name().to_owned(),
        head_branch: standing.head_branch.clone(),
        head_sha: standing.head_sha.clone(),
        git_ref: standing.git_ref.clone(),
        actor: source.actor.id,
        parent: None,
        trigger_key: ids.trigger_key.clone(),
        display_title: fallback_title(&source.facts, &name),
        name,
        path: source.path.clone(),
        definition: source.file.0.clone(),
        referenced: Vec::new(),
        cause: Cause {
            sha: (standing.sha != standing.head_sha).then(|| standing.sha.clone()),
            head_repository: source.head_repository.clone(),
            chain: source.chain,
            notice: standing.notice.clone(),
            before: before(source.event, &source.payload),
        },
        created_at: standing.commit.timestamp,
    }
}
