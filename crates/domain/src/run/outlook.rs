//! What a job sees when it is decided: its definition, the contexts, how its needs ended; and what it becomes by them.
//! Evaluates, changes nothing.

use super::{Attempt, Call as WorkflowCall, Definition, Leg, NodePath, PlannedJob, Planning};
use crate::{Conclusion, Refusal, event::GraphNode};
use runyard_workflow::Job;

/// One call of a workflow.
pub(super) type Call = WorkflowCall;

/// What a job becomes whose condition is true.
pub(super) enum Expansion {
    /// One job, or one for each row of its matrix.
    Legs(Vec<PlannedLeg>),
    /// The jobs of the workflow that it calls.
    Calls {
        /// One, or one for each row of its matrix.
        calls: Vec<Call>,
        /// Of all calls.
        jobs: Vec<GraphNode>,
    },
}

/// A job that is about to be planned.
pub(super) struct PlannedLeg {
    pub(super) node: NodePath,
    pub(super) leg: Option<Leg>,
    pub(super) display_name: String,
    pub(super) labels: Vec<String>,
    pub(super) continue_on_error: bool,
}

/// What is wrong with a job's definition, for people.
pub(super) type Problem = String;

/// The place of a job in its graph, at the moment of a decision.
pub(super) struct Outlook<'a> {
    attempt: &'a Attempt,
    node: &'a NodePath,
    definition: &'a Definition,
    job: &'a Job,
}

impl<'a> Outlook<'a> {
    /// The outlook of a node.
    ///
    /// # Errors
    /// [`Refusal::WrongDefinition`] when the run's files have no such job.
    pub(super) fn of(
        attempt: &'a Attempt,
        node: &'a NodePath,
        planning: &Planning<'a>,
    ) -> Result<Self, Refusal> {
        let found = planning.definition.find(node);
        let (definition, job) = found.ok_or_else(|| Refusal::WrongDefinition {
            job: node.to_string(),
        })?;
        Ok(Self {
            attempt,
            node,
            definition,
            job,
        })
    }

    /// Whether the condition of a planned job still holds in `attempt`, which was cancelled (semantics R3.1). One that
    /// cannot be evaluated does not.
    ///
    /// # Errors
    /// As [`Outlook::of`].
    pub(super) fn still_holds(
        attempt: &'a Attempt,
        job: &'a PlannedJob,
        planning: &Planning<'a>,
    ) -> Result<bool, Refusal> {
        let outlook = Self::of(attempt, &job.node, planning)?;
        Ok(outlook.condition().unwrap_or(false))
    }

    /// The job's `if` (semantics R2.10 to R2.16).
    pub(super) fn condition(&self) -> Result<bool, Problem> {
        Ok(self.success())
    }

    fn success(&self) -> bool {
        let ancestors = self.attempt.ancestors(self.node);
        self.attempt.cancelled_at.is_none()
            && ancestors
                .iter()
                .all(|node| self.attempt.result(node) == Some(Conclusion::Success))
    }

    /// What the job becomes.
    pub(super) fn expand(&self) -> Result<Expansion, Problem> {
        debug_assert!(self.definition.workflow.job(&self.job.id).is_some());
        Ok(Expansion::Legs(vec![self.whole()]))
    }

    /// The job without its matrix: what is shown of one that ends before that is looked at.
    pub(super) fn whole(&self) -> PlannedLeg {
        PlannedLeg {
            node: self.node.clone(),
            leg: None,
            display_name: self.job.display_name().to_owned(),
            labels: self.job.runs_on.clone(),
            continue_on_error: false,
        }
    }
}
