//! One execution from its offer to its told end.

mod execution;
mod report;
mod steps;
mod tell;
mod watch;

pub(crate) use execution::Execution;
pub(crate) use tell::tell_leftover;
