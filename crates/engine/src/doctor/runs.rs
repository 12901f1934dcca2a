//! Looks at runs: each with its events, its hand-overs and its rows of the queue, as they were at one moment.

use super::{Finding, ROUNDS_MAX, ROWS_PER_PAGE, Visit, groups::Line};
use crate::EngineError;
use runyard_domain::{
    Conclusion, Execution, ExecutionId, Run, RunId,
    execution::ExecutionState,
    handover,
    run::{Job, JobState},
};
use runyard_store::{Inspected, StoreError};

impl Visit<'_> {
    /// Looks at all runs that have not ended. Who of them is in which concurrency group.
    pub(super) async fn look_at_runs(&mut self) -> Result<Line, EngineError> {
        let (mut line, mut after) = (Line::default(), RunId::new(0));
        loop {
            let page = self
                .engine
                .store
                .unfinished_runs(after, ROWS_PER_PAGE)
                .await?;
            let Some(last) = page.last() else {
                return Ok(line);
            };
            after = *last;
            for run in page {
                self.looked_at_a_run();
                let seen = self.look_at_run(run).await?;
                match &seen.stored {
                    Ok(stored) if against_events(stored, &seen).is_none() => line.add(stored),
                    Ok(_) => line.unknown.push(run),
                    Err(StoreError::NotFound { .. }) => {}
                    Err(_) => line.unknown.push(run),
                }
            }
        }
    }

    /// Deals with all that is wrong with a run; the run as it is then.
    async fn look_at_run(&mut self, run: RunId) -> Result<Inspected, EngineError> {
        let mut told: Vec<Finding> = Vec::new();
        for _ in 0..ROUNDS_MAX {
            let seen = self.engine.store.inspect(run).await?;
            let mut findings = wrong_with(run, &seen);
            findings.retain(|finding| !told.contains(finding));
            let mut is_any_mended = false;
            for finding in findings {
                told.push(finding.clone());
                is_any_mended |= self.deal_with(finding).await?;
            }
            if !is_any_mended {
                return Ok(seen);
            }
        }
        Ok(self.engine.store.inspect(run).await?)
    }
}

/// What is wrong with a run.
pub(super) fn wrong_with(run: RunId, seen: &Inspected) -> Vec<Finding> {
    let mut findings = Vec::new();
    match &seen.stored {
        Err(StoreError::NotFound { .. }) => return without_run(run, seen),
        Err(error) => findings.push(Finding::UnreadableRows {
            run,
            problem: error.to_string(),
        }),
        Ok(stored) => findings.extend(of_rows(stored, seen)),
    }
    let unreadable = seen.unreadable.iter();
    findings.extend(
        unreadable.map(|(execution, error)| Finding::UnreadableExecution {
            run,
            execution: *execution,
            problem: error.to_string(),
        }),
    );
    findings
}

/// Of a run that is not there, nothing may be in the queue or go on.
fn without_run(run: RunId, seen: &Inspected) -> Vec<Finding> {
    let queued = seen.queued.iter();
    let queued = queued.map(|row| Finding::QueuedInVain { run, job: row.job });
    let goes_on = seen.executions.iter().filter(|it| is_started(it));
    let goes_on = goes_on.map(|it| Finding::Unwanted {
        run,
        job: it.job,
        execution: it.id,
        has_run: false,
    });
    queued.chain(goes_on).collect()
}

fn is_started(execution: &Execution) -> bool {
    match execution.state {
        ExecutionState::Running { .. } | ExecutionState::Cancelling { .. } => true,
        ExecutionState::Offered { .. } | ExecutionState::Ended { .. } => false,
    }
}

/// What is wrong with a run whose rows can be read. What its rows say decides nothing while its events say otherwise.
fn of_rows(stored: &Run, seen: &Inspected) -> Vec<Finding> {
    let run = stored.id();
    if let Some(finding) = against_events(stored, seen) {
        return vec![finding];
    }
    let mut findings = words(stored, seen);
    findings.extend(queue(stored, seen));
    findings.extend(hand_overs(stored, seen));
    if findings.is_empty() {
        let overdue = stored.overdue();
        findings.extend(overdue.map(|overdue| Finding::Overdue { run, overdue }));
    }
    findings
}

fn against_events(stored: &Run, seen: &Inspected) -> Option<Finding> {
    let run = stored.id();
    let events = match &seen.events {
        Ok(events) => events,
        Err(error) => {
            return Some(Finding::UnreadableEvents {
                run,
                problem: error.to_string(),
            });
        }
    };
    let (have, counted) = (events.len() as u64, seen.seq);
    let missing = Finding::EventsMissing { run, have, counted };
    if have != counted {
        return Some(missing);
    }
    let Ok(replayed) = Run::replay(events) else {
        return Some(missing);
    };
    (replayed != *stored).then(|| Finding::RowsDiffer {
        run,
        what: difference(stored, &replayed),
    })
}

