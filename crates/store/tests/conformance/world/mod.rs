//! What most tests begin with: a user, a repository, runs of small workflows, and their verbs as one call each.

mod flow;
mod place;
mod rows;
mod values;

pub(crate) use flow::{Flow, wish};
pub(crate) use place::{Wanted, World};
pub(crate) use rows::*;
pub(crate) use values::*;
