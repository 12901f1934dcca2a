//! From text to a tree with positions (semantics 7.7); it must not know the workflow language.

pub mod limits;
mod position;

pub(crate) use position::Position;
