//! What a job sees when it is decided: its definition, the contexts, how its needs ended; and what it becomes by them.
//! Evaluates, changes nothing.

use super::{
    Attempt, Call, Contexts, Job, Leg, NodePath, PlannedJob, Planning,
    callee::{self, Callee},
    definition::Place,
    outputs::Given,
    values::{self, Problem},
};
use crate::{Conclusion, Refusal, concurrency::Concurrency, event::GraphNode};
use runyard_workflow::{
    expression::{
        CallerFunction, EvaluationError, Functions, NoFunctions, Object, Template, Value,
    },
    matrix::{self, Strategy},
    model::JobBody,
    plan::{StrategyOutline, expand_strategy, from_json},
    reusable::call_name,
};

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
    pub(super) runner_group: Option<String>,
    pub(super) continue_on_error: bool,
    pub(super) timeout_minutes: Option<u32>,
    pub(super) cancel_timeout_minutes: Option<u32>,
    pub(super) concurrency: Option<Concurrency>,
}

/// The place of a job in its graph, at the moment of a decision.
pub(super) struct Outlook<'a> {
    attempt: &'a Attempt,
    node: &'a NodePath,
    place: Place<'a>,
    given: Given<'a>,
    contexts: &'a Contexts,
    /// The call that brought the job in, if one did.
    call: Option<&'a Call>,
}

impl<'a> Outlook<'a> {
    /// The outlook of a node.
    ///
    /// # Errors
    /// [`Refusal::WrongDefinition`] when the run's files have no such job; [`Refusal::OutputsNotLoaded`] when what
    /// it needs gave outputs that are not here.
    pub(super) fn of(
        attempt: &'a Attempt,
        node: &'a NodePath,
        planning: &Planning<'a>,
    ) -> Result<Self, Refusal> {
        let unknown = || Refusal::WrongDefinition {
            job: node.to_string(),
        };
        let call = match node.caller() {
            Some((caller, leg)) => Some(attempt.call(&caller, leg).ok_or_else(unknown)?),
            None => None,
        };
        let place = Place::find(planning.definition, node).ok_or_else(unknown)?;
        let given = Given {
            attempt,
            definition: planning.definition,
            contexts: planning.contexts,
        };
        let needs = place.job.needs.iter().map(|need| node.beside(need));
        let jobs = given.not_loaded(&needs.collect::<Vec<_>>());
        if !jobs.is_empty() {
            return Err(Refusal::OutputsNotLoaded { jobs });
        }
        Ok(Self {
            attempt,
            node,
            place,
            given,
            contexts: planning.contexts,
            call,
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
        let value = self
            .place
            .job
            .condition
            .expression
            .evaluate(&self.contexts()?, self);
        let value = value.map_err(|error| values::problem("if", &error))?;
        Ok(value.is_truthy())
    }

    /// What `if` and `strategy` see (semantics 7.5).
    fn contexts(&self) -> Result<Object, Problem> {
        let mut contexts = Object::new();
        contexts.insert("github", self.contexts.github.clone());
        contexts.insert("inputs", self.inputs());
        contexts.insert("vars", self.contexts.vars.clone());
        contexts.insert("needs", self.needs()?);
        Ok(contexts)
    }

    pub(super) fn inputs(&self) -> Value {
        match self.call {
            Some(call) => from_json(&call.inputs),
            None => self.contexts.inputs.clone(),
        }
    }

    /// The direct needs only (semantics R2.6).
    pub(super) fn needs(&self) -> Result<Value, Problem> {
        let mut needs = Object::new();
        for need in &self.place.job.needs {
            let node = self.node.beside(need);
            needs.insert(need.as_str(), self.given.of(&node)?);
        }
        Ok(needs.into())
    }

    /// What the job becomes.
    pub(super) fn expand(&self) -> Result<Expansion, Problem> {
        let contexts = self.contexts()?;
        let job = self.place.job;
        let outline = job.strategy.as_ref().and_then(|field| field.literal());
        let outline = outline.map(StrategyOutline::from);
        let (strategy, rows) = expand_strategy(outline.as_ref(), &contexts)
            .map_err(|problem| format!("strategy: {problem}"))?;
        let mut legs = Vec::with_capacity(rows.len());
        for (index, row) in rows.iter().enumerate() {
            let mut contexts = contexts.clone();
            contexts.insert("matrix", row.matrix().clone());
            contexts.insert("strategy", strategy.context(index, rows.len()));
            let leg = job.strategy.as_ref();
            let leg = leg.map(|_| leg_of(strategy, row, (index, rows.len())));
            let name = self.display_name(row, &contexts)?;
            legs.push((leg, name, contexts));
        }
        match &job.body {
            JobBody::Steps(steps) => {
                let plan = |(leg, display_name, contexts): (_, _, Object)| {
                    let (labels, runner_group) = values::runs_on(&steps.runs_on, &contexts)?;
                    Ok(PlannedLeg {
                        node: self.node.clone(),
                        leg,
                        display_name,
                        labels,
                        runner_group,
                        continue_on_error: values::continue_on_error(steps, &contexts)?,
                        timeout_minutes: values::timeout_minutes(steps, &contexts)?,
                        cancel_timeout_minutes: values::cancel_timeout_minutes(steps, &contexts)?,
                        concurrency: self.concurrency(&contexts)?,
                    })
                };
                let legs: Result<_, Problem> = legs.into_iter().map(plan).collect();
                legs.map(Expansion::Legs)
            }
            JobBody::Call(call) => {
                let legs: Result<Vec<_>, Problem> = legs
                    .into_iter()
                    .map(|(leg, name, contexts)| {
                        let own = self.concurrency(&contexts)?;
                        Ok((leg, name, own, contexts))
                    })
                    .collect();
                let callee = Callee {
                    workflow: self
                        .place
                        .called()
                        .ok_or_else(|| format!("uses: {} was not resolved", call.uses.value))?,
                    given: call.with.as_ref(),
                    github: &self.contexts.github,
                    vars: &self.contexts.vars,
                };
                callee::expand(self.node, &callee, legs?)
            }
        }
    }

    /// The `concurrency` of a leg (semantics R2.56).
    fn concurrency(&self, contexts: &Object) -> Result<Option<Concurrency>, Problem> {
        let field = self.place.job.concurrency.as_ref();
        field
            .map(|field| values::concurrency(field, contexts))
            .transpose()
    }

    fn display_name(&self, row: &matrix::Leg, contexts: &Object) -> Result<String, Problem> {
        let job = self.place.job;
        let name = job.name.as_ref().map(Template::from);
        let name = matrix::display_name(job.id.as_str(), name.as_ref(), row, contexts)
            .map_err(|error| values::problem("name", &error))?;
        Ok(self.below_caller(name))
    }

    fn below_caller(&self, name: String) -> String {
        match self.call {
            Some(call) => call_name(&call.display_name, &name),
            None => name,
        }
    }

    /// The job without its matrix: what is shown of one that ends before that is looked at (semantics R2.13, R2.67).
    pub(super) fn whole(&self) -> PlannedLeg {
        let job = self.place.job;
        let name = job.name.as_ref().map(values::as_written);
        let name = name.filter(|name| !name.is_empty());
        PlannedLeg {
            node: self.node.clone(),
            leg: None,
            display_name: self.below_caller(name.unwrap_or_else(|| job.id.to_string())),
            labels: job.plain_labels(),
            runner_group: None,
            continue_on_error: false,
            timeout_minutes: None,
            cancel_timeout_minutes: None,
            concurrency: None,
        }
    }
}

/// The status functions of a job (semantics 2.2). Arguments restrict the ancestors to the named jobs.
impl Functions for Outlook<'_> {
    fn call(
        &self,
        function: CallerFunction,
        arguments: &[Value],
    ) -> Result<Value, EvaluationError> {
        let cancelled = self.attempt.cancelled_at.is_some();
        let answer = match function {
            CallerFunction::Always => true,
            CallerFunction::Cancelled => cancelled,
            CallerFunction::Success => !cancelled && self.all_succeeded(arguments),
            CallerFunction::Failure => !cancelled && self.any_failed(arguments),
            CallerFunction::HashFiles => return NoFunctions.call(function, arguments),
        };
        Ok(Value::from(answer))
    }
}

impl Outlook<'_> {
    fn all_succeeded(&self, names: &[Value]) -> bool {
        let ancestors = self.attempt.ancestors(self.node);
        let succeeded = |node: &NodePath| self.attempt.result(node) == Some(Conclusion::Success);
        if names.is_empty() {
            return ancestors.iter().all(succeeded);
        }
        let named = |name: &Value| ancestors.iter().find(|node| is_named(node, name));
        names.iter().all(|name| named(name).is_some_and(succeeded))
    }

