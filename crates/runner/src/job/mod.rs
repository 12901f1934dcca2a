//! One execution from its offer to its told end.

mod action;
mod contexts;
mod definition;
mod execution;
mod guard;
mod outputs;
mod report;
mod status;
mod steps;
mod tell;
mod turn;
mod watch;
mod worker;

pub(crate) use execution::Execution;
pub(crate) use tell::tell_leftover;
