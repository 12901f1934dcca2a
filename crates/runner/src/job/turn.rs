//! One step's turn, in the order of semantics R2.17: `env`, name, condition, the step itself,
//! `continue-on-error`. The same for steps of a job and of an action.

use std::pin::Pin;
use std::time::Duration;

use runyard_api::runner::messages::StepConclusion;
use runyard_workflow::expression::{Object, Value};
use runyard_workflow::model::{Field, FieldError, FieldValue, Position, Step, StepAction, pairs};

use super::guard::Guard;
use super::worker::{StepList, Worker, not_computed};
use crate::step::{Ran, Script, StepEnd, StepRun, WrittenSummary, run_script};
use crate::stop::{StopReason, StopSwitch};

const SECONDS_PER_MINUTE: f64 = 60.0;
/// The longest time that is waited for: a larger limit is none.
const LIMIT_MAX: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// A future that calls itself through actions within actions.
pub(super) type Boxed<'f, T> = Pin<Box<dyn Future<Output = T> + Send + 'f>>;

/// A step that is about to run, with what was computed of it.
pub(super) struct Ready<'s> {
    pub(super) step: &'s Step,
    pub(super) number: u32,
    /// Its own `env`.
    pub(super) env: Vec<(String, String)>,
    pub(super) contexts: Object,
    /// Orders for it.
    pub(super) stop: StopSwitch,
}

/// Why a step fails without having run.
struct Failed {
    key: &'static str,
    at: Position,
    error: FieldError,
}

