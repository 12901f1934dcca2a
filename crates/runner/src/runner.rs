//! The runner's own life: declare, claim, hand offers to jobs, drain. Must not know what a job
//! does.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use runyard_api::runner::messages::{
    Claim, Claimed, DeclareRunner, Offer, ReleaseReason, RunnerState, WAIT_SECONDS_MAX,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::agent::Agent;
use crate::backend::{end_leftovers, remove_folder};
use crate::backoff::Backoff;
use crate::client::{CallError, until_answered};
use crate::config::RunnerConfig;
use crate::error::RunnerError;
use crate::job::{Execution, tell_leftover};

/// Two claims that find nothing are at least this far apart, whether the server waits or not.
const CLAIM_PAUSE: Duration = Duration::from_secs(1);
/// Jobs that had their time at a shutdown are ended within this, the grace of their steps included.
const FAIL_WITHIN: Duration = Duration::from_secs(30);
/// How long a shutdown waits for a server that is away; what is not told by then stays in the
/// spool.
pub const LAST_WORDS: Duration = Duration::from_secs(10);
/// An ended job keeps its slot this long while the server does not hear of its end.
const TELL_IN_SLOT: Duration = Duration::from_secs(30);
/// What the server's words about the runner's own token are said of.
const RUNNER_TOKEN: &str = "runner's token";

/// A runner that is not running yet.
pub struct Runner {
    config: RunnerConfig,
}

impl Runner {
    /// A runner with these settings.
    pub fn new(config: RunnerConfig) -> Self {
        Self { config }
    }

    /// Runs until `shutdown` is done, then drains: takes nothing new, gives running jobs
    /// [`RunnerConfig::drain_wait`], fails those that still run. A server that is away is waited
    /// for.
    ///
    /// Dropping the future ends every job's processes at once and leaves the spool for the next
    /// start.
    ///
    /// # Errors
    /// A refused token, an unusable work folder or URL; running jobs are drained first.
    pub async fn run(self, shutdown: impl Future<Output = ()> + Send) -> Result<(), RunnerError> {
        let agent = Arc::new(Agent::open(self.config)?);
        let slots = Arc::new(Semaphore::new(capacity(&agent) as usize));
        let mut tasks = JoinSet::new();
        recover(&agent, &mut tasks).await?;
        let mut shutdown = pin!(shutdown);
        let ended = tokio::select! {
            () = &mut shutdown => Ok(()),
            ended = serve(&agent, &slots, &mut tasks) => ended,
        };
        drain(&agent, &slots, tasks).await;
        ended
    }
}

/// Ends and removes what an earlier process left, and tells the server what it still can.
async fn recover(agent: &Arc<Agent>, tasks: &mut JoinSet<()>) -> Result<(), RunnerError> {
    let failed = |source| RunnerError::Folder {
        path: agent.config.work_dir.clone(),
        source,
    };
    for (execution, folder) in agent.left_folders().map_err(failed)? {
        end_leftovers(&agent.config.work_dir, execution).await;
        if let Err(error) = remove_folder(&folder) {
            log::warn!("{} is left: {error}", folder.display());
        }
    }
    for spooled in agent.spool.leftovers().map_err(failed)? {
        log::info!(
            "execution {} was left by an earlier start",
            spooled.execution_id
        );
        tasks.spawn(tell_leftover(agent.clone(), spooled));
    }
    Ok(())
}

async fn serve(
    agent: &Arc<Agent>,
    slots: &Arc<Semaphore>,
    tasks: &mut JoinSet<()>,
) -> Result<(), RunnerError> {
    let ready = declaration(agent, RunnerState::Ready);
    let declared = until_answered!("declare", agent.client.declare(&ready));
    let declared = declared.map_err(|error| RunnerError::of_call(error, RUNNER_TOKEN))?;
    agent.set_intervals(declared.intervals);
    let servers: Vec<&str> = agent.config.urls().collect();
    log::info!(
        "runner {} is ready for jobs of {}",
        agent.host.runner,
        servers.join(", ")
    );
    loop {
        let slot = slots
            .clone()
            .acquire_owned()
            .await
            .expect("the slots are never closed");
        let free = u32::try_from(slots.available_permits())
            .unwrap_or(u32::MAX)
            .saturating_add(1);
        let claimed = claim(agent, free).await?;
        let mut slot = Some(slot);
        for offer in claimed.executions {
            match slot
                .take()
                .or_else(|| slots.clone().try_acquire_owned().ok())
            {
                Some(slot) => drop(tasks.spawn(run_job(agent.clone(), offer, slot))),
                None => give_back(agent, &offer).await,
            }
        }
        while tasks.try_join_next().is_some() {}
    }
}

