//! Values of a file with where they stand, plain or still to be computed; it must not compute them.

use super::Computed;
use crate::reader::Position;
use serde::{Deserialize, Serialize};
use std::ops::Deref;

/// A value with the place where its file says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Located<T> {
    /// What the file says.
    pub value: T,
    /// Where it begins.
    #[serde(flatten)]
    pub position: Position,
}

impl<T> Located<T> {
    /// `value`, which stands at `position`.
    pub fn new(value: T, position: Position) -> Self {
        Self { value, position }
    }
}

impl<T> Deref for Located<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// What a file says outright, or an expression that says it later (semantics R7.1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Templated<T> {
    /// The value itself.
    Literal(T),
    /// Text with `${{ }}` in it.
    Computed(Computed),
}

impl<T> Templated<T> {
    /// The value, unless it must be computed.
    pub fn literal(&self) -> Option<&T> {
        match self {
            Self::Literal(value) => Some(value),
            Self::Computed(_) => None,
        }
    }

    /// The expression, if the value must be computed.
    pub fn computed(&self) -> Option<&Computed> {
        match self {
            Self::Literal(_) => None,
            Self::Computed(computed) => Some(computed),
        }
    }
}

impl Templated<String> {
    /// The text as the file writes it, `${{ }}` included.
    pub fn as_written(&self) -> &str {
        match self {
            Self::Literal(text) => text,
            Self::Computed(computed) => &computed.text,
        }
    }
}

/// A value that may be an expression, with its place.
pub type Field<T> = Located<Templated<T>>;

/// Names with their values in file order, as of `env`, `with` and `outputs`. The whole may be an
/// expression, and so may each name and value; plain names are unique whatever their case.
pub type Variables = Field<Vec<Variable>>;

/// One pair of [`Variables`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Variable {
    /// The name.
    pub name: Field<String>,
    /// The value; scalars of other types have become text (semantics R7.63).
    pub value: Field<Scalar>,
}

/// A scalar of a file. Numbers are doubles.
pub use crate::reader::Scalar;

/// Names and values as the environment of a process takes them.
pub type Env = Vec<(String, String)>;

/// The pairs that are plain on both sides, as text, in file order.
pub fn plain_env(variables: Option<&Variables>) -> Env {
    let pairs = variables.and_then(|variables| variables.literal());
    pairs
        .into_iter()
        .flatten()
        .filter_map(|pair| {
            Some((
                pair.name.literal()?.clone(),
                pair.value.literal()?.to_text(),
            ))
        })
        .collect()
}
