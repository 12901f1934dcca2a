//! Every key that GitHub knows, what it may hold and which contexts it may use (semantics 7.5);
//! it must not read anything.

mod action;
mod declarations;
mod events;
mod job;
mod scalars;
mod settings;
mod step;
mod workflow;

pub(crate) use scalars::ANY as ANYTHING;

pub(crate) use action::{ACTION, ACTION_KEYS, INPUT_KEYS};
pub(crate) use workflow::WORKFLOW;
