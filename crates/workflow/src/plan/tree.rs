//! A piece of a workflow file whose scalars may be expressions, as `matrix` is; it must not know
//! what the piece means.

use crate::expression::{
    Contexts, EvaluationError, Expression, NoFunctions, Object, Template, Value,
};

/// A scalar, list or mapping before its expressions are evaluated. It is as deep as the file, whose
/// depth the reader limits.
#[derive(Debug, Clone)]
pub enum ValueTemplate {
    /// A value without expressions.
    Literal(Value),
    /// A text with expressions; a single one keeps its kind (semantics R7.1).
    Template(Template),
    /// Items in order.
    List(Vec<Self>),
    /// Pairs in order.
    Mapping(Vec<(String, Self)>),
}

impl ValueTemplate {
    /// The value in these contexts.
    ///
    /// # Errors
    /// The first expression that has no value.
    pub fn evaluate(&self, contexts: &dyn Contexts) -> Result<Value, EvaluationError> {
        match self {
            Self::Literal(value) => Ok(value.clone()),
            Self::Template(template) => template.evaluate(contexts, &NoFunctions),
            Self::List(items) => {
                let values = items.iter().map(|item| item.evaluate(contexts));
                Ok(values.collect::<Result<Vec<_>, _>>()?.into())
            }
            Self::Mapping(pairs) => {
                let mut object = Object::new();
                for (key, value) in pairs {
                    object.insert(key.as_str(), value.evaluate(contexts)?);
                }
                Ok(object.into())
            }
        }
    }

    /// Whether any expression in it reads the context of this name.
    pub fn names_context(&self, name: &str) -> bool {
        let names = |expression: &Expression| expression.names_context(name);
        match self {
            Self::Literal(_) => false,
            Self::Template(template) => template.expression().is_some_and(names),
            Self::List(items) => items.iter().any(|item| item.names_context(name)),
            Self::Mapping(pairs) => pairs.iter().any(|(_, value)| value.names_context(name)),
        }
    }
}
