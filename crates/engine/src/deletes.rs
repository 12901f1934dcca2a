//! Deleting runs and their logs: nobody sees them any more at once, a clock removes them bit by bit.

use crate::{Engine, EngineError};
use runyard_domain::{RunId, UserId, handover};
use std::time::Duration;

/// What was deleted is removed after this: runners that were cut off have heard of it by then, and what counts the runs
/// of the last seconds has counted it.
const PURGE_AFTER: Duration = Duration::from_secs(60);
/// Bits that one look removes, so that no clock is kept from stopping.
const BITS_PER_LOOK: u32 = 200;
/// Objects that one look deletes.
const OBJECTS_PER_LOOK: u32 = 200;

impl Engine {
    /// Deletes a run with all its attempts, jobs and logs (semantics R4.14). One that is old and has not ended is ended
    /// by it.
    ///
    /// # Errors
    /// Refused while it is live and not old.
    pub async fn delete_run(&self, run: RunId, by: UserId) -> Result<(), EngineError> {
        let patience = self.settings.patience;
        self.forced(run, move |run, executions, planning| {
            handover::delete_run(run, executions, by, planning, patience)
        })
        .await?;
        log::info!("run {run} was deleted by user {by}");
        Ok(())
    }

    /// Deletes the logs of all attempts of a run (semantics R8.10).
    ///
    /// # Errors
    /// Refused while it is live.
    pub async fn delete_logs(&self, run: RunId, by: UserId) -> Result<(), EngineError> {
        self.forced(run, move |run, _, planning| {
            run.delete_logs(by, planning.now)
        })
        .await?;
        log::info!("the logs of run {run} were deleted by user {by}");
        Ok(())
    }

    /// Removes some of what was deleted: rows, then the objects that they spoke of (architecture 4, rule 9).
    ///
    /// # Errors
    /// When the store or the objects cannot be reached; what is left is left to the next look.
    pub async fn purge(&self) -> Result<(), EngineError> {
        self.purge_after(PURGE_AFTER).await
    }

    /// The same. Whether there may be more to remove, because it took as much as one look takes.
    pub(crate) async fn purge_some(&self) -> Result<bool, EngineError> {
        self.purge_bits(PURGE_AFTER).await
    }

    /// The same of what was deleted at least so long ago.
    ///
    /// # Errors
    /// As [`Engine::purge`].
    pub async fn purge_after(&self, after: Duration) -> Result<(), EngineError> {
        self.purge_bits(after).await.map(drop)
    }

    async fn purge_bits(&self, after: Duration) -> Result<bool, EngineError> {
        let mut has_more = true;
        for _ in 0..BITS_PER_LOOK {
            has_more = self.store.purge(after).await?;
            if !has_more {
                break;
            }
        }
        let keys = self.store.doomed_objects(OBJECTS_PER_LOOK).await?;
        if keys.is_empty() {
            return Ok(has_more);
        }
        let (mut gone, mut failed) = (Vec::with_capacity(keys.len()), None);
        for key in keys {
            match self.logs.delete(&key).await {
                Ok(()) => gone.push(key),
                // One that cannot be deleted keeps no other from it.
                Err(error) => failed = Some(error),
            }
        }
        let is_full = gone.len() == OBJECTS_PER_LOOK as usize;
        self.store.forget_objects(&gone).await?;
        failed.map_or(Ok(has_more || is_full), |error| Err(error.into()))
    }
}
