//! Takes an offer, works on it, hands over what is to be told. Must not run steps itself.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use runyard_api::runner::messages::{
    FinishExecution, Offer, ReleaseReason, SUMMARIES_PER_JOB, SUMMARY_BYTES, StartExecution,
};

use super::report::{Report, now};
use super::steps::JobEnd;
use super::tell::Telling;
use crate::agent::Agent;
use crate::backend::{JobFolders, Session};
use crate::client::{CallError, Client, until_answered};
use crate::log::{JobLog, Pace, Upload};
use crate::stop::StopSwitch;

/// An offer is not worth more time than this to take: the server offers it for 30 s.
const START_WITHIN: Duration = Duration::from_secs(30);

/// Why an offer did not become an execution.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("its folders cannot be made: {0}")]
    NoDisk(#[from] io::Error),
    #[error("its processes cannot be run: {0}")]
    CannotRun(#[from] crate::supervisor::SupervisorError),
    #[error("it cannot be started: {0}")]
    NotStarted(#[from] CallError),
    #[error("the server does not answer in time")]
    TooLate,
}

/// One job in the runner's hands.
pub(crate) struct Execution {
    pub(super) agent: Arc<Agent>,
    pub(super) offer: Offer,
    pub(super) client: Client,
    pub(super) folders: JobFolders,
    pub(super) log: Arc<JobLog>,
    pub(super) report: Report,
    pub(super) stop: StopSwitch,
    pub(super) pace: Pace,
}

impl Execution {
    /// Prepares all that the job needs, then takes the offer. An offer that cannot be taken is
    /// given back.
    pub(crate) async fn take(
        agent: Arc<Agent>,
        offer: Offer,
    ) -> Result<(Self, Box<dyn Session>), Refusal> {
        let (id, client) = (offer.execution_id, agent.client.with_token(&offer.token));
        match Self::prepare(agent.clone(), offer, client.clone()).await {
            Ok(prepared) => Ok(prepared),
            Err(refusal) => {
                give_back(&client, id, &refusal).await;
                agent.spool.remove(id);
                let folder = JobFolders::new(&agent.config.work_dir, id, "").remove();
                folder.unwrap_or_else(|error| {
                    log::warn!("the folder of execution {id} is left: {error}")
                });
                Err(refusal)
            }
        }
    }

    async fn prepare(
        agent: Arc<Agent>,
        offer: Offer,
        client: Client,
    ) -> Result<(Self, Box<dyn Session>), Refusal> {
        let id = offer.execution_id;
        let full_name = offer.job.repository.full_name.as_str();
        let repository = full_name
            .rsplit('/')
            .next()
            .filter(|name| is_folder_name(name));
        let folders = JobFolders::new(
            &agent.config.work_dir,
            id,
            repository.unwrap_or("repository"),
        );
        folders.create()?;
        let log = Arc::new(JobLog::create(
            &agent.spool.log_path(id),
            agent.config.log_limits,
        )?);
        let of = (id, offer.token.as_str());
        let report = Report::new(agent.spool.clone(), log.clone(), of, &offer.job);
        report.save()?;
        let session = agent.backend.open(id).await?;
        start(&client, id).await?;
        let (stop, pace) = (StopSwitch::new(), Pace::new());
        Ok((
            Self {
                agent,
                offer,
                client,
                folders,
                log,
                report,
                stop,
                pace,
            },
            session,
        ))
    }

    /// Runs the job to its end. What is left to tell the server comes back; nothing when the server
    /// has given the execution up.
    pub(crate) async fn work(self, session: Box<dyn Session>) -> Option<Telling> {
        let mut upload = Upload::new(
            self.client.clone(),
            self.offer.execution_id,
            self.log.clone(),
        );
        let end = tokio::select! {
            end = self.run_job(session) => end,
            never = self.watch(&mut upload) => match never {},
        };
        self.remove_folders().await;
        if self.stop.is_gone() {
            self.agent.spool.remove(self.offer.execution_id);
            return None;
        }
        Some(self.telling(end, upload))
    }

    /// Keeps what a step wrote for people to read, until it is told (semantics R8.8).
    pub(super) fn keep_summary(&self, step: u32, text: &str) -> Result<(), String> {
        let (spool, id) = (&self.agent.spool, self.offer.execution_id);
        let failed = |error| format!("The summary of this step cannot be kept: {error}.");
        let known = spool.summaries(id).map_err(failed)?;
        let is_new = known.iter().all(|(other, _)| *other != step);
        if is_new && known.len() >= SUMMARIES_PER_JOB {
            return Err(format!(
                "The summary of this step is dropped: a job has at most {SUMMARIES_PER_JOB}."
            ));
        }
        let added = spool.add_summary(id, step, text).map_err(failed)?;
        added.map_err(|bytes| {
            format!(
                "The summary of this step has {bytes} bytes, allowed are {SUMMARY_BYTES}: the \
                 last part is dropped."
            )
        })
    }

    fn telling(self, end: JobEnd, upload: Upload) -> Telling {
        let mut spooled = self.report.spooled();
        spooled.finish = Some(FinishExecution {
            result: end.result,
            steps: spooled.steps.clone(),
            log_bytes: self.log.length(),
            stopped_at_ms: now(),
            outputs: end.outputs,
            annotations: spooled.annotations.clone(),
        });
        if let Err(error) = self.agent.spool.save(&spooled) {
            log::error!(
                "the end of execution {} cannot be spooled: {error}",
                spooled.execution_id
            );
        }
        Telling {
            client: self.client,
            spool: self.agent.spool.clone(),
            spooled,
            upload,
        }
    }

    async fn remove_folders(&self) {
        let folders = self.folders.clone();
        let removed = tokio::task::spawn_blocking(move || folders.remove()).await;
        if let Ok(Err(error)) = removed {
            let id = self.offer.execution_id;
            log::warn!("the folder of execution {id} is left: {error}");
        }
    }
}

/// The name becomes a folder: it must not lead elsewhere.
fn is_folder_name(name: &str) -> bool {
    !name.is_empty() && name != "." && name != ".." && !name.contains('\0')
}

async fn start(client: &Client, id: i64) -> Result<(), Refusal> {
    let body = StartExecution {
        started_at_ms: now(),
    };
    let started = async { until_answered!("start", client.start(id, &body)) };
    tokio::time::timeout(START_WITHIN, started)
        .await
        .map_err(|_| Refusal::TooLate)??;
    Ok(())
}

/// Gives an offer back that was not started; when even that fails the offer lapses by itself.
async fn give_back(client: &Client, id: i64, refusal: &Refusal) {
    let reason = match refusal {
        Refusal::NoDisk(_) => ReleaseReason::NoDisk,
        Refusal::CannotRun(_) => ReleaseReason::CannotRun,
        Refusal::NotStarted(_) | Refusal::TooLate => return,
    };
    if let Err(error) = client.release(id, reason).await {
        log::warn!("execution {id} could not be given back: {error}");
    }
}
