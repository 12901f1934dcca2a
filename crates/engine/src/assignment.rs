//! Everything a runner must know to run a job, gathered outside of any transaction.

use crate::{
    Engine, EngineError,
    contexts::{ContextSource, contexts, contexts_without_event},
    planning::Plan,
    secret::Secret,
};
use futures_util::future::{try_join, try_join3};
use runyard_domain::{
    Execution, JobId, Refusal, Timestamp,
    permission::Permissions,
    repository::Repository,
    run::{Definition, JobContexts, file_of, find},
};
use runyard_store::{JobView, RunView};
use runyard_workflow::{
    Job, Step, expression,
    model::{Defaults, Variables},
};
use serde_json::Value;
use std::{sync::Arc, time::Duration};

/// What a runner is told.
#[derive(Debug)]
pub struct Assignment {
    /// The job.
    pub job: JobId,
    /// When it became ready.
    pub ready_at: Timestamp,
    /// Name that people see.
    pub display_name: String,
    /// The run and attempt it belongs to.
    pub run: RunView,
    /// Where the code is.
    pub repository: Repository,
    /// The event's payload.
    pub payload: Value,
    /// The job of the file.
    pub definition: Job,
    /// The file that it is in, as errors name it.
    pub file: String,
    /// `env` of that file.
    pub workflow_env: Option<Variables>,
    /// `defaults` of that file.
    pub workflow_defaults: Option<Defaults>,
    /// What its steps see.
    pub contexts: JobContexts,
    /// The per-job `GITHUB_TOKEN`.
    pub github_token: Secret,
    /// What that may do.
    pub permissions: Permissions,
    /// The job is cancelled after this (semantics R2.75).
    pub timeout: Duration,
    /// How long it may go on once it is cancelled, where the file says it.
    pub cancel_timeout_minutes: Option<u32>,
    /// Whether lines for those who look for a fault are shown (semantics R4.10).
    pub debug: bool,
}

impl Assignment {
    /// The steps with their numbers; "Set up job" is 1.
    pub fn steps(&self) -> impl Iterator<Item = (u32, &Step)> {
        (2..).zip(self.definition.steps())
    }
}

impl Engine {
    pub(crate) async fn assignment(
        &self,
        execution: &Execution,
        github_token: Secret,
    ) -> Result<Assignment, EngineError> {
        let missing = |what| EngineError::NotFound { what };
        // Side by side: the runner waits for the slowest of them, not for their sum.
        let (view, run, payload) = try_join3(
            self.store.job(execution.job),
            self.store.run(execution.run),
            self.store.payload(execution.run),
        )
        .await?;
        let view = view.ok_or_else(|| missing("the job"))?;
        let run = run.ok_or_else(|| missing("the run"))?;
        let payload = payload.unwrap_or(Value::Null);
        let of = run.identity.repository;
        let repository = async { Ok(self.store.repository(of).await?) };
        let (repository, vars) = try_join(repository, self.vars(of)).await?;
        let repository = repository.ok_or_else(|| missing("the repository"))?;
        let definition = self.definition_of(&run).await?;
        let contexts = self
            .job_contexts((&view, &run), (&repository, &vars), &payload, &definition)
            .await?;
        let permissions = self
            .token_permissions(&run, &view.node, &definition)
            .await?;
        let (workflow, job) =
            find(&definition, &view.node).ok_or_else(|| missing("the job's definition"))?;
        let file = file_of(&definition, &view.node).unwrap_or(&run.identity.path);
        Ok(Assignment {
            job: view.id,
            ready_at: view.created_at,
            display_name: view.display_name,
            repository,
            payload,
            file: file.to_owned(),
            workflow_env: workflow.env.clone(),
            workflow_defaults: workflow.defaults.clone(),
            definition: job.clone(),
            contexts,
            github_token,
            permissions,
            debug: run.attempt.debug,
            run,
            timeout: self.settings.patience.timeout(view.timeout_minutes),
            cancel_timeout_minutes: view.cancel_timeout_minutes,
        })
    }

    /// What the steps of a job see. The run's other jobs are looked at only where they matter.
    async fn job_contexts(
        &self,
        (job, run): (&JobView, &RunView),
        (repository, vars): (&Repository, &expression::Value),
        payload: &Value,
        definition: &Definition,
    ) -> Result<JobContexts, EngineError> {
        let source = ContextSource {
            vars,
            identity: &run.identity,
            attempt: run.attempt.number,
            actor: &run.actor.login,
            triggering_actor: &run.attempt.triggering_actor.login,
            repository,
            payload,
        };
        if job.needs.is_empty() && job.node.caller().is_none() {
            let contexts = contexts_without_event(&source, definition);
            return Ok(JobContexts::alone(job.leg.as_ref(), &contexts));
        }
        let contexts = contexts(&source, definition);
        let aggregate = self.store.aggregate(job.run).await?;
        let aggregate = aggregate.ok_or(EngineError::NotFound { what: "the run" })?;
        let mut plan = Plan {
            definition: Arc::new(definition.clone()),
            contexts: Arc::new(contexts),
            attempt: run.attempt.number,
            given: None,
        };
        loop {
            match aggregate.contexts_of(job.id, &plan.definition, &plan.contexts) {
                Err(Refusal::OutputsNotLoaded { jobs }) => {
                    plan.learn(&jobs, self.store.outputs(&jobs).await?)?;
                }
                known => return Ok(known?),
            }
        }
    }
}
