//! Commands that may plan jobs: what they need is gathered outside of the transaction, and they are given again when it
//! was too little. What a job gave never changes once it ended, so it may be read before.

use crate::{
    Engine, EngineError,
    contexts::{ContextSource, contexts},
    definitions::plannable,
    engine::wrong_load,
    ids::job_ids,
};
use futures_util::future::try_join;
use runyard_domain::{
    Event, Execution, JobId, JobIds, Refusal, RunId,
    run::{
        Contexts, Definition, JOBS_PER_ATTEMPT_MAX, Planning, Run, RunIdentity, reads_contexts,
        single,
    },
};
use runyard_store::{JobOutputs, Loaded, RunView, Scope};
use runyard_workflow::Workflow;
use std::sync::Arc;

/// More ids are reserved by this factor when a command had too few.
pub(crate) const MORE_IDS: usize = 8;
/// How often a command is prepared again because somebody re-ran its run meanwhile.
pub(crate) const PREPARED_MAX: u32 = 8;

/// What a run's expressions and jobs come from.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) definition: Arc<Definition>,
    pub(crate) contexts: Arc<Contexts>,
    /// The newest attempt when they were gathered.
    pub(crate) attempt: u32,
    /// What the job gives that the command ends; kept with it.
    pub(crate) given: Option<JobOutputs>,
}

impl Plan {
    /// How many ids a command is likely to need at most: jobs without a matrix need one each.
    pub(crate) fn jobs(&self) -> usize {
        self.definition.workflow.jobs.len()
    }

    /// The same for a command that ends a job which gives this.
    fn giving(mut self, given: Option<&JobOutputs>) -> Self {
        if let Some(given) = given {
            self.knows(given.job, given.outputs.clone());
        }
        self.given = given.cloned();
        self
    }

    /// Adds what a job gave.
    fn knows(&mut self, job: JobId, outputs: Vec<(String, String)>) {
        let contexts = Arc::make_mut(&mut self.contexts);
        contexts.outputs.insert(job, outputs);
    }

    /// Adds what these jobs gave, of which `found` are all that gave anything.
    ///
    /// # Errors
    /// When nothing of it is new: the command would ask for ever.
    pub(crate) fn learn(
        &mut self,
        jobs: &[JobId],
        found: Vec<JobOutputs>,
    ) -> Result<(), EngineError> {
        let known = |job: &JobId| self.contexts.outputs.of(*job).is_some();
        if jobs.iter().all(known) {
            return Err(anyhow::anyhow!("a command asks for outputs that it has").into());
        }
        for job in jobs {
            self.knows(*job, Vec::new());
        }
        for given in found {
            self.knows(given.job, given.outputs);
        }
        Ok(())
    }
}

