//! Which jobs a re-run runs again, and what becomes of the others (semantics R4.3 to R4.7). Looks at the attempt that
//! ended, changes nothing.

use super::{
    Attempt, Call, CallGate, CalledWorkflow, Job, JobState, NodePath, PlannedJob, Planning,
};
use crate::{
    Conclusion, Event, JobId, Refusal, concurrency::GroupName, event::EndReason, event::GraphNode,
};
use std::collections::BTreeSet;

/// The jobs that run again.
pub(super) struct Chosen<'a> {
    attempt: &'a Attempt,
    /// What was asked for; of a matrix perhaps only some legs.
    roots: BTreeSet<JobId>,
    /// Nodes that begin as blocked again, with everything that they brought in.
    whole: BTreeSet<&'a NodePath>,
}

impl<'a> Chosen<'a> {
    /// What failed or was cancelled, and what depends on that; nothing when nothing did.
    pub(super) fn failed(attempt: &'a Attempt) -> Option<Self> {
        let failed: Vec<&PlannedJob> = attempt.planned().filter(|job| has_failed(job)).collect();
        (!failed.is_empty()).then(|| Self::of(attempt, &failed))
    }

    /// One job, and what depends on it.
    pub(super) fn one(attempt: &'a Attempt, job: &'a PlannedJob) -> Self {
        Self::of(attempt, &[job])
    }

    fn of(attempt: &'a Attempt, roots: &[&'a PlannedJob]) -> Self {
        let mut whole = BTreeSet::new();
        let nodes: BTreeSet<&NodePath> = roots.iter().map(|job| &job.node).collect();
        let mut open: Vec<&NodePath> = nodes.into_iter().collect();
        while let Some(node) = open.pop() {
            for job in &attempt.jobs {
                let mut needs = job.needs().iter();
                let depends = needs.any(|need| node == need || node.is_below(need));
                if depends && whole.insert(job.node()) {
                    open.push(job.node());
                }
            }
        }
        let unseen = roots.iter().filter(|job| !was_reached(job));
        whole.extend(unseen.map(|job| &job.node));
        Self {
            attempt,
            roots: roots.iter().map(|job| job.id).collect(),
            whole,
        }
    }

    /// The graph of the new attempt, with every job that is carried and every one that runs again as it was planned.
    /// What depends on those stays blocked in it.
    pub(super) fn laid_out(
        &self,
        group: Option<GroupName>,
        planning: &mut Planning<'_>,
    ) -> Result<Vec<Event>, Refusal> {
        let at = planning.now;
        let jobs = self.nodes_where(|node| node.caller().is_none());
        let mut events = vec![Event::AttemptPlanned { jobs, group, at }];
        for job in &self.attempt.jobs {
            if let Job::Called(called) = job
                && !self.begins_again(&called.node)
            {
                let brought_in = |node: &NodePath| {
                    let caller = node.caller();
                    caller.is_some_and(|(caller, _)| caller == called.node)
                };
                events.push(Event::WorkflowCalled {
                    node: called.node.clone(),
                    calls: self.calls_again(called),
                    jobs: self.nodes_where(brought_in),
                    at,
                });
            }
        }
        for job in self.attempt.planned() {
            if !self.begins_again(&job.node) {
                events.push(self.placed(job, planning)?);
            }
        }
        Ok(events)
    }

    /// The calls of a caller that is not decided again. One with a job that runs again enters its groups anew.
    fn calls_again(&self, called: &CalledWorkflow) -> Vec<Call> {
        let mut calls = called.calls.clone();
        for call in &mut calls {
            let mut jobs = self.attempt.jobs.iter();
            let runs_again = jobs.any(|job| {
                job.node().is_of_call(&called.node, call.leg_index()) && self.runs_again(job)
            });
            call.gate = match runs_again && !call.concurrency.is_empty() {
                true => CallGate::Before(0),
                false => CallGate::Open,
            };
        }
        calls
    }

    fn runs_again(&self, job: &Job) -> bool {
        let is_root = |job: &PlannedJob| self.roots.contains(&job.id);
        self.begins_again(job.node()) || job.planned().is_some_and(is_root)
    }

    fn begins_again(&self, node: &NodePath) -> bool {
        let mut whole = self.whole.iter();
        whole.any(|whole| node == *whole || node.is_below(whole))
    }

    /// The nodes of the graph of which this is true, each once, in their order.
    fn nodes_where(&self, is_wanted: impl Fn(&NodePath) -> bool) -> Vec<GraphNode> {
        let mut seen = BTreeSet::new();
        let jobs = self.attempt.jobs.iter();
        let wanted = jobs.filter(|job| is_wanted(job.node()) && seen.insert(job.node()));
        let node = |job: &Job| GraphNode {
            node: job.node().clone(),
            needs: job.needs().to_vec(),
        };
        wanted.map(node).collect()
    }

    /// A job in the new attempt: with a new id as it was planned, or as it ended.
    fn placed(&self, job: &PlannedJob, planning: &mut Planning<'_>) -> Result<Event, Refusal> {
        let id = planning.ids.take().ok_or(Refusal::TooFewIds)?;
        let at = planning.now;
        let (node, leg) = (job.node.clone(), job.leg.clone());
        let (display_name, labels) = (job.display_name.clone(), job.labels.clone());
        let (continue_on_error, timeout_minutes) = (job.continue_on_error, job.timeout_minutes);
        match &job.state {
            JobState::Completed {
                conclusion,
                started_at,
                completed_at,
                ran,
                reason,
            } if !self.roots.contains(&job.id) => Ok(Event::JobCarried {
                job: id,
                from: job.origin(),
                node,
                leg,
                display_name,
                labels,
                continue_on_error,
                timeout_minutes,
                conclusion: *conclusion,
                started_at: *started_at,
                completed_at: *completed_at,
                ran: ran.clone(),
                reason: reason.clone(),
                at,
            }),
            JobState::Held
            | JobState::Pending
            | JobState::Queued
            | JobState::InProgress { .. }
            | JobState::Completed { .. } => Ok(Event::JobPlanned {
                job: id,
                node,
                leg,
                display_name,
                labels,
                continue_on_error,
                timeout_minutes,
                cancel_timeout_minutes: job.cancel_timeout_minutes,
                runner_group: job.runner_group.clone(),
                concurrency: job.concurrency.clone(),
                at,
            }),
        }
    }
}

