//! Whether a row has what an include or exclude asks for (semantics 2.5, step 6); it must not change
//! rows.

use super::InvalidMatrix;
use super::expand::MAX_MATRIX_WORK;
use crate::expression::{Object, Value, equal};

/// How many comparisons an expansion may still make.
pub(super) struct Work(usize);

impl Work {
    pub(super) fn new() -> Self {
        Self(MAX_MATRIX_WORK)
    }

    pub(super) fn spend(&mut self) -> Result<(), InvalidMatrix> {
        self.0 = self.0.checked_sub(1).ok_or(InvalidMatrix::TooMuchWork)?;
        Ok(())
    }
}

/// Whether every leaf of `wanted` equals what the row has at its path: loosely and ignoring case,
/// mappings in part, lists by their first items (semantics 2.5, R7.20).
pub(super) fn matches<'a>(
    row: &'a Object,
    wanted: impl Iterator<Item = (&'a str, &'a Value)>,
    work: &mut Work,
) -> Result<bool, InvalidMatrix> {
    let absent = &Value::Null;
    let mut open: Vec<(&Value, &Value)> = wanted
        .map(|(key, value)| (value, row.get(key).unwrap_or(absent)))
        .collect();
    while let Some((wanted, found)) = open.pop() {
        work.spend()?;
        match wanted {
            Value::Object(pairs) => {
                let found = found.as_object();
                let inner = |key| found.and_then(|object| object.get(key)).unwrap_or(absent);
                open.extend(pairs.iter().map(|(key, value)| (value, inner(key))));
            }
            Value::Array(array) => {
                let found = found.as_array().unwrap_or_default();
                let beside = found.iter().chain(std::iter::repeat(absent));
                open.extend(array.items().iter().zip(beside));
            }
            Value::Null | Value::Boolean(_) | Value::Number(_) | Value::String(_) => {
                if !equal(wanted, found) {
                    return Ok(false);
                }
            }
        }
    }
    Ok(true)
}
