//! The one place that changes a run: applying an event. Replaying all events rebuilds the run.

use super::{
    Attempt, AttemptState, BlockedJob, Call, CallGate, CalledWorkflow, Job, JobState, NodePath,
    PlannedJob, Ran, Run, RunIdentity,
};
use crate::{
    Conclusion, Event, JobId, Timestamp,
    event::{EndReason, GraphNode},
};

/// Why stored events do not make a run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReplayError {
    /// The first event must be that the run was requested.
    #[error("the first event of a run is not its request")]
    NoRequest,
}

impl Run {
    /// The run that these events made, the oldest first.
    ///
    /// # Errors
    /// [`ReplayError::NoRequest`] when the first event is not [`Event::RunRequested`].
    pub fn replay<'e>(events: impl IntoIterator<Item = &'e Event>) -> Result<Self, ReplayError> {
        let mut events = events.into_iter();
        let Some(first @ Event::RunRequested { run }) = events.next() else {
            return Err(ReplayError::NoRequest);
        };
        let mut replayed = Self::before_events(RunIdentity::clone(run));
        replayed.apply(first);
        for event in events {
            replayed.apply(event);
        }
        Ok(replayed)
    }

    pub(super) fn apply(&mut self, event: &Event) {
        self.seq += 1;
        self.updated_at = event.at();
        let attempt = &mut self.attempt;
        match event {
            Event::RunRequested { .. } => {}
            Event::StartupFailed { at, .. } => {
                attempt.complete(Conclusion::StartupFailure, *at);
            }
            Event::RunPending { group, .. } => {
                attempt.group = Some(group.clone());
                attempt.state = AttemptState::Pending;
            }
            Event::RunEntered { .. } => attempt.state = AttemptState::Live,
            Event::AttemptPlanned { jobs, group, .. } => {
                attempt.group.clone_from(group);
                attempt.lay_out(jobs);
            }
            Event::JobPlanned {
                job,
                node,
                leg,
                display_name,
                labels,
                runner_group,
                continue_on_error,
                timeout_minutes,
                cancel_timeout_minutes,
                concurrency,
                at,
            } => attempt.plan_job(PlannedJob {
                id: *job,
                node: node.clone(),
                leg: leg.clone(),
                needs: attempt.needs_of(node),
                display_name: display_name.clone(),
                labels: labels.clone(),
                runner_group: runner_group.clone(),
                continue_on_error: *continue_on_error,
                timeout_minutes: *timeout_minutes,
                cancel_timeout_minutes: *cancel_timeout_minutes,
                concurrency: concurrency.clone(),
                created_at: *at,
                carried_from: None,
                state: JobState::Held,
            }),
            Event::JobCarried {
                job,
                from,
                node,
                leg,
                display_name,
                labels,
                continue_on_error,
                timeout_minutes,
                conclusion,
                started_at,
                completed_at,
                ran,
                reason,
                at,
            } => attempt.plan_job(PlannedJob {
                id: *job,
                node: node.clone(),
                leg: leg.clone(),
                needs: attempt.needs_of(node),
                display_name: display_name.clone(),
                labels: labels.clone(),
                continue_on_error: *continue_on_error,
                timeout_minutes: *timeout_minutes,
                cancel_timeout_minutes: None,
                concurrency: None,
                created_at: *at,
                runner_group: None,
                carried_from: Some(*from),
                state: JobState::Completed {
                    conclusion: *conclusion,
                    started_at: *started_at,
                    completed_at: *completed_at,
                    ran: ran.clone(),
                    reason: reason.clone(),
                },
            }),
            Event::WorkflowCalled {
                node, calls, jobs, ..
            } => attempt.bring_in(node, calls, jobs),
            Event::CallPending { node, leg, .. } => attempt.move_call(node, *leg, |call| {
                call.gate = call.gate.next().map_or(CallGate::Open, CallGate::Pending);
            }),
            Event::CallEntered { node, leg, .. } => attempt.move_call(node, *leg, Call::enter_next),
            Event::JobPending { job, .. } => attempt.set_state(*job, |_| JobState::Pending),
            Event::JobQueued { job, .. } => attempt.set_state(*job, |_| JobState::Queued),
            Event::JobStarted {
                job,
                execution,
                runner,
                at,
            } => {
                let ran = Ran {
                    execution: *execution,
                    runner: runner.clone(),
                };
                attempt.set_state(*job, |_| JobState::InProgress {
                    started_at: *at,
                    ran,
                    cancel_requested_at: None,
                    cancel_reason: None,
                });
            }
            Event::JobCancelRequested {
                job, reason, at, ..
            } => {
                attempt.set_state(*job, |state| state.with_cancel(reason.clone(), *at));
            }
            Event::JobCompleted {
                job,
                conclusion,
                reason,
                at,
            } => {
                attempt.set_state(*job, |state| {
                    state.completed(*conclusion, reason.clone(), *at)
                });
                attempt.cancelled_with_run |=
                    attempt.cancelled_at.is_some() && *conclusion == Conclusion::Cancelled;
            }
            Event::RunCancelRequested { reason, at, .. } => {
                attempt.cancelled_at = Some(*at);
                attempt.cancel_reason.clone_from(reason);
            }
            Event::RunForceCancelRequested { at, .. } => {
                attempt.cancelled_at.get_or_insert(*at);
            }
            Event::LogsDeleted { .. } | Event::RunDeleted { .. } => {}
            Event::RunCompleted { conclusion, at } => attempt.complete(*conclusion, *at),
            Event::AttemptRequested {
                attempt: number,
                by,
                debug,
                referenced,
                at,
            } => {
                *attempt = Attempt {
                    number: *number,
                    triggering_actor: *by,
                    requested_at: *at,
                    cancelled_at: None,
                    cancelled_with_run: false,
                    debug: *debug,
                    referenced: referenced.clone(),
                    cancel_reason: None,
                    group: None,
                    state: AttemptState::Requested,
                    jobs: Vec::new(),
                };
            }
        }
    }
}