    fn any_failed(&self, names: &[Value]) -> bool {
        let ancestors = self.attempt.ancestors(self.node);
        let asked =
            |node: &&NodePath| names.is_empty() || names.iter().any(|name| is_named(node, name));
        let mut asked = ancestors.iter().filter(asked);
        asked.any(|node| self.attempt.result(node) == Some(Conclusion::Failure))
    }
}

fn is_named(node: &NodePath, name: &Value) -> bool {
    node.key().eq_ignore_ascii_case(&name.to_text())
}

fn leg_of(strategy: Strategy, row: &matrix::Leg, (index, total): (usize, usize)) -> Leg {
    let number = |count| u32::try_from(count).unwrap_or(u32::MAX);
    Leg {
        index: number(index),
        total: number(total),
        fail_fast: strategy.fail_fast,
        max_parallel: strategy.max_parallel,
        matrix: values::json(row.matrix()),
    }
}

impl Attempt {
    /// A call that a caller made, by the number of its leg.
    pub(super) fn call(&self, caller: &NodePath, leg: Option<u32>) -> Option<&Call> {
        let called = self.jobs.iter().find_map(|job| match job {
            Job::Called(called) if called.node == *caller => Some(called),
            Job::Called(_) | Job::Blocked(_) | Job::Planned(_) => None,
        });
        let mut calls = called?.calls.iter();
        calls.find(|call| call.leg_index() == leg)
    }
}
