//! What spans a run and its executions: one function each, so that both change together or not at all.

use crate::{
    Conclusion, Event, Execution, ExecutionId, JobId, Refusal, Run, Timestamp, UserId,
    concurrency::Message,
    event::EndReason,
    execution::{ExecutionEnd, ExecutionState, Patience, Step},
    run::{JobCancelled, JobState, Planning, Ran},
};
use std::time::Duration;

/// A runner takes the job it was offered. When the job is not queued any more, the offer is withdrawn.
///
/// # Errors
/// [`Refusal::ExecutionEnded`] when the offer lapsed; when the job went away the result is `Ok(None)` and the
/// execution is ended, so that the caller keeps that.
pub fn start(
    run: &mut Run,
    execution: &mut Execution,
    planning: Planning<'_>,
    patience: Patience,
) -> Result<Option<Vec<Event>>, Refusal> {
    let now = planning.now;
    let mut tried = execution.clone();
    tried.start(now, patience)?;
    let by = Ran {
        execution: execution.id,
        runner: execution.runner.clone(),
    };
    let timeout = run
        .job(execution.job)
        .ok()
        .and_then(|job| job.timeout_minutes);
    match run.start_job(execution.job, by, now) {
        Ok(events) => {
            tried.limit(patience.timeout(timeout), now, patience)?;
            *execution = tried;
            Ok(Some(events))
        }
        Err(Refusal::JobNotQueued { .. } | Refusal::UnknownJob { .. }) => {
            execution.withdraw(now)?;
            Ok(None)
        }
        Err(other) => Err(other),
    }
}

/// A runner reports the end of a job. `executions` is this one alone, or all of the run that have not ended.
///
/// # Errors
/// As [`Execution::finish`] and [`Run::finish_job`]; [`Refusal::WrongLoad`] when this one is not among them;
/// [`Refusal::TooNarrow`] when others must be told and were not loaded.
pub fn finish(
    run: &mut Run,
    executions: &mut [Execution],
    this: ExecutionId,
    (result, steps): (Conclusion, Vec<Step>),
    planning: Planning<'_>,
    patience: Patience,
) -> Result<Vec<Event>, Refusal> {
    let moment = (planning.now, patience);
    let execution = position(executions, this)?;
    let mut tried = executions.to_vec();
    if tried[execution]
        .finish(result, steps, planning.now)?
        .is_empty()
    {
        return Ok(Vec::new());
    }
    let job = tried[execution].job;
    let finish = |run: &mut Run| run.finish_job(job, result, planning);
    let events = decide(run, &mut tried, moment, finish)?;
    executions.clone_from_slice(&tried);
    Ok(events)
}

/// Ends the job of a runner that was silent for too long, or did not stop in time; `executions` as for [`finish`].
///
/// # Errors
/// As [`Execution::expire`] and [`Run::abandon_job`]; otherwise as [`finish`].
pub fn expire(
    run: &mut Run,
    executions: &mut [Execution],
    this: ExecutionId,
    planning: Planning<'_>,
    patience: Patience,
) -> Result<Vec<Event>, Refusal> {
    let moment = (planning.now, patience);
    let execution = position(executions, this)?;
    let mut tried = executions.to_vec();
    let (end, _) = tried[execution].expire(planning.now)?;
    let job = tried[execution].job;
    let limit = run.job(job).ok().and_then(|job| job.timeout_minutes);
    let reason = end.reason().unwrap_or_else(|| EndReason::TimedOut {
        seconds: patience.timeout(limit).as_secs(),
    });
    let abandon = |run: &mut Run| run.abandon_job(job, reason, planning);
    let events = decide(run, &mut tried, moment, abandon)?;
    executions.clone_from_slice(&tried);
    Ok(events)
}

/// What a command of a run gives back.
trait Decided {
    fn events(&self) -> &[Event];
}

impl Decided for Vec<Event> {
    fn events(&self) -> &[Event] {
        self
    }
}

impl Decided for JobCancelled {
    fn events(&self) -> &[Event] {
        &self.events
    }
}

/// Gives a run a command and tells its runners what came of it; when either is refused, neither has changed.
fn decide<T: Decided>(
    run: &mut Run,
    executions: &mut [Execution],
    (now, patience): (Timestamp, Patience),
    command: impl FnOnce(&mut Run) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    let mut tried = run.clone();
    let decided = command(&mut tried)?;
    tell_runners(&tried, decided.events(), executions, now, patience)?;
    *run = tried;
    Ok(decided)
}

fn position(executions: &[Execution], this: ExecutionId) -> Result<usize, Refusal> {
    let mut all = executions.iter();
    all.position(|execution| execution.id == this)
        .ok_or(Refusal::WrongLoad)
}

/// Cancels the whole run and tells every runner that has a job of it.
///
/// # Errors
/// As [`Run::cancel`].
pub fn cancel_run(
    run: &mut Run,
    executions: &mut [Execution],
    by: UserId,
    planning: Planning<'_>,
    patience: Patience,
) -> Result<Vec<Event>, Refusal> {
    let moment = (planning.now, patience);
    decide(run, executions, moment, |run| run.cancel(by, planning))
}