impl Attempt {
    fn complete(&mut self, conclusion: Conclusion, completed_at: Timestamp) {
        self.state = AttemptState::Completed {
            conclusion,
            completed_at,
        };
    }

    fn lay_out(&mut self, nodes: &[GraphNode]) {
        self.jobs = nodes.iter().map(blocked).collect();
        self.state = AttemptState::Live;
    }

    fn place_of_blocked(&mut self, node: &NodePath) -> Option<&mut Job> {
        let waits = |job: &&mut Job| matches!(job, Job::Blocked(blocked) if blocked.node == *node);
        self.jobs.iter_mut().find(waits)
    }

    fn needs_of(&self, node: &NodePath) -> Vec<NodePath> {
        let job = self.jobs.iter().find(|job| job.node() == node);
        job.map(|job| job.needs().to_vec()).unwrap_or_default()
    }

    /// The first leg takes the place of the node, the others come behind everything.
    fn plan_job(&mut self, planned: PlannedJob) {
        match self.place_of_blocked(&planned.node) {
            Some(job) => *job = Job::Planned(planned),
            None => self.jobs.push(Job::Planned(planned)),
        }
    }

    fn bring_in(&mut self, node: &NodePath, calls: &[Call], jobs: &[GraphNode]) {
        let called = Job::Called(CalledWorkflow {
            node: node.clone(),
            needs: self.needs_of(node),
            calls: calls.to_vec(),
        });
        if let Some(job) = self.place_of_blocked(node) {
            *job = called;
        }
        self.jobs.extend(jobs.iter().map(blocked));
    }

    fn move_call(&mut self, node: &NodePath, leg: Option<u32>, change: impl FnOnce(&mut Call)) {
        let found = self.jobs.iter_mut().find_map(|job| match job {
            Job::Called(called) if called.node == *node => Some(called),
            Job::Called(_) | Job::Blocked(_) | Job::Planned(_) => None,
        });
        let mut calls = found.into_iter().flat_map(|called| called.calls.iter_mut());
        if let Some(call) = calls.find(|call| call.leg_index() == leg) {
            change(call);
        }
    }

    fn set_state(&mut self, id: JobId, change: impl FnOnce(JobState) -> JobState) {
        let found = self.jobs.iter_mut().find_map(|job| match job {
            Job::Planned(planned) if planned.id == id => Some(planned),
            Job::Planned(_) | Job::Blocked(_) | Job::Called(_) => None,
        });
        if let Some(planned) = found {
            planned.state = change(planned.state.clone());
        }
    }
}

fn blocked(node: &GraphNode) -> Job {
    Job::Blocked(BlockedJob {
        node: node.node.clone(),
        needs: node.needs.clone(),
    })
}

impl Call {
    /// It has the slot that it asked for: the next is before it, if there is another.
    fn enter_next(&mut self) {
        let next = self.gate.next().map(|gate| gate + 1);
        let next = next.filter(|gate| *gate < self.concurrency.len());
        self.gate = next.map_or(CallGate::Open, CallGate::Before);
    }
}

impl JobState {
    fn with_cancel(self, reason: Option<EndReason>, at: Timestamp) -> Self {
        match self {
            Self::InProgress {
                started_at, ran, ..
            } => Self::InProgress {
                started_at,
                ran,
                cancel_requested_at: Some(at),
                cancel_reason: reason,
            },
            Self::Held | Self::Pending | Self::Queued | Self::Completed { .. } => self,
        }
    }

    fn completed(self, conclusion: Conclusion, reason: Option<EndReason>, at: Timestamp) -> Self {
        let (started_at, ran, told) = match self {
            Self::Held | Self::Pending | Self::Queued => (at, None, None),
            Self::InProgress {
                started_at,
                ran,
                cancel_reason,
                ..
            } => (started_at, Some(ran), cancel_reason),
            Self::Completed {
                started_at, ran, ..
            } => (started_at, ran, None),
        };
        // Why it was told to stop is why it ended, unless it ended in another way after all.
        let told = told.filter(|_| conclusion == Conclusion::Cancelled);
        Self::Completed {
            conclusion,
            started_at,
            completed_at: at,
            ran,
            reason: reason.or(told),
        }
    }
}