impl Engine {
    /// Applies a command to a run, with its definition and ids for jobs that it may plan. With too few ids, too few
    /// executions or too few outputs loaded, it is given again with more.
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
        self.command_giving(scope, run, None, command).await
    }

    /// The same for the end of a job: what it gave is kept with the command's events, and its dependents see it.
    pub(crate) async fn command_giving<T: Send + 'static>(
        &self,
        scope: Scope,
        run: RunId,
        given: Option<JobOutputs>,
        command: impl Fn(
            &mut Run,
            &mut Vec<Execution>,
            Planning<'_>,
        ) -> Result<(Vec<Event>, T), Refusal>
        + Send
        + Sync
        + 'static,
    ) -> Result<T, EngineError> {
        let command = Arc::new(command);
        for _ in 1..PREPARED_MAX {
            let plan = self.plan_of(run).await?.giving(given.as_ref());
            match self.command_by(plan, scope.clone(), &command).await {
                Err(EngineError::Refused(Refusal::OtherAttempt)) => {}
                done => return done,
            }
        }
        let plan = self.plan_of(run).await?.giving(given.as_ref());
        self.command_by(plan, scope, &command).await
    }

    /// The same by a plan that was made before.
    ///
    /// # Errors
    /// [`Refusal::OtherAttempt`] when the run is in another attempt than the plan was made for.
    pub(crate) async fn command_by<T: Send + 'static, C>(
        &self,
        mut plan: Plan,
        mut scope: Scope,
        command: &Arc<C>,
    ) -> Result<T, EngineError>
    where
        C: Fn(&mut Run, &mut Vec<Execution>, Planning<'_>) -> Result<(Vec<Event>, T), Refusal>
            + Send
            + Sync
            + 'static,
    {
        let mut ids = plan.jobs();
        loop {
            match self.try_command(&scope, ids, &plan, command).await {
                Err(EngineError::Refused(Refusal::TooFewIds)) if ids < JOBS_PER_ATTEMPT_MAX => {
                    ids = (ids * MORE_IDS).clamp(1, JOBS_PER_ATTEMPT_MAX);
                }
                Err(EngineError::Refused(Refusal::TooNarrow)) => {
                    scope = wider(&scope)?;
                }
                Err(EngineError::Refused(Refusal::OutputsNotLoaded { jobs })) => {
                    plan.learn(&jobs, self.store.outputs(&jobs).await?)?;
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
                let Loaded::Run {
                    run,
                    executions,
                    outputs,
                    groups,
                    ..
                } = loaded
                else {
                    return Err(wrong_load());
                };
                if run.attempt().number != plan.attempt {
                    return Err(Refusal::OtherAttempt);
                }
                let mut ids = ids.clone();
                let planning = Planning {
                    definition: &plan.definition,
                    contexts: &plan.contexts,
                    ids: &mut ids,
                    groups,
                    now,
                };
                let (events, value) = command(run, executions, planning)?;
                outputs.clone_from(&plan.given);
                Ok((events, (value, ids)))
            })
            .await;
        let (done, unused): (_, JobIds) = match done {
            Ok((value, unused)) => (Ok(value), unused),
            // Nothing was planned with them.
            Err(error @ EngineError::Refused(_)) => (Err(error), reserved),
            Err(error) => (Err(error), JobIds::new([])),
        };
        let unused = unused.into_unused().map(JobId::get);
        self.ids.job.give_back(unused).await;
        done
    }

    pub(crate) async fn plan_of(&self, run: RunId) -> Result<Plan, EngineError> {
        let missing = EngineError::NotFound { what: "the run" };
        let view = self.store.run(run).await?.ok_or(missing)?;
        let definition = self.definition_of(&view).await?;
        let now = (view.attempt.number, &*view.attempt.triggering_actor.login);
        self.plan_with(&view, definition, now).await
    }

    /// The plan for a command on the newest attempt, with the contexts of an attempt that somebody caused.
    pub(crate) async fn plan_with(
        &self,
        view: &RunView,
        definition: Definition,
        attempt: (u32, &str),
    ) -> Result<Plan, EngineError> {
        let contexts = if reads_contexts(&definition) {
            self.contexts_of(view, &definition, attempt).await?
        } else {
            Contexts::default()
        };
        Ok(Plan {
            definition: Arc::new(definition),
            contexts: Arc::new(contexts),
            attempt: view.attempt.number,
            given: None,
        })
    }

    /// A plan for what evaluates nothing: it works though the definition cannot be read.
    pub(crate) async fn plan_if_readable(&self, run: RunId) -> Result<Plan, EngineError> {
        match self.plan_of(run).await {
            Err(
                error @ (EngineError::NotFound { what: "the run" }
                | EngineError::Unavailable { .. }),
            ) => Err(error),
            Ok(plan) => Ok(plan),
            Err(error) => {
                log::error!("run {run}: its definition cannot be read: {error:#}");
                let missing = EngineError::NotFound { what: "the run" };
                let view = self.store.run(run).await?.ok_or(missing)?;
                Ok(Plan {
                    definition: Arc::new(single(Workflow::default())),
                    contexts: Arc::default(),
                    attempt: view.attempt.number,
                    given: None,
                })
            }
        }
    }

    async fn contexts_of(
        &self,
        view: &RunView,
        definition: &Definition,
        (attempt, triggering_actor): (u32, &str),
    ) -> Result<Contexts, EngineError> {
        let identity = &view.identity;
        let kept = try_join(
            self.store.payload(identity.id),
            self.store.repository(identity.repository),
        );
        let kept = async { Ok::<_, EngineError>(kept.await?) };
        let ((payload, repository), vars) = try_join(kept, self.vars(identity.repository)).await?;
        let missing = EngineError::NotFound {
            what: "the repository",
        };
        let repository = repository.ok_or(missing)?;
        let source = ContextSource {
            identity,
            attempt,
            actor: &view.actor.login,
            triggering_actor,
            repository: &repository,
            payload: &payload.unwrap_or_default(),
            vars: &vars,
        };
        Ok(contexts(&source, definition))
    }

    /// The definition as the attempt that is shown has it.
    pub(crate) async fn definition_of(&self, view: &RunView) -> Result<Definition, EngineError> {
        match &view.attempt.referenced {
            None => self.definition_at(&view.identity).await,
            Some(referenced) => {
                let identity = RunIdentity {
                    referenced: referenced.clone(),
                    ..view.identity.clone()
                };
                self.definition_at(&identity).await
            }
        }
    }

    pub(crate) async fn definition_at(
        &self,
        identity: &RunIdentity,
    ) -> Result<Definition, EngineError> {
        match self.definitions.of(identity).await {
            Ok(definition) => Ok(plannable(&definition)),
            // A file that could not even be read was never kept; its run is completed and plans nothing.
            Err(EngineError::NotFound { .. }) if identity.definition.is_empty() => {
                Ok(single(Workflow::default()))
            }
            Err(error) => Err(error),
        }
    }
}

/// The same with every execution of the run.
fn wider(scope: &Scope) -> Result<Scope, EngineError> {
    match scope {
        Scope::RunOfExecution(id) => Ok(Scope::WholeRunOfExecution(*id)),
        Scope::NewRun { .. }
        | Scope::Run(_)
        | Scope::Execution(_)
        | Scope::WholeRunOfExecution(_)
        | Scope::RunOfMessage(_) => Err(Refusal::TooNarrow.into()),
    }
}
