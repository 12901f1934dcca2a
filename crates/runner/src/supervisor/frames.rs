//! What runner and supervisor say to each other over the supervisor's pipes. Shapes and framing
//! only.
//!
//! Orders are JSON lines. Answers are frames: one byte of kind, four bytes of length (big endian),
//! the payload.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Largest payload of one frame; output is read in pieces far below it.
const FRAME_BYTES_MAX: usize = 1024 * 1024;
const OUTPUT: u8 = b'o';
const EVENT: u8 = b'e';

/// What the runner tells the supervisor.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Order {
    /// Start the one process of a step; only after the one before exited.
    Start(Launch),
    /// Signal every process of the job.
    Signal(Signal),
    /// End every process of the job and say which ones were left.
    Clear,
}

/// A process to start. Nothing is inherited but what stands here.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Launch {
    pub(crate) program: PathBuf,
    pub(crate) args: Vec<String>,
    pub(crate) folder: PathBuf,
    pub(crate) env: Vec<(String, String)>,
}

/// The signals of semantics R3.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Signal {
    Interrupt,
    Terminate,
    Kill,
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Exit {
    Code(i32),
    Signal(i32),
}

/// A process that was still there at the end of the job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ended {
    pub(crate) pid: i32,
    pub(crate) name: String,
    /// It is still there: the supervisor may not signal it.
    pub(crate) survived: bool,
}

/// What the supervisor tells the runner.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Event {
    /// First of all: this program is a supervisor.
    Ready,
    NotStarted(String),
    /// The step's process ended and its output was sent.
    Exited(Exit),
    Cleared(Vec<Ended>),
}

/// One frame.
#[derive(Debug)]
pub(crate) enum Frame {
    /// Bytes that the step wrote, standard output and error in order of arrival.
    Output(Vec<u8>),
    Event(Event),
}

/// Reads the next frame; `None` at the end or at something that no supervisor writes.
pub(crate) async fn read_frame(from: &mut (impl AsyncRead + Unpin)) -> Option<Frame> {
    let kind = from.read_u8().await.ok()?;
    let length = from.read_u32().await.ok()? as usize;
    if length > FRAME_BYTES_MAX {
        return None;
    }
    let mut payload = vec![0; length];
    from.read_exact(&mut payload).await.ok()?;
    match kind {
        OUTPUT => Some(Frame::Output(payload)),
        EVENT => serde_json::from_slice(&payload).ok().map(Frame::Event),
        _ => None,
    }
}

/// Writes one frame and flushes it.
pub(crate) async fn write_frame(
    to: &mut (impl AsyncWrite + Unpin),
    frame: Frame,
) -> std::io::Result<()> {
    let (kind, payload) = match frame {
        Frame::Output(bytes) => (OUTPUT, bytes),
        Frame::Event(event) => (EVENT, serde_json::to_vec(&event)?),
    };
    let length = u32::try_from(payload.len()).map_err(std::io::Error::other)?;
    let mut bytes = Vec::with_capacity(payload.len() + 5);
    bytes.push(kind);
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(&payload);
    to.write_all(&bytes).await?;
    to.flush().await
}
