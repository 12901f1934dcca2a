//! Finds the jobs of a run's files: its own, and those that it calls. Evaluates nothing.

use super::{Attempt, NodePath};
use crate::event::GraphNode;
use runyard_workflow::{
    Job, JobName, Workflow,
    model::{Concurrency, Field, Permissions, RunsOn},
    reusable::{Resolved, ResolvedCall},
};
use std::sync::Arc;

/// A run's own workflow file, with those that it calls.
pub type Definition = Resolved;

/// A definition of one file that calls no other.
pub fn single(workflow: Workflow) -> Definition {
    Definition {
        workflow: Arc::new(workflow),
        calls: Vec::new(),
        referenced: Vec::new(),
    }
}

/// Whether planning its jobs looks at any context: where it does not, nobody needs to gather them.
pub fn reads_contexts(definition: &Definition) -> bool {
    let reads = |job: &Job| {
        let steps = job.with_steps();
        job.condition.position.is_some()
            || job.strategy.is_some()
            || is_computed_concurrency(job.concurrency.as_ref())
            || job
                .name
                .as_ref()
                .is_some_and(|name| name.literal().is_none())
            || steps.is_none_or(|steps| {
                has_computed_labels(&steps.runs_on)
                    || is_computed(steps.continue_on_error.as_ref())
                    || is_computed(steps.timeout_minutes.as_ref())
                    || is_computed(steps.cancel_timeout_minutes.as_ref())
            })
    };
    is_computed_concurrency(definition.workflow.concurrency.as_ref())
        || definition.workflow.jobs.iter().any(reads)
}

fn is_computed_concurrency(field: Option<&Field<Concurrency>>) -> bool {
    field.is_some_and(|field| match field.literal() {
        None => true,
        Some(plain) => {
            is_computed(Some(&plain.group)) || is_computed(plain.cancel_in_progress.as_ref())
        }
    })
}

fn has_computed_labels(runs_on: &Field<RunsOn>) -> bool {
    let group = runs_on.literal().and_then(|runs_on| runs_on.group.as_ref());
    if is_computed(group) {
        return true;
    }
    let labels = runs_on
        .literal()
        .and_then(|runs_on| runs_on.labels.as_ref());
    let labels = labels.and_then(|labels| labels.literal());
    labels.is_none_or(|labels| labels.iter().any(|label| label.literal().is_none()))
}

fn is_computed<T>(field: Option<&Field<T>>) -> bool {
    field.is_some_and(|field| field.literal().is_none())
}

/// Where a job is defined.
pub(super) struct Place<'a> {
    /// The job.
    pub(super) job: &'a Job,
    /// The file that it is in.
    workflow: &'a Workflow,
    /// The calls of its file.
    calls: &'a [ResolvedCall],
}

impl<'a> Place<'a> {
    /// The place of the job that a node of the graph stands for.
    pub(super) fn find(definition: &'a Definition, node: &NodePath) -> Option<Self> {
        let (mut workflow, mut calls) = (&definition.workflow, definition.calls.as_slice());
        let mut keys = node.keys().peekable();
        loop {
            let key = JobName::new(keys.next()?).ok()?;
            if keys.peek().is_none() {
                let job = workflow.job(&key)?;
                return Some(Self {
                    job,
                    workflow,
                    calls,
                });
            }
            let call = calls.iter().find(|call| call.job == key)?;
            (workflow, calls) = (&call.workflow, &call.calls);
        }
    }

    /// The workflow that the job calls.
    pub(super) fn called(&self) -> Option<&'a Workflow> {
        let mut calls = self.calls.iter();
        let call = calls.find(|call| call.job == self.job.id.value)?;
        Some(&call.workflow)
    }
}

/// The job that a node of the graph stands for, with the file that it is in.
pub fn find<'a>(definition: &'a Definition, node: &NodePath) -> Option<(&'a Workflow, &'a Job)> {
    let place = Place::find(definition, node)?;
    Some((place.workflow, place.job))
}

/// What the files say that the token of a node's job may do: the job itself, else its workflow, else who calls it
/// (semantics R2.80); nothing where no file says it.
pub fn permissions_of<'a>(definition: &'a Definition, node: &NodePath) -> Option<&'a Permissions> {
    let whole = definition.workflow.permissions.as_ref();
    let mut declared = whole.map(|permissions| &permissions.value);
    let mut calls = definition.calls.as_slice();
    let keys: Vec<&str> = node.keys().collect();
    let callers = keys.len().saturating_sub(1);
    for key in &keys[..callers] {
        let key = JobName::new(*key).ok()?;
        let call = calls.iter().find(|call| call.job == key)?;
        (calls, declared) = (&call.calls, call.permissions.as_ref());
    }
    let (_, job) = find(definition, node)?;
    let own = job.permissions.as_ref();
    own.map_or(declared, |permissions| Some(&permissions.value))
}

/// The path of the called file that a node's job is in, `owner/repo/path@ref`; nothing for the run's own file.
pub fn file_of<'a>(definition: &'a Definition, node: &NodePath) -> Option<&'a str> {
    let mut calls = definition.calls.as_slice();
    let mut file = None;
    let keys: Vec<&str> = node.keys().collect();
    let callers = keys.len().saturating_sub(1);
    for key in &keys[..callers] {
        let key = JobName::new(*key).ok()?;
        let call = calls.iter().find(|call| call.job == key)?;
        (calls, file) = (&call.calls, Some(call.source.path.as_str()));
    }
    file
}

/// Whether an attempt's graph is one of these files: each of its nodes is a job there, and needs the same. Called
/// files may have changed between attempts (semantics 4).
pub fn fits(definition: &Definition, attempt: &Attempt) -> bool {
    attempt.jobs.iter().all(|job| {
        let place = Place::find(definition, job.node());
        place.is_some_and(|place| {
            let needs = place.job.needs.iter();
            needs
                .map(|need| job.node().beside(need))
                .eq(job.needs().iter().cloned())
        })
    })
}

/// The jobs of a file as nodes of a graph; `place` gives the path of a job of it.
pub(super) fn graph(workflow: &Workflow, place: impl Fn(&JobName) -> NodePath) -> Vec<GraphNode> {
    let node = |job: &Job| GraphNode {
        node: place(&job.id),
        needs: job.needs.iter().map(|need| place(need)).collect(),
    };
    workflow.jobs.iter().map(node).collect()
}
