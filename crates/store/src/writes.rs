//! What a decision changed, as rows to write: computed once, for every store the same. Pure.

use crate::{JobOutputs, Loaded, Wake};
use runyard_domain::{
    Event, Execution, JobId, MessageId, Run, Timestamp,
    concurrency::{ConcurrencyGroup, Message},
    execution::{ExecutionEnd, ExecutionState},
    run::{Job, NodePath, PlannedJob, RunMoment, moments},
    runner::LabelSet,
};
use runyard_workflow::Diagnostic;
use std::collections::BTreeSet;

/// The rows that a decision names.
#[derive(Debug, Default)]
pub struct Writes {
    /// The run's and its newest attempt's row are written when there are events.
    pub run: Option<Run>,
    /// New events with their numbers, oldest first.
    pub events: Vec<(u64, Event)>,
    /// Jobs that were laid out or planned, in their place in the file.
    pub jobs: Vec<JobWrite>,
    /// Jobs of which only the state changed.
    pub moved: Vec<JobWrite>,
    /// Why the attempt could not be planned, when that was decided now.
    pub diagnostics: Option<Vec<Diagnostic>>,
    /// Jobs that became ready for a runner.
    pub queued: Vec<Queued>,
    /// Jobs that are not to be handed out any more.
    pub unqueued: Vec<JobId>,
    /// Executions that differ from what was loaded.
    pub executions: Vec<ExecutionWrite>,
    /// What a job gave that ended now.
    pub outputs: Option<JobOutputs>,
    /// What other workflows can follow: kept where one does.
    pub moments: Vec<(RunMoment, Timestamp)>,
    /// What nobody shall see any more.
    pub deleted: Option<Deleted>,
    /// Concurrency groups that changed, and those that nobody is in.
    pub groups: Vec<ConcurrencyGroup>,
    /// What is left to be done in other runs.
    pub messages: Vec<Message>,
    /// The message that this change applied.
    pub applied: Option<MessageId>,
}

/// What a decision deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deleted {
    /// The logs of all attempts so far, by somebody.
    Logs,
    /// The same, because they were kept for long enough.
    ExpiredLogs,
    /// The run, with all that belongs to it.
    Run,
}

/// A job row.
#[derive(Debug, Clone, PartialEq)]
pub struct JobWrite {
    /// Its place in the file, from 0.
    pub place: u32,
    /// The job.
    pub job: Job,
}

/// A job that became ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queued {
    /// Which.
    pub job: JobId,
    /// What a runner must have.
    pub labels: LabelSet,
}

/// An execution row.
#[derive(Debug, Clone, PartialEq)]
pub struct ExecutionWrite {
    /// The execution.
    pub execution: Execution,
    /// Its offer ended without a start, and the job may be offered again.
    pub requeue: bool,
}

impl Writes {
    /// Compares what was loaded with what the decision left, and reads its events.
    pub fn of(before: &Loaded, after: Loaded, events: Vec<Event>) -> Self {
        let mut writes = Self::default();
        writes.of_groups(before, &after);
        match after {
            Loaded::NewRun { created, .. } => {
                if let Some(created) = created {
                    writes.of_run(created.run, events);
                }
            }
            Loaded::Run {
                run,
                executions,
                outputs,
                message,
                ..
            } => {
                writes.applied = message;
                if !events.is_empty() {
                    writes.of_run(*run, events);
                    writes.outputs = outputs;
                }
                writes.executions = changed(before, executions);
            }
            Loaded::Execution(execution) => writes.executions = changed(before, vec![*execution]),
        }
        writes
    }

    fn of_groups(&mut self, before: &Loaded, after: &Loaded) {
        let (Some(before), Some(after)) = (before.groups(), after.groups()) else {
            return;
        };
        let known: Vec<&ConcurrencyGroup> = before.iter().collect();
        let changed = after
            .iter()
            .filter(|group| group.running().is_none() || !known.contains(group));
        self.groups = changed.cloned().collect();
        self.messages = after.messages().cloned().collect();
    }

    fn of_run(&mut self, run: Run, events: Vec<Event>) {
        let first = run.seq() + 1 - events.len() as u64;
        for event in &events {
            self.of_event(&run, event);
        }
        self.moments = moments(&run, &events);
        self.jobs = laid_out_jobs(&run, &events);
        self.moved = moved_jobs(&run, &events, &self.jobs);
        self.events = (first..).zip(events).collect();
        self.run = Some(run);
    }

    fn of_event(&mut self, run: &Run, event: &Event) {
        match event {
            Event::StartupFailed { diagnostics, .. } => {
                self.diagnostics = Some(diagnostics.clone());
            }
            Event::JobQueued { job, .. } => self.queued.extend(queued(run, *job)),
            Event::JobStarted { job, .. } | Event::JobCompleted { job, .. } => {
                self.queued.retain(|queued| queued.job != *job);
                self.unqueued.push(*job);
            }
            Event::LogsDeleted { by: Some(_), .. } => self.deleted = Some(Deleted::Logs),
            Event::LogsDeleted { by: None, .. } => self.deleted = Some(Deleted::ExpiredLogs),
            Event::RunDeleted { .. } => self.deleted = Some(Deleted::Run),
            Event::RunRequested { .. }
            | Event::RunPending { .. }
            | Event::AttemptPlanned { .. }
            | Event::JobPlanned { .. }
            | Event::JobCarried { .. }
            | Event::WorkflowCalled { .. }
            | Event::CallPending { .. }
            | Event::CallEntered { .. }
            | Event::RunEntered { .. }
            | Event::JobPending { .. }
            | Event::JobCancelRequested { .. }
            | Event::RunCancelRequested { .. }
            | Event::RunForceCancelRequested { .. }
            | Event::RunCompleted { .. }
            | Event::AttemptRequested { .. } => {}
        }
    }

