//! Jobs in the order in which they may start, with their legs; it must not start them.

use super::condition::{Before, verdict};
use super::{JobOutline, StrategyOutline};
use crate::expression::{EvaluationError, Expression, Object, Value};
use crate::matrix::{InvalidMatrix, Leg, Matrix, Strategy, display_name};
use crate::needs::sort;
use serde::Serialize;
use std::collections::HashMap;

/// One job of a plan.
#[derive(Debug, Clone, Serialize)]
pub struct PlannedJob {
    /// The key under `jobs`.
    pub id: String,
    /// How many jobs stand before it on the longest way; jobs of one stage may run side by side.
    pub stage: usize,
    /// The direct needs.
    pub needs: Vec<String>,
    /// The condition, with the implicit `success()`.
    pub condition: String,
    /// Whether it would run.
    pub verdict: Verdict,
    /// The workflow it calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uses: Option<String>,
    /// Its legs.
    pub legs: Legs,
}

/// Whether a job would run, when all jobs before it succeed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It runs.
    Runs,
    /// Its condition is false, or that of a need is.
    Skipped,
    /// It hangs on results or outputs of its needs.
    Depends,
    /// Its condition cannot be evaluated.
    Fails {
        /// Why.
        error: String,
    },
}

/// The legs of a job, as far as they are known before its needs are complete.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Legs {
    /// All of them, in the order of their index; a job without a matrix has one.
    Known(Vec<PlannedLeg>),
    /// The matrix is made of outputs of the needs (semantics R2.46).
    Depend,
    /// The matrix is wrong; the job fails.
    Fail {
        /// Why.
        error: String,
    },
}

/// One leg.
#[derive(Debug, Clone, Serialize)]
pub struct PlannedLeg {
    /// The name it shows; with an expression that reads `needs` it is the one without it.
    pub name: String,
    /// Its `matrix`.
    pub matrix: Value,
}

/// The jobs so ordered that each stands behind its needs, evaluated in the contexts `github`,
/// `inputs` and `vars`. `None` when a need is no job or jobs need each other, which never happens for
/// a parsed workflow.
pub fn plan_jobs(jobs: &[JobOutline], contexts: &Object) -> Option<Vec<PlannedJob>> {
    let ids = jobs.iter().map(|job| job.id.as_str());
    let index: HashMap<&str, usize> = ids.zip(0..).collect();
    let of_job = |job: &JobOutline| -> Option<Vec<usize>> {
        job.needs
            .iter()
            .map(|need| index.get(need.as_str()).copied())
            .collect()
    };
    let needs: Vec<Vec<usize>> = jobs.iter().map(of_job).collect::<Option<_>>()?;
    let order = sort(&needs);
    if order.len() != jobs.len() {
        return None;
    }
    let mut done: HashMap<usize, Done> = HashMap::new();
    let mut planned = Vec::with_capacity(jobs.len());
    for at in order {
        let mut here = Done::default();
        for need in needs[at].iter().filter_map(|need| done.get(need)) {
            here.stage = here.stage.max(need.stage + 1);
            here.before = here.before.and(&need.verdict, need.before);
        }
        let job = plan_job(&jobs[at], &here, contexts);
        here.verdict = job.verdict.clone();
        done.insert(at, here);
        planned.push(job);
    }
    Some(planned)
}

/// What those behind a job want to know of it.
struct Done {
    stage: usize,
    verdict: Verdict,
    before: Before,
}

impl Default for Done {
    fn default() -> Self {
        Self {
            stage: 0,
            verdict: Verdict::Runs,
            before: Before::default(),
        }
    }
}

fn plan_job(job: &JobOutline, done: &Done, contexts: &Object) -> PlannedJob {
    let condition = job
        .condition
        .as_ref()
        .map_or("success()", Expression::source);
    let verdict = verdict(job, done.before, contexts);
    // A skipped job is one job, without legs (semantics 10, E30).
    let legs = if verdict == Verdict::Skipped {
        named(job, &[Leg::without_matrix()], Strategy::default(), contexts)
    } else {
        legs(job, contexts)
    };
    PlannedJob {
        id: job.id.clone(),
        stage: done.stage,
        needs: job.needs.clone(),
        condition: condition.to_owned(),
        verdict,
        uses: job.uses.clone(),
        legs,
    }
}

fn legs(job: &JobOutline, contexts: &Object) -> Legs {
    let outline = job.strategy.as_ref();
    if outline.is_some_and(StrategyOutline::reads_needs) {
        return Legs::Depend;
    }
    match expand_strategy(outline, contexts) {
        Ok((strategy, legs)) => named(job, &legs, strategy, contexts),
        Err(error) => Legs::Fail { error },
    }
}

/// The legs of a `strategy`, evaluated in `contexts`; one leg without a matrix where there is none (semantics 2.5).
///
/// # Errors
/// What is wrong with it, as a sentence: the job fails, it is not skipped (semantics R2.46).
pub fn expand_strategy(
    outline: Option<&StrategyOutline>,
    contexts: &Object,
) -> Result<(Strategy, Vec<Leg>), String> {
    let none = StrategyOutline::default();
    let outline = outline.unwrap_or(&none);
    let value = |tree: &Option<super::ValueTemplate>| {
        let value = tree
            .as_ref()
            .map(|tree| tree.evaluate(contexts))
            .transpose();
        value.map_err(|error| error.to_string())
    };
    let (fail_fast, most) = (value(&outline.fail_fast)?, value(&outline.max_parallel)?);
    let strategy = Strategy::from_values(fail_fast.as_ref(), most.as_ref());
    let strategy = strategy.map_err(|error| error.to_string())?;
    let one = || Ok(vec![Leg::without_matrix()]);
    let of_matrix = |matrix: Value| Matrix::from_value(&matrix)?.legs();
    let legs: Result<_, InvalidMatrix> = value(&outline.matrix)?.map_or_else(one, of_matrix);
    Ok((strategy, legs.map_err(|error| error.to_string())?))
}

fn named(job: &JobOutline, legs: &[Leg], strategy: Strategy, contexts: &Object) -> Legs {
    let planned = legs.iter().enumerate().map(|(index, leg)| {
        let mut here = contexts.clone();
        here.insert("matrix", leg.matrix().clone());
        here.insert("strategy", strategy.context(index, legs.len()));
        let name = display_name(&job.id, job.name.as_ref(), leg, &here)?;
        let matrix = leg.matrix().clone();
        Ok(PlannedLeg { name, matrix })
    });
    let planned: Result<_, EvaluationError> = planned.collect();
    planned.map_or_else(
        |error| Legs::Fail {
            error: error.to_string(),
        },
        Legs::Known,
    )
}

impl StrategyOutline {
    fn reads_needs(&self) -> bool {
        let parts = [&self.matrix, &self.fail_fast, &self.max_parallel];
        parts
            .into_iter()
            .flatten()
            .any(|part| part.names_context("needs"))
    }
}
