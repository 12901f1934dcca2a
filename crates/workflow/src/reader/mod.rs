//! From text to a tree with positions (semantics 7.7); it must not know the workflow language.

mod events;
pub mod limits;
mod node;
mod position;
mod quote;
mod scalar;
mod tree;

pub(crate) use node::{Entry, Key, Node, Value};
pub(crate) use position::Position;
pub(crate) use quote::quoted;
pub(crate) use scalar::Scalar;
pub(crate) use tree::read;