/// Force-cancels the whole run and cuts off every runner that has a job of it (semantics R3.4).
///
/// # Errors
/// As [`Run::force_cancel`].
pub fn force_cancel_run(
    run: &mut Run,
    executions: &mut [Execution],
    by: UserId,
    planning: Planning<'_>,
    patience: Patience,
) -> Result<Vec<Event>, Refusal> {
    let moment = (planning.now, patience);
    decide(run, executions, moment, |run| {
        run.force_cancel(Some(by), planning)
    })
}

/// Force-cancels a run whose cancellation goes on for longer than `deadline`; any other is left as it is.
///
/// # Errors
/// As [`Run::force_overdue_cancel`].
pub fn force_overdue_cancel(
    run: &mut Run,
    executions: &mut [Execution],
    deadline: Duration,
    planning: Planning<'_>,
    patience: Patience,
) -> Result<Vec<Event>, Refusal> {
    let moment = (planning.now, patience);
    decide(run, executions, moment, |run| {
        run.force_overdue_cancel(deadline, planning)
    })
}

/// Deletes a run; one that is old and still live ends by it. What its runners have of it is cut off.
///
/// # Errors
/// As [`Run::delete`].
pub fn delete_run(
    run: &mut Run,
    executions: &mut [Execution],
    by: UserId,
    planning: Planning<'_>,
    patience: Patience,
) -> Result<Vec<Event>, Refusal> {
    let moment = (planning.now, patience);
    decide(run, executions, moment, |run| run.delete(by, planning))
}

/// Deletes a run that was chosen as one of many, and withdraws the offers that outlived their jobs.
///
/// # Errors
/// As [`Run::delete_chosen`].
pub fn delete_chosen(
    run: &mut Run,
    executions: &mut [Execution],
    (attempt, by): (u32, UserId),
    planning: Planning<'_>,
    patience: Patience,
) -> Result<Vec<Event>, Refusal> {
    let moment = (planning.now, patience);
    decide(run, executions, moment, |run| {
        run.delete_chosen(by, attempt, planning.now)
    })
}

/// Deletes a run that was kept for long enough, and withdraws the offers that outlived their jobs.
///
/// # Errors
/// As [`Run::delete_expired`].
pub fn delete_expired(
    run: &mut Run,
    executions: &mut [Execution],
    kept: Duration,
    planning: Planning<'_>,
    patience: Patience,
) -> Result<Vec<Event>, Refusal> {
    let moment = (planning.now, patience);
    decide(run, executions, moment, |run| {
        run.delete_expired(kept, planning.now)
    })
}

/// Cancels one job and tells its runner (semantics R3.8).
///
/// # Errors
/// As [`Run::cancel_job`].
pub fn cancel_job(
    run: &mut Run,
    executions: &mut [Execution],
    (job, by): (JobId, UserId),
    planning: Planning<'_>,
    patience: Patience,
) -> Result<JobCancelled, Refusal> {
    let moment = (planning.now, patience);
    decide(run, executions, moment, |run| {
        run.cancel_job(job, by, planning)
    })
}

/// How long a cancelled job may go on, where its file says it (semantics R2.75).
fn grace_of(run: &Run, job: JobId, patience: Patience) -> Patience {
    let minutes = run.job(job).ok().and_then(|job| job.cancel_timeout_minutes);
    let grace = minutes.map(|minutes| Duration::from_secs(u64::from(minutes) * 60));
    Patience {
        cancel_grace: grace.unwrap_or(patience.cancel_grace),
        ..patience
    }
}

/// Cancels a job that no runner took for as long as `limit`, and withdraws an offer of it (semantics 9).
///
/// # Errors
/// As [`Run::expire_queued_job`].
pub fn expire_queued(
    run: &mut Run,
    executions: &mut [Execution],
    (job, limit): (JobId, Duration),
    planning: Planning<'_>,
    patience: Patience,
) -> Result<Vec<Event>, Refusal> {
    let moment = (planning.now, patience);
    decide(run, executions, moment, |run| {
        run.expire_queued_job(job, limit, planning)
    })
}

/// Cancels a run that did not end within `limit`, and tells the runners (semantics 9).
///
/// # Errors
/// As [`Run::expire`].
pub fn expire_run(
    run: &mut Run,
    executions: &mut [Execution],
    limit: Duration,
    planning: Planning<'_>,
    patience: Patience,
) -> Result<Vec<Event>, Refusal> {
    let moment = (planning.now, patience);
    decide(run, executions, moment, |run| run.expire(limit, planning))
}

/// Applies what another run's command left for this one, and tells the runners (semantics R2.58, R2.59).
///
/// # Errors
/// As [`Run::hear`].
pub fn hear(
    run: &mut Run,
    executions: &mut [Execution],
    message: &Message,
    planning: Planning<'_>,
    patience: Patience,
) -> Result<Vec<Event>, Refusal> {
    let moment = (planning.now, patience);
    decide(run, executions, moment, |run| run.hear(message, planning))
}

