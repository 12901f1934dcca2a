//! The one place that changes a run: applying an event. Replaying all events rebuilds the run.

use super::{
    Attempt, AttemptState, BlockedJob, Call, CalledWorkflow, Job, JobState, NodePath, PlannedJob,
    Ran, Run, RunIdentity,
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
            Event::AttemptPlanned { jobs, .. } => attempt.lay_out(jobs),
            Event::JobPlanned {
                job,
                node,
                leg,
                display_name,
                labels,
                continue_on_error,
                timeout_minutes,
                cancel_timeout_minutes,
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
                cancel_timeout_minutes: *cancel_timeout_minutes,
                created_at: *at,
                state: JobState::Held,
            }),
            Event::WorkflowCalled {
                node, calls, jobs, ..
            } => attempt.bring_in(node, calls, jobs),
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
                });
            }
            Event::JobCancelRequested { job, at, .. } => {
                attempt.set_state(*job, |state| state.with_cancel(*at));
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
            }
            Event::RunCancelRequested { at, .. } => attempt.cancelled_at = Some(*at),
            Event::RunCompleted { conclusion, at } => attempt.complete(*conclusion, *at),
            Event::AttemptRequested {
                attempt: number,
                by,
                at,
            } => {
                *attempt = Attempt {
                    number: *number,
                    triggering_actor: *by,
                    requested_at: *at,
                    cancelled_at: None,
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

impl JobState {
    fn with_cancel(self, at: Timestamp) -> Self {
        match self {
            Self::InProgress {
                started_at, ran, ..
            } => Self::InProgress {
                started_at,
                ran,
                cancel_requested_at: Some(at),
            },
            Self::Held | Self::Queued | Self::Completed { .. } => self,
        }
    }

    fn completed(self, conclusion: Conclusion, reason: Option<EndReason>, at: Timestamp) -> Self {
        let (started_at, ran) = match self {
            Self::Held | Self::Queued => (at, None),
            Self::InProgress {
                started_at, ran, ..
            } => (started_at, Some(ran)),
            Self::Completed {
                started_at, ran, ..
            } => (started_at, ran),
        };
        Self::Completed {
            conclusion,
            started_at,
            completed_at: at,
            ran,
            reason,
        }
    }
}
