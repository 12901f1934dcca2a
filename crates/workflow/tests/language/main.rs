//! The workflow language as its users meet it: files in, workflows or errors out.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod accepted;
mod actions;
mod calls;
mod graph;
mod honoured;
mod hostile;
mod limits;
mod refused;
mod scalars;
mod settings;
mod support;
mod triggers;
mod yaml;
