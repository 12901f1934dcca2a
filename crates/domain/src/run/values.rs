//! Values of a job that may be expressions, computed and checked. Knows nothing of runs.

use crate::concurrency::{Concurrency, GroupName};
use runyard_workflow::{
    expression::{Contexts, EvaluationError, Kind, NoFunctions, Object, Value},
    model::{self, Computed, Field, Queue, RunsOn, StepsJob, Templated},
};

/// What is wrong with a job's definition: a sentence that names the key.
pub(super) type Problem = String;

const RUNS_ON: &str = "runs-on";
const CONCURRENCY: &str = "concurrency";
const CANCEL_IN_PROGRESS: &str = "concurrency.cancel-in-progress";

/// Labels that a job may ask for at most.
const LABELS_MAX: usize = 100;

pub(super) fn problem(key: &str, error: &EvaluationError) -> Problem {
    format!("{key}: {error}")
}

pub(super) fn evaluate(
    key: &str,
    computed: &Computed,
    contexts: &dyn Contexts,
) -> Result<Value, Problem> {
    let value = computed.expression.evaluate(contexts, &NoFunctions);
    value.map_err(|error| problem(key, &error))
}

/// A value as JSON, as events keep it. What no JSON can hold is null.
pub(super) fn json(value: &Value) -> serde_json::Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// The text of a field with its `${{ }}` left as written (semantics R2.13).
pub(super) fn as_written(field: &Field<String>) -> String {
    match &field.value {
        Templated::Literal(text) => text.clone(),
        Templated::Computed(computed) => computed.text.clone(),
    }
}

/// `continue-on-error` (semantics R1.20): a boolean, no text (semantics R7.31).
pub(super) fn continue_on_error(job: &StepsJob, contexts: &dyn Contexts) -> Result<bool, Problem> {
    const KEY: &str = "continue-on-error";
    match job.continue_on_error.as_ref().map(|field| &field.value) {
        None => Ok(false),
        Some(Templated::Literal(value)) => Ok(*value),
        Some(Templated::Computed(computed)) => {
            let value = evaluate(KEY, computed, contexts)?;
            if value.kind() == Kind::Null {
                return Ok(false);
            }
            let boolean = value.as_bool();
            boolean.ok_or_else(|| wrong(KEY, &value, "a boolean"))
        }
    }
}

/// `timeout-minutes` (semantics R2.75).
pub(super) fn timeout_minutes(
    job: &StepsJob,
    contexts: &dyn Contexts,
) -> Result<Option<u32>, Problem> {
    minutes("timeout-minutes", job.timeout_minutes.as_ref(), contexts)
}

/// `cancel-timeout-minutes` (semantics R2.75).
pub(super) fn cancel_timeout_minutes(
    job: &StepsJob,
    contexts: &dyn Contexts,
) -> Result<Option<u32>, Problem> {
    let field = job.cancel_timeout_minutes.as_ref();
    minutes("cancel-timeout-minutes", field, contexts)
}

/// Minutes without their fraction: a number, no text (semantics R7.31).
fn minutes(
    key: &str,
    field: Option<&Field<f64>>,
    contexts: &dyn Contexts,
) -> Result<Option<u32>, Problem> {
    let minutes = match field.map(|field| &field.value) {
        None => return Ok(None),
        Some(Templated::Literal(minutes)) => *minutes,
        Some(Templated::Computed(computed)) => {
            let value = evaluate(key, computed, contexts)?;
            if value.kind() == Kind::Null {
                return Ok(None);
            }
            let number = value.as_number();
            number.ok_or_else(|| wrong(key, &value, "a number"))?
        }
    };
    if !(1.0..=f64::from(u32::MAX)).contains(&minutes) {
        return Err(format!(
            "{key}: {minutes} is not a number of minutes from 1"
        ));
    }
    Ok(Some(minutes as u32))
}

/// `concurrency` of a run, a job or a call (semantics R2.50, R2.53, R2.54).
pub(super) fn concurrency(
    field: &Field<model::Concurrency>,
    contexts: &dyn Contexts,
) -> Result<Concurrency, Problem> {
    let (group, cancel_in_progress, queue) = match &field.value {
        Templated::Computed(computed) => {
            let value = evaluate(CONCURRENCY, computed, contexts)?;
            match value.as_object() {
                Some(object) => of_object(object)?,
                None => (group_text(&value)?, false, Queue::Single),
            }
        }
        Templated::Literal(plain) => of_mapping(plain, contexts)?,
    };
    if cancel_in_progress && queue == Queue::Max {
        return Err(format!(
            "{CONCURRENCY}: queue: max cannot stand beside cancel-in-progress: true"
        ));
    }
    let group = GroupName::new(group).map_err(|error| format!("{CONCURRENCY}: {error}"))?;
    Ok(Concurrency {
        group,
        cancel_in_progress,
        queue,
    })
}

/// Group, `cancel-in-progress` and `queue`.
type Wanted = (String, bool, Queue);

