//! Counts the memory of an evaluation as GitHub does (semantics R7.11), not as this program uses it;
//! it must not evaluate.

use super::error::EvaluationError;
use super::source::MAX_MEMORY;
use super::text;
use super::value::Value;

/// What anything but a text counts.
pub(super) const OBJECT: usize = 24;
/// What a text counts beside its characters.
const TEXT: usize = 26;
/// What an item of a filtered array counts.
pub(super) const ITEM: usize = 8;

/// What a text counts.
pub(super) fn text_size(text: &str) -> usize {
    TEXT + 2 * text::length(text)
}

/// What a value counts.
pub(super) fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text_size(text),
        Value::Null | Value::Boolean(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            OBJECT
        }
    }
}

/// The amounts of each level of the syntax tree that are held now.
#[derive(Debug, Default)]
pub(super) struct Memory {
    levels: Vec<usize>,
    total: usize,
}

impl Memory {
    /// Adds to a level. When `trim` is set, what deeper levels held is free again.
    pub(super) fn add(
        &mut self,
        level: usize,
        bytes: usize,
        trim: bool,
    ) -> Result<(), EvaluationError> {
        if trim {
            self.total -= self
                .levels
                .drain(self.levels.len().min(level + 1)..)
                .sum::<usize>();
        }
        if self.levels.len() <= level {
            self.levels.resize(level + 1, 0);
        }
        self.levels[level] += bytes;
        self.total += bytes;
        if self.total > MAX_MEMORY {
            return Err(EvaluationError::Memory);
        }
        Ok(())
    }
}

/// Counts what one result needs while it is made.
#[derive(Debug, Default)]
pub(super) struct Counter {
    bytes: usize,
}

impl Counter {
    /// Adds so many bytes.
    pub(super) fn add(&mut self, bytes: usize) -> Result<(), EvaluationError> {
        self.bytes += bytes;
        if self.bytes > MAX_MEMORY {
            return Err(EvaluationError::Memory);
        }
        Ok(())
    }

    /// All that was added.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}
