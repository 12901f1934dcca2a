//! Consequences: what follows by itself from a change, until nothing follows any more.

use super::{
    AttemptState, BlockedJob, JOBS_PER_ATTEMPT_MAX, Job, JobState, NodePath, Planning, Run,
    outlook::{Expansion, Outlook, PlannedLeg},
};
use crate::{Conclusion, Event, Refusal, Timestamp, event::EndReason};
use std::collections::{BTreeMap, BTreeSet};

impl Run {
    /// Records consequences until there are none left.
    pub(super) fn settle(&mut self, planning: &mut Planning<'_>) -> Result<(), Refusal> {
        let mut seen = 0;
        loop {
            self.free_slots(&mut seen, planning.groups)?;
            let events = match planning.groups.take_message_to(self.id()) {
                // It may be of no use any more, and there may be others.
                Some(message) => self.heard(&message, planning)?,
                None => {
                    let events = self.consequences(planning)?;
                    if events.is_empty() {
                        return Ok(());
                    }
                    events
                }
            };
            for event in events {
                self.record(event);
            }
        }
    }

    /// What follows next: all of one kind at once, so that a matrix of many legs takes one look and not one per leg.
    fn consequences(&self, planning: &mut Planning<'_>) -> Result<Vec<Event>, Refusal> {
        let at = planning.now;
        match self.attempt.state {
            AttemptState::Live => {}
            AttemptState::Pending => return Ok(self.end_of_what_waits(at)),
            AttemptState::Requested | AttemptState::Completed { .. } => return Ok(Vec::new()),
        }
        let mut events = self.pass_call_gates(planning)?;
        if events.is_empty() {
            events = self.plan_what_is_ready(planning)?;
        }
        if events.is_empty() {
            events = self.stop_failed_matrices(at);
        }
        if events.is_empty() {
            events = self.pass_gates(planning)?;
        }
        if events.is_empty() {
            let conclusion = self.attempt.conclusion_of_all_jobs();
            events.extend(conclusion.map(|conclusion| Event::RunCompleted { conclusion, at }));
        }
        Ok(events)
    }

    /// A re-run of a part that waits for its slot ends when somebody cancelled all jobs that were to run again.
    fn end_of_what_waits(&self, at: Timestamp) -> Vec<Event> {
        if self.attempt.jobs.is_empty() {
            return Vec::new();
        }
        let conclusion = self.attempt.conclusion_of_all_jobs();
        let ended = conclusion.map(|conclusion| Event::RunCompleted { conclusion, at });
        ended.into_iter().collect()
    }

    /// Decides every job whose needs are complete (semantics R2.5, R2.31).
    fn plan_what_is_ready(&self, planning: &mut Planning<'_>) -> Result<Vec<Event>, Refusal> {
        let mut events = Vec::new();
        for job in &self.attempt.jobs {
            if let Job::Blocked(blocked) = job
                && self.attempt.are_complete(&blocked.needs)
                && !self.attempt.is_held_by_call(&blocked.node)
            {
                let planned = self.plan_job(blocked, planning)?;
                let grows = planned.iter().any(makes_room_smaller);
                events.extend(planned);
                // One matrix or call at a time, so that its jobs are counted before the next.
                if grows {
                    break;
                }
            }
        }
        Ok(events)
    }

    fn plan_job(
        &self,
        blocked: &BlockedJob,
        planning: &mut Planning<'_>,
    ) -> Result<Vec<Event>, Refusal> {
        let outlook = Outlook::of(&self.attempt, &blocked.node, planning)?;
        let room = JOBS_PER_ATTEMPT_MAX.saturating_sub(self.attempt.jobs.len());
        let expansion = match outlook.condition() {
            Ok(true) => outlook.expand(),
            Ok(false) => {
                return outlook.whole().ended(Conclusion::Skipped, None, planning);
            }
            Err(problem) => Err(problem),
        };
        match expansion {
            Ok(Expansion::Legs(legs)) if legs.len() <= room + 1 => {
                legs.into_iter().map(|leg| leg.planned(planning)).collect()
            }
            Ok(Expansion::Calls { calls, jobs }) if jobs.len() <= room => {
                let (node, at) = (blocked.node.clone(), planning.now);
                Ok(vec![Event::WorkflowCalled {
                    node,
                    calls,
                    jobs,
                    at,
                }])
            }
            Ok(Expansion::Legs(_) | Expansion::Calls { .. }) => {
                let problem = format!(
                    "the run would have more than {JOBS_PER_ATTEMPT_MAX} jobs with this one"
                );
                outlook.whole().failed(problem, planning)
            }
            Err(problem) => outlook.whole().failed(problem, planning),
        }
    }

