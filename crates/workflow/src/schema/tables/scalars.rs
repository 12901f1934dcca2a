//! Scalars and lists that stand in many places; it must not know any place.

use crate::schema::definition::Mapping;
use crate::schema::definition::{Definition, Shape, free, plain};

pub(super) static TEXT: Definition = plain("a string is allowed here", &[Shape::Text]);

pub(super) static FILLED: Definition = plain(
    "a string that is not empty is allowed here",
    &[Shape::Filled],
);

pub(super) static BOOLEAN: Definition = plain("true or false is allowed here", &[Shape::Boolean]);

pub(super) static NUMBER: Definition = plain("a number is allowed here", &[Shape::Number]);

pub(crate) static ANY: Definition = plain("anything is allowed here", &[Shape::Any]);

pub(super) static TEXT_OR_TEXTS: Definition = plain(
    "a string or a list of strings is allowed here",
    &[Shape::Filled, Shape::Sequence(&FILLED)],
);

/// A scalar that keeps its type.
pub(super) static SCALAR: Definition = plain(
    "a string, a number or a boolean is allowed here",
    &[Shape::Boolean, Shape::Number, Shape::Text],
);

/// Free names with text.
pub(super) static VARIABLES: Mapping = free(&TEXT);

/// Free names with scalars that keep their types.
pub(super) static SCALARS: Mapping = free(&SCALAR);
