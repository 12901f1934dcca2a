//! One leg of a matrix and its name (semantics R2.40 to R2.42); it must not know the other legs.

use crate::expression::{Contexts, EvaluationError, NoFunctions, Object, Template, Value};
use crate::model::shortened;
use std::sync::Arc;

/// One leg: its `matrix` context and what of it stands in its name.
#[derive(Debug, Clone)]
pub struct Leg {
    matrix: Value,
    shown: Vec<Arc<str>>,
}

impl Leg {
    /// The only leg of a job without a strategy, or of one whose rows are all excluded.
    pub fn without_matrix() -> Self {
        Self {
            matrix: Value::Null,
            shown: Vec::new(),
        }
    }

    /// A row whose name comes from `named`, and whose matrix is `whole`.
    pub(super) fn of_row(named: &Object, whole: Object) -> Self {
        Self {
            matrix: whole.into(),
            shown: leaves(named),
        }
    }

    /// The `matrix` context: an object, or null.
    pub fn matrix(&self) -> &Value {
        &self.matrix
    }

    /// `job (v1, v2)`: the row's values behind a name; values that an include added to the row are
    /// not there (semantics R2.40). Cut to 100 characters.
    pub fn suffixed(&self, name: &str) -> String {
        if self.shown.is_empty() {
            return shortened(name.to_owned());
        }
        shortened(format!("{name} ({})", self.shown.join(", ")))
    }
}

/// The name that a leg shows: a plain `name`, or the job's id without one, takes the suffix; a name
/// with an expression is used as it is, unless it is empty (semantics R2.41, R2.42).
///
/// # Errors
/// The name cannot be evaluated.
pub fn display_name(
    id: &str,
    name: Option<&Template>,
    leg: &Leg,
    contexts: &dyn Contexts,
) -> Result<String, EvaluationError> {
    let Some(template) = name else {
        return Ok(leg.suffixed(id));
    };
    let text = template.evaluate(contexts, &NoFunctions)?.to_text();
    Ok(match (text.is_empty(), template.literal()) {
        (true, _) => leg.suffixed(id),
        (false, Some(plain)) => leg.suffixed(plain),
        (false, None) => shortened(text.to_string()),
    })
}

/// The scalars of a row in order, as texts; empty ones are left out.
fn leaves(row: &Object) -> Vec<Arc<str>> {
    let mut open: Vec<&Value> = row.iter().map(|(_, value)| value).collect();
    open.reverse();
    let mut texts = Vec::new();
    while let Some(value) = open.pop() {
        match value {
            Value::Array(array) => open.extend(array.items().iter().rev()),
            Value::Object(pairs) => {
                let from = open.len();
                open.extend(pairs.iter().map(|(_, value)| value));
                open[from..].reverse();
            }
            Value::Null | Value::Boolean(_) | Value::Number(_) | Value::String(_) => {
                texts.push(value.to_text());
            }
        }
    }
    texts.retain(|text| !text.is_empty());
    texts
}
