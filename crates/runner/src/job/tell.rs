//! Tells the server how an execution ended, for as long as that may matter: the rest of the log,
//! then the result. Works from the spool, so that a later process can do it as well.

use std::sync::Arc;

use runyard_api::runner::messages::{FinishExecution, JobResult, StepConclusion, StepStatus};

use super::report::{SET_UP, complete, now};
use crate::agent::Agent;
use crate::backoff::Backoff;
use crate::client::{CallError, Client, Finished, until_answered};
use crate::log::{JobLog, Upload};
use crate::spool::{SPOOL_RETENTION, Spool, Spooled};

/// An ended execution that the server has to hear of.
pub(crate) struct Telling {
    pub(crate) client: Client,
    pub(crate) spool: Spool,
    pub(crate) spooled: Spooled,
    pub(crate) upload: Upload,
}

impl Telling {
    /// Tells it, until the server has it, does not want it, or it is too old.
    pub(crate) async fn tell(mut self) {
        let id = self.spooled.execution_id;
        match tokio::time::timeout(SPOOL_RETENTION, self.try_tell()).await {
            Ok(Ok(())) => log::info!("execution {id} has ended"),
            Ok(Err(error)) => log::warn!("the end of execution {id} is dropped: {error}"),
            Err(_) => log::error!(
                "the end of execution {id} is dropped: the server was away for too long"
            ),
        }
        self.spool.remove(id);
    }

    async fn try_tell(&mut self) -> Result<(), CallError> {
        let Some(mut finish) = self.spooled.finish.clone() else {
            return Ok(());
        };
        let (id, client, upload) = (self.spooled.execution_id, &self.client, &mut self.upload);
        for (step, text) in self.spool.summaries(id).unwrap_or_default() {
            let put = until_answered!("summary", client.put_summary(id, step, &text));
            match put {
                // A server that does not take it has the job's end all the same.
                Err(CallError::Refused { status, message }) => {
                    log::warn!("execution {id}: a summary is dropped: {status} {message}");
                }
                put => put?,
            }
        }
        let mut backoff = Backoff::default();
        loop {
            until_answered!("log", upload.complete())?;
            finish.log_bytes = upload.total();
            match until_answered!("finish", client.finish(id, &finish))? {
                Finished::Stored => return Ok(()),
                Finished::LogMissing(ack) => upload.resume_from(ack),
            }
            tokio::time::sleep(backoff.next(None)).await;
        }
    }
}

/// Tells of an execution that an earlier process of this runner left behind: its own end when it
/// had one, else that the runner was lost.
pub(crate) async fn tell_leftover(agent: Arc<Agent>, mut spooled: Spooled) {
    let id = spooled.execution_id;
    let path = agent.spool.log_path(id);
    let reopened = JobLog::reopen(&path, agent.config.log_limits);
    let log = match reopened.or_else(|_| JobLog::create(&path, agent.config.log_limits)) {
        Ok(log) => Arc::new(log),
        Err(error) => {
            return log::error!("the spooled log of execution {id} cannot be opened: {error}");
        }
    };
    if spooled.finish.is_none() {
        spooled.finish = Some(lost(&mut spooled, &log));
    }
    let client = agent.client.with_token(&spooled.token);
    let upload = Upload::new(client.clone(), id, log);
    Telling {
        client,
        spool: agent.spool.clone(),
        spooled,
        upload,
    }
    .tell()
    .await;
}

/// The end of a job whose runner died: what ran has failed, what did not run is skipped.
fn lost(spooled: &mut Spooled, log: &JobLog) -> FinishExecution {
    let steps = &mut spooled.steps;
    let running = steps
        .iter()
        .find(|step| step.status == StepStatus::InProgress);
    log.line(
        running.map_or(SET_UP, |step| step.number),
        "##[error]The runner was lost while this job ran.",
    );
    for step in steps.iter_mut() {
        match step.status {
            StepStatus::Completed => {}
            StepStatus::InProgress => complete(step, StepConclusion::Failure),
            StepStatus::Pending => complete(step, StepConclusion::Skipped),
        }
    }
    let result = JobResult::Failure;
    FinishExecution {
        result,
        steps: steps.to_vec(),
        log_bytes: log.length(),
        stopped_at_ms: now(),
        outputs: Vec::new(),
        annotations: spooled.annotations.clone(),
    }
}
