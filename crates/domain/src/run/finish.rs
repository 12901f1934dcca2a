//! The end of a job that a runner had: reported, or concluded without it.

use super::{JobState, Planning, Run};
use crate::{Conclusion, Event, JobId, Refusal, event::EndReason};

impl Run {
    /// A runner reports how a job ended. Hearing the same end twice is harmless (semantics 1.2).
    ///
    /// # Errors
    /// [`Refusal::OtherResultStored`] for a late report that differs, [`Refusal::JobNotInProgress`] for a job
    /// that never started.
    pub fn finish_job(
        &mut self,
        job: JobId,
        conclusion: Conclusion,
        mut planning: Planning<'_>,
    ) -> Result<Vec<Event>, Refusal> {
        match self.job(job)?.state {
            JobState::InProgress { .. } => {}
            JobState::Completed {
                conclusion: stored,
                ran: Some(_),
                ..
            } if stored == conclusion => {
                return Ok(Vec::new());
            }
            JobState::Completed {
                conclusion: stored, ..
            } => {
                return Err(Refusal::OtherResultStored { job, stored });
            }
            JobState::Held | JobState::Pending | JobState::Queued => {
                return Err(Refusal::JobNotInProgress { job });
            }
        }
        let ended = Event::JobCompleted {
            job,
            conclusion,
            reason: None,
            at: planning.now,
        };
        self.decide(vec![ended], &mut planning)
    }

    /// Ends a job whose runner is gone or does not obey: `cancelled` when it was told to stop or its time is over, else
    /// `failure` (semantics 1.2, R2.75, R3.3).
    ///
    /// # Errors
    /// [`Refusal::JobNotInProgress`] unless a runner has it.
    pub fn abandon_job(
        &mut self,
        job: JobId,
        reason: EndReason,
        mut planning: Planning<'_>,
    ) -> Result<Vec<Event>, Refusal> {
        let conclusion = match self.job(job)?.state {
            JobState::InProgress {
                cancel_requested_at,
                ..
            } => match (&reason, cancel_requested_at) {
                (EndReason::TimedOut { .. }, _) | (_, Some(_)) => Conclusion::Cancelled,
                (_, None) => Conclusion::Failure,
            },
            JobState::Held | JobState::Pending | JobState::Queued | JobState::Completed { .. } => {
                return Err(Refusal::JobNotInProgress { job });
            }
        };
        let reason = Some(reason);
        let ended = Event::JobCompleted {
            job,
            conclusion,
            reason,
            at: planning.now,
        };
        self.decide(vec![ended], &mut planning)
    }
}
