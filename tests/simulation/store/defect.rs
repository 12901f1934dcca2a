//! Defects on purpose, each of which the watcher must find: the proof that it watches.

use runyard_domain::{
    Conclusion, Event, Execution, ExecutionId, JobId, Run,
    account::TokenHash,
    execution::{ExecutionEnd, ExecutionState},
    run::{Attempt, AttemptState, Job, JobState},
};
use runyard_store::{ClaimRequest, Loaded};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Defect {
    /// What one runner was offered is offered to the next that asks as well.
    ClaimedTwice,
    /// A report that comes after the runner was lost counts as if it had not been.
    LateReportAccepted,
    /// A skipped job counts as a success for those that need it.
    SkippedAncestorIgnored,
    /// One of many events is not kept.
    EventLost,
    /// What ends keeps the slot of its concurrency group.
    SlotNotReleased,
    /// A cancel of a run forgets one of its queued jobs.
    CancelForgetsAJob,
}

/// A defect, with what it remembers.
#[derive(Debug, Clone)]
pub(super) struct Planted {
    defect: Defect,
    /// Of the newest claim.
    offered: Arc<Mutex<Option<Execution>>>,
    /// What opens an execution beside its own token.
    tokens: Arc<Mutex<Vec<(TokenHash, ExecutionId)>>>,
    /// Events so far.
    events: Arc<Mutex<u64>>,
}

/// What was changed in what was loaded, to be put right again after the decision.
#[derive(Debug, Default)]
pub(super) struct Wrong {
    skipped: Vec<(JobId, JobState)>,
}

/// One event in so many is lost.
const LOST_EVERY: u64 = 60;

impl Planted {
    pub(super) fn new(defect: Defect) -> Self {
        Self {
            defect,
            offered: Arc::default(),
            tokens: Arc::default(),
            events: Arc::default(),
        }
    }

    pub(super) fn claimed(&self, request: &ClaimRequest, offers: &mut Vec<Execution>) {
        if self.defect != Defect::ClaimedTwice {
            return;
        }
        let mut last = self.offered.lock().unwrap_or_else(PoisonError::into_inner);
        match last.take() {
            Some(again) if offers.is_empty() && again.runner != request.runner => {
                let tokens = request.executions.first().map(|new| (new.token, again.id));
                self.tokens().extend(tokens);
                offers.push(again);
            }
            _ => *last = offers.last().cloned(),
        }
    }

    /// What this token opens because of the defect.
    pub(super) fn opened_by(&self, token: TokenHash) -> Option<ExecutionId> {
        let tokens = self.tokens();
        let mut tokens = tokens.iter();
        tokens.find(|(known, _)| *known == token).map(|(_, id)| *id)
    }

    fn tokens(&self) -> MutexGuard<'_, Vec<(TokenHash, ExecutionId)>> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn before(&self, loaded: &mut Loaded) -> Wrong {
        let Loaded::Run {
            run, executions, ..
        } = loaded
        else {
            return Wrong::default();
        };
        match self.defect {
            Defect::LateReportAccepted => {
                if let [execution] = &mut executions[..] {
                    revive(run, execution);
                }
                Wrong::default()
            }
            Defect::SkippedAncestorIgnored => ignore_skipped(run),
            Defect::ClaimedTwice
            | Defect::EventLost
            | Defect::SlotNotReleased
            | Defect::CancelForgetsAJob => Wrong::default(),
        }
    }

    pub(super) fn after(
        &self,
        before: &Loaded,
        loaded: &mut Loaded,
        events: &mut Vec<Event>,
        wrong: Wrong,
    ) {
        let (Loaded::Run { run, groups, .. }, Loaded::Run { groups: kept, .. }) = (loaded, before)
        else {
            return;
        };
        match self.defect {
            Defect::SkippedAncestorIgnored => {
                let states = wrong.skipped;
                **run = changed(run, run.seq(), |attempt| {
                    for (job, state) in &states {
                        set_state(attempt, *job, state.clone());
                    }
                });
            }
            Defect::EventLost => {
                let mut seen = self.events.lock().unwrap_or_else(PoisonError::into_inner);
                let before = *seen;
                *seen += events.len() as u64;
                if before / LOST_EVERY != *seen / LOST_EVERY && events.len() > 1 {
                    events.pop();
                    **run = changed(run, run.seq() - 1, |_| {});
                }
            }
            Defect::SlotNotReleased => {
                let ends = |event: &Event| {
                    matches!(
                        event,
                        Event::JobCompleted { .. } | Event::RunCompleted { .. }
                    )
                };
                if events.iter().any(ends) {
                    groups.clone_from(kept);
                }
            }
            Defect::CancelForgetsAJob => forget_one(run, events),
            Defect::ClaimedTwice | Defect::LateReportAccepted => {}
        }
    }
}

