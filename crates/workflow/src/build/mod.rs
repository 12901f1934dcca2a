//! From a checked tree to the model, with the checks that need more than one key; it must not
//! know YAML.

mod action;
mod container;
mod filters;
mod graph;
mod inputs;
mod job;
mod matrix;
mod on;
mod permissions;
mod read;
mod settings;
mod step;
mod step_key;
mod uses;
mod workflow;

pub(crate) use action::action;
pub(crate) use workflow::build;
