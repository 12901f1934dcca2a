//! A runner takes a queued job.

use super::{JobState, Ran, Run};
use crate::{Event, JobId, Refusal, Timestamp};

impl Run {
    /// The job is in progress from now on (semantics 1.2). The same hand-over again changes nothing.
    ///
    /// # Errors
    /// [`Refusal::JobNotQueued`] when it is not queued, or another hand-over has it.
    pub fn start_job(
        &mut self,
        job: JobId,
        by: Ran,
        now: Timestamp,
    ) -> Result<Vec<Event>, Refusal> {
        match &self.job(job)?.state {
            JobState::Queued => {}
            JobState::InProgress { ran, .. } if *ran == by => return Ok(Vec::new()),
            JobState::Held
            | JobState::Pending
            | JobState::InProgress { .. }
            | JobState::Completed { .. } => {
                return Err(Refusal::JobNotQueued { job });
            }
        }
        let Ran { execution, runner } = by;
        self.record(Event::JobStarted {
            job,
            execution,
            runner,
            at: now,
        });
        Ok(self.take_events())
    }
}
