//! Signals after a commit: "look again". A lost signal costs a moment, never a run: every waiter also looks again
//! by itself after a while (architecture 4, rule 7).

use runyard_domain::{ExecutionId, RunId};
use tokio::sync::broadcast;

/// Signals that a slow listener may be behind; one that is further behind is told so and looks at everything.
const BACKLOG: usize = 4096;

/// What changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Wake {
    /// A job became ready for a runner.
    Queue,
    /// A run changed.
    Run(RunId),
    /// An execution was told to stop, or ended.
    Execution(ExecutionId),
    /// Log rows of an execution arrived.
    Log(ExecutionId),
    /// Something was left to be done in another run.
    Message,
}

/// Where signals are sent to and heard from.
#[derive(Debug, Clone)]
pub struct Wakes {
    sender: broadcast::Sender<Wake>,
}

impl Default for Wakes {
    fn default() -> Self {
        Self {
            sender: broadcast::Sender::new(BACKLOG),
        }
    }
}

impl Wakes {
    /// Tells all who listen now.
    pub fn send(&self, wake: Wake) {
        // Nobody listening is no error: the next one to look sees the change itself.
        let _ = self.sender.send(wake);
    }

    /// Hears every signal from now on.
    pub fn listen(&self) -> broadcast::Receiver<Wake> {
        self.sender.subscribe()
    }
}
