//! The tree that a file becomes; it must not own the same part twice: aliases share it.

use super::{Position, Scalar};
use std::rc::Rc;

/// A part of the tree. An alias is the very part that its anchor names, with that position.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) position: Position,
    pub(crate) value: Value,
}

/// What a part holds.
#[derive(Debug)]
pub(crate) enum Value {
    Scalar(Scalar),
    Sequence(Vec<Rc<Node>>),
    Mapping(Vec<Entry>),
}

/// One pair of a mapping; keys are unique in it whatever their case.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) key: Key,
    pub(crate) value: Rc<Node>,
}

/// The key of a pair, as text.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    pub(crate) text: String,
    pub(crate) position: Position,
}
