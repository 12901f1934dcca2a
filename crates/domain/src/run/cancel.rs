//! Cancelling a run, and cancelling one job of it.

use super::{AttemptState, JobState, PlannedJob, Planning, Run, outlook::Outlook};
use crate::{Conclusion, Event, JobId, Refusal, Timestamp, UserId, event::EndReason};

/// What cancelling one job did (semantics R3.8).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobCancelled {
    /// What was recorded.
    pub events: Vec<Event>,
    /// Jobs whose row changed: 0 when the job had ended or was told before.
    pub changed_jobs: u32,
    /// How the run ended, if this ended it.
    pub run_conclusion: Option<Conclusion>,
}

impl Run {
    /// Cancels the whole run (semantics R3.1): what no runner has ends at once, what runs is told to stop, what
    /// is blocked is decided when its needs complete. A job whose condition still holds goes on (semantics R3.2).
    /// Asking again while it is live changes nothing.
    ///
    /// # Errors
    /// [`Refusal::RunCompleted`] when the newest attempt ended.
    pub fn cancel(
        &mut self,
        by: UserId,
        mut planning: Planning<'_>,
    ) -> Result<Vec<Event>, Refusal> {
        if self.is_completed() {
            return Err(Refusal::RunCompleted);
        }
        let decided = self.cancelling(Some(by), None, &planning)?;
        self.decide(decided, &mut planning)
    }

    /// What cancelling the whole run does at once; nothing when it was cancelled before.
    pub(super) fn cancelling(
        &self,
        by: Option<UserId>,
        reason: Option<EndReason>,
        planning: &Planning<'_>,
    ) -> Result<Vec<Event>, Refusal> {
        let at = planning.now;
        if self.attempt.cancelled_at.is_some() {
            return Ok(Vec::new());
        }
        match self.attempt.state {
            AttemptState::Requested | AttemptState::Pending => {
                return Ok(self.cancelled_before_jobs(by, reason, at));
            }
            AttemptState::Live => {}
            AttemptState::Completed { .. } => return Ok(Vec::new()),
        }
        let mut decided = vec![Event::RunCancelRequested { by, reason, at }];
        let mut cancelled = self.attempt.clone();
        cancelled.cancelled_at = Some(at);
        for job in self.attempt.planned() {
            if job.state.conclusion().is_none() && !Outlook::still_holds(&cancelled, job, planning)?
            {
                decided.extend(stop(job, by, None, at));
            }
        }
        Ok(decided)
    }

    /// Cancels one job (semantics R3.8). The run is not cancelled by it; dependents are decided as usual.
    ///
    /// # Errors
    /// [`Refusal::UnknownJob`] when the newest attempt has no such job.
    pub fn cancel_job(
        &mut self,
        job: JobId,
        by: UserId,
        mut planning: Planning<'_>,
    ) -> Result<JobCancelled, Refusal> {
        let was_completed = self.is_completed();
        let stopped = stop(self.job(job)?, Some(by), None, planning.now);
        let events = self.decide(stopped.into_iter().collect(), &mut planning)?;
        let run_conclusion = self.attempt.conclusion().filter(|_| !was_completed);
        Ok(JobCancelled {
            changed_jobs: changed_jobs(&events),
            events,
            run_conclusion,
        })
    }
}

/// Ends a job that no runner has, tells a running one to stop; nothing for any other.
pub(super) fn stop(
    job: &PlannedJob,
    by: Option<UserId>,
    reason: Option<EndReason>,
    at: Timestamp,
) -> Option<Event> {
    let job_id = job.id;
    match job.state {
        JobState::Held | JobState::Pending | JobState::Queued => Some(Event::JobCompleted {
            job: job_id,
            conclusion: Conclusion::Cancelled,
            reason,
            at,
        }),
        JobState::InProgress {
            cancel_requested_at: None,
            ..
        } => Some(Event::JobCancelRequested {
            job: job_id,
            by,
            reason,
            at,
        }),
        JobState::InProgress { .. } | JobState::Completed { .. } => None,
    }
}

fn changed_jobs(events: &[Event]) -> u32 {
    let mut jobs: Vec<JobId> = events.iter().filter_map(Event::job).collect();
    jobs.sort_unstable();
    jobs.dedup();
    u32::try_from(jobs.len()).unwrap_or(u32::MAX)
}
