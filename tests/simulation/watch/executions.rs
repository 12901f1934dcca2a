//! Hand-overs: a job has one that lives at most, it says what its job says, and work is never begun twice.

use super::{Fault, Watcher, hold, run::unreadable};
use crate::world::{Begun, World};
use runyard_domain::{
    Execution, ExecutionId, JobId, RunId,
    event::EndReason,
    execution::{ExecutionEnd, ExecutionState},
    run::JobState,
};
use std::collections::BTreeSet;

const AGREE: &str = "a hand-over says what its job says";
const ONCE: &str = "no job is executed twice";

impl Watcher {
    pub(super) fn look_at_begun(&mut self, begun: &[Begun]) -> Result<(), Fault> {
        for now in begun {
            let this = (now.execution, now.runner);
            let first = *self.begun.entry(now.job).or_insert(this);
            hold!(
                first == this,
                ONCE,
                "job {} was begun by runner-{} as execution {}, and by runner-{} as {}",
                now.job,
                first.1,
                first.0,
                this.1,
                this.0
            );
        }
        Ok(())
    }

    pub(super) async fn look_at_executions(
        &mut self,
        world: &World,
        offered: &[(ExecutionId, RunId, JobId)],
    ) -> Result<(), Fault> {
        let mut ids: BTreeSet<ExecutionId> = self.open.keys().copied().collect();
        ids.extend(offered.iter().map(|(id, ..)| *id));
        ids.retain(|id| !self.ended.contains_key(id));
        let mut busy = BTreeSet::new();
        self.offered = 0;
        for id in ids {
            let found = world.store.real().execution(id).await;
            let execution = found.map_err(unreadable)?;
            let run = self.open.get(&id).map(|open| open.run);
            if run.is_some_and(|run| self.deleted.contains(&run)) {
                let is_over = execution.is_none_or(|execution| execution.is_ended());
                hold!(is_over, AGREE, "execution {id} of a deleted run goes on");
                self.open.remove(&id);
                continue;
            }
            let missing = || Fault::new(ONCE, format!("execution {id} is not there any more"));
            let execution = execution.ok_or_else(missing)?;
            self.offered += usize::from(is_offer_of_queued(world, &execution).await?);
            if execution.is_ended() {
                self.reached.extend(end_word(&execution));
                self.open.remove(&id);
                self.ended.insert(id, execution);
                continue;
            }
            hold!(
                busy.insert(execution.job),
                ONCE,
                "job {} has two hand-overs that have not ended",
                execution.job
            );
            self.open.insert(id, execution);
        }
        Ok(())
    }

    /// What waits is what nobody was offered: nothing is forgotten, and nothing that ended is handed out.
    pub(super) async fn look_at_queue(&mut self, world: &World) -> Result<(), Fault> {
        let queued: usize = self.runs.values().map(|run| run.queued).sum();
        let offered = self.offered;
        let depth = world.store.real().depth().await.map_err(unreadable)?;
        hold!(
            depth.ready + offered as u64 == queued as u64,
            "every queued job waits for a runner, and no other does",
            "{queued} are queued, {offered} are offered, and {} wait",
            depth.ready
        );
        Ok(())
    }

    pub(super) async fn look_at_the_end_of_executions(&self, world: &World) -> Result<(), Fault> {
        hold!(
            self.open.is_empty(),
            "every hand-over ends",
            "these have not: {:?}",
            self.open.keys()
        );
        let kept = self.ended.iter();
        for (id, ended) in kept.filter(|(_, ended)| !self.deleted.contains(&ended.run)) {
            let now = world.store.real().execution(*id).await;
            let now = now.map_err(unreadable)?;
            hold!(
                now.as_ref() == Some(ended),
                "what ended stays so",
                "execution {id} was {ended:?} and is {now:?}"
            );
        }
        Ok(())
    }
}

/// Looks at one with its job; whether it is an offer that can be taken. An offer can outlive its job, when what ended
/// that did not look at all offers: then it is refused when somebody tries to take it.
async fn is_offer_of_queued(world: &World, execution: &Execution) -> Result<bool, Fault> {
    let job = world.store.real().job(execution.job).await;
    let Some(job) = job.map_err(unreadable)? else {
        return Err(Fault::new(AGREE, format!("{execution:?} is of no job")));
    };
    let is_own = |state: &JobState| {
        let ran = state.ran().map(|ran| ran.execution);
        ran == Some(execution.id)
    };
    let agrees = match execution.state {
        ExecutionState::Offered { .. } => {
            let has_ended = job.state.conclusion().is_some() && job.state.ran().is_none();
            has_ended || job.state == JobState::Queued
        }
        ExecutionState::Running { .. } => is_own(&job.state) && is_running(&job.state, false),
        ExecutionState::Cancelling { .. } => is_own(&job.state) && is_running(&job.state, true),
        ExecutionState::Ended { end, .. } => match end {
            ExecutionEnd::Finished(result) => {
                is_own(&job.state) && job.state.conclusion() == Some(result)
            }
            ExecutionEnd::Lost | ExecutionEnd::GraceOver | ExecutionEnd::Forced => {
                is_own(&job.state) && job.state.reason() == end.reason().as_ref()
            }
            ExecutionEnd::TimedOut => {
                let timed_out = |reason: &EndReason| matches!(reason, EndReason::TimedOut { .. });
                is_own(&job.state) && job.state.reason().is_some_and(timed_out)
            }
            ExecutionEnd::Released | ExecutionEnd::Lapsed | ExecutionEnd::Withdrawn => {
                !is_own(&job.state)
            }
        },
    };
    hold!(agrees, AGREE, "{execution:?} is of\n{:?}", job.state);
    let is_offer = matches!(execution.state, ExecutionState::Offered { .. });
    Ok(is_offer && job.state == JobState::Queued)
}

fn is_running(state: &JobState, told_to_stop: bool) -> bool {
    match state {
        JobState::InProgress {
            cancel_requested_at,
            ..
        } => cancel_requested_at.is_some() == told_to_stop,
        JobState::Held | JobState::Pending | JobState::Queued | JobState::Completed { .. } => false,
    }
}

fn end_word(execution: &Execution) -> Option<String> {
    match execution.state {
        ExecutionState::Ended { end, .. } => Some(format!("execution {end:?}")),
        ExecutionState::Offered { .. }
        | ExecutionState::Running { .. }
        | ExecutionState::Cancelling { .. } => None,
    }
}
