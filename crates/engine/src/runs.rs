//! Commands on runs that exist: cancel, by force too, and cancel one job.

use crate::{Engine, EngineError, follow::shown_branch, planning::PREPARED_MAX};
use runyard_domain::{
    Conclusion, Event, Execution, JobId, Refusal, RepositoryId, RunId, UserId, handover,
    pull_request::PullRequest,
    run::{JobCancelled, Planning, Run},
};
use runyard_store::{RowKind, RunView, Scope};
use std::sync::Arc;

/// Cancellations that one look ends by force.
const OVERDUE_PER_LOOK: u32 = 100;

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

    /// A run of this repository, and the open pull requests that it shows.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] also when it is another repository's.
    pub async fn run_and_pull_requests_of(
        &self,
        repository: RepositoryId,
        run: RunId,
    ) -> Result<(RunView, Vec<PullRequest>), EngineError> {
        let found = self.store.run_and_pull_requests(run).await?;
        let own = found.filter(|(view, _)| view.identity.repository == repository);
        let (view, mut pulls) = own.ok_or(EngineError::NotFound { what: "the run" })?;
        pulls.retain(|pull| shown_branch(&view) == Some(&pull.head_branch));
        Ok((view, pulls))
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

    /// Ends everything of a run at once (semantics R3.4), though its files cannot be read any more.
    ///
    /// # Errors
    /// Refused when it is completed.
    pub async fn force_cancel_run(&self, run: RunId, by: UserId) -> Result<(), EngineError> {
        let patience = self.settings.patience;
        self.forced(run, move |run, executions, planning| {
            handover::force_cancel_run(run, executions, by, planning, patience)
        })
        .await
    }

    /// Ends by force what was cancelled longer ago than the settings allow, and goes on.
    ///
    /// # Errors
    /// When the store cannot be reached. One run that cannot be ended does not keep the others from it.
    pub async fn force_overdue_cancels(&self) -> Result<(), EngineError> {
        let Some(deadline) = self.settings.cancel_deadline else {
            return Ok(());
        };
        let patience = self.settings.patience;
        for run in self
            .store
            .overdue_cancels(deadline, OVERDUE_PER_LOOK)
            .await?
        {
            let ended = self.forced(run, move |run, executions, planning| {
                handover::force_overdue_cancel(run, executions, deadline, planning, patience)
            });
            match ended.await {
                Ok(()) => log::warn!("run {run}: its cancellation took too long, it was ended"),
                // It was deleted meanwhile.
                Err(EngineError::NotFound { .. }) => {}
                Err(error) => {
                    log::error!("run {run}: cannot be ended by force: {error}");
                    self.note_trouble((RowKind::Run, run.get()), Some(run), &error)
                        .await;
                }
            }
        }
        Ok(())
    }

    /// Applies a command that evaluates nothing of the run's files.
    pub(crate) async fn forced(
        &self,
        run: RunId,
        command: impl Fn(&mut Run, &mut [Execution], Planning<'_>) -> Result<Vec<Event>, Refusal>
        + Send
        + Sync
        + 'static,
    ) -> Result<(), EngineError> {
        let command = Arc::new(
            move |run: &mut Run, executions: &mut Vec<Execution>, planning: Planning<'_>| {
                Ok((command(run, executions, planning)?, ()))
            },
        );
        for _ in 1..PREPARED_MAX {
            let plan = self.plan_if_readable(run).await?;
            match self.command_by(plan, Scope::Run(run), &command).await {
                Err(EngineError::Refused(Refusal::OtherAttempt)) => {}
                done => return done,
            }
        }
        let plan = self.plan_if_readable(run).await?;
        self.command_by(plan, Scope::Run(run), &command).await
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
}
