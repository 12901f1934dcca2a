//! One step of a job: what it needs to run and what it leaves behind. Must not speak to the server.

mod checkout;
mod checkout_inputs;
mod environment;
mod file_commands;
mod files;
mod run;
mod shell;

pub(crate) use checkout::{Checkout, run_checkout};
pub(crate) use environment::{HostFacts, JobEnvironment, RETENTION_DAYS};
pub(crate) use files::WrittenSummary;
pub(crate) use run::{Ran, Script, StepEnd, StepRun, run_script, sentence, variable_rows};
