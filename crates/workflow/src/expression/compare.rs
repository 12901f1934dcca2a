//! Compares values (semantics R7.20, R7.21); it must not evaluate.

use super::syntax::Comparison;
use super::text::{compare_ignoring_case, equal_ignoring_case};
use super::value::Value;
use std::cmp::Ordering;
use std::sync::Arc;

/// What an operator makes of two values.
pub(super) fn compare(comparison: Comparison, left: &Value, right: &Value) -> bool {
    match comparison {
        Comparison::Equal => equal(left, right),
        Comparison::NotEqual => !equal(left, right),
        Comparison::Less => order(left, right) == Some(Ordering::Less),
        Comparison::Greater => order(left, right) == Some(Ordering::Greater),
        Comparison::LessOrEqual => equal(left, right) || order(left, right) == Some(Ordering::Less),
        Comparison::GreaterOrEqual => {
            equal(left, right) || order(left, right) == Some(Ordering::Greater)
        }
    }
}

/// `==`
pub(crate) fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Null, Value::Null) => true,
        (Value::Boolean(left), Value::Boolean(right)) => left == right,
        (Value::String(left), Value::String(right)) => equal_ignoring_case(left, right),
        (Value::Array(left), Value::Array(right)) => Arc::ptr_eq(left, right),
        (Value::Object(left), Value::Object(right)) => Arc::ptr_eq(left, right),
        (left, right) => numbers(left, right).is_some_and(|(left, right)| left == right),
    }
}

/// How both are ordered, if they are.
fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Null, Value::Null) => None,
        (Value::Boolean(left), Value::Boolean(right)) => Some(left.cmp(right)),
        (Value::String(left), Value::String(right)) => Some(compare_ignoring_case(left, right)),
        (left, right) => numbers(left, right).and_then(|(left, right)| left.partial_cmp(&right)),
    }
}

/// Values of different kinds as numbers; collections are none.
fn numbers(left: &Value, right: &Value) -> Option<(f64, f64)> {
    (left.is_scalar() && right.is_scalar()).then(|| (left.to_number(), right.to_number()))
}
