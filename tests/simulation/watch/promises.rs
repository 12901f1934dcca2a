//! What was acknowledged is so.

use super::{Fault, Watcher, hold, run::unreadable};
use crate::world::{Promise, World};
use runyard_domain::{
    Event,
    execution::{ExecutionEnd, ExecutionState},
};

const RULE: &str = "nothing that was acknowledged is lost";

impl Watcher {
    pub(super) async fn look_at_promises(
        &self,
        world: &World,
        promises: &[Promise],
    ) -> Result<(), Fault> {
        let store = world.store.real();
        for promise in promises {
            let of = match promise {
                Promise::Made(run)
                | Promise::Cancelled(run)
                | Promise::Forced(run)
                | Promise::Deleted(run)
                | Promise::Reran(run, _)
                | Promise::Finished(_, run, _) => *run,
            };
            let is_deleted = self.deleted.contains(&of);
            let kept = match promise {
                Promise::Deleted(_) => is_deleted,
                _ if is_deleted => true,
                Promise::Forced(run) => {
                    let events = store.events(*run).await.map_err(unreadable)?;
                    let forces =
                        |event: &Event| matches!(event, Event::RunForceCancelRequested { .. });
                    events.iter().any(forces)
                }
                Promise::Made(run) => store.run(*run).await.map_err(unreadable)?.is_some(),
                Promise::Cancelled(run) => {
                    let events = store.events(*run).await.map_err(unreadable)?;
                    let cancels = |event: &Event| matches!(event, Event::RunCancelRequested { .. });
                    events.iter().any(cancels)
                }
                Promise::Reran(run, attempt) => {
                    let view = store.run(*run).await.map_err(unreadable)?;
                    view.is_some_and(|view| view.attempt.number >= *attempt)
                }
                Promise::Finished(id, _, result) => {
                    let execution = store.execution(*id).await.map_err(unreadable)?;
                    let end = ExecutionEnd::Finished(*result);
                    let is_so = |state| matches!(state, ExecutionState::Ended { end: found, .. } if found == end);
                    execution.is_some_and(|execution| is_so(execution.state))
                }
            };
            hold!(kept, RULE, "{promise:?}");
        }
        Ok(())
    }
}
