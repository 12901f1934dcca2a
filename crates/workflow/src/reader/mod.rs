//! From text to a tree with positions (semantics 7.7); it must not know the workflow language.

mod events;
mod lenient;
pub mod limits;
mod node;
mod position;
mod quote;
mod scalar;
mod tree;

pub(crate) use node::{Entry, Key, Node, Value};
pub use position::Position;
pub(crate) use quote::quoted;
pub use scalar::Scalar;
pub(crate) use tree::{name_bytes, read};
