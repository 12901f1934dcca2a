//! Cancelling a run, ending it by force, and cancelling one job of it.

use super::{
    AttemptState, Job, JobState, NodePath, PlannedJob, Planning, Run,
    outlook::{Outlook, PlannedLeg},
};
use crate::{Conclusion, Event, JobId, Refusal, Timestamp, UserId, event::EndReason};
use std::time::Duration;

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
        let decided = self.cancelling(Some(by), None, &mut planning)?;
        self.decide(decided, &mut planning)
    }

    /// What cancelling the whole run does at once; nothing when it was cancelled before.
    pub(super) fn cancelling(
        &self,
        by: Option<UserId>,
        reason: Option<EndReason>,
        planning: &mut Planning<'_>,
    ) -> Result<Vec<Event>, Refusal> {
        let at = planning.now;
        if self.attempt.cancelled_at.is_some() {
            return Ok(Vec::new());
        }
        match self.attempt.state {
            AttemptState::Requested | AttemptState::Pending => {
                return self.cancelled_before_start(by, reason, planning);
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

    /// Ends everything of the run at once, whatever any condition says and whatever runners do (semantics R3.4). Each
    /// job that was blocked becomes one that was cancelled. Evaluates nothing, so that no definition can stop it.
    ///
    /// # Errors
    /// [`Refusal::RunCompleted`] when the newest attempt ended.
    pub fn force_cancel(
        &mut self,
        by: Option<UserId>,
        mut planning: Planning<'_>,
    ) -> Result<Vec<Event>, Refusal> {
        if self.is_completed() {
            return Err(Refusal::RunCompleted);
        }
        let (at, conclusion) = (planning.now, Conclusion::Cancelled);
        let mut decided = vec![Event::RunForceCancelRequested { by, at }];
        let reason = Some(EndReason::ForceCancelled);
        for job in &self.attempt.jobs {
            decided.extend(self.ended_at_once(job, reason.as_ref(), &mut planning)?);
        }
        decided.push(Event::RunCompleted { conclusion, at });
        self.decide(decided, &mut planning)
    }

    /// The end of a job whatever it says; `reason` is that of one that was planned before.
    pub(super) fn ended_at_once(
        &self,
        job: &Job,
        reason: Option<&EndReason>,
        planning: &mut Planning<'_>,
    ) -> Result<Vec<Event>, Refusal> {
        let conclusion = Conclusion::Cancelled;
        match job {
            Job::Blocked(blocked) => {
                let outlook = Outlook::of(&self.attempt, &blocked.node, planning);
                let whole =
                    outlook.map_or_else(|_| nameless(&blocked.node), |outlook| outlook.whole());
                whole.ended(conclusion, Some(EndReason::NotReached), planning)
            }
            Job::Planned(job) if job.state.conclusion().is_none() => {
                Ok(vec![Event::JobCompleted {
                    job: job.id,
                    conclusion,
                    reason: reason.cloned(),
                    at: planning.now,
                }])
            }
            Job::Planned(_) | Job::Called(_) => Ok(Vec::new()),
        }
    }

    /// Ends by force what was cancelled longer than `deadline` ago and still goes on; changes nothing of any other.
    ///
    /// # Errors
    /// As [`Run::force_cancel`], but none for a run that ended.
    pub fn force_overdue_cancel(
        &mut self,
        deadline: Duration,
        planning: Planning<'_>,
    ) -> Result<Vec<Event>, Refusal> {
        let since = self.attempt.cancelled_at.filter(|_| !self.is_completed());
        if since.is_some_and(|since| since.plus(deadline) <= planning.now) {
            return self.force_cancel(None, planning);
        }
        Ok(Vec::new())
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

/// A job whose definition cannot be found: shown by its keys.
fn nameless(node: &NodePath) -> PlannedLeg {
    PlannedLeg {
        node: node.clone(),
        leg: None,
        display_name: node.keys().collect::<Vec<_>>().join(" / "),
        labels: Vec::new(),
        continue_on_error: false,
        timeout_minutes: None,
        cancel_timeout_minutes: None,
        runner_group: None,
        concurrency: None,
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
