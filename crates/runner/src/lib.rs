//! The agent that takes jobs from a Runyard server and executes them. Knows the server only through
//! the native protocol; must not depend on the server's crates beyond its message shapes.
//!
//! A program that embeds it calls [`run_supervisor_if_asked`] first in its `main`, then
//! [`Runner::run`].

#![warn(missing_docs)]

mod agent;
mod backend;
mod backoff;
mod client;
mod config;
mod error;
mod hash_files;
mod job;
mod log;
mod registration;
mod runner;
mod servers;
mod spool;
mod step;
mod stop;
mod supervisor;

pub use backend::{INTERRUPT_GRACE, TERMINATE_GRACE};
pub use config::{DRAIN_WAIT, RunnerConfig, arch, default_labels, os};
pub use error::RunnerError;
pub use log::LogLimits;
pub use registration::{Registration, register, remove};
pub use runner::{LAST_WORDS, Runner};
pub use spool::SPOOL_RETENTION;
pub use supervisor::{SUPERVISOR_ARGUMENT, run_supervisor_if_asked};
