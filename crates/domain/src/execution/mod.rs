//! One hand-over of a job to a runner: offered, running, cancelling, ended. What a chatty runner says stays here;
//! the run hears only of start, cancel and finish.

mod annotation;
mod check_output;
mod patience;
mod state;
mod step;

pub use annotation::{ANNOTATION_CHARACTERS_MAX, ANNOTATIONS_MAX, Annotation, AnnotationLevel};
pub use check_output::{
    CHECK_ANNOTATIONS_MAX, CHECK_ANNOTATIONS_PER_REQUEST, CHECK_MESSAGE_BYTES_MAX,
    CHECK_TEXT_CHARACTERS_MAX, CHECK_TITLE_CHARACTERS_MAX, CheckOutput, FIRST_CHECK_ANNOTATION,
};
pub use patience::{Patience, TIMEOUT_MAX};
pub use state::{ExecutionEnd, ExecutionEvent, ExecutionState};
pub use step::{Step, StepState};

use crate::{
    Conclusion, ExecutionId, JobId, Refusal, RunId, Timestamp, event::EndReason, runner::RunnerRef,
};
use std::time::Duration;

/// A hand-over: an aggregate of its own, so that a run with many jobs is not rewritten at every heartbeat.
#[derive(Debug, Clone, PartialEq)]
pub struct Execution {
    /// Its id; a new hand-over has a new one, which fences off the old.
    pub id: ExecutionId,
    /// The run of the job.
    pub run: RunId,
    /// What is handed over.
    pub job: JobId,
    /// To whom.
    pub runner: RunnerRef,
    /// Number of the newest report that counted.
    pub rev: u64,
    /// As last reported, by number.
    pub steps: Vec<Step>,
    /// When the job must have ended, whatever the runner says; known once it was started.
    pub timeout_at: Option<Timestamp>,
    /// Where it stands.
    pub state: ExecutionState,
}

impl Execution {
    /// An offer of `job` to `runner`.
    pub fn offer(
        id: ExecutionId,
        (run, job): (RunId, JobId),
        runner: RunnerRef,
        now: Timestamp,
        patience: Patience,
    ) -> Self {
        let state = ExecutionState::Offered {
            until: now.plus(patience.offer),
        };
        Self {
            id,
            run,
            job,
            runner,
            rev: 0,
            steps: Vec::new(),
            timeout_at: None,
            state,
        }
    }

    /// The runner takes the job; the same call again changes nothing.
    ///
    /// # Errors
    /// [`Refusal::ExecutionEnded`], also when the offer lapsed by the clock.
    pub fn start(
        &mut self,
        now: Timestamp,
        patience: Patience,
    ) -> Result<Vec<ExecutionEvent>, Refusal> {
        match self.state {
            ExecutionState::Offered { until } if now < until => {
                let lease_until = now.plus(patience.lease);
                Ok(self.record(vec![ExecutionEvent::Started { lease_until }]))
            }
            ExecutionState::Running { .. } | ExecutionState::Cancelling { .. } => Ok(Vec::new()),
            ExecutionState::Offered { .. } | ExecutionState::Ended { .. } => Err(self.ended()),
        }
    }

    /// The job may run for `timeout` and the grace of a cancellation from now; saying so again changes nothing.
    ///
    /// # Errors
    /// [`Refusal::ExecutionEnded`], [`Refusal::ExecutionNotStarted`].
    pub fn limit(
        &mut self,
        timeout: Duration,
        now: Timestamp,
        patience: Patience,
    ) -> Result<Vec<ExecutionEvent>, Refusal> {
        self.require_started()?;
        if self.timeout_at.is_some() {
            return Ok(Vec::new());
        }
        let timeout_at = now.plus(timeout).plus(patience.cancel_grace);
        Ok(self.record(vec![ExecutionEvent::Limited { timeout_at }]))
    }

    /// The runner is heard of, and may report on steps. A report that is not newer changes no step.
    ///
    /// # Errors
    /// [`Refusal::ExecutionEnded`], [`Refusal::ExecutionNotStarted`].
    pub fn sync(
        &mut self,
        rev: u64,
        steps: Vec<Step>,
        now: Timestamp,
        patience: Patience,
    ) -> Result<Vec<ExecutionEvent>, Refusal> {
        self.require_started()?;
        let mut events = vec![ExecutionEvent::LeaseRenewed {
            lease_until: now.plus(patience.lease),
        }];
        if rev > self.rev {
            events.push(ExecutionEvent::StepsReported { rev, steps });
        }
        Ok(self.record(events))
    }

