//! The runner's side of a supervisor: start it, give it orders, hear it. Dropping it ends every
//! process of the job.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::mpsc;

use super::frames::{Ended, Event, Exit, Frame, Launch, Order, Signal, read_frame};
use super::{MARK, SUPERVISOR_ARGUMENT};

/// A supervisor says that it is one within this time.
const READY_WITHIN: Duration = Duration::from_secs(10);
/// Ending all processes takes a supervisor at most this long.
const CLEARED_WITHIN: Duration = Duration::from_secs(15);
/// Frames read ahead of the log.
const FRAMES_MAX: usize = 16;

/// Why a job's processes cannot be run or were lost.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SupervisorError {
    #[error("the job's supervisor did not start: {0}")]
    NotStarted(std::io::Error),
    #[error("this program does not call run_supervisor_if_asked first in its main")]
    NotASupervisor,
    #[error("the job's supervisor is gone")]
    Lost,
}

/// What a step's process did.
#[derive(Debug)]
pub(crate) enum Heard {
    Output(Vec<u8>),
    NotStarted(String),
    Exited(Exit),
    /// The supervisor itself is gone.
    Lost,
}

/// One running supervisor.
pub(crate) struct Supervisor {
    child: Child,
    orders: ChildStdin,
    frames: mpsc::Receiver<Frame>,
}

impl Supervisor {
    /// Starts `program` (this program itself when absent) as the supervisor of the execution of
    /// this mark.
    pub(crate) async fn start(program: Option<&Path>, mark: &str) -> Result<Self, SupervisorError> {
        let mut child = command(program, mark)
            .spawn()
            .map_err(SupervisorError::NotStarted)?;
        let (Some(orders), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(SupervisorError::Lost);
        };
        let (sender, frames) = mpsc::channel(FRAMES_MAX);
        tokio::spawn(read_all(answers, sender));
        let mut supervisor = Self {
            child,
            orders,
            frames,
        };
        match tokio::time::timeout(READY_WITHIN, supervisor.frames.recv()).await {
            Ok(Some(Frame::Event(Event::Ready))) => Ok(supervisor),
            Ok(_) | Err(_) => Err(SupervisorError::NotASupervisor),
        }
    }

    /// Starts a step's process; what it does is heard from [`Self::hear`].
    pub(crate) async fn launch(&mut self, launch: Launch) -> Result<(), SupervisorError> {
        self.order(&Order::Start(launch)).await
    }

    /// Signals every process of the job.
    pub(crate) async fn signal(&mut self, signal: Signal) -> Result<(), SupervisorError> {
        self.order(&Order::Signal(signal)).await
    }

    /// The next thing that the step's process did. Safe to abandon.
    pub(crate) async fn hear(&mut self) -> Heard {
        loop {
            match self.frames.recv().await {
                Some(Frame::Output(bytes)) => return Heard::Output(bytes),
                Some(Frame::Event(Event::Exited(exit))) => return Heard::Exited(exit),
                Some(Frame::Event(Event::NotStarted(reason))) => return Heard::NotStarted(reason),
                Some(Frame::Event(Event::Ready | Event::Cleared(_))) => {}
                None => return Heard::Lost,
            }
        }
    }

    /// Ends every process of the job, however it is related to the step's, and says which there
    /// were.
    pub(crate) async fn clear(&mut self) -> Result<Vec<Ended>, SupervisorError> {
        self.order(&Order::Clear).await?;
        let cleared = async {
            loop {
                match self.frames.recv().await {
                    Some(Frame::Event(Event::Cleared(ended))) => return Ok(ended),
                    Some(Frame::Event(_) | Frame::Output(_)) => {}
                    None => return Err(SupervisorError::Lost),
                }
            }
        };
        tokio::time::timeout(CLEARED_WITHIN, cleared)
            .await
            .unwrap_or(Err(SupervisorError::Lost))
    }

    /// Closes the pipe and waits for the supervisor's end.
    pub(crate) async fn close(mut self) {
        drop(self.orders);
        let _ = tokio::time::timeout(CLEARED_WITHIN, self.child.wait()).await;
    }

    async fn order(&mut self, order: &Order) -> Result<(), SupervisorError> {
        let mut line = serde_json::to_vec(order).map_err(|_| SupervisorError::Lost)?;
        line.push(b'\n');
        self.orders
            .write_all(&line)
            .await
            .map_err(|_| SupervisorError::Lost)?;
        self.orders.flush().await.map_err(|_| SupervisorError::Lost)
    }
}

fn command(program: Option<&Path>, mark: &str) -> Command {
    let mut command = Command::new(program.unwrap_or(&own_program()));
    command
        .arg(SUPERVISOR_ARGUMENT)
        .env_clear()
        .env(MARK, mark)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0);
    command
}

/// The running program; by its link where an upgrade has replaced the file meanwhile.
fn own_program() -> PathBuf {
    let file = std::env::current_exe().ok().filter(|file| file.exists());
    file.unwrap_or_else(|| "/proc/self/exe".into())
}

async fn read_all(mut answers: ChildStdout, frames: mpsc::Sender<Frame>) {
    while let Some(frame) = read_frame(&mut answers).await {
        if frames.send(frame).await.is_err() {
            return;
        }
    }
}
