//! The log of a job: from the bytes that its steps write to rows in the spool file and from there
//! to the server.

mod commands;
mod encodings;
mod lines;
mod masks;
mod output;
mod remarks;
mod upload;
mod writer;

pub(crate) use output::StepOutput;
pub(crate) use upload::{Pace, Upload};
pub(crate) use writer::JobLog;
pub use writer::LogLimits;