    /// The runner shall end the job; asking again changes nothing.
    ///
    /// # Errors
    /// [`Refusal::ExecutionEnded`], [`Refusal::ExecutionNotStarted`].
    pub fn request_cancel(
        &mut self,
        now: Timestamp,
        patience: Patience,
    ) -> Result<Vec<ExecutionEvent>, Refusal> {
        self.require_started()?;
        if matches!(self.state, ExecutionState::Cancelling { .. }) {
            return Ok(Vec::new());
        }
        let deadline = now.plus(patience.cancel_grace);
        Ok(self.record(vec![ExecutionEvent::CancelRequested { deadline }]))
    }

    /// The runner reports the end, with all steps. The same result again changes nothing.
    ///
    /// # Errors
    /// [`Refusal::OtherResultStored`] for another result, [`Refusal::ExecutionEnded`] when it ended without a
    /// result of the runner's, [`Refusal::ExecutionNotStarted`].
    pub fn finish(
        &mut self,
        result: Conclusion,
        steps: Vec<Step>,
        now: Timestamp,
    ) -> Result<Vec<ExecutionEvent>, Refusal> {
        if let ExecutionState::Ended { end, .. } = self.state {
            return self.finish_again(result, end);
        }
        self.require_started()?;
        let rev = self.rev + 1;
        let end = ExecutionEnd::Finished(result);
        let reported = ExecutionEvent::StepsReported { rev, steps };
        Ok(self.record(vec![reported, ExecutionEvent::Ended { end, at: now }]))
    }

    fn finish_again(
        &self,
        result: Conclusion,
        end: ExecutionEnd,
    ) -> Result<Vec<ExecutionEvent>, Refusal> {
        match end {
            ExecutionEnd::Finished(stored) if stored == result => Ok(Vec::new()),
            ExecutionEnd::Finished(stored) => Err(Refusal::OtherResultStored {
                job: self.job,
                stored,
            }),
            ExecutionEnd::Released
            | ExecutionEnd::Lapsed
            | ExecutionEnd::Withdrawn
            | ExecutionEnd::Lost
            | ExecutionEnd::GraceOver
            | ExecutionEnd::Forced
            | ExecutionEnd::TimedOut => Err(self.ended()),
        }
    }

    /// The runner gives the offer back; the job stays queued.
    ///
    /// # Errors
    /// [`Refusal::ExecutionStarted`] once it was started, [`Refusal::ExecutionEnded`].
    pub fn release(&mut self, now: Timestamp) -> Result<Vec<ExecutionEvent>, Refusal> {
        self.end_offer(ExecutionEnd::Released, now)
    }

    /// The offer was for a job that is not queued any more.
    ///
    /// # Errors
    /// As [`Execution::release`].
    pub fn withdraw(&mut self, now: Timestamp) -> Result<Vec<ExecutionEvent>, Refusal> {
        self.end_offer(ExecutionEnd::Withdrawn, now)
    }

    /// The job was ended without it: an offer is withdrawn, what runs is cut off and no longer listened to
    /// (semantics R3.4).
    ///
    /// # Errors
    /// [`Refusal::ExecutionEnded`].
    pub fn cut_off(&mut self, now: Timestamp) -> Result<Vec<ExecutionEvent>, Refusal> {
        let end = match self.state {
            ExecutionState::Offered { .. } => ExecutionEnd::Withdrawn,
            ExecutionState::Running { .. } | ExecutionState::Cancelling { .. } => {
                ExecutionEnd::Forced
            }
            ExecutionState::Ended { .. } => return Err(self.ended()),
        };
        Ok(self.record(vec![ExecutionEvent::Ended { end, at: now }]))
    }

    /// The offer's time is over; the job stays queued.
    ///
    /// # Errors
    /// As [`Execution::release`], and [`Refusal::NotExpired`] before its time.
    pub fn lapse(&mut self, now: Timestamp) -> Result<Vec<ExecutionEvent>, Refusal> {
        match self.state {
            ExecutionState::Offered { until } if now < until => {
                Err(Refusal::NotExpired { execution: self.id })
            }
            ExecutionState::Offered { .. }
            | ExecutionState::Running { .. }
            | ExecutionState::Cancelling { .. }
            | ExecutionState::Ended { .. } => self.end_offer(ExecutionEnd::Lapsed, now),
        }
    }

