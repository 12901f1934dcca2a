//! Values of a job that may be expressions, computed and checked. Knows nothing of runs.

use runyard_workflow::{
    expression::{Contexts, EvaluationError, Kind, NoFunctions, Value},
    model::{Computed, Field, RunsOn, StepsJob, Templated},
};

/// What is wrong with a job's definition: a sentence that names the key.
pub(super) type Problem = String;

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

/// The labels of `runs-on` (semantics R2.77, R2.78).
pub(super) fn labels(
    runs_on: &Field<RunsOn>,
    contexts: &dyn Contexts,
) -> Result<Vec<String>, Problem> {
    let labels = match &runs_on.value {
        Templated::Computed(computed) => {
            let value = evaluate("runs-on", computed, contexts)?;
            let labels = value.as_object().and_then(|object| object.get("labels"));
            texts(labels.unwrap_or(&value))?
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
    if labels.is_empty() || labels.iter().any(|label| label.trim().is_empty()) {
        return Err("runs-on: at least one label is needed, and none may be empty".to_owned());
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
