//! Logs for people: of one job, of a whole run; and sealing what ended.

use crate::{
    Engine, EngineError,
    logs::{ArchiveWriter, JobLog, LogError, LogRow, parse_rows, text},
};
use runyard_domain::{ExecutionId, JobStatus, RunId, RunStatus};
use runyard_store::{JobView, JobsOf, LogContent, PER_PAGE_MAX, Page, SealedLog};
use std::fs::File;

/// Logs sealed in one sweep.
const SEALED_PER_SWEEP: u32 = 50;

impl Engine {
    /// The log of one job, as text (contract 8).
    ///
    /// # Errors
    /// [`EngineError::NoLog`] while the job has not ended, and for one that no runner ever had.
    pub async fn job_log(&self, job: &JobView) -> Result<String, EngineError> {
        if job.state.status() != JobStatus::Completed {
            return Err(EngineError::NoLog {
                why: "the job has not ended",
            });
        }
        let ran = job.state.ran().ok_or(EngineError::NoLog {
            why: "no runner ever had the job",
        })?;
        Ok(text(&self.rows(ran.execution).await?))
    }

    /// The logs of the newest attempt of a run as a zip archive in an unnamed file (contract 8). One job's log is in
    /// memory at a time.
    ///
    /// # Errors
    /// [`EngineError::NoLog`] while the run has not ended.
    pub async fn run_archive(&self, run: RunId) -> Result<File, EngineError> {
        let view = self.store.run(run).await?;
        let view = view.ok_or(EngineError::NotFound { what: "the run" })?;
        if view.attempt.status != RunStatus::Completed {
            return Err(EngineError::NoLog {
                why: "the run has not ended",
            });
        }
        let file = tempfile::tempfile().map_err(anyhow::Error::new)?;
        let mut archive = ArchiveWriter::new(file);
        for job in self.all_jobs(run).await? {
            if let Some(log) = self.archived(job).await? {
                archive = blocking(move || archive.add(&log).map(|()| archive)).await?;
            }
        }
        blocking(move || archive.finish()).await
    }

    /// What the archive holds of a job; nothing of one that no runner had.
    async fn archived(&self, job: JobView) -> Result<Option<JobLog>, EngineError> {
        let Some(ran) = job.state.ran() else {
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

    async fn all_jobs(&self, run: RunId) -> Result<Vec<JobView>, EngineError> {
        let mut jobs = Vec::new();
        for number in 1.. {
            let page = Page {
                number,
                per_page: PER_PAGE_MAX,
            };
            let listed = self.store.jobs(run, JobsOf::Latest, page).await?;
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
                    log::error!("execution {execution}: its log stays unsealed: {error:#}")
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
        Ok(self.store.seal_log(execution, &sealed).await?)
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LogError> + Send + 'static,
) -> Result<T, EngineError> {
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(anyhow::Error::new)??)
}

/// A log that was cut at its limit may end within a row: that row is left out.
fn whole_rows(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|byte| *byte == b'\n');
    &bytes[..end.map_or(0, |end| end + 1)]
}