impl Worker<'_> {
    /// Runs a step, or passes it over.
    pub(super) fn turn<'f>(
        &'f mut self,
        step: &'f Step,
        number: u32,
        list: &'f mut StepList,
    ) -> Boxed<'f, StepConclusion> {
        Box::pin(async move {
            if self.gives_up() {
                return self.pass_over(step, number, list);
            }
            match self.prepare(step, number, list) {
                Ok(Some(ready)) => self.run(ready, list).await,
                Ok(None) => self.pass_over(step, number, list),
                Err(failed) => self.refuse(step, number, list, &failed),
            }
        })
    }

    /// Computes `env`, name and condition; nothing when the condition is false.
    fn prepare<'s>(
        &mut self,
        step: &'s Step,
        number: u32,
        list: &StepList,
    ) -> Result<Option<Ready<'s>>, Failed> {
        let functions = self.functions(list);
        let contexts = self.contexts(list, step, &[]);
        let env = pairs(step.env.as_ref(), &contexts, &functions).map_err(|error| Failed {
            key: "env",
            at: step
                .env
                .as_ref()
                .map_or(step.action.position, |env| env.position),
            error,
        })?;
        let contexts = self.contexts(list, step, &env);
        let log = &self.execution.log;
        if list.action.is_none() {
            let name = step.evaluated_name(&contexts, &functions);
            self.execution.report.rename(number, &log.masked(&name));
        }
        let condition = &step.condition;
        log.debug(number, &format!("if: {}", condition.expression.source()));
        let holds = condition.holds(&contexts, &functions);
        let holds = holds.map_err(|error| Failed {
            key: "if",
            at: condition.position.unwrap_or(step.action.position),
            error: error.into(),
        })?;
        log.debug(number, &format!("if is {holds}"));
        let stop = StopSwitch::new();
        Ok(holds.then_some(Ready {
            step,
            number,
            env,
            contexts,
            stop,
        }))
    }

    fn pass_over(&self, step: &Step, number: u32, list: &mut StepList) -> StepConclusion {
        let skipped = StepConclusion::Skipped;
        if list.action.is_none() {
            self.execution.report.end(number, skipped);
        }
        record(list, step, &[], (skipped, skipped));
        skipped
    }

    /// Fails a step before it ran (semantics 1.3).
    fn refuse(
        &mut self,
        step: &Step,
        number: u32,
        list: &mut StepList,
        failed: &Failed,
    ) -> StepConclusion {
        self.begin(number, list);
        let text = not_computed(&list.file, failed.at, failed.key, &failed.error);
        self.execution.log.error(number, text);
        let failure = StepConclusion::Failure;
        self.end(number, list, failure);
        record(list, step, &[], (failure, failure));
        failure
    }

    fn begin(&self, number: u32, list: &StepList) {
        if list.action.is_none() {
            self.execution.report.begin(number);
        }
    }

    fn end(&mut self, number: u32, list: &mut StepList, conclusion: StepConclusion) {
        let failed = conclusion == StepConclusion::Failure;
        match &mut list.action {
            Some(action) => action.failed |= failed,
            None => {
                self.failed |= failed;
                self.execution.report.end(number, conclusion);
                self.execution.pace.flush.notify_one();
            }
        }
    }

    async fn run(&mut self, ready: Ready<'_>, list: &mut StepList) -> StepConclusion {
        let (step, number) = (ready.step, ready.number);
        self.begin(number, list);
        let ran = match self.guard(&ready, list) {
            Ok(guard) => {
                tokio::select! {
                    ran = self.act(&ready, list) => ran,
                    never = guard.watch() => match never {},
                }
            }
            Err(failed) => {
                let text = not_computed(&list.file, failed.at, failed.key, &failed.error);
                self.execution.log.error(number, text);
                Ran::ended(StepEnd::Failure)
            }
        };
        self.keep_summary(number, ran.summary);
        let outcome = self.outcome(&ready, ran.end);
        let conclusion = match outcome {
            StepConclusion::Failure => self.absorbed(&ready, list),
            StepConclusion::Success | StepConclusion::Cancelled | StepConclusion::Skipped => {
                outcome
            }
        };
        self.end(number, list, conclusion);
        record(list, step, &ran.outputs, (outcome, conclusion));
        conclusion
    }

    fn guard(&self, ready: &Ready<'_>, list: &StepList) -> Result<Guard, Failed> {
        let env = self.environment.given(&list.env_with(&ready.env));
        let cancelled = super::status::JobStatus::Cancelled;
        let contexts = self.contexts_with(list, &ready.step.key, &env, cancelled);
        let limit = self.field(
            ready,
            list,
            "timeout-minutes",
            ready.step.timeout_minutes.as_ref(),
        );
        Ok(Guard {
            job: self.execution.stop.clone(),
            around: list.action.as_ref().map(|action| action.stop.clone()),
            step: ready.stop.clone(),
            condition: ready.step.condition.clone(),
            contexts,
            functions: self.functions(list).cancelled(),
            limit: limit?.and_then(minutes),
        })
    }

    /// A value of a step that is computed as it runs.
    fn field<T: FieldValue>(
        &self,
        ready: &Ready<'_>,
        list: &StepList,
        key: &'static str,
        field: Option<&Field<T>>,
    ) -> Result<Option<T>, Failed> {
        let Some(field) = field else {
            return Ok(None);
        };
        let value = field.evaluate(&ready.contexts, &self.functions(list));
        value.map(Some).map_err(|error| Failed {
            key,
            at: field.position,
            error,
        })
    }

    /// What the step does.
    fn act<'f>(&'f mut self, ready: &'f Ready<'f>, list: &'f StepList) -> Boxed<'f, Ran> {
        Box::pin(async move {
            let acted = match &ready.step.action.value {
                StepAction::Run { .. } => self.script(ready, list).await,
                StepAction::Uses { text, action, with } => {
                    let functions = self.functions(list);
                    let with = pairs(with.as_ref(), &ready.contexts, &functions);
                    match with {
                        Ok(with) => Ok(self.uses(ready, list, (text, action), with).await),
                        Err(error) => Err(Failed {
                            key: "with",
                            at: text.position,
                            error,
                        }),
                    }
                }
                StepAction::Wait(_)
                | StepAction::WaitAll
                | StepAction::Cancel(_)
                | StepAction::Parallel(_) => {
                    let text = "This kind of step is not supported by this runner.";
                    self.execution.log.error(ready.number, text);
                    Ok(Ran::ended(StepEnd::Failure))
                }
            };
            acted.unwrap_or_else(|failed| {
                let text = not_computed(&list.file, failed.at, failed.key, &failed.error);
                self.execution.log.error(ready.number, text);
                Ran::ended(StepEnd::Failure)
            })
        })
    }

    async fn script(&mut self, ready: &Ready<'_>, list: &StepList) -> Result<Ran, Failed> {
        let StepAction::Run {
            script,
            shell,
            working_directory,
        } = &ready.step.action.value
        else {
            return Ok(Ran::ended(StepEnd::Failure));
        };
        let text = self.field(ready, list, "run", Some(script))?;
        let shell = self.field(ready, list, "shell", shell.as_ref())?;
        let folder = working_directory.as_ref();
        let folder = self.field(ready, list, "working-directory", folder)?;
        let filled = |text: &String| !text.is_empty();
        // The defaults of a workflow do not reach into actions.
        let defaults = list.action.is_none().then_some(&self.defaults);
        let script = Script {
            text: text.unwrap_or_default(),
            shell: shell.filter(filled).or_else(|| defaults?.shell.clone()),
            folder: folder
                .filter(filled)
                .or_else(|| defaults?.working_directory.clone()),
        };
        let mut run = self.step_run(ready, list);
        Ok(run_script(&mut run, &script).await)
    }

    /// What a step works with.
    pub(super) fn step_run<'f>(&'f mut self, ready: &'f Ready<'_>, list: &StepList) -> StepRun<'f> {
        let serial = self.next_serial();
        let mut fixed = vec![("GITHUB_ACTION".to_owned(), ready.step.key.clone())];
        if let Some(action) = &list.action {
            let path = action.path.display().to_string();
            fixed.push(("GITHUB_ACTION_PATH".to_owned(), path));
        }
        let given = self.environment.given(&list.env_with(&ready.env));
        StepRun {
            session: &mut *self.session,
            environment: &mut self.environment,
            folders: &self.execution.folders,
            log: &self.execution.log,
            stop: &ready.stop,
            number: ready.number,
            serial,
            given,
            fixed,
        }
    }

    /// How a step ended before `continue-on-error` is looked at.
    fn outcome(&self, ready: &Ready<'_>, end: StepEnd) -> StepConclusion {
        match end {
            StepEnd::Success => StepConclusion::Success,
            StepEnd::Failure => StepConclusion::Failure,
            StepEnd::Stopped => {
                let reason = ready.stop.ordered().map(|stop| stop.reason);
                if let Some(why) = reason.and_then(|reason| Self::why(ready, reason)) {
                    self.execution.log.error(ready.number, why);
                }
                match reason {
                    Some(StopReason::Drained | StopReason::StepTimedOut) => StepConclusion::Failure,
                    Some(StopReason::Cancelled | StopReason::TimedOut | StopReason::Gone)
                    | None => StepConclusion::Cancelled,
                }
            }
        }
    }

    /// What a person could not guess.
    fn why(ready: &Ready<'_>, reason: StopReason) -> Option<String> {
        match reason {
            StopReason::StepTimedOut => {
                let limit = ready.step.timeout_minutes.as_ref();
                let limit = limit.and_then(|limit| limit.literal());
                let limit = limit.map_or(String::new(), |limit| format!(" of {limit} minutes"));
                Some(format!("The step ran longer than its limit{limit}."))
            }
            StopReason::Drained => {
                Some("The runner is shutting down and could not wait longer.".to_owned())
            }
            StopReason::Cancelled | StopReason::TimedOut | StopReason::Gone => None,
        }
    }

    /// The conclusion of a step that failed: `continue-on-error` makes it a success, but not when
    /// the job is over for it (semantics 1.3).
    fn absorbed(&self, ready: &Ready<'_>, list: &StepList) -> StepConclusion {
        let key = "continue-on-error";
        let field = ready.step.continue_on_error.as_ref();
        match self.field(ready, list, key, field) {
            Ok(Some(true)) if !self.gives_up() => StepConclusion::Success,
            Ok(_) => StepConclusion::Failure,
            Err(failed) => {
                let text = not_computed(&list.file, failed.at, failed.key, &failed.error);
                self.execution.log.error(ready.number, text);
                StepConclusion::Failure
            }
        }
    }

    fn keep_summary(&self, number: u32, summary: WrittenSummary) {
        let log = &self.execution.log;
        match summary {
            WrittenSummary::None => {}
            WrittenSummary::TooLong(bytes) => {
                let text = format!(
                    "The summary of this step has {bytes} bytes, allowed are {}: it is dropped.",
                    runyard_api::runner::messages::SUMMARY_BYTES
                );
                log.error(number, text);
            }
            WrittenSummary::Text(text) => {
                let kept = self.execution.keep_summary(number, &log.masked(&text));
                if let Err(problem) = kept {
                    log.error(number, problem);
                }
            }
        }
    }
}

