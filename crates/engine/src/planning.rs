//! Commands that may plan jobs: what they need is gathered outside of the transaction, and they are given again when it
//! was too little.

use crate::{Engine, EngineError, definitions::plannable, engine::wrong_load, ids::job_ids};
use futures_util::future::try_join;
use runyard_domain::{
    Event, Execution, JobId, JobIds, Refusal, RunId,
    run::{Contexts, Definition, JOBS_PER_ATTEMPT_MAX, Planning, Run, RunIdentity},
};
use runyard_store::{Loaded, Scope};
use std::sync::Arc;

/// More ids are reserved by this factor when a command had too few.
const MORE_IDS: usize = 8;

/// What a run's expressions and jobs come from.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) definition: Arc<Definition>,
    pub(crate) contexts: Arc<Contexts>,
}

impl Plan {
    /// How many ids a command is likely to need at most: jobs without a matrix need one each.
    pub(crate) fn jobs(&self) -> usize {
        self.definition.workflow.jobs.len()
    }
}

impl Engine {
    /// Applies a command to a run, with its definition and ids for jobs that it may plan. With too few ids, or too few
    /// executions loaded, it is given again with more.
    pub(crate) async fn command<T: Send + 'static>(
        &self,
        scope: Scope,
        run: RunId,
        command: impl Fn(
            &mut Run,
            &mut Vec<Execution>,
            Planning<'_>,
        ) -> Result<(Vec<Event>, T), Refusal>
        + Send
        + Sync
        + 'static,
    ) -> Result<T, EngineError> {
        let plan = self.plan_of(run).await?;
        let command = Arc::new(command);
        let (mut scope, mut ids) = (scope, plan.jobs());
        loop {
            match self.try_command(&scope, ids, &plan, &command).await {
                Err(EngineError::Refused(Refusal::TooFewIds)) if ids < JOBS_PER_ATTEMPT_MAX => {
                    ids = (ids * MORE_IDS).min(JOBS_PER_ATTEMPT_MAX);
                }
                Err(EngineError::Refused(Refusal::TooNarrow)) => {
                    scope = wider(&scope)?;
                }
                done => return done,
            }
        }
    }

    async fn try_command<T: Send + 'static, C>(
        &self,
        scope: &Scope,
        count: usize,
        plan: &Plan,
        command: &Arc<C>,
    ) -> Result<T, EngineError>
    where
        C: Fn(&mut Run, &mut Vec<Execution>, Planning<'_>) -> Result<(Vec<Event>, T), Refusal>
            + Send
            + Sync
            + 'static,
    {
        let ids = job_ids(&self.ids.job, &*self.store, count).await?;
        let (reserved, plan, command) = (ids.clone(), plan.clone(), Arc::clone(command));
        let done = self
            .change(scope.clone(), move |loaded, now| {
                let Loaded::Run { run, executions } = loaded else {
                    return Err(wrong_load());
                };
                let mut ids = ids.clone();
                let planning = Planning {
                    definition: &plan.definition,
                    contexts: &plan.contexts,
                    ids: &mut ids,
                    now,
                };
                let (events, value) = command(run, executions, planning)?;
                Ok((events, (value, ids)))
            })
            .await;
        let (done, unused): (_, JobIds) = match done {
            Ok((value, unused)) => (Ok(value), unused),
            Err(error) => (Err(error), reserved),
        };
        let unused = unused.into_unused().map(JobId::get);
        self.ids.job.give_back(unused).await;
        done
    }

    async fn plan_of(&self, run: RunId) -> Result<Plan, EngineError> {
        let missing = EngineError::NotFound { what: "the run" };
        let (view, payload) = try_join(self.store.run(run), self.store.payload(run)).await?;
        let identity = view.ok_or(missing)?.identity;
        let definition = self.definition_of(&identity).await?;
        let contexts = Contexts {
            github: payload.unwrap_or_default(),
            ..Contexts::default()
        };
        Ok(Plan {
            definition: Arc::new(definition),
            contexts: Arc::new(contexts),
        })
    }

    async fn definition_of(&self, identity: &RunIdentity) -> Result<Definition, EngineError> {
        let definition = self
            .definitions
            .get(&identity.path, &identity.definition)
            .await;
        let workflow = match definition {
            Ok(definition) => plannable(&definition),
            // A file that could not even be read was never kept; its run is completed and plans nothing.
            Err(EngineError::NotFound { .. }) if identity.definition.is_empty() => {
                plannable(&crate::trigger::unreadable(&identity.path, String::new()))
            }
            Err(error) => return Err(error),
        };
        Ok(Definition::single(workflow))
    }
}

/// The same with every execution of the run.
fn wider(scope: &Scope) -> Result<Scope, EngineError> {
    match scope {
        Scope::RunOfExecution(id) => Ok(Scope::WholeRunOfExecution(*id)),
        Scope::NewRun { .. }
        | Scope::Run(_)
        | Scope::Execution(_)
        | Scope::WholeRunOfExecution(_) => Err(Refusal::TooNarrow.into()),
    }
}
