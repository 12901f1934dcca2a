//! Commands on runs that exist: cancel, cancel one job, re-run.

use crate::{Engine, EngineError};
use runyard_domain::{Conclusion, JobId, RepositoryId, RunId, UserId, handover, run::JobCancelled};
use runyard_store::{RunView, Scope};

/// What cancelling one job did (semantics R3.8, contract 12).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobCancellation {
    /// The job.
    pub job: JobId,
    /// Its run.
    pub run: RunId,
    /// Its repository.
    pub repository: RepositoryId,
    /// Jobs whose row changed.
    pub changed_jobs: u32,
    /// How the run ended, if this ended it.
    pub run_conclusion: Option<Conclusion>,
}

impl Engine {
    /// The run, if it is one of this repository.
    ///
    /// # Errors
    /// [`EngineError::NotFound`].
    pub async fn run_of(
        &self,
        repository: RepositoryId,
        run: RunId,
    ) -> Result<RunView, EngineError> {
        let view = self.store.run(run).await?;
        view.filter(|view| view.identity.repository == repository)
            .ok_or(EngineError::NotFound { what: "the run" })
    }

    /// Cancels a run (semantics R3.1).
    ///
    /// # Errors
    /// Refused when it is completed.
    pub async fn cancel_run(&self, run: RunId, by: UserId) -> Result<(), EngineError> {
        let patience = self.settings.patience;
        self.command(Scope::Run(run), run, move |run, executions, planning| {
            Ok((
                handover::cancel_run(run, executions, by, planning, patience)?,
                (),
            ))
        })
        .await
    }

    /// Cancels one job (semantics R3.8). A job that ended, in whichever attempt, is left as it is.
    ///
    /// # Errors
    /// [`EngineError::NotFound`].
    pub async fn cancel_job(&self, job: JobId, by: UserId) -> Result<JobCancellation, EngineError> {
        let missing = EngineError::NotFound { what: "the job" };
        let view = self.store.job(job).await?.ok_or(missing)?;
        let missing = EngineError::NotFound { what: "the job" };
        let run = self.store.run(view.run).await?.ok_or(missing)?;
        let done = if view.state.conclusion().is_some() {
            JobCancelled {
                events: Vec::new(),
                changed_jobs: 0,
                run_conclusion: None,
            }
        } else {
            self.cancel_open_job(view.run, job, by).await?
        };
        Ok(JobCancellation {
            job,
            run: view.run,
            repository: run.identity.repository,
            changed_jobs: done.changed_jobs,
            run_conclusion: done.run_conclusion,
        })
    }

    async fn cancel_open_job(
        &self,
        run: RunId,
        job: JobId,
        by: UserId,
    ) -> Result<JobCancelled, EngineError> {
        let patience = self.settings.patience;
        self.command(Scope::Run(run), run, move |run, executions, planning| {
            let done = handover::cancel_job(run, executions, (job, by), planning, patience)?;
            Ok((done.events.clone(), done))
        })
        .await
    }

    /// Runs everything again as a new attempt (semantics R4.1).
    ///
    /// # Errors
    /// Refused as semantics R4.8 says; [`EngineError::WorkflowDisabled`].
    pub async fn rerun(&self, run: RunId, by: UserId) -> Result<(), EngineError> {
        self.require_enabled(run).await?;
        self.command(Scope::Run(run), run, move |run, _, planning| {
            Ok((run.rerun_all(by, planning)?, ()))
        })
        .await
    }
}
