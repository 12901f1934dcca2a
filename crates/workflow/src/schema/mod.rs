//! What may stand where in a file, and the check of a file by it; it must not build the model.

mod check;
mod definition;
mod keys;
mod scalars;
mod tables;

pub(crate) use check::check;
pub(crate) use definition::Mapping;
pub(crate) use tables::{ACTION, ACTION_KEYS, INPUT_KEYS, WORKFLOW};
