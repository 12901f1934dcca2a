//! Status functions of steps (semantics 2.2), and the one function that looks at the workspace. Pure
//! but for that.

use std::path::PathBuf;

use runyard_workflow::expression::{CallerFunction, EvaluationError, Functions, Value};

use crate::hash_files::hash_files;

/// How a job stands while its steps run (semantics R1.10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum JobStatus {
    Success,
    Failure,
    Cancelled,
}

impl JobStatus {
    /// The word of `job.status`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Cancelled => "cancelled",
        }
    }
}

/// The functions that a step may call.
#[derive(Debug, Clone)]
pub(super) struct StepFunctions {
    pub(super) job: JobStatus,
    /// Whether an earlier step of the same action failed; nothing outside of actions.
    pub(super) action_failed: Option<bool>,
    pub(super) workspace: PathBuf,
}

impl StepFunctions {
    /// The same once the job was told to cancel.
    pub(super) fn cancelled(mut self) -> Self {
        self.job = JobStatus::Cancelled;
        self
    }

    fn succeeds(&self) -> bool {
        match self.action_failed {
            Some(failed) => !failed,
            None => self.job == JobStatus::Success,
        }
    }

    fn fails(&self) -> bool {
        self.action_failed.unwrap_or(self.job == JobStatus::Failure)
    }
}

impl Functions for StepFunctions {
    fn call(
        &self,
        function: CallerFunction,
        arguments: &[Value],
    ) -> Result<Value, EvaluationError> {
        let answer = match function {
            CallerFunction::Always => true,
            CallerFunction::Cancelled => self.job == JobStatus::Cancelled,
            CallerFunction::Success => self.succeeds(),
            CallerFunction::Failure => self.fails(),
            CallerFunction::HashFiles => {
                let patterns: Vec<String> = arguments
                    .iter()
                    .map(|pattern| pattern.to_text().to_string())
                    .collect();
                let hash = hash_files(&self.workspace, &patterns);
                let hash = hash.map_err(|message| EvaluationError::Function { message })?;
                return Ok(Value::from(hash));
            }
        };
        Ok(Value::from(answer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use JobStatus::{Cancelled, Failure, Success};

    fn answers(job: JobStatus, action_failed: Option<bool>) -> Vec<bool> {
        let functions = StepFunctions {
            job,
            action_failed,
            workspace: PathBuf::new(),
        };
        let asked = [
            CallerFunction::Success,
            CallerFunction::Failure,
            CallerFunction::Cancelled,
            CallerFunction::Always,
        ];
        let answer = |function| functions.call(function, &[]).unwrap().is_truthy();
        asked.into_iter().map(answer).collect()
    }

    #[test]
    fn r2_16_step_functions_look_at_the_job_alone_and_in_actions_at_the_action() {
        let table = [
            (Success, None, [true, false, false, true]),
            (Failure, None, [false, true, false, true]),
            (Cancelled, None, [false, false, true, true]),
            (Failure, Some(false), [true, false, false, true]),
            (Success, Some(true), [false, true, false, true]),
            (Cancelled, Some(false), [true, false, true, true]),
            (Cancelled, Some(true), [false, true, true, true]),
        ];
        for (job, action, wanted) in table {
            assert_eq!(answers(job, action), wanted, "{job:?}, {action:?}");
        }
    }

    #[test]
    fn r1_10_the_worst_status_stays() {
        assert!(Success < Failure && Failure < Cancelled);
    }
}