/// `steps.<id>`, once the step finished; a step without an id never appears (semantics R2.17).
fn record(
    list: &mut StepList,
    step: &Step,
    outputs: &[(String, String)],
    (outcome, conclusion): (StepConclusion, StepConclusion),
) {
    let Some(id) = &step.id else {
        return;
    };
    let outputs = outputs
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    let outputs: Object = outputs.collect();
    let finished: Object = [
        ("outputs", Value::from(outputs)),
        ("outcome", Value::from(word(outcome))),
        ("conclusion", Value::from(word(conclusion))),
    ]
    .into_iter()
    .collect();
    list.steps.insert(id.as_str(), finished);
}

fn word(conclusion: StepConclusion) -> &'static str {
    match conclusion {
        StepConclusion::Success => "success",
        StepConclusion::Failure => "failure",
        StepConclusion::Cancelled => "cancelled",
        StepConclusion::Skipped => "skipped",
    }
}

/// Only a number above 0 is a limit (semantics R2.76).
fn minutes(minutes: f64) -> Option<Duration> {
    let limit = Duration::try_from_secs_f64(minutes * SECONDS_PER_MINUTE).ok()?;
    (limit > Duration::ZERO && limit < LIMIT_MAX).then_some(limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r2_76_only_numbers_above_zero_set_a_limit() {
        assert_eq!(minutes(1.5), Some(Duration::from_secs(90)));
        for none in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e12] {
            assert_eq!(minutes(none), None, "{none}");
        }
    }
}