    /// Ends or stops the other legs of a matrix in which one failed (semantics R2.45).
    fn stop_failed_matrices(&self, at: Timestamp) -> Vec<Event> {
        let failed: BTreeSet<&NodePath> = self
            .attempt
            .planned()
            // What failed in an earlier attempt stopped its siblings there.
            .filter(|job| job.carried_from.is_none())
            .filter(|job| job.leg.as_ref().is_some_and(|leg| leg.fail_fast))
            .filter(|job| job.effective() == Some(Conclusion::Failure))
            .map(|job| &job.node)
            .collect();
        if failed.is_empty() {
            return Vec::new();
        }
        let siblings = self
            .attempt
            .planned()
            .filter(|job| failed.contains(&job.node));
        let stop = siblings
            .filter_map(|job| super::cancel::stop(job, None, Some(EndReason::FailFast), at));
        stop.collect()
    }

    /// Offers what nothing holds back; of a matrix only as many legs as may run beside each other (semantics R2.44).
    fn pass_gates(&self, planning: &mut Planning<'_>) -> Result<Vec<Event>, Refusal> {
        let mut past: BTreeMap<&NodePath, u32> = BTreeMap::new();
        for job in self.attempt.planned() {
            match job.state {
                JobState::Pending | JobState::Queued | JobState::InProgress { .. } => {
                    *past.entry(&job.node).or_default() += 1;
                }
                JobState::Held | JobState::Completed { .. } => {}
            }
        }
        let mut going = Vec::new();
        for job in self
            .attempt
            .planned()
            .filter(|job| job.state == JobState::Held)
        {
            let beside = past.entry(&job.node).or_default();
            let most = job.leg.as_ref().and_then(|leg| leg.max_parallel);
            if most.is_none_or(|most| *beside < most) {
                *beside += 1;
                going.push(job);
            }
        }
        self.enter_groups(going, planning)
    }
}

/// Whether the event may add jobs to those that the graph had.
fn makes_room_smaller(event: &Event) -> bool {
    match event {
        Event::JobPlanned { leg, .. } => leg.is_some(),
        Event::WorkflowCalled { .. } => true,
        Event::RunRequested { .. }
        | Event::StartupFailed { .. }
        | Event::RunPending { .. }
        | Event::AttemptPlanned { .. }
        | Event::CallPending { .. }
        | Event::CallEntered { .. }
        | Event::RunEntered { .. }
        | Event::JobPending { .. }
        | Event::JobQueued { .. }
        | Event::JobStarted { .. }
        | Event::JobCancelRequested { .. }
        | Event::JobCompleted { .. }
        | Event::RunCancelRequested { .. }
        | Event::RunForceCancelRequested { .. }
        | Event::RunCompleted { .. }
        | Event::AttemptRequested { .. }
        | Event::JobCarried { .. }
        | Event::LogsDeleted { .. }
        | Event::RunDeleted { .. } => false,
    }
}

impl PlannedLeg {
    fn planned(self, planning: &mut Planning<'_>) -> Result<Event, Refusal> {
        Ok(Event::JobPlanned {
            job: planning.ids.take().ok_or(Refusal::TooFewIds)?,
            node: self.node,
            leg: self.leg,
            display_name: self.display_name,
            labels: self.labels,
            runner_group: self.runner_group,
            continue_on_error: self.continue_on_error,
            timeout_minutes: self.timeout_minutes,
            cancel_timeout_minutes: self.cancel_timeout_minutes,
            concurrency: self.concurrency,
            at: planning.now,
        })
    }

    /// A job that ends as soon as it is planned.
    pub(super) fn ended(
        self,
        conclusion: Conclusion,
        reason: Option<EndReason>,
        planning: &mut Planning<'_>,
    ) -> Result<Vec<Event>, Refusal> {
        let at = planning.now;
        let planned = self.planned(planning)?;
        let ended = planned.job().map(|job| Event::JobCompleted {
            job,
            conclusion,
            reason,
            at,
        });
        Ok([planned].into_iter().chain(ended).collect())
    }

    fn failed(self, problem: String, planning: &mut Planning<'_>) -> Result<Vec<Event>, Refusal> {
        let reason = Some(EndReason::NotEvaluated { problem });
        self.ended(Conclusion::Failure, reason, planning)
    }
}
