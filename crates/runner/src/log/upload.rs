//! Sends the spooled log to the server, from wherever the server stands. Must not change the log.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use runyard_api::runner::messages::LOG_REQUEST_BYTES;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use super::writer::JobLog;
use crate::backoff::Backoff;
use crate::client::{CallError, Client};

/// So many bytes are sent without waiting for more.
const FLUSH_BYTES: u64 = 64 * 1024;
/// Shortest and longest wait for more rows before some are sent (runner-protocols.md D).
const FLUSH_AFTER: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(2));

/// How eager the server is, as its last answer said; shared by the calls of one execution.
#[derive(Debug)]
pub(crate) struct Pace {
    next_sync: watch::Sender<Duration>,
    /// A step changed: what is written shall be seen.
    pub(crate) flush: Notify,
}

impl Pace {
    pub(crate) fn new() -> Self {
        Self {
            next_sync: watch::Sender::new(FLUSH_AFTER.0),
            flush: Notify::new(),
        }
    }

    /// Takes the server's wish.
    pub(crate) fn set(&self, next_sync: Duration) {
        self.next_sync.send_replace(next_sync);
    }

    fn flush_after(&self) -> Duration {
        self.next_sync.borrow().clamp(FLUSH_AFTER.0, FLUSH_AFTER.1)
    }
}

/// One execution's log on its way to the server.
pub(crate) struct Upload {
    client: Client,
    execution: i64,
    log: Arc<JobLog>,
    acked: u64,
    /// The server takes no more of this log.
    refused: bool,
}

impl Upload {
    pub(crate) fn new(client: Client, execution: i64, log: Arc<JobLog>) -> Self {
        Self {
            client,
            execution,
            log,
            acked: 0,
            refused: false,
        }
    }

    /// Bytes that the server shall have in the end.
    pub(crate) fn total(&self) -> u64 {
        if self.refused {
            self.acked
        } else {
            self.log.length()
        }
    }

    /// Goes back, or forward, to where the server says it stands.
    pub(crate) fn resume_from(&mut self, ack: u64) {
        self.acked = ack.min(self.log.length());
    }

    /// Sends while the job runs; ends only with an error. Safe to abandon: nothing is counted
    /// before its answer.
    pub(crate) async fn follow(&mut self, pace: &Pace) -> CallError {
        let mut backoff = Backoff::default();
        let mut sent = Instant::now();
        loop {
            self.log.longer_than(self.acked).await;
            self.gather(pace, sent).await;
            sent = Instant::now();
            match self.send_next(false).await {
                Ok(()) => backoff = Backoff::default(),
                Err(CallError::Temporary { retry_after, .. }) => {
                    tokio::time::sleep(backoff.next(retry_after)).await;
                }
                Err(error) => return error,
            }
            if self.refused {
                std::future::pending::<()>().await;
            }
        }
    }

    /// Waits for more rows; after a silence only so long that what is written together travels
    /// together.
    async fn gather(&self, pace: &Pace, sent: Instant) {
        let until = (sent + pace.flush_after()).max(Instant::now() + FLUSH_AFTER.0);
        tokio::select! {
            () = self.log.longer_than(self.acked + FLUSH_BYTES - 1) => {}
            () = pace.flush.notified() => {}
            () = tokio::time::sleep_until(until) => {}
        }
    }

    /// Sends the rest and seals it.
    pub(crate) async fn complete(&mut self) -> Result<(), CallError> {
        while !self.refused {
            let last = self.log.length() - self.acked <= LOG_REQUEST_BYTES as u64;
            self.send_next(last).await?;
            if last && self.acked == self.log.length() {
                break;
            }
        }
        Ok(())
    }

    /// Sends one request's worth. What the server refuses for good (too large, not allowed) is
    /// given up.
    async fn send_next(&mut self, seal: bool) -> Result<(), CallError> {
        let rows = self
            .log
            .read(self.acked, LOG_REQUEST_BYTES)
            .map_err(unreadable)?;
        let packed = pack(&rows).map_err(unreadable)?;
        match self
            .client
            .append_log(self.execution, self.acked, seal, packed)
            .await
        {
            Ok(answer) if answer.ack == self.acked && !rows.is_empty() => {
                return Err(stuck(self.acked));
            }
            Ok(answer) => self.resume_from(answer.ack),
            Err(error @ (CallError::Refused { .. } | CallError::Conflict(_))) => {
                log::error!(
                    "execution {}: the rest of the log is dropped: {error}",
                    self.execution
                );
                self.refused = true;
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

/// A server that stores nothing of what it accepted is asked again later.
fn stuck(acked: u64) -> CallError {
    let reason = format!("the server still has {acked} bytes of the log after more were sent");
    CallError::Temporary {
        reason,
        retry_after: None,
    }
}

fn unreadable(error: io::Error) -> CallError {
    let message = format!("the spooled log cannot be read: {error}");
    CallError::Refused { status: 0, message }
}

fn pack(rows: &[u8]) -> io::Result<Vec<u8>> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(rows)?;
    packer.finish()
}
