//! The clocks: what happens because time passes. Each may run on every replica.

use crate::{Engine, EngineError, Payloads, engine::wrong_load, waiting::Waiter};
use runyard_domain::{Refusal, handover};
use runyard_store::{Expired, Loaded, RowKind, Scope, Wake};
use std::{sync::Arc, time::Duration};
use tokio::{
    task::{JoinHandle, JoinSet},
    time::{MissedTickBehavior, interval},
};

/// How often expired offers and leases are looked for.
const EXPIRY_INTERVAL: Duration = Duration::from_secs(1);
/// How often logs that stayed unsealed are looked for.
const SEAL_INTERVAL: Duration = Duration::from_secs(15);
/// How often it is looked whether a source is to be looked at.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);
/// How often it is looked whether a schedule fires.
const FIRE_INTERVAL: Duration = Duration::from_secs(1);
/// Ticks that one server serves at once; the rest is left to others, or waits.
const TICKS_AT_ONCE: usize = 8;
/// How often it is looked whether something follows a run.
const FOLLOW_INTERVAL: Duration = Duration::from_secs(1);
/// Moments of runs that one look takes.
const MOMENTS_PER_LOOK: u32 = 20;
/// How often what was deleted is removed.
const PURGE_INTERVAL: Duration = Duration::from_secs(15);
/// How often it is looked whether the runs of a workflow are to be looked at for their retention.
const RETENTION_INTERVAL: Duration = Duration::from_secs(30);
/// How often it is looked for jobs and runs that take too long; their limits are hours and days.
const LIMIT_INTERVAL: Duration = Duration::from_secs(5);
/// How often messages to runs are looked for when no signal tells of one.
const MESSAGE_INTERVAL: Duration = Duration::from_secs(1);
/// Expired executions that one look takes.
const EXPIRED_PER_LOOK: u32 = 100;

/// The running clocks; they stop when this is dropped.
#[derive(Debug)]
pub struct Clocks(Vec<JoinHandle<()>>);

impl Drop for Clocks {
    fn drop(&mut self) {
        for clock in &self.0 {
            clock.abort();
        }
    }
}

impl Engine {
    /// Gives running executions a full lease, as no runner could be heard while no server ran, and starts the clocks.
    /// `payloads` makes what followers of runs see.
    ///
    /// # Errors
    /// When the store cannot be reached.
    pub async fn start_clocks(&self, payloads: Arc<dyn Payloads>) -> Result<Clocks, EngineError> {
        self.give_full_leases().await?;
        Ok(Clocks(vec![
            tokio::spawn(expire(self.clone())),
            tokio::spawn(seal(self.clone())),
            tokio::spawn(look(self.clone())),
            tokio::spawn(fire(self.clone())),
            tokio::spawn(follow(self.clone(), payloads)),
            tokio::spawn(force(self.clone())),
            tokio::spawn(purge(self.clone())),
            tokio::spawn(retain(self.clone())),
            tokio::spawn(pass_on(self.clone())),
            tokio::spawn(limit(self.clone())),
        ]))
    }

    async fn give_full_leases(&self) -> Result<(), EngineError> {
        let lease = self.settings.patience.lease;
        Ok(self.store.extend_leases(lease).await?)
    }

    /// Ends what is over by the store's clock: offers go back to the queue, silent runners lose their jobs.
    ///
    /// # Errors
    /// When the store cannot be reached. One execution that cannot be ended does not keep the others from it.
    pub async fn expire(&self) -> Result<(), EngineError> {
        for expired in self.store.expired(EXPIRED_PER_LOOK).await? {
            match self.expire_one(expired).await {
                // Another replica was faster, or the runner was heard of after all.
                Ok(())
                | Err(EngineError::Refused(
                    Refusal::ExecutionEnded { .. }
                    | Refusal::NotExpired { .. }
                    | Refusal::ExecutionStarted { .. },
                )) => {}
                Err(error) => {
                    log::error!("execution {}: cannot be ended: {error}", expired.execution);
                    let row = (RowKind::Execution, expired.execution.get());
                    self.note_trouble(row, Some(expired.run), &error).await;
                }
            }
        }
        Ok(())
    }

    async fn expire_one(&self, expired: Expired) -> Result<(), EngineError> {
        let id = expired.execution;
        if expired.was_offered {
            self.change(Scope::Execution(id), |loaded, now| {
                let Loaded::Execution(execution) = loaded else {
                    return Err(wrong_load());
                };
                execution.lapse(now)?;
                Ok((Vec::new(), ()))
            })
            .await?;
            self.measures.lapsed();
            return Ok(());
        }
        let (scope, patience) = (Scope::RunOfExecution(id), self.settings.patience);
        self.command(scope, expired.run, move |run, executions, planning| {
            let events = handover::expire(run, executions, id, planning, patience)?;
            Ok((events, ()))
        })
        .await?;
        self.measures.lost();
        log::warn!(
            "execution {id} of run {}: its runner was lost or did not stop",
            expired.run
        );
        self.seal_soon(id);
        Ok(())
    }
}

