//! Logs for people: of one job, of a whole run; and sealing what ended.

use crate::{
    Engine, EngineError, MissingLog,
    logs::{ArchiveWriter, JobLog, LogError, LogRow, parse_rows, text},
};
use runyard_domain::{ExecutionId, JobStatus, RunId, RunStatus};
use runyard_store::{
    JobView, JobsOf, KeptLogs, LogContent, PER_PAGE_MAX, Page, RowKind, RunView, SealedLog,
    StoreError,
};
use std::fs::File;

/// Logs sealed in one sweep.
const SEALED_PER_SWEEP: u32 = 50;

impl Engine {
    /// The log of one job, as text (contract 8).
    ///
    /// # Errors
    /// [`EngineError::NoLog`] while the job has not ended, and for one that no runner ever had.
    pub async fn job_log(&self, job: &JobView) -> Result<String, EngineError> {
        let execution = self.logged(job).await?;
        Ok(text(&self.rows(execution).await?))
    }

    /// The hand-over that wrote the log of a job: for one that was carried that of the job that ran (semantics R4.11).
    ///
    /// # Errors
    /// [`EngineError::NoLog`] as [`Engine::job_log`], and once it was deleted.
    pub async fn logged(&self, job: &JobView) -> Result<ExecutionId, EngineError> {
        if job.state.status() != JobStatus::Completed {
            return Err(EngineError::NoLog {
                why: MissingLog::NotEnded,
            });
        }
        let ran = job.state.ran().ok_or(EngineError::NoLog {
            why: MissingLog::NeverRan,
        })?;
        let origin = match job.carried_from {
            Some(origin) => self.store.job(origin).await?,
            None => None,
        };
        let attempt = origin.map_or(job.attempt, |origin| origin.attempt);
        let run = self.store.run(job.run).await?;
        let run = run.ok_or(EngineError::NotFound { what: "the run" })?;
        require_kept(&run, attempt)?;
        Ok(ran.execution)
    }

    /// Whether there is an archive of an attempt's logs.
    ///
    /// # Errors
    /// [`EngineError::NoLog`] while the attempt has not ended, and once its logs were deleted.
    pub fn archivable(&self, attempt: &RunView) -> Result<(), EngineError> {
        if attempt.attempt.status != RunStatus::Completed {
            return Err(EngineError::NoLog {
                why: MissingLog::NotEnded,
            });
        }
        require_kept(attempt, attempt.attempt.number)
    }

    /// The logs of an attempt of a run, the newest if none is named, as a zip archive in an unnamed file (contract 8).
    /// Jobs that were carried into it are not in it (semantics R4.11). One job's log is in memory at a time.
    ///
    /// # Errors
    /// As [`Engine::archivable`].
    pub async fn run_archive(&self, run: RunId, attempt: Option<u32>) -> Result<File, EngineError> {
        let view = match attempt {
            Some(attempt) => self.store.attempt(run, attempt).await?,
            None => self.store.run(run).await?,
        };
        let view = view.ok_or(EngineError::NotFound { what: "the run" })?;
        self.archivable(&view)?;
        let file = tempfile::tempfile().map_err(anyhow::Error::new)?;
        let mut archive = ArchiveWriter::new(file);
        for job in self.all_jobs(run, view.attempt.number).await? {
            if let Some(log) = self.archived(job).await? {
                archive = blocking(move || archive.add(&log).map(|()| archive)).await?;
            }
        }
        blocking(move || archive.finish()).await
    }

    /// What the archive holds of a job; nothing of one that no runner had in this attempt.
    async fn archived(&self, job: JobView) -> Result<Option<JobLog>, EngineError> {
        let own = job.state.ran().filter(|_| job.carried_from.is_none());
        let Some(ran) = own else {
            return Ok(None);
        };
        let rows = self.rows(ran.execution).await?;
        let steps = job.steps.into_iter();
        Ok(Some(JobLog {
            name: job.display_name,
            steps: steps.map(|step| (step.number, step.name)).collect(),
            rows,
        }))
    }

    async fn all_jobs(&self, run: RunId, attempt: u32) -> Result<Vec<JobView>, EngineError> {
        let mut jobs = Vec::new();
        for number in 1.. {
            let page = Page {
                number,
                per_page: PER_PAGE_MAX,
            };
            let listed = self.store.jobs(run, JobsOf::Attempt(attempt), page).await?;
            let last = listed.items.len() < PER_PAGE_MAX as usize;
            jobs.extend(listed.items);
            if last {
                break;
            }
        }
        Ok(jobs)
    }

    async fn rows(&self, execution: ExecutionId) -> Result<Vec<LogRow>, EngineError> {
        match self.store.log(execution).await? {
            LogContent::Chunks(bytes) => {
                Ok(parse_rows(whole_rows(&bytes)).map_err(anyhow::Error::new)?)
            }
            LogContent::Sealed(sealed) => Ok(self.logs.rows(&sealed.key).await?),
        }
    }

    /// Seals the log of an execution that ended, in the background.
    pub(crate) fn seal_soon(&self, execution: ExecutionId) {
        let engine = self.clone();
        tokio::spawn(async move {
            if let Err(error) = engine.seal(execution).await {
                log::warn!("execution {execution}: its log stays unsealed for now: {error}");
            }
        });
    }

    /// Seals what an earlier attempt left. While nothing can be put the rest stays for the next look; a single log that
    /// cannot be sealed keeps no other from it.
    pub(crate) async fn seal_leftovers(&self) -> Result<(), EngineError> {
        for (execution, _) in self.store.unsealed_logs(SEALED_PER_SWEEP).await? {
            match self.seal(execution).await {
                Ok(()) => {}
                Err(error @ EngineError::Unavailable { .. }) => return Err(error),
                Err(error) => {
                    log::error!("execution {execution}: its log stays unsealed: {error:#}");
                    let row = (RowKind::Log, execution.get());
                    self.note_trouble(row, None, &error).await;
                }
            }
        }
        Ok(())
    }

    async fn seal(&self, execution: ExecutionId) -> Result<(), EngineError> {
        let _turn = self.logs.turn().await;
        let LogContent::Chunks(bytes) = self.store.log(execution).await? else {
            return Ok(());
        };
        let sealed = self.logs.seal(execution, whole_rows(&bytes)).await?;
        let sealed = SealedLog {
            key: sealed.key,
            bytes: sealed.bytes,
        };
        match self.store.seal_log(execution, &sealed).await {
            // It was deleted meanwhile, so nobody else will delete the object.
            Err(StoreError::NotFound { .. }) => Ok(self.logs.delete(&sealed.key).await?),
            kept => Ok(kept?),
        }
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LogError> + Send + 'static,
) -> Result<T, EngineError> {
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(anyhow::Error::new)??)
}

/// The logs of this attempt of a run can be read.
fn require_kept(run: &RunView, attempt: u32) -> Result<(), EngineError> {
    match run.logs_of(attempt) {
        KeptLogs::There => Ok(()),
        KeptLogs::Deleted => Err(EngineError::NoLog {
            why: MissingLog::Deleted,
        }),
        KeptLogs::Expired => Err(EngineError::NoLog {
            why: MissingLog::Expired,
        }),
    }
}

/// A log that was cut at its limit may end within a row: that row is left out.
pub(crate) fn whole_rows(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|byte| *byte == b'\n');
    &bytes[..end.map_or(0, |end| end + 1)]
}