    /// The signals to send once the rows are committed.
    pub fn wakes(&self) -> Vec<Wake> {
        let mut wakes = Vec::new();
        if !self.queued.is_empty() || self.executions.iter().any(|write| write.requeue) {
            wakes.push(Wake::Queue);
        }
        if !self.messages.is_empty() {
            wakes.push(Wake::Message);
        }
        wakes.extend(self.run.as_ref().map(|run| Wake::Run(run.id())));
        let told = |execution: &Execution| match execution.state {
            ExecutionState::Cancelling { .. } | ExecutionState::Ended { .. } => true,
            ExecutionState::Offered { .. } | ExecutionState::Running { .. } => false,
        };
        let executions = self.executions.iter().map(|write| &write.execution);
        wakes.extend(
            executions
                .filter(|e| told(e))
                .map(|e| Wake::Execution(e.id)),
        );
        wakes
    }
}

fn queued(run: &Run, job: JobId) -> Option<Queued> {
    let planned: &PlannedJob = run.job(job).ok()?;
    Some(Queued {
        job,
        labels: planned.label_set(),
    })
}

/// The jobs whose whole rows differ: all of them when the graph was laid out, else those that were planned or carried,
/// and those that a called workflow brought in.
fn laid_out_jobs(run: &Run, events: &[Event]) -> Vec<JobWrite> {
    let laid_out = events
        .iter()
        .any(|event| matches!(event, Event::AttemptPlanned { .. }));
    let planned: BTreeSet<JobId> = events.iter().filter_map(Event::added_job).collect();
    let calling: Vec<&NodePath> = events.iter().filter_map(caller).collect();
    let differs = |_, job: &Job| match job {
        Job::Blocked(blocked) => {
            laid_out || calling.iter().any(|caller| blocked.node.is_below(caller))
        }
        Job::Planned(job) => laid_out || planned.contains(&job.id),
        Job::Called(called) => laid_out || calling.contains(&&called.node),
    };
    jobs_where(run, differs)
}

fn jobs_where(run: &Run, differs: impl Fn(u32, &Job) -> bool) -> Vec<JobWrite> {
    let places = (0..).zip(&run.attempt().jobs);
    let changed = places.filter(|(place, job)| differs(*place, job));
    changed
        .map(|(place, job)| JobWrite {
            place,
            job: job.clone(),
        })
        .collect()
}

/// The other jobs that events name: all that those change is the state ([`Event::added_job`]).
fn moved_jobs(run: &Run, events: &[Event], written: &[JobWrite]) -> Vec<JobWrite> {
    let named: BTreeSet<JobId> = events.iter().filter_map(Event::job).collect();
    let written: BTreeSet<u32> = written.iter().map(|write| write.place).collect();
    jobs_where(run, |place, job| match job {
        Job::Planned(job) => named.contains(&job.id) && !written.contains(&place),
        Job::Blocked(_) | Job::Called(_) => false,
    })
}

fn caller(event: &Event) -> Option<&NodePath> {
    match event {
        Event::WorkflowCalled { node, .. }
        | Event::CallPending { node, .. }
        | Event::CallEntered { node, .. } => Some(node),
        Event::RunRequested { .. }
        | Event::RunEntered { .. }
        | Event::StartupFailed { .. }
        | Event::RunPending { .. }
        | Event::AttemptPlanned { .. }
        | Event::JobPlanned { .. }
        | Event::JobPending { .. }
        | Event::JobQueued { .. }
        | Event::JobStarted { .. }
        | Event::JobCancelRequested { .. }
        | Event::JobCompleted { .. }
        | Event::JobCarried { .. }
        | Event::RunCancelRequested { .. }
        | Event::RunForceCancelRequested { .. }
        | Event::RunCompleted { .. }
        | Event::AttemptRequested { .. }
        | Event::LogsDeleted { .. }
        | Event::RunDeleted { .. } => None,
    }
}

fn changed(before: &Loaded, after: Vec<Execution>) -> Vec<ExecutionWrite> {
    let known: &[Execution] = match before {
        Loaded::NewRun { .. } => &[],
        Loaded::Run { executions, .. } => executions,
        Loaded::Execution(execution) => std::slice::from_ref(execution),
    };
    let differing = after
        .into_iter()
        .filter(|execution| !known.contains(execution));
    differing
        .map(|execution| ExecutionWrite {
            requeue: goes_back(&execution),
            execution,
        })
        .collect()
}

/// Whether the end of an offer leaves a job to be offered again.
fn goes_back(execution: &Execution) -> bool {
    match execution.state {
        ExecutionState::Ended { end, .. } => match end {
            ExecutionEnd::Released | ExecutionEnd::Lapsed => true,
            ExecutionEnd::Finished(_)
            | ExecutionEnd::Withdrawn
            | ExecutionEnd::Lost
            | ExecutionEnd::GraceOver
            | ExecutionEnd::Forced
            | ExecutionEnd::TimedOut => false,
        },
        ExecutionState::Offered { .. }
        | ExecutionState::Running { .. }
        | ExecutionState::Cancelling { .. } => false,
    }
}
