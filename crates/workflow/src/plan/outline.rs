//! What planning wants of a job; it must not read files.

use super::ValueTemplate;
use crate::expression::{Expression, Template, Value};
use crate::model::{Field, Job, JobBody, Scalar, Strategy, Templated, Tree, TreeValue};

/// A job as far as planning goes.
#[derive(Debug, Clone, Default)]
pub struct JobOutline {
    /// The key under `jobs`.
    pub id: String,
    /// The direct needs.
    pub needs: Vec<String>,
    /// `if` as [`crate::expression::condition`] reads it; without one it is `success()`.
    pub condition: Option<Expression>,
    /// `name`
    pub name: Option<Template>,
    /// `strategy`
    pub strategy: Option<StrategyOutline>,
    /// The workflow that the job calls.
    pub uses: Option<String>,
}

/// `strategy` of a job before it is evaluated.
#[derive(Debug, Clone, Default)]
pub struct StrategyOutline {
    /// `matrix`; a strategy without one has one leg.
    pub matrix: Option<ValueTemplate>,
    /// `fail-fast`
    pub fail_fast: Option<ValueTemplate>,
    /// `max-parallel`
    pub max_parallel: Option<ValueTemplate>,
}

impl From<&Job> for JobOutline {
    fn from(job: &Job) -> Self {
        let strategy = job.strategy.as_ref();
        Self {
            id: job.id.to_string(),
            needs: job.needs.iter().map(|need| need.to_string()).collect(),
            condition: job
                .condition
                .position
                .map(|_| job.condition.expression.clone()),
            name: job.name.as_ref().map(Template::from),
            strategy: strategy
                .and_then(|strategy| strategy.literal())
                .map(StrategyOutline::from),
            uses: match &job.body {
                JobBody::Call(call) => Some(call.uses.value.clone()),
                JobBody::Steps(_) => None,
            },
        }
    }
}

impl From<&Field<String>> for Template {
    fn from(field: &Field<String>) -> Self {
        match &field.value {
            Templated::Literal(text) => Self::Literal(text.clone()),
            Templated::Computed(computed) => Self::Expression(computed.expression.clone()),
        }
    }
}

impl From<&Strategy> for StrategyOutline {
    fn from(strategy: &Strategy) -> Self {
        Self {
            matrix: strategy.matrix.as_ref().map(ValueTemplate::from),
            fail_fast: strategy
                .fail_fast
                .as_ref()
                .map(|field| value(field, |value| (*value).into())),
            max_parallel: strategy
                .max_parallel
                .as_ref()
                .map(|field| value(field, |value| (*value).into())),
        }
    }
}

fn value<T>(field: &Field<T>, literal: impl Fn(&T) -> Value) -> ValueTemplate {
    match &field.value {
        Templated::Literal(value) => ValueTemplate::Literal(literal(value)),
        Templated::Computed(computed) => {
            ValueTemplate::Template(Template::Expression(computed.expression.clone()))
        }
    }
}

impl From<&Tree> for ValueTemplate {
    fn from(tree: &Tree) -> Self {
        match &tree.value {
            TreeValue::Scalar(Scalar::Null) => Self::Literal(Value::Null),
            TreeValue::Scalar(Scalar::Boolean(value)) => Self::Literal((*value).into()),
            TreeValue::Scalar(Scalar::Number(value)) => Self::Literal((*value).into()),
            TreeValue::Scalar(Scalar::Text(text)) => Self::Literal(text.as_str().into()),
            TreeValue::Computed(computed) => {
                Self::Template(Template::Expression(computed.expression.clone()))
            }
            TreeValue::Sequence(items) => Self::List(items.iter().map(Self::from).collect()),
            TreeValue::Mapping(pairs) => Self::Mapping(
                pairs
                    .iter()
                    .map(|(key, value)| (key.text().unwrap_or_default(), Self::from(value)))
                    .collect(),
            ),
        }
    }
}