/// The first thing in which two states of one run differ.
fn difference(stored: &Run, replayed: &Run) -> String {
    let (kept, made) = (stored.attempt(), replayed.attempt());
    if kept.number != made.number {
        return format!("attempt {} instead of {}", kept.number, made.number);
    }
    let differing = made
        .jobs
        .iter()
        .zip(&kept.jobs)
        .find(|(one, other)| one != other);
    if let Some((made, kept)) = differing {
        let (kept_word, made_word) = (word_of(kept), word_of(made));
        return match kept_word == made_word {
            true => format!("job {} has other values", made.node()),
            false => format!("job {} is {kept_word} instead of {made_word}", made.node()),
        };
    }
    if kept.jobs.len() != made.jobs.len() {
        return format!("{} jobs instead of {}", kept.jobs.len(), made.jobs.len());
    }
    if kept.state != made.state {
        return format!("{} instead of {}", words_of(stored), words_of(replayed));
    }
    if kept == made {
        return "another number or time of its newest event".to_owned();
    }
    "its attempt has other values".to_owned()
}

fn word_of(job: &Job) -> &'static str {
    match job {
        Job::Blocked(_) => "blocked",
        Job::Called(_) => "a called workflow",
        Job::Planned(planned) => match &planned.state {
            JobState::Held => "held",
            JobState::Pending => "pending",
            JobState::Queued => "queued",
            JobState::InProgress { .. } => "in progress",
            JobState::Completed { conclusion, .. } => conclusion.name(),
        },
    }
}

fn words_of(run: &Run) -> String {
    let conclusion = run.attempt().conclusion().map(Conclusion::name);
    spoken(run.status().name(), conclusion)
}

fn spoken(status: &str, conclusion: Option<&str>) -> String {
    match conclusion {
        Some(conclusion) => format!("{status} as {conclusion}"),
        None => status.to_owned(),
    }
}

/// Whether lists find the run by the words that its jobs make (semantics R1.15, R1.16).
fn words(stored: &Run, seen: &Inspected) -> Vec<Finding> {
    let wanted = words_of(stored);
    let kept = seen.words.iter();
    let kept = kept.map(|words| (words.of, spoken(&words.status, words.conclusion.as_deref())));
    let wrong = kept.filter(|(_, kept)| *kept != wanted);
    wrong
        .map(|(of, kept)| Finding::WordsDiffer {
            run: stored.id(),
            of,
            kept,
            wanted: wanted.clone(),
        })
        .collect()
}

fn queue(stored: &Run, seen: &Inspected) -> Vec<Finding> {
    let run = stored.id();
    let waits = |job| {
        let job = stored.job(job);
        job.is_ok_and(|job| job.state == JobState::Queued)
    };
    let is_offered = |id: ExecutionId| {
        let mut all = seen.executions.iter();
        let is_this =
            |it: &Execution| it.id == id && matches!(it.state, ExecutionState::Offered { .. });
        all.any(is_this)
            || seen
                .unreadable
                .iter()
                .any(|(unreadable, _)| *unreadable == id)
    };
    let mut findings = Vec::new();
    for row in &seen.queued {
        let job = row.job;
        if !waits(job) {
            findings.push(Finding::QueuedInVain { run, job });
            continue;
        }
        let over = row.offered.filter(|execution| !is_offered(*execution));
        findings.extend(over.map(|execution| Finding::KeptForNobody {
            run,
            job,
            execution,
        }));
    }
    let waiting = stored.attempt().planned();
    let waiting = waiting.filter(|job| job.state == JobState::Queued);
    let missing = waiting.filter(|job| !seen.queued.iter().any(|row| row.job == job.id));
    findings.extend(missing.map(|job| Finding::NotQueued { run, job: job.id }));
    findings
}

fn hand_overs(stored: &Run, seen: &Inspected) -> Vec<Finding> {
    let run = stored.id();
    let mut findings = Vec::new();
    for job in stored.attempt().planned() {
        let JobState::InProgress { ran, .. } = &job.state else {
            continue;
        };
        let execution = ran.execution;
        if seen
            .unreadable
            .iter()
            .any(|(unreadable, _)| *unreadable == execution)
        {
            continue;
        }
        let known = seen.executions.iter().find(|it| it.id == execution);
        let end = match known.map(|it| &it.state) {
            Some(ExecutionState::Ended { end, .. }) => Some(*end),
            None => None,
            Some(
                ExecutionState::Offered { .. }
                | ExecutionState::Running { .. }
                | ExecutionState::Cancelling { .. },
            ) => continue,
        };
        findings.push(Finding::Forsaken {
            run,
            job: job.id,
            execution,
            end,
        });
    }
    let unwanted = seen.executions.iter();
    let unwanted = unwanted.filter(|it| !handover::is_wanted(stored, it));
    findings.extend(unwanted.map(|it| Finding::Unwanted {
        run,
        job: it.job,
        execution: it.id,
        has_run: true,
    }));
    findings
}