/// Whether a hand-over that was started is of a job that the run has in progress by it. An offer is of any job: it is
/// withdrawn when it is to be started.
pub fn is_wanted(run: &Run, execution: &Execution) -> bool {
    match execution.state {
        ExecutionState::Offered { .. } | ExecutionState::Ended { .. } => true,
        ExecutionState::Running { .. } | ExecutionState::Cancelling { .. } => {
            let job = run.job(execution.job);
            let by = job.ok().and_then(|job| match &job.state {
                JobState::InProgress { ran, .. } => Some(ran.execution),
                JobState::Held
                | JobState::Pending
                | JobState::Queued
                | JobState::Completed { .. } => None,
            });
            by == Some(execution.id)
        }
    }
}

/// Cuts off what runs without a job. `executions` are all of the run that have not ended. How many those were.
///
/// # Errors
/// As [`Execution::cut_off`].
pub fn cut_off_unwanted(
    run: &Run,
    executions: &mut [Execution],
    now: Timestamp,
) -> Result<usize, Refusal> {
    let unwanted = executions.iter_mut().filter(|it| !is_wanted(run, it));
    let mut count = 0;
    for execution in unwanted {
        execution.cut_off(now)?;
        count += 1;
    }
    Ok(count)
}

/// Ends a job in progress whose hand-over is over, or was lost: as the runner said, if it said something. `executions`
/// are all of the run that have not ended; nothing happens while that of the job is among them.
///
/// # Errors
/// As [`Run::finish_job`] and [`Run::abandon_job`].
pub fn end_forsaken(
    run: &mut Run,
    executions: &mut [Execution],
    (job, end): (JobId, Option<ExecutionEnd>),
    planning: Planning<'_>,
    patience: Patience,
) -> Result<Vec<Event>, Refusal> {
    let now = planning.now;
    let by = run.job(job)?.state.ran().map(|ran| ran.execution);
    if executions.iter().any(|execution| by == Some(execution.id)) {
        return Ok(Vec::new());
    }
    let mut tried = run.clone();
    let events = match end {
        Some(ExecutionEnd::Finished(conclusion)) => tried.finish_job(job, conclusion, planning)?,
        Some(
            end @ (ExecutionEnd::Released
            | ExecutionEnd::Lapsed
            | ExecutionEnd::Withdrawn
            | ExecutionEnd::Lost
            | ExecutionEnd::GraceOver
            | ExecutionEnd::Forced
            | ExecutionEnd::TimedOut),
        ) => {
            let reason = end.reason().unwrap_or(EndReason::RunnerLost);
            tried.abandon_job(job, reason, planning)?
        }
        None => tried.abandon_job(job, EndReason::RunnerLost, planning)?,
    };
    tell_runners(&tried, &events, executions, now, patience)?;
    *run = tried;
    Ok(events)
}

/// As [`Run::catch_up`]; the runners are told.
///
/// # Errors
/// As [`Run::catch_up`].
pub fn catch_up(
    run: &mut Run,
    executions: &mut [Execution],
    planning: Planning<'_>,
    patience: Patience,
) -> Result<Vec<Event>, Refusal> {
    let now = planning.now;
    let mut tried = run.clone();
    let events = tried.catch_up(planning)?;
    tell_runners(&tried, &events, executions, now, patience)?;
    *run = tried;
    Ok(events)
}

/// Passes on to the executions what was recorded for their jobs: running ones are told to stop, those of jobs that
/// ended are cut off, offers of them withdrawn. Nothing of a deleted run stays: not the offer of a job either that ended
/// by the end of another one (R2.45), when only that one's execution was loaded. [`Refusal::TooNarrow`] when one that
/// must be told is not among them.
fn tell_runners(
    run: &Run,
    events: &[Event],
    executions: &mut [Execution],
    now: Timestamp,
    patience: Patience,
) -> Result<(), Refusal> {
    for event in events {
        if let Event::JobCancelRequested { job, .. } = event
            && !executions.iter().any(|execution| execution.job == *job)
        {
            return Err(Refusal::TooNarrow);
        }
    }
    let is_deleted = |event: &Event| matches!(event, Event::RunDeleted { .. });
    let is_deleted = events.iter().any(is_deleted);
    let mut tried = executions.to_vec();
    for execution in tried.iter_mut().filter(|execution| !execution.is_ended()) {
        let job = execution.job;
        let told = events.iter().any(
            |event| matches!(event, Event::JobCancelRequested { job: told, .. } if *told == job),
        );
        let ended = events
            .iter()
            .any(|event| matches!(event, Event::JobCompleted { job: ended, .. } if *ended == job));
        if told {
            execution.request_cancel(now, grace_of(run, job, patience))?;
        } else if ended || is_deleted {
            execution.cut_off(now)?;
        }
    }
    executions.clone_from_slice(&tried);
    Ok(())
}
