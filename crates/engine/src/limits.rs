//! Limits of hours and days: jobs that no runner takes, runs that do not end (semantics 9). Any server sees to them, and
//! each is reached once.

use crate::{Engine, EngineError};
use runyard_domain::{JobId, Refusal, RunId, handover};
use runyard_store::{RowKind, Scope};

/// Jobs, and runs, that one look takes.
const OVERDUE_PER_LOOK: u32 = 100;

impl Engine {
    /// Cancels jobs that waited for a runner for too long, and runs that went on for too long.
    ///
    /// # Errors
    /// When the store cannot be reached. One that cannot be cancelled keeps no other from it.
    pub async fn enforce_limits(&self) -> Result<(), EngineError> {
        let now = self.store.now().await?;
        let waiting = now.minus(self.settings.queue_limit);
        for (run, job) in self.store.waiting_since(waiting, OVERDUE_PER_LOOK).await? {
            let done = self.expire_queued_job(run, job).await;
            self.report(run, (RowKind::Job, job.get()), done).await;
        }
        let begun = now.minus(self.settings.run_limit);
        for run in self.store.open_since(begun, OVERDUE_PER_LOOK).await? {
            let done = self.expire_run(run).await;
            self.report(run, (RowKind::Run, run.get()), done).await;
        }
        Ok(())
    }

    async fn expire_queued_job(&self, run: RunId, job: JobId) -> Result<(), EngineError> {
        let (limit, patience) = (self.settings.queue_limit, self.settings.patience);
        self.command(Scope::Run(run), run, move |run, executions, planning| {
            let of = (job, limit);
            let events = handover::expire_queued(run, executions, of, planning, patience)?;
            Ok((events, ()))
        })
        .await
    }

    async fn expire_run(&self, run: RunId) -> Result<(), EngineError> {
        let (limit, patience) = (self.settings.run_limit, self.settings.patience);
        self.command(Scope::Run(run), run, move |run, executions, planning| {
            let events = handover::expire_run(run, executions, limit, planning, patience)?;
            Ok((events, ()))
        })
        .await
    }

    async fn report(&self, run: RunId, row: (RowKind, i64), done: Result<(), EngineError>) {
        match done {
            // Another server was faster, or a runner was after all.
            Ok(())
            | Err(EngineError::Refused(
                Refusal::JobNotQueued { .. } | Refusal::RunCompleted | Refusal::RunNotExpired,
            )) => {}
            Err(error) => {
                log::error!("run {run}: its limits cannot be enforced: {error}");
                self.note_trouble(row, Some(run), &error).await;
            }
        }
    }
}
