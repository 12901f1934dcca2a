//! What the tests of the program share: a server that speaks the runner protocol and can misbehave,
//! jobs for it, and the real program run against it.

mod eventually;
mod jobs;
mod program;
mod server;

pub(crate) use eventually::eventually;
pub(crate) use jobs::{JobText, pairs, pid_is_gone, run, text, uses};
pub(crate) use program::{Program, TestFolder, command};
pub(crate) use server::{FakeServer, Seen, SeenExecution};
