//! Parts of a file that keep the shape they have there, such as a matrix; it must not give them
//! any meaning.

use super::{Computed, Field, Located, Scalar, Templated};
use crate::reader::Position;
use serde::Serialize;

/// A part of a file: scalars, sequences and mappings as written, with `${{ }}` already parsed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tree {
    /// What it holds.
    pub value: TreeValue,
    /// Where it begins.
    #[serde(flatten)]
    pub position: Position,
}

/// What a [`Tree`] holds.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TreeValue {
    /// A scalar.
    Scalar(Scalar),
    /// Text with `${{ }}` in it.
    Computed(Computed),
    /// Items in file order.
    Sequence(Vec<Tree>),
    /// Pairs in file order. Keys are scalars or templates; plain keys are unique whatever their
    /// case.
    Mapping(Vec<(Tree, Tree)>),
}

impl Tree {
    /// The part as plain text, if it is a scalar.
    pub fn text(&self) -> Option<String> {
        match &self.value {
            TreeValue::Scalar(scalar) => Some(scalar.to_text()),
            TreeValue::Computed(_) | TreeValue::Sequence(_) | TreeValue::Mapping(_) => None,
        }
    }

    /// The value of the plain key `name`, whatever its case, if this is a mapping that has it.
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.entry(name).map(|(_, value)| value)
    }

    /// The key and value of the plain key `name`, whatever its case.
    pub(crate) fn entry(&self, name: &str) -> Option<(&Self, &Self)> {
        let named = |key: &Self| match &key.value {
            TreeValue::Scalar(Scalar::Text(text)) => text.eq_ignore_ascii_case(name),
            TreeValue::Scalar(scalar) => scalar.to_text().eq_ignore_ascii_case(name),
            TreeValue::Computed(_) | TreeValue::Sequence(_) | TreeValue::Mapping(_) => false,
        };
        self.entries()
            .iter()
            .find(|(key, _)| named(key))
            .map(|(key, value)| (key, value))
    }

    /// The pairs, if this is a mapping.
    pub fn entries(&self) -> &[(Self, Self)] {
        match &self.value {
            TreeValue::Mapping(entries) => entries,
            TreeValue::Scalar(_) | TreeValue::Computed(_) | TreeValue::Sequence(_) => &[],
        }
    }

    /// The items, if this is a sequence.
    pub fn items(&self) -> &[Self] {
        match &self.value {
            TreeValue::Sequence(items) => items,
            TreeValue::Scalar(_) | TreeValue::Computed(_) | TreeValue::Mapping(_) => &[],
        }
    }

    /// Whether this is an empty value or `null`.
    pub fn is_null(&self) -> bool {
        matches!(self.value, TreeValue::Scalar(Scalar::Null))
    }

    /// Whether any part of it is an expression.
    pub fn has_expression(&self) -> bool {
        match &self.value {
            TreeValue::Scalar(_) => false,
            TreeValue::Computed(_) => true,
            TreeValue::Sequence(items) => items.iter().any(Self::has_expression),
            TreeValue::Mapping(entries) => entries
                .iter()
                .any(|(key, value)| key.has_expression() || value.has_expression()),
        }
    }

    /// The part as a field: `literal` of it, unless it is an expression.
    pub(crate) fn field<T>(&self, literal: impl FnOnce(&Self) -> Option<T>) -> Option<Field<T>> {
        let value = match &self.value {
            TreeValue::Computed(computed) => Templated::Computed(computed.clone()),
            TreeValue::Scalar(_) | TreeValue::Sequence(_) | TreeValue::Mapping(_) => {
                Templated::Literal(literal(self)?)
            }
        };
        Some(Located::new(value, self.position))
    }
}
