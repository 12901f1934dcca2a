//! Everything a runner must know to run a job, gathered outside of any transaction.

use crate::{Engine, EngineError, secret::Secret};
use futures_util::future::try_join3;
use runyard_domain::{Execution, JobId, Timestamp, repository::Repository, run::find};
use runyard_store::RunView;
use runyard_workflow::{
    Job, Step, Workflow,
    model::{Env, plain_env},
};
use serde_json::Value;
use std::time::Duration;

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
    /// Workflow and job `env`, merged (semantics R2.83).
    pub env: Env,
    /// The per-job `GITHUB_TOKEN`.
    pub github_token: Secret,
    /// The job ends after this.
    pub timeout: Duration,
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
        let repository = self.store.repository(run.identity.repository).await?;
        let definition = self.definition_of(&run).await?;
        let (workflow, job) =
            find(&definition, &view.node).ok_or_else(|| missing("the job's definition"))?;
        Ok(Assignment {
            job: view.id,
            ready_at: view.created_at,
            display_name: view.display_name,
            repository: repository.ok_or_else(|| missing("the repository"))?,
            payload,
            env: merged_env(workflow, job),
            definition: job.clone(),
            run,
            github_token,
            timeout: self.settings.patience.timeout(view.timeout_minutes),
        })
    }
}

/// The job's values win over the workflow's (semantics R2.83).
fn merged_env(workflow: &Workflow, job: &Job) -> Env {
    let mut env = plain_env(workflow.env.as_ref());
    let own = plain_env(job.with_steps().and_then(|job| job.env.as_ref()));
    env.retain(|(name, _)| !own.iter().any(|(other, _)| other == name));
    env.extend(own);
    env
}
