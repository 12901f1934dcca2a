//! What jobs gave to those that need them: `needs.<id>` and `jobs.<id>`, with outputs (semantics 2.3, R2.68).
//! Decides nothing.

use super::{
    Attempt, Call, CalledWorkflow, Contexts, Definition, Job, JobState, NodePath, PlannedJob,
    definition::Place,
    values::{self, Problem},
};
use crate::{Conclusion, JobId, Timestamp};
use runyard_workflow::{
    EventName, Workflow,
    expression::{Object, Value},
    model::{CallOutput, Templated},
    plan::from_json,
};
use std::collections::BTreeMap;

/// UTF-16 units of all outputs of a job at most: 1 MiB of them (semantics R2.21).
pub const OUTPUT_UNITS_PER_JOB: u64 = 512 * 1024;
/// UTF-16 units of all outputs of a run at most: 50 MiB of them (semantics R2.21).
pub const OUTPUT_UNITS_PER_RUN: u64 = 25 * 1024 * 1024;

/// Outputs of jobs, each in the order of the file. Kept outside of the run: they may be large and seldom decide.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outputs(BTreeMap<JobId, Vec<(String, String)>>);

impl Outputs {
    /// Adds what is known of a job: all of it, or that it gave nothing.
    pub fn insert(&mut self, job: JobId, outputs: Vec<(String, String)>) {
        self.0.insert(job, outputs);
    }

    /// What a job gave; nothing when that is not known.
    pub fn of(&self, job: JobId) -> Option<&[(String, String)]> {
        self.0.get(&job).map(Vec::as_slice)
    }
}

/// UTF-16 units of these outputs, names and values (semantics R2.21).
pub fn output_units(outputs: &[(String, String)]) -> u64 {
    let units = |text: &str| text.encode_utf16().count() as u64;
    outputs
        .iter()
        .map(|(name, value)| units(name) + units(value))
        .sum()
}

/// What the jobs of an attempt gave.
#[derive(Clone, Copy)]
pub(super) struct Given<'a> {
    pub(super) attempt: &'a Attempt,
    pub(super) definition: &'a Definition,
    pub(super) contexts: &'a Contexts,
}

impl Given<'_> {
    /// Jobs at or below these nodes that may have given something which was not loaded.
    pub(super) fn not_loaded(&self, nodes: &[NodePath]) -> Vec<JobId> {
        let of_nodes = |job: &&PlannedJob| {
            let at = |node: &NodePath| job.node == *node || job.node.is_below(node);
            nodes.iter().any(at)
        };
        let unknown = |job: &&PlannedJob| {
            self.contexts.outputs.of(job.origin()).is_none() && self.may_give(job)
        };
        let jobs = self.attempt.planned().filter(of_nodes).filter(unknown);
        jobs.map(PlannedJob::origin).collect()
    }

    /// Whether a runner ended it, and its file names outputs.
    fn may_give(&self, job: &PlannedJob) -> bool {
        let place = Place::find(self.definition, &job.node);
        let steps = place.and_then(|place| place.job.with_steps());
        job.state.conclusion().is_some()
            && job.state.ran().is_some()
            && steps.is_some_and(|steps| steps.outputs.is_some())
    }

    /// `needs.<id>` of a complete node: its result and its outputs (semantics R2.6).
    pub(super) fn of(&self, node: &NodePath) -> Result<Value, Problem> {
        let mut one = Object::new();
        one.insert("result", result_word(self.attempt.result(node)));
        one.insert("outputs", self.outputs(node)?);
        Ok(one.into())
    }

    fn outputs(&self, node: &NodePath) -> Result<Object, Problem> {
        let called = self.attempt.jobs.iter().find_map(|job| match job {
            Job::Called(called) if called.node == *node => Some(called),
            Job::Called(_) | Job::Blocked(_) | Job::Planned(_) => None,
        });
        match called {
            Some(called) => self.of_calls(called),
            None => Ok(self.of_legs(node)),
        }
    }

    /// Of all legs the last one to end decides, unless what it gave is empty (semantics R2.22).
    fn of_legs(&self, node: &NodePath) -> Object {
        let legs = self.attempt.planned().filter(|job| job.node == *node);
        let mut legs: Vec<&PlannedJob> = legs.collect();
        legs.sort_by_key(|job| (ended_at(job), job.id));
        let given = |job: &&PlannedJob| self.contexts.outputs.of(job.origin());
        let mut merged = Object::new();
        for (name, value) in legs.iter().filter_map(given).flatten() {
            if !value.is_empty() {
                merged.insert(name.as_str(), value.as_str());
            }
        }
        merged
    }

    /// What the called workflow says that it gives (semantics R2.68), one call after the other.
    fn of_calls(&self, called: &CalledWorkflow) -> Result<Object, Problem> {
        let mut merged = Object::new();
        let place = Place::find(self.definition, &called.node);
        let Some(workflow) = place.and_then(|place| place.called()) else {
            return Ok(merged);
        };
        for call in &called.calls {
            let contexts = self.contexts_of_call(&called.node, call, workflow)?;
            for output in declared(workflow) {
                let value = value_of(output, &contexts)?;
                if !value.is_empty() {
                    merged.insert(output.name.as_str(), value);
                }
            }
        }
        Ok(merged)
    }

    fn contexts_of_call(
        &self,
        caller: &NodePath,
        call: &Call,
        workflow: &Workflow,
    ) -> Result<Object, Problem> {
        let leg = call.leg.as_ref().map(|leg| leg.index);
        let mut jobs = Object::new();
        for job in &workflow.jobs {
            jobs.insert(job.id.as_str(), self.of(&caller.below(leg, &job.id))?);
        }
        let mut contexts = Object::new();
        contexts.insert("github", self.contexts.github.clone());
        contexts.insert("inputs", from_json(&call.inputs));
        contexts.insert("vars", self.contexts.vars.clone());
        contexts.insert("jobs", jobs);
        Ok(contexts)
    }
}

fn declared(workflow: &Workflow) -> &[CallOutput] {
    let trigger = workflow.on.get(EventName::WorkflowCall);
    let call = trigger.and_then(|trigger| trigger.call.as_ref());
    call.map_or(&[], |call| &call.outputs)
}

fn value_of(output: &CallOutput, contexts: &Object) -> Result<String, Problem> {
    match &output.value.value {
        Templated::Literal(text) => Ok(text.clone()),
        Templated::Computed(computed) => {
            let key = format!("on.workflow_call.outputs.{}", output.name.value);
            let value = values::evaluate(&key, computed, contexts)?;
            Ok(value.to_text().to_string())
        }
    }
}

fn ended_at(job: &PlannedJob) -> Option<Timestamp> {
    match job.state {
        JobState::Completed { completed_at, .. } => Some(completed_at),
        JobState::Held | JobState::Pending | JobState::Queued | JobState::InProgress { .. } => None,
    }
}

/// `needs.<id>.result` (semantics 1.1).
fn result_word(result: Option<Conclusion>) -> &'static str {
    match result {
        Some(Conclusion::Success | Conclusion::Neutral) => "success",
        Some(Conclusion::Skipped) | None => "skipped",
        Some(Conclusion::Cancelled | Conclusion::TimedOut | Conclusion::Stale) => "cancelled",
        Some(Conclusion::Failure | Conclusion::ActionRequired | Conclusion::StartupFailure) => {
            "failure"
        }
    }
}
