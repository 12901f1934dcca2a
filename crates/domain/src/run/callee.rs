//! Calls of reusable workflows: what the called jobs see as `inputs`, and where they stand in the graph.

use super::{
    Call, CallGate, Leg, NodePath, definition,
    outlook::Expansion,
    values::{self, Problem},
};
use crate::concurrency::Concurrency;
use runyard_workflow::{
    EventName, Workflow,
    expression::{Contexts, Object, Value},
    model::{CallInput, InputKind, Scalar, Templated, Variables},
};

/// A workflow that a job calls, and what it is given.
pub(super) struct Callee<'a> {
    pub(super) workflow: &'a Workflow,
    /// `with`
    pub(super) given: Option<&'a Variables>,
    pub(super) github: &'a Value,
    pub(super) vars: &'a Value,
}

/// One call for each leg, with the jobs of all (semantics R2.63, R2.67).
pub(super) fn expand(
    node: &NodePath,
    callee: &Callee<'_>,
    legs: Vec<(Option<Leg>, String, Option<Concurrency>, Object)>,
) -> Result<Expansion, Problem> {
    let (mut calls, mut jobs) = (Vec::with_capacity(legs.len()), Vec::new());
    for (leg, display_name, own, contexts) in legs {
        let number = leg.as_ref().map(|leg| leg.index);
        let inputs = callee.inputs(&contexts)?;
        jobs.extend(definition::graph(callee.workflow, |job| {
            node.below(number, job)
        }));
        let concurrency: Vec<Concurrency> = own
            .into_iter()
            .chain(callee.concurrency(&inputs)?)
            .collect();
        calls.push(Call {
            leg,
            display_name,
            inputs: values::json(&inputs.clone().into()),
            gate: if concurrency.is_empty() {
                CallGate::Open
            } else {
                CallGate::Before(0)
            },
            concurrency,
        });
    }
    Ok(Expansion::Calls { calls, jobs })
}

impl Callee<'_> {
    /// The called file's own `concurrency` (semantics R2.70).
    fn concurrency(&self, inputs: &Object) -> Result<Option<Concurrency>, Problem> {
        let mut contexts = Object::new();
        contexts.insert("github", self.github.clone());
        contexts.insert("vars", self.vars.clone());
        contexts.insert("inputs", inputs.clone());
        let field = self.workflow.concurrency.as_ref();
        field
            .map(|field| values::concurrency(field, &contexts))
            .transpose()
    }

    fn inputs(&self, contexts: &Object) -> Result<Object, Problem> {
        let declared = self.workflow.on.get(EventName::WorkflowCall);
        let declared = declared.and_then(|trigger| trigger.call.as_ref());
        let mut given = self.given(contexts)?;
        let mut inputs = Object::new();
        for input in declared.iter().flat_map(|declared| &declared.inputs) {
            let name = input.name.as_str();
            let place = given
                .iter()
                .position(|(given, _)| given.eq_ignore_ascii_case(name));
            let value = match place.map(|place| given.swap_remove(place)) {
                Some((_, value)) => typed(input, value)?,
                None if input.required == Some(true) => {
                    return Err(format!("with: input {name} is required"));
                }
                None => self.default(input, contexts)?,
            };
            inputs.insert(name, value);
        }
        match given.first() {
            Some((name, _)) => Err(format!(
                "with: {name} is not an input of the called workflow"
            )),
            None => Ok(inputs),
        }
    }

    /// The pairs of `with`, computed.
    fn given(&self, contexts: &dyn Contexts) -> Result<Vec<(String, Value)>, Problem> {
        match self.given.map(|given| &given.value) {
            None => Ok(Vec::new()),
            Some(Templated::Computed(computed)) => {
                let value = values::evaluate("with", computed, contexts)?;
                let pairs = value.as_object();
                let pairs = pairs.ok_or_else(|| "with: the value is not a mapping".to_owned())?;
                let pairs = pairs.iter();
                Ok(pairs
                    .map(|(name, value)| (name.to_owned(), value.clone()))
                    .collect())
            }
            Some(Templated::Literal(pairs)) => {
                let pair = |pair: &runyard_workflow::model::Variable| {
                    let name = match &pair.name.value {
                        Templated::Literal(name) => name.clone(),
                        Templated::Computed(computed) => {
                            let name = values::evaluate("with", computed, contexts)?;
                            name.to_text().to_string()
                        }
                    };
                    let value = match &pair.value.value {
                        Templated::Literal(scalar) => plain(scalar),
                        Templated::Computed(computed) => {
                            values::evaluate("with", computed, contexts)?
                        }
                    };
                    Ok((name, value))
                };
                pairs.iter().map(pair).collect()
            }
        }
    }

    fn default(&self, input: &CallInput, caller: &Object) -> Result<Value, Problem> {
        let value = match input.default.as_ref().map(|default| &default.value) {
            None => return Ok(empty(input.kind)),
            Some(Templated::Literal(scalar)) => plain(scalar),
            Some(Templated::Computed(computed)) => {
                let mut contexts = Object::new();
                contexts.insert("github", self.github.clone());
                contexts.insert("vars", self.vars.clone());
                let inputs = caller.get("inputs").cloned();
                contexts.insert("inputs", inputs.unwrap_or(Value::Null));
                let key = format!("the default of input {}", input.name.value);
                values::evaluate(&key, computed, &contexts)?
            }
        };
        typed(input, value)
    }
}

fn plain(scalar: &Scalar) -> Value {
    match scalar {
        Scalar::Null => Value::Null,
        Scalar::Boolean(value) => Value::from(*value),
        Scalar::Number(value) => Value::from(*value),
        Scalar::Text(text) => Value::from(text.as_str()),
    }
}

/// What an input holds that is neither given nor has a default (semantics R2.63).
fn empty(kind: InputKind) -> Value {
    match kind {
        InputKind::Boolean => Value::from(false),
        InputKind::Number => Value::from(0.0),
        InputKind::String | InputKind::Choice | InputKind::Environment => Value::from(""),
    }
}

/// The value as its input declares it: scalars become text for a string, nothing else is converted (R7.31).
fn typed(input: &CallInput, value: Value) -> Result<Value, Problem> {
    let (fits, wanted) = match input.kind {
        InputKind::Boolean => (value.as_bool().is_some(), "a boolean"),
        InputKind::Number => (value.as_number().is_some(), "a number"),
        InputKind::String | InputKind::Choice | InputKind::Environment if value.is_scalar() => {
            return Ok(Value::from(value.to_text().to_string()));
        }
        InputKind::String | InputKind::Choice | InputKind::Environment => (false, "a text"),
    };
    if matches!(value, Value::Null) {
        return Ok(empty(input.kind));
    }
    if fits {
        return Ok(value);
    }
    Err(format!(
        "with: input {} is '{}', which is not {wanted}",
        input.name.value,
        value.to_text()
    ))
}
