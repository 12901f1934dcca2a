//! Expressions as a file writes them and as they are computed; it must not compute them.

use crate::expression::Expression;
use crate::reader::Position;
use serde::{Serialize, Serializer};

/// A scalar with `${{ }}` in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Computed {
    /// The scalar as the file writes it.
    pub text: String,
    /// What it means: the expression alone, or `format` of text and expressions (semantics R7.1).
    pub expression: Expression,
}

impl Serialize for Computed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

/// An `if`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// Where the file has it; absent when it has none.
    pub position: Option<Position>,
    /// What decides, a status function included (semantics R2.10).
    pub expression: Expression,
}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.expression.source())
    }
}
