//! Consequences: what follows by itself from a change, until nothing follows any more.

use super::{Attempt, AttemptState, BlockedJob, Job, JobState, PlannedJob, Planning, Run};
use crate::{Conclusion, Event, JobStatus, Refusal};
use runyard_workflow::JobName;

/// What the needs of a job say together, with the default condition `success()` (semantics R2.10).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Needs {
    /// Some are not complete (semantics R2.5).
    Unfinished,
    /// All succeeded, and the run is not cancelled.
    Succeeded,
    /// The condition is false: the job is skipped (semantics R2.16).
    Failed,
}

impl Run {
    /// Records consequences until there are none left.
    pub(super) fn settle(&mut self, planning: &mut Planning<'_>) -> Result<(), Refusal> {
        while let Some(event) = self.next_consequence(planning)? {
            self.record(event);
        }
        Ok(())
    }

    fn next_consequence(&self, planning: &mut Planning<'_>) -> Result<Option<Event>, Refusal> {
        if self.attempt.state != AttemptState::Live {
            return Ok(None);
        }
        for job in &self.attempt.jobs {
            let consequence = match job {
                Job::Blocked(blocked) => self.plan_when_needs_complete(blocked, planning)?,
                Job::Planned(planned) => self.pass_gates(planned, planning),
            };
            if consequence.is_some() {
                return Ok(consequence);
            }
        }
        let conclusion = self.attempt.conclusion_of_all_jobs();
        Ok(conclusion.map(|conclusion| Event::RunCompleted {
            conclusion,
            at: planning.now,
        }))
    }

    fn plan_when_needs_complete(
        &self,
        blocked: &BlockedJob,
        planning: &mut Planning<'_>,
    ) -> Result<Option<Event>, Refusal> {
        if self.attempt.needs(&blocked.needs) == Needs::Unfinished {
            return Ok(None);
        }
        let unknown = || Refusal::WrongDefinition {
            job: blocked.name.to_string(),
        };
        let mut jobs = planning.workflow.jobs.iter();
        let definition = jobs
            .find(|job| job.id.value == blocked.name)
            .ok_or_else(unknown)?;
        Ok(Some(Event::JobPlanned {
            job: planning.ids.take().ok_or(Refusal::TooFewIds)?,
            name: blocked.name.clone(),
            display_name: definition.display_name(),
            labels: definition.plain_labels(),
            at: planning.now,
        }))
    }

    fn pass_gates(&self, planned: &PlannedJob, planning: &Planning<'_>) -> Option<Event> {
        let (job, at) = (planned.id, planning.now);
        match (&planned.state, self.attempt.needs(&planned.needs)) {
            (JobState::Held, Needs::Succeeded) => Some(Event::JobQueued { job, at }),
            (JobState::Held, Needs::Failed) => Some(Event::JobCompleted {
                job,
                conclusion: Conclusion::Skipped,
                reason: None,
                at,
            }),
            (JobState::Held, Needs::Unfinished)
            | (JobState::Queued | JobState::InProgress { .. } | JobState::Completed { .. }, _) => {
                None
            }
        }
    }
}

impl Attempt {
    fn needs(&self, names: &[JobName]) -> Needs {
        let needed = || self.jobs.iter().filter(|job| names.contains(job.name()));
        if needed().any(|job| job.status() != JobStatus::Completed) {
            return Needs::Unfinished;
        }
        let succeeded = needed().all(|job| job.conclusion() == Some(Conclusion::Success));
        if succeeded && self.cancelled_at.is_none() {
            Needs::Succeeded
        } else {
            Needs::Failed
        }
    }

    /// The conclusion when no job is unfinished (semantics R1.16, rows 2 to 7).
    fn conclusion_of_all_jobs(&self) -> Option<Conclusion> {
        let ends: Option<Vec<Conclusion>> = self.jobs.iter().map(Job::conclusion).collect();
        let ends = ends?;
        let any = |wanted: Conclusion| ends.contains(&wanted);
        let all_skipped = ends.iter().all(|end| *end == Conclusion::Skipped);
        Some(if self.has_job_cancelled_with_the_run() {
            Conclusion::Cancelled
        } else if any(Conclusion::Failure) {
            Conclusion::Failure
        } else if any(Conclusion::TimedOut) {
            Conclusion::TimedOut
        } else if any(Conclusion::Cancelled) {
            Conclusion::Cancelled
        } else if all_skipped {
            Conclusion::Skipped
        } else {
            Conclusion::Success
        })
    }

    /// Whether a job ended as cancelled since the whole run was (semantics R1.16, row 2): one that was cancelled by
    /// itself before does not count.
    fn has_job_cancelled_with_the_run(&self) -> bool {
        self.cancelled_at.is_some_and(|cancelled_at| {
            self.planned().any(|job| match job.state {
                JobState::Completed {
                    conclusion: Conclusion::Cancelled,
                    completed_at,
                    ..
                } => completed_at >= cancelled_at,
                JobState::Held
                | JobState::Queued
                | JobState::InProgress { .. }
                | JobState::Completed { .. } => false,
            })
        })
    }
}