async fn expire(engine: Engine) {
    let mut ticks = interval(EXPIRY_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // Whether no runner could be heard since the last look: then none of them is silent by its own fault.
    let mut deaf = false;
    loop {
        ticks.tick().await;
        let looked = match deaf {
            true => engine.give_full_leases().await,
            false => engine.expire().await,
        };
        deaf = matches!(looked, Err(EngineError::Unavailable { .. }));
        if let Err(error) = looked {
            log::warn!("looking for expired executions: {error}");
        }
    }
}

/// What one run's command left for another is applied as soon as it is heard of, here or by another server.
async fn pass_on(engine: Engine) {
    loop {
        let mut waiter = Waiter::new(engine.store.wakes(), MESSAGE_INTERVAL);
        match engine.apply_messages().await {
            Ok(0) => {}
            Ok(_) => continue,
            Err(error) => log::warn!("passing on messages to runs: {error}"),
        }
        waiter.wait(|wake| wake == Wake::Message).await;
    }
}

async fn limit(engine: Engine) {
    let mut ticks = interval(LIMIT_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = engine.enforce_limits().await {
            log::warn!("looking for jobs and runs that take too long: {error}");
        }
    }
}

async fn seal(engine: Engine) {
    let mut ticks = interval(SEAL_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = engine.seal_leftovers().await {
            log::warn!("sealing logs: {error}");
        }
    }
}

/// Ends by force what was cancelled too long ago.
async fn force(engine: Engine) {
    if engine.settings.cancel_deadline.is_none() {
        return;
    }
    let mut ticks = interval(EXPIRY_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = engine.force_overdue_cancels().await {
            log::warn!("looking for cancellations that take too long: {error}");
        }
    }
}

async fn purge(engine: Engine) {
    let mut ticks = interval(PURGE_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        loop {
            match engine.purge_some().await {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    log::warn!("removing what was deleted: {error}");
                    break;
                }
            }
        }
    }
}

/// Deletes what was kept for long enough. Goes on at once while there is more than one look takes.
async fn retain(engine: Engine) {
    let mut ticks = interval(RETENTION_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        loop {
            match engine.enforce_retention().await {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    log::warn!("looking for runs that are not kept any longer: {error}");
                    break;
                }
            }
        }
    }
}

/// A source that does not answer keeps no other waiting, up to so many at once; the rest is left to other servers.
async fn look(engine: Engine) {
    let mut ticks = interval(LOOK_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut looks = JoinSet::new();
    loop {
        ticks.tick().await;
        while looks.try_join_next().is_some() {}
        let under_way = u32::try_from(looks.len()).unwrap_or(u32::MAX);
        let free = engine.settings.polls_at_once.saturating_sub(under_way);
        if free == 0 {
            continue;
        }
        match engine.due_looks(free).await {
            Ok(due) => due.into_iter().for_each(|poll| {
                let engine = engine.clone();
                looks.spawn(async move { engine.look_at(poll).await });
            }),
            Err(error) => log::warn!("looking for sources to look at: {error}"),
        }
    }
}

/// A schedule whose source does not answer keeps no other waiting.
async fn fire(engine: Engine) {
    let mut ticks = interval(FIRE_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut firing = JoinSet::new();
    loop {
        ticks.tick().await;
        while firing.try_join_next().is_some() {}
        let free = TICKS_AT_ONCE.saturating_sub(firing.len());
        match engine
            .due_ticks(u32::try_from(free).unwrap_or_default())
            .await
        {
            Ok(due) => due.into_iter().for_each(|tick| {
                let engine = engine.clone();
                firing.spawn(async move { engine.fire(tick).await });
            }),
            Err(error) => log::warn!("looking for schedules that fire: {error}"),
        }
    }
}

/// Goes on at once while there is more than one look takes.
async fn follow(engine: Engine, payloads: Arc<dyn Payloads>) {
    let mut ticks = interval(FOLLOW_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        loop {
            match engine.follow_runs(&*payloads, MOMENTS_PER_LOOK).await {
                Ok(taken) if taken == MOMENTS_PER_LOOK as usize => {}
                Ok(_) => break,
                Err(error) => {
                    log::warn!("looking for what follows runs: {error}");
                    break;
                }
            }
        }
    }
}
