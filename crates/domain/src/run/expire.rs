//! Limits of time that a clock sees to: a job that no runner takes, a run that does not end (semantics 9).

use super::{JobState, Planning, Run};
use crate::{Conclusion, Event, JobId, Refusal, event::EndReason};
use std::time::Duration;

impl Run {
    /// Cancels a job that waited for a runner for as long as `limit`.
    ///
    /// # Errors
    /// [`Refusal::JobNotQueued`] when it does not wait for a runner any more.
    pub fn expire_queued_job(
        &mut self,
        job: JobId,
        limit: Duration,
        mut planning: Planning<'_>,
    ) -> Result<Vec<Event>, Refusal> {
        if self.job(job)?.state != JobState::Queued {
            return Err(Refusal::JobNotQueued { job });
        }
        let seconds = limit.as_secs();
        let ended = Event::JobCompleted {
            job,
            conclusion: Conclusion::Cancelled,
            reason: Some(EndReason::QueueExpired { seconds }),
            at: planning.now,
        };
        self.decide(vec![ended], &mut planning)
    }

    /// Cancels a run whose newest attempt began `limit` ago, waits included. One that was cancelled goes on ending.
    ///
    /// # Errors
    /// [`Refusal::RunCompleted`] when it ended, [`Refusal::RunNotExpired`] before its time.
    pub fn expire(
        &mut self,
        limit: Duration,
        mut planning: Planning<'_>,
    ) -> Result<Vec<Event>, Refusal> {
        if self.is_completed() {
            return Err(Refusal::RunCompleted);
        }
        if planning.now < self.attempt.requested_at.plus(limit) {
            return Err(Refusal::RunNotExpired);
        }
        let seconds = limit.as_secs();
        let reason = Some(EndReason::RunExpired { seconds });
        let decided = self.cancelling(None, reason, &mut planning)?;
        self.decide(decided, &mut planning)
    }
}
