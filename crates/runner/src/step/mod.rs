//! One step of a job: what it needs to run and what it leaves behind. Must not speak to the server.

mod checkout;
mod environment;
mod file_commands;
mod files;
mod run;
mod shell;

pub(crate) use checkout::{Checkout, run_checkout};
pub(crate) use environment::{HostFacts, JobEnvironment};
pub(crate) use run::{Script, StepEnd, StepRun, run_script};
