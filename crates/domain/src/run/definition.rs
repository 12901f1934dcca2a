//! Finds the jobs of a run's files: its own, and those that it calls. Evaluates nothing.

use super::NodePath;
use crate::event::GraphNode;
use runyard_workflow::{
    Job, JobName, Workflow,
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

/// Where a job is defined.
pub(super) struct Place<'a> {
    /// The job.
    pub(super) job: &'a Job,
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
                return Some(Self { job, calls });
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

/// The jobs of a file as nodes of a graph; `place` gives the path of a job of it.
pub(super) fn graph(workflow: &Workflow, place: impl Fn(&JobName) -> NodePath) -> Vec<GraphNode> {
    let node = |job: &Job| GraphNode {
        node: place(&job.id),
        needs: job.needs.iter().map(|need| place(need)).collect(),
    };
    workflow.jobs.iter().map(node).collect()
}
