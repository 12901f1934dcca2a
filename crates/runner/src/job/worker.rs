//! What the steps of a job share while they run: its processes, its environment, what expressions
//! see. Decides nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use runyard_workflow::expression::Object;
use runyard_workflow::model::{FieldError, Position, Step};

use super::contexts::{ActionMoment, Facts, Moment};
use super::definition::Defaults;
use super::execution::Execution;
use super::status::{JobStatus, StepFunctions};
use crate::backend::Session;
use crate::step::JobEnvironment;
use crate::stop::{StopReason, StopSwitch};

/// The work on one job.
pub(super) struct Worker<'a> {
    pub(super) execution: &'a Execution,
    pub(super) session: &'a mut dyn Session,
    pub(super) environment: JobEnvironment,
    pub(super) facts: Facts,
    /// `defaults.run`, computed.
    pub(super) defaults: RunDefaults,
    /// A step's conclusion was failure (semantics R1.10).
    pub(super) failed: bool,
    /// Steps that ran so far, those within actions included.
    pub(super) serial: u32,
}

/// `defaults.run` of the job, computed (semantics R2.82).
#[derive(Debug, Default)]
pub(super) struct RunDefaults {
    pub(super) shell: Option<String>,
    pub(super) working_directory: Option<String>,
}

/// One list of steps: the job's own, or that of an action.
pub(super) struct StepList {
    /// Finished steps that have an id.
    pub(super) steps: Object,
    /// The file that the steps are written in.
    pub(super) file: String,
    pub(super) action: Option<ActionList>,
}

/// What a list has that is an action's.
pub(super) struct ActionList {
    pub(super) inputs: Object,
    pub(super) path: PathBuf,
    /// `env` of the step that uses it, and of those around that one, the innermost last.
    pub(super) env: Vec<(String, String)>,
    /// Orders for the step that uses it.
    pub(super) stop: StopSwitch,
    pub(super) failed: bool,
    /// Actions within each other, from 1.
    pub(super) depth: usize,
}

impl StepList {
    pub(super) fn depth(&self) -> usize {
        self.action.as_ref().map_or(0, |action| action.depth)
    }

    fn env(&self) -> &[(String, String)] {
        self.action.as_ref().map_or(&[], |action| &action.env)
    }

    /// `env` of all that is around a step, and its own.
    pub(super) fn env_with(&self, own: &[(String, String)]) -> Vec<(String, String)> {
        self.env().iter().chain(own).cloned().collect()
    }
}

impl Worker<'_> {
    /// How the job stands; once cancelled it stays so (semantics R1.10).
    pub(super) fn status(&self) -> JobStatus {
        match self.execution.stop.ordered().map(|stop| stop.reason) {
            Some(StopReason::Cancelled | StopReason::TimedOut | StopReason::Gone) => {
                JobStatus::Cancelled
            }
            Some(StopReason::Drained | StopReason::StepTimedOut) => JobStatus::Failure,
            None if self.failed => JobStatus::Failure,
            None => JobStatus::Success,
        }
    }

    /// Whether no further condition is evaluated: the runner goes away, or what is done does not
    /// count any more (semantics R2.16).
    pub(super) fn gives_up(&self) -> bool {
        let order = self.execution.stop.ordered();
        order.is_some_and(|stop| match stop.reason {
            StopReason::Drained | StopReason::Gone => true,
            StopReason::Cancelled | StopReason::TimedOut | StopReason::StepTimedOut => stop.force,
        })
    }

    pub(super) fn functions(&self, list: &StepList) -> StepFunctions {
        StepFunctions {
            job: self.status(),
            action_failed: list.action.as_ref().map(|action| action.failed),
            workspace: self.execution.folders.workspace.clone(),
        }
    }

    /// What a step sees; `own` is its `env`, once that is computed.
    pub(super) fn contexts(
        &self,
        list: &StepList,
        step: &Step,
        own: &[(String, String)],
    ) -> Object {
        let env = self.environment.given(&list.env_with(own));
        self.contexts_with(list, &step.key, &env, self.status())
    }

    pub(super) fn contexts_with(
        &self,
        list: &StepList,
        key: &str,
        env: &BTreeMap<String, String>,
        status: JobStatus,
    ) -> Object {
        let action = list.action.as_ref().map(|action| ActionMoment {
            inputs: &action.inputs,
            path: &action.path,
            failed: action.failed,
        });
        self.facts.at(&Moment {
            status,
            env,
            steps: &list.steps,
            key,
            action,
        })
    }

    pub(super) fn next_serial(&mut self) -> u32 {
        self.serial += 1;
        self.serial
    }

    pub(super) fn workspace(&self) -> &Path {
        &self.execution.folders.workspace
    }
}

/// What people read about a value that cannot be computed.
pub(super) fn not_computed(file: &str, at: Position, key: &str, error: &FieldError) -> String {
    let Position { line, column } = at;
    format!("{key} cannot be computed: {file} (Line: {line}, Col: {column}): {error}")
}

/// `defaults.run`, computed.
pub(super) fn run_defaults(
    defaults: &Defaults,
    contexts: &Object,
    functions: &StepFunctions,
) -> Result<RunDefaults, (Position, FieldError)> {
    let mut computed = RunDefaults::default();
    for (field, place) in [
        (&defaults.shell, &mut computed.shell),
        (&defaults.working_directory, &mut computed.working_directory),
    ] {
        if let Some(field) = field {
            let value = field.evaluate(contexts, functions);
            *place = Some(value.map_err(|error| (field.position, error))?);
        }
    }
    if let Some(whole) = &defaults.whole {
        let value = whole.expression.evaluate(contexts, functions);
        let value = value.map_err(|error| (whole.position, error.into()))?;
        let text = |name: &str| {
            let value = value.as_object()?.get(name)?.to_text().to_string();
            Some(value).filter(|value| !value.is_empty())
        };
        computed.shell = text("shell").or(computed.shell);
        computed.working_directory = text("working-directory").or(computed.working_directory);
    }
    Ok(computed)
}