    /// The runner was silent for the length of its lease, did not stop within the grace, or runs the job for too long.
    ///
    /// # Errors
    /// [`Refusal::NotExpired`] before any of these times, [`Refusal::ExecutionEnded`], [`Refusal::ExecutionNotStarted`].
    pub fn expire(
        &mut self,
        now: Timestamp,
    ) -> Result<(ExecutionEnd, Vec<ExecutionEvent>), Refusal> {
        self.require_started()?;
        let timed_out = self.timeout_at.is_some_and(|timeout_at| timeout_at <= now);
        let end = match self.state {
            ExecutionState::Running { .. } | ExecutionState::Cancelling { .. } if timed_out => {
                ExecutionEnd::TimedOut
            }
            ExecutionState::Cancelling { deadline, .. } if deadline <= now => {
                ExecutionEnd::GraceOver
            }
            ExecutionState::Running { lease_until }
            | ExecutionState::Cancelling { lease_until, .. }
                if lease_until <= now =>
            {
                ExecutionEnd::Lost
            }
            ExecutionState::Offered { .. }
            | ExecutionState::Running { .. }
            | ExecutionState::Cancelling { .. }
            | ExecutionState::Ended { .. } => {
                return Err(Refusal::NotExpired { execution: self.id });
            }
        };
        Ok((
            end,
            self.record(vec![ExecutionEvent::Ended { end, at: now }]),
        ))
    }

    /// Whether it is over.
    pub fn is_ended(&self) -> bool {
        matches!(self.state, ExecutionState::Ended { .. })
    }

    /// Why it ended, when that was not by the runner's word.
    pub fn end_reason(&self) -> Option<EndReason> {
        match self.state {
            ExecutionState::Ended { end, .. } => end.reason(),
            ExecutionState::Offered { .. }
            | ExecutionState::Running { .. }
            | ExecutionState::Cancelling { .. } => None,
        }
    }

    /// When its offer, lease, grace or time is over, whichever comes first.
    pub fn due_at(&self) -> Option<Timestamp> {
        let (first, grace) = match self.state {
            ExecutionState::Offered { until } => return Some(until),
            ExecutionState::Running { lease_until } => (lease_until, None),
            ExecutionState::Cancelling {
                lease_until,
                deadline,
            } => (lease_until, Some(deadline)),
            ExecutionState::Ended { .. } => return None,
        };
        [Some(first), grace, self.timeout_at]
            .into_iter()
            .flatten()
            .min()
    }

    /// Until when the runner keeps the job without being heard of, once it has it.
    pub fn lease_until(&self) -> Option<Timestamp> {
        match self.state {
            ExecutionState::Running { lease_until }
            | ExecutionState::Cancelling { lease_until, .. } => Some(lease_until),
            ExecutionState::Offered { .. } | ExecutionState::Ended { .. } => None,
        }
    }

    fn end_offer(
        &mut self,
        end: ExecutionEnd,
        now: Timestamp,
    ) -> Result<Vec<ExecutionEvent>, Refusal> {
        match self.state {
            ExecutionState::Offered { .. } => {
                Ok(self.record(vec![ExecutionEvent::Ended { end, at: now }]))
            }
            ExecutionState::Running { .. } | ExecutionState::Cancelling { .. } => {
                Err(Refusal::ExecutionStarted { execution: self.id })
            }
            ExecutionState::Ended { .. } => Err(self.ended()),
        }
    }

    fn require_started(&self) -> Result<(), Refusal> {
        match self.state {
            ExecutionState::Running { .. } | ExecutionState::Cancelling { .. } => Ok(()),
            ExecutionState::Offered { .. } => {
                Err(Refusal::ExecutionNotStarted { execution: self.id })
            }
            ExecutionState::Ended { .. } => Err(self.ended()),
        }
    }

    fn ended(&self) -> Refusal {
        Refusal::ExecutionEnded { execution: self.id }
    }

    fn record(&mut self, events: Vec<ExecutionEvent>) -> Vec<ExecutionEvent> {
        for event in &events {
            self.apply(event);
        }
        events
    }

    /// The one place that changes a hand-over: applying the events since its offer rebuilds it.
    pub fn apply(&mut self, event: &ExecutionEvent) {
        match event {
            ExecutionEvent::Started { lease_until } => {
                self.state = ExecutionState::Running {
                    lease_until: *lease_until,
                };
            }
            ExecutionEvent::Limited { timeout_at } => self.timeout_at = Some(*timeout_at),
            ExecutionEvent::LeaseRenewed { lease_until } => self.renew(*lease_until),
            ExecutionEvent::StepsReported { rev, steps } => {
                self.rev = *rev;
                step::merge(&mut self.steps, steps);
            }
            ExecutionEvent::CancelRequested { deadline } => {
                if let ExecutionState::Running { lease_until } = self.state {
                    self.state = ExecutionState::Cancelling {
                        lease_until,
                        deadline: *deadline,
                    };
                }
            }
            ExecutionEvent::Ended { end, at } => {
                self.state = ExecutionState::Ended { end: *end, at: *at };
            }
        }
    }

    fn renew(&mut self, until: Timestamp) {
        match &mut self.state {
            ExecutionState::Running { lease_until }
            | ExecutionState::Cancelling { lease_until, .. } => *lease_until = until,
            ExecutionState::Offered { .. } | ExecutionState::Ended { .. } => {}
        }
    }
}
