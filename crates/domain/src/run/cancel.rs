//! Cancelling a run, and cancelling one job of it.

use super::{Job, JobState, Planning, Run};
use crate::{Conclusion, Event, JobId, Refusal, RunStatus, UserId};

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
    /// is blocked is decided when its needs complete. Asking again while it is live changes nothing.
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
        if self.attempt.cancelled_at.is_some() {
            return Ok(Vec::new());
        }
        let at = planning.now;
        self.record(Event::RunCancelRequested { by, at });
        if self.status() == RunStatus::Requested {
            self.record(Event::RunCompleted {
                conclusion: Conclusion::Cancelled,
                at,
            });
        }
        for job in self.unfinished_jobs() {
            self.stop_job(job, by, &planning);
        }
        self.settle(&mut planning)?;
        Ok(self.take_events())
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
        self.job(job)?;
        self.stop_job(job, by, &planning);
        self.settle(&mut planning)?;
        let events = self.take_events();
        let run_conclusion = self.attempt.conclusion().filter(|_| !was_completed);
        Ok(JobCancelled {
            changed_jobs: changed_jobs(&events),
            events,
            run_conclusion,
        })
    }

    fn unfinished_jobs(&self) -> Vec<JobId> {
        let unfinished = self.attempt.jobs.iter().filter_map(|job| match job {
            Job::Planned(planned) if planned.state.conclusion().is_none() => Some(planned.id),
            Job::Planned(_) | Job::Blocked(_) => None,
        });
        unfinished.collect()
    }

    /// Ends a job that no runner has, tells a running one to stop; anything else is left as it is.
    fn stop_job(&mut self, job: JobId, by: UserId, planning: &Planning<'_>) {
        let at = planning.now;
        let state = self.job(job).map(|planned| planned.state.clone());
        match state {
            Ok(JobState::Held | JobState::Queued) => {
                let conclusion = Conclusion::Cancelled;
                self.record(Event::JobCompleted {
                    job,
                    conclusion,
                    reason: None,
                    at,
                });
            }
            Ok(JobState::InProgress {
                cancel_requested_at: None,
                ..
            }) => {
                self.record(Event::JobCancelRequested {
                    job,
                    by: Some(by),
                    at,
                });
            }
            Ok(JobState::InProgress { .. } | JobState::Completed { .. }) | Err(_) => {}
        }
    }
}

fn changed_jobs(events: &[Event]) -> u32 {
    let mut jobs: Vec<JobId> = events.iter().filter_map(Event::job).collect();
    jobs.sort_unstable();
    jobs.dedup();
    u32::try_from(jobs.len()).unwrap_or(u32::MAX)
}
