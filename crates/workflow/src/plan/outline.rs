//! What planning wants of a job; it must not read files.

use super::ValueTemplate;
use crate::expression::{Expression, Template};
use crate::model::Job;

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
        Self {
            id: job.id.to_string(),
            needs: job.needs.iter().map(ToString::to_string).collect(),
            name: job.name.clone().map(Template::Literal),
            ..Self::default()
        }
    }
}
