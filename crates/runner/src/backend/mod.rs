//! Where a job's processes run. A backend starts and ends processes in a job's folders; it must not
//! know steps, logs or the server.

mod folders;
mod host;

use async_trait::async_trait;

pub(crate) use folders::{JobFolders, remove_folder};
pub(crate) use host::{HostBackend, end_leftovers};
pub use host::{INTERRUPT_GRACE, TERMINATE_GRACE};

use crate::stop::StopSwitch;
use crate::supervisor::{Ended, Exit, Launch, SupervisorError};

/// A kind of place for jobs, such as this host or containers on it.
#[async_trait]
pub(crate) trait Backend: Send + Sync {
    /// Opens the place for one execution.
    async fn open(&self, execution: i64) -> Result<Box<dyn Session>, SupervisorError>;
}

/// The place of one job. Dropping it ends every process of the job.
#[async_trait]
pub(crate) trait Session: Send {
    /// Runs one process to its end and gives away what it writes. When `stop` is ordered meanwhile
    /// the whole tree is asked, then forced to end (semantics R3.3).
    async fn run(
        &mut self,
        launch: Launch,
        output: &mut (dyn for<'b> FnMut(&'b [u8]) + Send),
        stop: &StopSwitch,
    ) -> Result<RunEnd, RunError>;

    /// Ends every process of the job and says which were left.
    async fn close(self: Box<Self>) -> Vec<Ended>;
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RunEnd {
    pub(crate) exit: Exit,
    /// It was told to stop before it ended.
    pub(crate) stopped: bool,
}

/// Why a process did not run to an end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RunError {
    #[error("{program} cannot be started: {reason}")]
    NotStarted { program: String, reason: String },
    #[error(transparent)]
    Supervisor(#[from] SupervisorError),
}
