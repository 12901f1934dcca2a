//! The one place that changes a run: applying an event. Replaying all events rebuilds the run.

use super::{Attempt, AttemptState, BlockedJob, Job, JobState, PlannedJob, Ran, Run, RunIdentity};
use crate::{Conclusion, Event, JobId, Timestamp, event::GraphNode};
use runyard_workflow::JobName;

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
                name,
                display_name,
                labels,
                at,
            } => {
                attempt.plan_job(name, |blocked| PlannedJob {
                    id: *job,
                    name: name.clone(),
                    needs: blocked.needs.clone(),
                    display_name: display_name.clone(),
                    labels: labels.clone(),
                    created_at: *at,
                    state: JobState::Held,
                });
            }
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
                at,
                ..
            } => {
                attempt.set_state(*job, |state| state.completed(*conclusion, *at));
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
        let blocked = |node: &GraphNode| {
            Job::Blocked(BlockedJob {
                name: node.name.clone(),
                needs: node.needs.clone(),
            })
        };
        self.jobs = nodes.iter().map(blocked).collect();
        self.state = AttemptState::Live;
    }

    fn plan_job(&mut self, name: &JobName, plan: impl FnOnce(&BlockedJob) -> PlannedJob) {
        let place = self.jobs.iter_mut().find(|job| job.name() == name);
        if let Some(job) = place
            && let Job::Blocked(blocked) = job
        {
            *job = Job::Planned(plan(blocked));
        }
    }

    fn set_state(&mut self, id: JobId, change: impl FnOnce(JobState) -> JobState) {
        let found = self.jobs.iter_mut().find_map(|job| match job {
            Job::Planned(planned) if planned.id == id => Some(planned),
            Job::Planned(_) | Job::Blocked(_) => None,
        });
        if let Some(planned) = found {
            planned.state = change(planned.state.clone());
        }
    }
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

    fn completed(self, conclusion: Conclusion, at: Timestamp) -> Self {
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
        }
    }
}
