//! Creating a run in one transaction: numbers, identity, first plan; or its startup failure.

use crate::{
    Engine, EngineError,
    definitions::{Definition, plannable},
    engine::wrong_load,
    git::Resolved,
    ids::job_ids,
};
use futures_util::future::try_join;
use runyard_domain::{
    CheckSuiteId, Event, JobIds, Refusal, RunId, Timestamp, UserId,
    repository::{Repository, Workflow},
    run::{CommitFacts, NewRunIds, Planning, Run, RunIdentity},
};
use runyard_store::{Created, IdKind, Loaded, RunNumbers, Scope};
use runyard_workflow::EventName;
use serde_json::Value;
use uuid::Uuid;

/// Everything that a run is made from.
pub(crate) struct RunSource {
    pub(crate) repository: Repository,
    /// Path of the workflow file.
    pub(crate) path: String,
    pub(crate) event: EventName,
    pub(crate) payload: Value,
    pub(crate) commit: CommitFacts,
    pub(crate) at: Resolved,
    pub(crate) actor: UserId,
    pub(crate) trigger_key: String,
    /// Hash and what was read.
    pub(crate) definition: (String, Definition),
}

impl Engine {
    /// Creates the run, or finds the one that the same trigger made before.
    pub(crate) async fn create_run(&self, source: RunSource) -> Result<RunId, EngineError> {
        let definition = source.definition.1.clone();
        let name = match &*definition {
            Ok(workflow) => workflow.name.clone(),
            Err(_) => None,
        };
        let name = name.unwrap_or_else(|| source.path.clone());
        let workflow = self
            .keep_workflow(&source.repository, &source.path, name.clone())
            .await?;
        let ids = self.new_run_ids(source.trigger_key.clone()).await?;
        let identity = identity(&source, &workflow, &ids, name);
        let scope = Scope::NewRun {
            repository: source.repository.id,
            workflow: workflow.id,
            trigger_key: source.trigger_key,
            parent: None,
            intake: self.settings.intake,
        };
        let facts = (source.commit, source.payload);
        self.create(scope, definition, facts, move |_, now| {
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
        let (view, payload) = try_join(self.store.run(run), self.store.payload(run)).await?;
        let view = view.ok_or(EngineError::NotFound { what: "the run" })?;
        let payload = payload.unwrap_or(Value::Null);
        let identity = view.identity;
        let definition = self
            .definitions
            .get(&identity.path, &identity.definition)
            .await?;
        let trigger_key = format!("rerun:{run}:{}", Uuid::new_v4());
        let ids = self.new_run_ids(trigger_key.clone()).await?;
        let scope = Scope::NewRun {
            repository: identity.repository,
            workflow: identity.workflow,
            trigger_key,
            parent: Some(run),
            intake: self.settings.intake,
        };
        self.create(
            scope,
            definition,
            (view.commit, payload),
            move |parent, now| {
                parent
                    .ok_or_else(wrong_load)?
                    .rerun_as_new(ids.clone(), by, now)
            },
        )
        .await
    }

    async fn create(
        &self,
        scope: Scope,
        definition: Definition,
        facts: (CommitFacts, Value),
        identity: impl Fn(Option<&Run>, Timestamp) -> Result<RunIdentity, Refusal> + Send + 'static,
    ) -> Result<RunId, EngineError> {
        let jobs = plannable(&definition).jobs.len();
        let ids = job_ids(&self.ids.job, &*self.store, jobs).await?;
        let intake = self.settings.intake;
        let (run, unused) = self
            .change(scope, move |loaded, now| {
                let Loaded::NewRun {
                    parent,
                    numbers,
                    crowd,
                    duplicate,
                    created,
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
                let identity = numbered(identity(parent.as_ref(), now)?, *numbers);
                let (run, events) = plan_new(identity, &definition, &mut ids, now)?;
                let (commit, payload) = facts.clone();
                let id = run.id();
                *created = Some(Box::new(Created {
                    run,
                    commit,
                    payload,
                }));
                Ok((events, (id, ids)))
            })
            .await?;
        self.ids
            .job
            .give_back(unused.into_unused().map(runyard_domain::JobId::get))
            .await;
        Ok(run)
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

fn numbered(identity: RunIdentity, numbers: RunNumbers) -> RunIdentity {
    RunIdentity {
        number: numbers.number,
        index: numbers.index,
        ..identity
    }
}

fn plan_new(
    identity: RunIdentity,
    definition: &Definition,
    ids: &mut JobIds,
    now: Timestamp,
) -> Result<(Run, Vec<Event>), Refusal> {
    let (mut run, mut events) = Run::request(identity);
    events.extend(match &**definition {
        Ok(workflow) => run.plan(Planning { workflow, ids, now })?,
        Err(invalid) => run.fail_startup(invalid.diagnostics.clone(), now)?,
    });
    Ok((run, events))
}

fn identity(source: &RunSource, workflow: &Workflow, ids: &NewRunIds, name: String) -> RunIdentity {
    RunIdentity {
        id: ids.run,
        repository: source.repository.id,
        workflow: workflow.id,
        check_suite: ids.check_suite,
        number: 0,
        index: 0,
        event: source.event.name().to_owned(),
        head_branch: source.at.branch.clone(),
        head_sha: source.at.sha.clone(),
        git_ref: source.at.git_ref.clone(),
        actor: source.actor,
        parent: None,
        trigger_key: ids.trigger_key.clone(),
        display_title: display_title(source, &name),
        name,
        path: source.path.clone(),
        definition: source.definition.0.clone(),
        created_at: source.commit.timestamp,
    }
}

/// The first line of the commit for a push, the workflow's name for a dispatch (semantics R6.38).
fn display_title(source: &RunSource, name: &str) -> String {
    if source.event != EventName::Push {
        return name.to_owned();
    }
    let mut lines = source.commit.message.lines();
    lines.next().unwrap_or(name).to_owned()
}
