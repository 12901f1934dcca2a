//! Takes parts out of values: properties, items and the filter `.*` (semantics 7.3); it must not
//! evaluate.

use super::error::EvaluationError;
use super::evaluate::Outcome;
use super::memory::{Counter, ITEM, OBJECT};
use super::value::{Array, Value};
use std::sync::Arc;

/// `target[index]`, `target.name`; what is not there is null.
pub(super) fn index(target: &Value, index: &Value) -> Result<Outcome, EvaluationError> {
    match target {
        Value::Array(array) if array.is_filtered() => each(array, index),
        Value::Array(_) | Value::Object(_) => {
            Ok(Outcome::data(part(target, index).unwrap_or(Value::Null)))
        }
        Value::Null | Value::Boolean(_) | Value::Number(_) | Value::String(_) => {
            Ok(Outcome::data(Value::Null))
        }
    }
}

/// `target.*`: the items of an array, the values of an object; of each item of a filtered array.
pub(super) fn filter(target: &Value) -> Result<Outcome, EvaluationError> {
    let mut counter = Counter::default();
    let mut items = Vec::new();
    match target {
        Value::Array(array) if array.is_filtered() => {
            for item in array.items() {
                spread(item, &mut items, &mut counter)?;
            }
        }
        Value::Null
        | Value::Boolean(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_) => {
            counter.add(OBJECT)?;
            spread(target, &mut items, &mut counter)?;
        }
    }
    Ok(filtered(items, &counter))
}

/// The part of each item, where there is one.
fn each(array: &Array, index: &Value) -> Result<Outcome, EvaluationError> {
    let mut counter = Counter::default();
    let mut items = Vec::new();
    for item in array.items() {
        if let Some(part) = part(item, index) {
            counter.add(ITEM)?;
            items.push(part);
        }
    }
    Ok(filtered(items, &counter))
}

fn filtered(items: Vec<Value>, counter: &Counter) -> Outcome {
    let array = Value::Array(Arc::new(Array::filtered(items)));
    Outcome::known(array, counter.bytes())
}

/// Adds the items or values of a collection; anything else has none.
fn spread(
    value: &Value,
    items: &mut Vec<Value>,
    counter: &mut Counter,
) -> Result<(), EvaluationError> {
    let parts: Box<dyn ExactSizeIterator<Item = &Value>> = match value {
        Value::Array(array) => Box::new(array.items().iter()),
        Value::Object(object) => Box::new(object.iter().map(|(_, value)| value)),
        Value::Null | Value::Boolean(_) | Value::Number(_) | Value::String(_) => return Ok(()),
    };
    counter.add(parts.len() * ITEM)?;
    items.extend(parts.cloned());
    Ok(())
}

/// One part of a collection: a name of an object, a place of an array.
fn part(target: &Value, index: &Value) -> Option<Value> {
    match target {
        Value::Object(object) if index.is_scalar() => object.get(&index.to_text()).cloned(),
        Value::Array(array) => array.items().get(place(index)?).cloned(),
        Value::Null
        | Value::Boolean(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Object(_) => None,
    }
}

/// The number rounded down; negative, not a number and too large are no place.
fn place(index: &Value) -> Option<usize> {
    let number = index.to_number().floor();
    let least_too_large = f64::from(i32::MAX) + 1.0;
    (0.0..least_too_large)
        .contains(&number)
        .then_some(number as usize)
}
