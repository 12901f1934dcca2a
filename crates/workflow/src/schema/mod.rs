//! From the tree to the model: which keys stand where, and what each may hold. It must not know
//! how YAML is written.

mod env;
mod graph;
mod job;
mod keys;
mod on;
mod scalars;
mod step;
mod uses;
mod walker;
mod workflow;

pub(crate) use workflow::read;