/// Asks for jobs until there are some. The key of a call changes only once a call was answered.
async fn claim(agent: &Agent, free_slots: u32) -> Result<Claimed, RunnerError> {
    let wait_s = agent.intervals().claim_wait_s.min(WAIT_SECONDS_MAX);
    let mut backoff = Backoff::default();
    let mut body = Claim {
        request_key: request_key(),
        free_slots,
        wait_s,
    };
    loop {
        let begin = Instant::now();
        match until_answered!("claim", agent.client.claim(&body)) {
            Ok(Some(claimed)) => return Ok(claimed),
            Ok(None) => {
                body.request_key = request_key();
                tokio::time::sleep_until(begin + CLAIM_PAUSE).await;
            }
            Err(error @ CallError::Unauthorized(_)) => {
                return Err(RunnerError::of_call(error, RUNNER_TOKEN));
            }
            Err(error) => {
                log::error!("claim: {error}");
                tokio::time::sleep(backoff.next(None)).await;
            }
        }
    }
}

fn request_key() -> String {
    uuid::Uuid::new_v4().to_string()
}

async fn give_back(agent: &Agent, offer: &Offer) {
    let client = agent.client.with_token(&offer.token);
    if let Err(error) = client
        .release(offer.execution_id, ReleaseReason::CannotRun)
        .await
    {
        log::warn!(
            "execution {} could not be given back: {error}",
            offer.execution_id
        );
    }
}

async fn run_job(agent: Arc<Agent>, offer: Offer, slot: OwnedSemaphorePermit) {
    let id = offer.execution_id;
    log::info!(
        "execution {id}: job '{}' of {}",
        offer.job.name,
        offer.job.repository.full_name
    );
    let (execution, session) = match Execution::take(agent, offer).await {
        Ok(taken) => taken,
        Err(refusal) => return log::warn!("execution {id} is not taken: {refusal}"),
    };
    let Some(telling) = execution.work(session).await else {
        return;
    };
    let mut told = pin!(telling.tell());
    if tokio::time::timeout(TELL_IN_SLOT, &mut told).await.is_err() {
        drop(slot);
        told.await;
    }
}

/// Gives running jobs their time, then fails them; what cannot be told in time stays in the spool.
async fn drain(agent: &Agent, slots: &Semaphore, mut tasks: JoinSet<()>) {
    while tasks.try_join_next().is_some() {}
    if tasks.is_empty() {
        return;
    }
    let idle = async || slots.acquire_many(capacity(agent)).await.map(drop);
    let draining = declaration(agent, RunnerState::Draining);
    let (_, waited) = tokio::join!(
        tokio::time::timeout(LAST_WORDS, agent.client.declare(&draining)),
        tokio::time::timeout(agent.config.drain_wait, idle()),
    );
    if waited.is_err() {
        agent.end_drain();
        let _ = tokio::time::timeout(FAIL_WITHIN, idle()).await;
    }
    let _ = tokio::time::timeout(LAST_WORDS, all_ended(&mut tasks)).await;
}

async fn all_ended(tasks: &mut JoinSet<()>) {
    while tasks.join_next().await.is_some() {}
}

fn capacity(agent: &Agent) -> u32 {
    agent.config.capacity.max(1)
}

fn declaration(agent: &Agent, state: RunnerState) -> DeclareRunner {
    DeclareRunner {
        labels: agent.config.labels.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        capacity: capacity(agent),
        state,
    }
}