/// The same run with another attempt and number of its newest event.
fn changed(run: &Run, seq: u64, change: impl FnOnce(&mut Attempt)) -> Run {
    let mut attempt = run.attempt().clone();
    change(&mut attempt);
    Run::restore(run.identity().clone(), attempt, seq, run.updated_at())
}

fn set_state(attempt: &mut Attempt, id: JobId, state: JobState) {
    for job in &mut attempt.jobs {
        if let Job::Planned(planned) = job
            && planned.id == id
        {
            planned.state = state.clone();
        }
    }
}

/// Makes a lost execution, its job and its run go on.
fn revive(run: &mut Run, execution: &mut Execution) {
    let ExecutionState::Ended {
        end: ExecutionEnd::Lost,
        at,
    } = execution.state
    else {
        return;
    };
    let ran = run.job(execution.job).ok().and_then(|job| {
        let ran = job.state.ran()?.clone();
        (ran.execution == execution.id).then_some(ran)
    });
    let Some(ran) = ran else {
        return;
    };
    execution.state = ExecutionState::Running { lease_until: at };
    *run = changed(run, run.seq(), |attempt| {
        attempt.state = AttemptState::Live;
        let state = JobState::InProgress {
            started_at: at,
            ran,
            cancel_requested_at: None,
            cancel_reason: None,
        };
        set_state(attempt, execution.job, state);
    });
}

fn ignore_skipped(run: &mut Run) -> Wrong {
    let mut wrong = Wrong::default();
    let mut states = Vec::new();
    for job in run.attempt().planned() {
        if let JobState::Completed {
            conclusion: Conclusion::Skipped,
            started_at,
            completed_at,
            ran,
            reason,
        } = &job.state
        {
            wrong.skipped.push((job.id, job.state.clone()));
            let state = JobState::Completed {
                conclusion: Conclusion::Success,
                started_at: *started_at,
                completed_at: *completed_at,
                ran: ran.clone(),
                reason: reason.clone(),
            };
            states.push((job.id, state));
        }
    }
    *run = changed(run, run.seq(), |attempt| {
        for (job, state) in states {
            set_state(attempt, job, state);
        }
    });
    wrong
}

/// Takes one job's end out of a cancel, together with that of the run.
fn forget_one(run: &mut Run, events: &mut Vec<Event>) {
    let cancels = |event: &Event| matches!(event, Event::RunCancelRequested { .. });
    if !events.iter().any(cancels) {
        return;
    }
    let ends = |event: &&Event| {
        let cancelled = Conclusion::Cancelled;
        matches!(event, Event::JobCompleted { conclusion, .. } if *conclusion == cancelled)
    };
    let Some(job) = events.iter().find(ends).and_then(Event::job) else {
        return;
    };
    let before = events.len();
    events.retain(|event| event.job() != Some(job) && !matches!(event, Event::RunCompleted { .. }));
    let seq = run.seq() - (before - events.len()) as u64;
    *run = changed(run, seq, |attempt| {
        attempt.state = AttemptState::Live;
        set_state(attempt, job, JobState::Queued);
    });
}
