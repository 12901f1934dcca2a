//! Workflow runs, attempts, jobs, steps and executions as pure state machines: no clock, no I/O, no randomness.
//!
//! [`run::Run`] and [`execution::Execution`] are the aggregates. Their methods are the only commands; a command
//! checks, records events and returns them, or returns a [`Refusal`]. Time and ids come in as arguments.
//! Replaying the events of a run gives the same run back.

#![warn(missing_docs)]

pub mod access;
pub mod account;
pub mod concurrency;
pub mod event;
pub mod execution;
pub mod handover;
mod ids;
pub mod permission;
pub mod pull_request;
mod refusal;
pub mod repository;
pub mod retention;
pub mod run;
pub mod runner;
mod status;
mod time;

pub use event::Event;
pub use execution::Execution;
pub use ids::*;
pub use refusal::Refusal;
pub use run::Run;
pub use status::{Conclusion, JobStatus, RunStatus, StepConclusion, StepStatus, UnknownWord};
pub use time::Timestamp;
