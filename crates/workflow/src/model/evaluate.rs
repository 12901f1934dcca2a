//! What fields say once their expressions are computed (semantics R7.1, R7.31); it must not know
//! where contexts come from.

use super::{Condition, Env, Field, Scalar, Step, StepAction, Templated, Variable, Variables};
use crate::expression::{Contexts, EvaluationError, Functions, Template, Value};
use std::collections::HashSet;
use thiserror::Error;

/// Why a field has no value.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FieldError {
    /// An expression in it has none.
    #[error(transparent)]
    Expression(#[from] EvaluationError),
    /// Its value is of a kind that does not fit (semantics R7.31).
    #[error("'{value}' is not {wanted}")]
    Kind {
        /// The value as text.
        value: String,
        /// What fits.
        wanted: &'static str,
    },
    /// A computed name is there already.
    #[error("'{name}' is already defined")]
    Defined {
        /// The name.
        name: String,
    },
}

/// What a field may hold: made of the value of an expression.
pub trait FieldValue: Clone {
    /// What fits, for messages.
    const WANTED: &'static str;

    /// The value, if it is of a kind that fits.
    fn of(value: &Value) -> Option<Self>;
}

/// Every scalar is text where text is expected (semantics R7.63).
impl FieldValue for String {
    const WANTED: &'static str = "a string";

    fn of(value: &Value) -> Option<Self> {
        value.is_scalar().then(|| value.to_text().to_string())
    }
}

impl FieldValue for bool {
    const WANTED: &'static str = "true or false";

    fn of(value: &Value) -> Option<Self> {
        value.as_bool()
    }
}

impl FieldValue for f64 {
    const WANTED: &'static str = "a number";

    fn of(value: &Value) -> Option<Self> {
        value.as_number()
    }
}

impl FieldValue for Scalar {
    const WANTED: &'static str = "a string, a number or a boolean";

    fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Null => Some(Self::Null),
            Value::Boolean(value) => Some(Self::Boolean(*value)),
            Value::Number(value) => Some(Self::Number(*value)),
            Value::String(text) => Some(Self::Text(text.to_string())),
            Value::Array(_) | Value::Object(_) => None,
        }
    }
}

fn of<T: FieldValue>(value: &Value) -> Result<T, FieldError> {
    T::of(value).ok_or_else(|| FieldError::Kind {
        value: value.to_text().to_string(),
        wanted: T::WANTED,
    })
}

impl<T: FieldValue> Templated<T> {
    /// The value in these contexts.
    ///
    /// # Errors
    /// The expression has no value, or one of another kind: the text `'true'` is no boolean
    /// (semantics R7.31).
    pub fn evaluate(
        &self,
        contexts: &dyn Contexts,
        functions: &dyn Functions,
    ) -> Result<T, FieldError> {
        match self {
            Self::Literal(value) => Ok(value.clone()),
            Self::Computed(computed) => of(&computed.expression.evaluate(contexts, functions)?),
        }
    }
}

impl Templated<Vec<Variable>> {
    /// The names and values in these contexts, in file order, as texts. `${{ insert }}` puts in the
    /// pairs of its value (semantics R7.1).
    ///
    /// # Errors
    /// A name or value has none or is no scalar, or two names are the same.
    pub fn pairs(
        &self,
        contexts: &dyn Contexts,
        functions: &dyn Functions,
    ) -> Result<Env, FieldError> {
        let mut pairs = Pairs::default();
        match self {
            Self::Computed(computed) => {
                pairs.insert(&computed.expression.evaluate(contexts, functions)?)?;
            }
            Self::Literal(variables) => {
                for variable in variables {
                    pairs.variable(variable, contexts, functions)?;
                }
            }
        }
        Ok(pairs.found)
    }
}

#[derive(Default)]
struct Pairs {
    found: Env,
    /// The names without regard to case.
    names: HashSet<String>,
}

impl Pairs {
    fn variable(
        &mut self,
        variable: &Variable,
        contexts: &dyn Contexts,
        functions: &dyn Functions,
    ) -> Result<(), FieldError> {
        if let (Some(name), Templated::Computed(value)) =
            (variable.name.literal(), &variable.value.value)
            && Template::is_insert(name)
        {
            return self.insert(&value.expression.evaluate(contexts, functions)?);
        }
        let name = variable.name.evaluate(contexts, functions)?;
        let value = variable.value.evaluate(contexts, functions)?;
        self.add(name, value.to_text())
    }

    /// Puts in the pairs of an object; null has none.
    fn insert(&mut self, value: &Value) -> Result<(), FieldError> {
        if matches!(value, Value::Null) {
            return Ok(());
        }
        let object = value.as_object().ok_or_else(|| FieldError::Kind {
            value: value.to_text().to_string(),
            wanted: "a mapping of names to scalars",
        })?;
        for (name, value) in object.iter() {
            self.add(name.to_owned(), of(value)?)?;
        }
        Ok(())
    }

    fn add(&mut self, name: String, value: String) -> Result<(), FieldError> {
        if !self.names.insert(name.to_lowercase()) {
            return Err(FieldError::Defined { name });
        }
        self.found.push((name, value));
        Ok(())
    }
}

/// The pairs of `variables` in these contexts; none where the file has none.
///
/// # Errors
/// As [`Templated::pairs`].
pub fn pairs(
    variables: Option<&Variables>,
    contexts: &dyn Contexts,
    functions: &dyn Functions,
) -> Result<Env, FieldError> {
    variables.map_or_else(
        || Ok(Env::new()),
        |variables| variables.pairs(contexts, functions),
    )
}

impl Condition {
    /// Whether it holds in these contexts: by truthiness (semantics R2.11).
    ///
    /// # Errors
    /// The expression has no value.
    pub fn holds(
        &self,
        contexts: &dyn Contexts,
        functions: &dyn Functions,
    ) -> Result<bool, EvaluationError> {
        let value = self.expression.evaluate(contexts, functions)?;
        Ok(value.is_truthy())
    }
}

impl Step {
    /// The name to show, with its expressions computed; what cannot be computed stays as written
    /// (semantics R2.17).
    pub fn evaluated_name(&self, contexts: &dyn Contexts, functions: &dyn Functions) -> String {
        let evaluated = |field: &Field<String>| field.evaluate(contexts, functions).ok();
        let shown = match (&self.name, &self.action.value) {
            (Some(name), _) => evaluated(name).filter(|name| !name.trim().is_empty()),
            (None, StepAction::Run { script, .. }) => {
                evaluated(script).map(|script| super::step::run_name(&script))
            }
            (
                None,
                StepAction::Uses { .. }
                | StepAction::Wait(_)
                | StepAction::WaitAll
                | StepAction::Cancel(_)
                | StepAction::Parallel(_),
            ) => None,
        };
        shown.unwrap_or_else(|| self.display_name())
    }
}
