//! One small process per job that owns every process of the job, so that none of them outlives job
//! or runner. This module must not know what a step or a server is.
//!
//! The supervisor is the embedding program itself, started again with [`SUPERVISOR_ARGUMENT`]. It
//! adopts what its descendants orphan (Linux), so a daemon that left its process group and session
//! is still found, and it ends everything as soon as the pipe to its parent closes, however the
//! parent ended.

mod frames;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod portable;
mod serve;
mod session;

#[cfg(target_os = "linux")]
use linux as tree;
#[cfg(not(target_os = "linux"))]
use portable as tree;

pub(crate) use frames::{Ended, Exit, Launch, Signal};
pub(crate) use session::{Heard, Supervisor, SupervisorError};
pub(crate) use tree::kill_marked;

/// The argument that makes a program a supervisor; see [`run_supervisor_if_asked`].
pub const SUPERVISOR_ARGUMENT: &str = "__runyard-job-supervisor";

/// Environment variable that every process of a job inherits: names its execution and the runner's
/// work folder, for another runner of this host may have an execution of the same id.
pub(crate) const MARK: &str = "RUNYARD_EXECUTION";

/// Becomes the supervisor of one job, and never returns, when this process was started as one.
///
/// Every program that embeds the runner calls this first in `main`, before it starts a thread or
/// reads arguments.
pub fn run_supervisor_if_asked() {
    if std::env::args_os()
        .nth(1)
        .is_some_and(|argument| argument == SUPERVISOR_ARGUMENT)
    {
        serve::serve();
    }
}