fn of_mapping(plain: &model::Concurrency, contexts: &dyn Contexts) -> Result<Wanted, Problem> {
    let group = match &plain.group.value {
        Templated::Literal(text) => text.clone(),
        Templated::Computed(computed) => group_text(&evaluate(CONCURRENCY, computed, contexts)?)?,
    };
    let cancel = match plain.cancel_in_progress.as_ref().map(|field| &field.value) {
        None => false,
        Some(Templated::Literal(value)) => *value,
        Some(Templated::Computed(computed)) => {
            cancels(&evaluate(CANCEL_IN_PROGRESS, computed, contexts)?)?
        }
    };
    let queue = plain.queue.as_ref().map_or(Queue::Single, |it| it.value);
    Ok((group, cancel, queue))
}

/// The same from one expression for the whole of it.
fn of_object(object: &Object) -> Result<Wanted, Problem> {
    let group = group_text(object.get("group").unwrap_or(&Value::Null))?;
    let cancel = object.get("cancel-in-progress");
    let cancel = cancel.map_or(Ok(false), cancels)?;
    let queue = match object.get("queue").map(Value::to_text).as_deref() {
        None | Some("" | "single") => Queue::Single,
        Some("max") => Queue::Max,
        Some(other) => {
            return Err(format!(
                "{CONCURRENCY}.queue: '{other}' is neither single nor max"
            ));
        }
    };
    Ok((group, cancel, queue))
}

fn group_text(value: &Value) -> Result<String, Problem> {
    if value.is_scalar() {
        return Ok(value.to_text().to_string());
    }
    Err(wrong(CONCURRENCY, value, "a text"))
}

/// A boolean, no text (semantics R7.31); nothing is `false`.
fn cancels(value: &Value) -> Result<bool, Problem> {
    if value.kind() == Kind::Null {
        return Ok(false);
    }
    let boolean = value.as_bool();
    boolean.ok_or_else(|| wrong(CANCEL_IN_PROGRESS, value, "a boolean"))
}

/// The labels and the runner group of `runs-on` (semantics R2.77, R2.78).
pub(super) fn runs_on(
    runs_on: &Field<RunsOn>,
    contexts: &dyn Contexts,
) -> Result<(Vec<String>, Option<String>), Problem> {
    let group = match &runs_on.value {
        Templated::Computed(computed) => {
            let value = evaluate(RUNS_ON, computed, contexts)?;
            let group = value.as_object().and_then(|object| object.get("group"));
            group.map(|group| group.to_text().to_string())
        }
        Templated::Literal(plain) => match plain.group.as_ref().map(|field| &field.value) {
            None => None,
            Some(Templated::Literal(group)) => Some(group.clone()),
            Some(Templated::Computed(computed)) => {
                let value = evaluate("runs-on.group", computed, contexts)?;
                Some(value.to_text().to_string())
            }
        },
    };
    let group = group.map(|text| {
        let name = model::runner_group(&text).map(str::to_owned);
        name.ok_or_else(|| {
            format!(
                "runs-on.group: '{text}' is not a name, organization/<name> or enterprise/<name>"
            )
        })
    });
    let group = group.transpose()?;
    Ok((labels(runs_on, group.is_some(), contexts)?, group))
}

fn labels(
    runs_on: &Field<RunsOn>,
    is_grouped: bool,
    contexts: &dyn Contexts,
) -> Result<Vec<String>, Problem> {
    let labels = match &runs_on.value {
        Templated::Computed(computed) => {
            let value = evaluate("runs-on", computed, contexts)?;
            match value.as_object() {
                None => texts(&value)?,
                Some(object) => object.get("labels").map_or(Ok(Vec::new()), texts)?,
            }
        }
        Templated::Literal(runs_on) => match runs_on.labels.as_ref().map(|field| &field.value) {
            None => Vec::new(),
            Some(Templated::Computed(computed)) => {
                texts(&evaluate("runs-on", computed, contexts)?)?
            }
            Some(Templated::Literal(labels)) => {
                let text = |label: &Field<String>| match &label.value {
                    Templated::Literal(text) => Ok(text.clone()),
                    Templated::Computed(computed) => {
                        let value = evaluate("runs-on", computed, contexts)?;
                        Ok(value.to_text().to_string())
                    }
                };
                labels.iter().map(text).collect::<Result<_, Problem>>()?
            }
        },
    };
    if (labels.is_empty() && !is_grouped) || labels.iter().any(|label| label.trim().is_empty()) {
        return Err(
            "runs-on: at least one label or a group is needed, and no label may be empty"
                .to_owned(),
        );
    }
    if labels.len() > LABELS_MAX {
        return Err(format!(
            "runs-on: {} labels are asked for, at most {LABELS_MAX} are allowed",
            labels.len()
        ));
    }
    Ok(labels)
}

fn texts(value: &Value) -> Result<Vec<String>, Problem> {
    let items = value.as_array().unwrap_or(std::slice::from_ref(value));
    let text = |item: &Value| {
        if item.is_scalar() {
            Ok(item.to_text().to_string())
        } else {
            Err(wrong("runs-on", item, "a text or a list of texts"))
        }
    };
    items.iter().map(text).collect()
}

fn wrong(key: &str, value: &Value, wanted: &str) -> Problem {
    format!("{key}: '{}' is not {wanted}", value.to_text())
}
