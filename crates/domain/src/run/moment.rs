//! The moments of a run that other workflows can follow: `workflow_run`. Nothing is started here.

use super::{JobState, PlannedJob, Run};
use crate::{Event, Timestamp, status::words};
use serde::{Deserialize, Serialize};

words! {
    /// An activity of `workflow_run` (semantics R6.9, R4.13).
    RunMoment {
        /// The run came to be; not said of a re-run.
        Requested = "requested",
        /// The first job of an attempt was started.
        InProgress = "in_progress",
        /// An attempt ended.
        Completed = "completed",
    }
}

/// The moments that a command brought, in order. `run` is as the command left it, `events` is what it recorded.
pub fn moments(run: &Run, events: &[Event]) -> Vec<(RunMoment, Timestamp)> {
    let mut found = Vec::new();
    for event in events {
        match event {
            Event::RunRequested { .. } => found.push((RunMoment::Requested, event.at())),
            Event::JobStarted { .. } => {
                let is_known = found.iter().any(|(one, _)| *one == RunMoment::InProgress);
                if !is_known && began_with(run, events) {
                    found.push((RunMoment::InProgress, event.at()));
                }
            }
            Event::StartupFailed { .. } | Event::RunCompleted { .. } => {
                found.push((RunMoment::Completed, event.at()));
            }
            Event::RunPending { .. }
            | Event::RunEntered { .. }
            | Event::CallPending { .. }
            | Event::CallEntered { .. }
            | Event::JobPending { .. }
            | Event::JobCarried { .. }
            | Event::RunForceCancelRequested { .. }
            | Event::LogsDeleted { .. }
            | Event::RunDeleted { .. }
            | Event::AttemptPlanned { .. }
            | Event::JobPlanned { .. }
            | Event::WorkflowCalled { .. }
            | Event::JobQueued { .. }
            | Event::JobCancelRequested { .. }
            | Event::JobCompleted { .. }
            | Event::RunCancelRequested { .. }
            | Event::AttemptRequested { .. } => {}
        }
    }
    found
}

/// Whether no job of the attempt was started before these events. Jobs that an earlier attempt ran do not count.
fn began_with(run: &Run, events: &[Event]) -> bool {
    let since = run.attempt().requested_at;
    let started = run
        .attempt()
        .planned()
        .filter(|job| started_at(job) >= Some(since));
    let now = events
        .iter()
        .filter(|event| matches!(event, Event::JobStarted { .. }));
    started.count() <= now.count()
}

fn started_at(job: &PlannedJob) -> Option<Timestamp> {
    match &job.state {
        JobState::Held | JobState::Pending | JobState::Queued => None,
        JobState::InProgress { started_at, .. } => Some(*started_at),
        JobState::Completed {
            started_at, ran, ..
        } => ran.as_ref().map(|_| *started_at),
    }
}
