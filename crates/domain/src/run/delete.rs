//! Deleting a run, and deleting its logs.

use super::{AttemptState, Planning, Run};
use crate::{Event, Refusal, Timestamp, UserId};
use std::time::Duration;

/// A run that is older than so many days can be deleted though it has not ended (contract 6).
pub const DELETE_LIVE_DAYS: u32 = 14;

impl Run {
    /// Deletes the run with all that belongs to it (contract 6, semantics R4.14). One that is old and has not ended
    /// is force-cancelled by it, so that no runner goes on for nothing.
    ///
    /// # Errors
    /// [`Refusal::RunNotDeletable`] while it is live and younger than [`DELETE_LIVE_DAYS`].
    pub fn delete(&mut self, by: UserId, planning: Planning<'_>) -> Result<Vec<Event>, Refusal> {
        let at = planning.now;
        let mut tried = self.clone();
        let mut events = Vec::new();
        if !self.is_completed() {
            let age = Duration::from_secs(u64::from(DELETE_LIVE_DAYS) * 24 * 60 * 60);
            if at <= self.identity.created_at.plus(age) {
                return Err(Refusal::RunNotDeletable {
                    status: self.status(),
                    days: DELETE_LIVE_DAYS,
                });
            }
            events = tried.force_cancel(Some(by), planning)?;
        }
        tried.record(Event::RunDeleted { by: Some(by), at });
        events.extend(tried.take_events());
        *self = tried;
        Ok(events)
    }

    /// Deletes a run that was chosen, as one of many, when `attempt` was its newest and had ended.
    ///
    /// # Errors
    /// [`Refusal::RunNotCompleted`] while it is live, [`Refusal::NotDue`] when it was run again since.
    pub fn delete_chosen(
        &mut self,
        by: UserId,
        attempt: u32,
        now: Timestamp,
    ) -> Result<Vec<Event>, Refusal> {
        self.require_completed()?;
        if self.attempt.number != attempt {
            return Err(Refusal::NotDue);
        }
        let by = Some(by);
        self.record(Event::RunDeleted { by, at: now });
        Ok(self.take_events())
    }

    /// Deletes a run that ended at least `kept` ago (semantics R8.11), counted from the end of its newest attempt.
    ///
    /// # Errors
    /// [`Refusal::RunNotCompleted`] while it is live, [`Refusal::NotDue`] before its time.
    pub fn delete_expired(
        &mut self,
        kept: Duration,
        now: Timestamp,
    ) -> Result<Vec<Event>, Refusal> {
        self.require_over_for(kept, now)?;
        self.record(Event::RunDeleted { by: None, at: now });
        Ok(self.take_events())
    }

    /// Deletes the logs of all attempts of a run that ended at least `kept` ago (semantics R8.11).
    ///
    /// # Errors
    /// As [`Run::delete_expired`].
    pub fn delete_expired_logs(
        &mut self,
        kept: Duration,
        now: Timestamp,
    ) -> Result<Vec<Event>, Refusal> {
        self.require_over_for(kept, now)?;
        self.record(Event::LogsDeleted { by: None, at: now });
        Ok(self.take_events())
    }

    fn require_over_for(&self, kept: Duration, now: Timestamp) -> Result<(), Refusal> {
        self.require_completed()?;
        match self.attempt.state {
            AttemptState::Completed { completed_at, .. } if completed_at.plus(kept) <= now => {
                Ok(())
            }
            AttemptState::Completed { .. }
            | AttemptState::Requested
            | AttemptState::Pending
            | AttemptState::Live => Err(Refusal::NotDue),
        }
    }

    /// Deletes the logs of all attempts so far (semantics R8.10). Deleting them again changes nothing that is seen.
    ///
    /// # Errors
    /// [`Refusal::RunNotCompleted`] while the newest attempt is live.
    pub fn delete_logs(&mut self, by: UserId, now: Timestamp) -> Result<Vec<Event>, Refusal> {
        self.require_completed()?;
        let by = Some(by);
        self.record(Event::LogsDeleted { by, at: now });
        Ok(self.take_events())
    }
}