fn has_failed(job: &PlannedJob) -> bool {
    match job.state.conclusion() {
        Some(Conclusion::Failure | Conclusion::Cancelled | Conclusion::TimedOut) => true,
        Some(
            Conclusion::Success
            | Conclusion::Skipped
            | Conclusion::ActionRequired
            | Conclusion::Neutral
            | Conclusion::Stale
            | Conclusion::StartupFailure,
        )
        | None => false,
    }
}

/// Whether its condition was true, and its name, labels and matrix were evaluated.
fn was_reached(job: &PlannedJob) -> bool {
    let JobState::Completed {
        conclusion,
        ran: None,
        reason,
        ..
    } = &job.state
    else {
        return true;
    };
    match reason {
        Some(EndReason::NotEvaluated { .. } | EndReason::NotReached) => false,
        // Of a job's own group, or of the group of the call that it is below of.
        Some(
            EndReason::Superseded { .. }
            | EndReason::CancelInProgress { .. }
            | EndReason::GroupFull { .. },
        ) => job.concurrency.is_some() || job.leg.is_some(),
        Some(
            EndReason::RunnerLost
            | EndReason::CancelGraceOver
            | EndReason::FailFast
            | EndReason::ForceCancelled
            | EndReason::QueueExpired { .. }
            | EndReason::TimedOut { .. }
            | EndReason::RunExpired { .. },
        )
        | None => *conclusion != Conclusion::Skipped,
    }
}
