//! Whether a job would run if everything before it goes well; it must not know real results.

use super::{JobOutline, Verdict};
use crate::expression::{CallerFunction, Contexts, EvaluationError, Expression, Functions, Value};

/// The status functions where nothing fails and nobody cancels.
struct AllWell {
    /// Whether all needs run.
    success: bool,
}

impl Functions for AllWell {
    fn call(&self, function: CallerFunction, _: &[Value]) -> Result<Value, EvaluationError> {
        match function {
            CallerFunction::Always => Ok(Value::from(true)),
            CallerFunction::Success => Ok(Value::from(self.success)),
            CallerFunction::Failure | CallerFunction::Cancelled => Ok(Value::from(false)),
            CallerFunction::HashFiles => Err(EvaluationError::Function {
                message: "hashFiles() has no value before a job runs".to_owned(),
            }),
        }
    }
}

/// What is true of the jobs before one, directly or not: a skipped one reaches behind those that
/// ran all the same (semantics R2.14).
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Before {
    /// One is skipped or fails.
    stopped: bool,
    /// Of one it is not known whether it runs.
    open: bool,
}

impl Before {
    /// With one more need, and what stands before that.
    pub(super) fn and(self, need: &Verdict, before_need: Self) -> Self {
        let (stopped, open) = match need {
            Verdict::Skipped | Verdict::Fails { .. } => (true, false),
            Verdict::Depends => (false, true),
            Verdict::Runs => (false, false),
        };
        Self {
            stopped: self.stopped || stopped || before_need.stopped,
            open: self.open || open || before_need.open,
        }
    }
}

/// Whether the job runs, given what stands before it.
pub(super) fn verdict(job: &JobOutline, before: Before, contexts: &dyn Contexts) -> Verdict {
    let asks_needs = |condition: &Expression| condition.names_context("needs");
    if job.condition.as_ref().is_some_and(asks_needs) {
        return Verdict::Depends;
    }
    let with = |success| match value(job, success, contexts) {
        Ok(value) if value.is_truthy() => Verdict::Runs,
        Ok(_) => Verdict::Skipped,
        Err(error) => Verdict::Fails {
            error: error.to_string(),
        },
    };
    let verdict = with(!before.stopped);
    if !before.stopped && before.open && verdict != with(false) {
        return Verdict::Depends;
    }
    verdict
}

fn value(
    job: &JobOutline,
    success: bool,
    contexts: &dyn Contexts,
) -> Result<Value, EvaluationError> {
    match &job.condition {
        Some(condition) => condition.evaluate(contexts, &AllWell { success }),
        None => Ok(Value::from(success)),
    }
}
