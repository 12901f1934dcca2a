//! Smart HTTP for clones from a mirror: what `git upload-pack` says, passed on. Authorises nobody.

use super::{
    Git, GitError,
    program::{self, Broken, Group, operand, read_end, reason},
};
use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, BoxStream, StreamExt};
use runyard_domain::RepositoryId;
use std::{io, process::Stdio};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::{ChildStdout, Command},
    sync::OwnedSemaphorePermit,
    task::JoinHandle,
    time::{Duration, Instant, timeout_at},
};

/// Most bytes that a list of refs may take.
const ADVERTISED_BYTES: usize = 64 * 1024 * 1024;
/// Bytes of a pack that are passed on at once.
const BLOCK_BYTES: usize = 64 * 1024;
/// Longest value of a `Git-Protocol` header that git is given.
const PROTOCOL_BYTES: usize = 128;
/// Begins a line that says why git ends, after the line's length.
const ERROR: &[u8] = b"ERR ";
const LENGTH_BYTES: usize = 4;
/// Stands before the list of refs, except in version 2 of the protocol.
const SERVICE: &[u8] = b"001e# service=git-upload-pack\n0000";

/// A pack as it is made. Git is killed when it is dropped.
pub type PackStream = BoxStream<'static, io::Result<Bytes>>;

impl Git {
    /// Body of the answer to `GET info/refs?service=git-upload-pack`; `protocol` is the `Git-Protocol` header.
    pub async fn advertise(
        &self,
        repository: RepositoryId,
        protocol: Option<&str>,
    ) -> Result<Vec<u8>, GitError> {
        let protocol = protocol.filter(|value| is_plain(value));
        let mut command = self
            .serving(repository, protocol, &["--advertise-refs"])
            .await?;
        command.stdin(Stdio::null());
        let _permit = self.clone_permit().await?;
        let limit = self.shared.settings.fetch_timeout;
        let finished = program::run(command, limit, ADVERTISED_BYTES)
            .await
            .map_err(|broken| match broken {
                Broken::Timeout => GitError::Timeout {
                    seconds: limit.as_secs(),
                },
                Broken::TooMuchOutput => {
                    GitError::internal(anyhow::anyhow!("a mirror has too many refs"))
                }
                Broken::Io(cause) => GitError::internal(cause),
            })?;
        if !finished.status.success() {
            let reason = reason(&finished.stderr, finished.status);
            return Err(GitError::internal(anyhow::anyhow!("upload-pack: {reason}")));
        }
        let head = if is_version_2(protocol) { &[] } else { SERVICE };
        Ok([head, &finished.stdout].concat())
    }

    /// Answer to `POST git-upload-pack`, whose unpacked body is given.
    ///
    /// # Errors
    /// [`GitError::RequestRefused`] when git says nothing but that it failed, [`GitError::Timeout`] when it says
    /// nothing in time. What fails later ends the stream.
    pub async fn upload_pack(
        &self,
        repository: RepositoryId,
        protocol: Option<&str>,
        body: Vec<u8>,
    ) -> Result<PackStream, GitError> {
        let protocol = protocol.filter(|value| is_plain(value));
        let mut command = self.serving(repository, protocol, &[]).await?;
        command.stdin(Stdio::piped());
        let permit = self.clone_permit().await?;
        let limit = self.shared.settings.serve_timeout;
        let until = Instant::now() + limit;
        let mut serving =
            Serving::start(command, body, until, permit).map_err(GitError::internal)?;
        let first = serving
            .next()
            .await
            .map_err(|error| refused(&error, limit))?;
        let begun = (serving, Some(first));
        let blocks = stream::try_unfold(begun, |(mut serving, first)| async move {
            let block = match first {
                Some(first) => first,
                None => serving.next().await?,
            };
            Ok(block.map(|block| (block, (serving, None))))
        });
        Ok(blocks.boxed())
    }

    async fn serving(
        &self,
        repository: RepositoryId,
        protocol: Option<&str>,
        options: &[&str],
    ) -> Result<Command, GitError> {
        let mirror = self.fetched(repository).await?;
        let mut command = program::local();
        if let Some(protocol) = protocol {
            command.env("GIT_PROTOCOL", protocol);
        }
        command
            .args(["upload-pack", "--strict", "--stateless-rpc"])
            .args(options);
        operand(&mut command, mirror);
        Ok(command)
    }

    async fn clone_permit(&self) -> Result<OwnedSemaphorePermit, GitError> {
        self.shared
            .clones
            .clone()
            .acquire_owned()
            .await
            .map_err(GitError::internal)
    }
}

/// A failure before the first word can still be answered in words.
fn refused(error: &io::Error, limit: Duration) -> GitError {
    if error.kind() == io::ErrorKind::TimedOut {
        let seconds = limit.as_secs();
        return GitError::Timeout { seconds };
    }
    log::debug!("{error}");
    GitError::RequestRefused
}

/// One answer in the making.
struct Serving {
    group: Group,
    stdout: ChildStdout,
    stderr: JoinHandle<io::Result<String>>,
    until: Instant,
    /// Git told the client why it fails.
    told: bool,
    _permit: OwnedSemaphorePermit,
}

impl Serving {
    fn start(
        command: Command,
        body: Vec<u8>,
        until: Instant,
        permit: OwnedSemaphorePermit,
    ) -> io::Result<Self> {
        let mut group = Group::spawn(command)?;
        let mut stdin = group
            .child
            .stdin
            .take()
            .expect("the command pipes its input");
        let stdout = group
            .child
            .stdout
            .take()
            .expect("the command pipes its output");
        let stderr = group
            .child
            .stderr
            .take()
            .expect("the command pipes its errors");
        tokio::spawn(async move {
            if let Err(cause) = stdin.write_all(&body).await {
                log::debug!("upload-pack did not read all of a request: {cause}");
            }
        });
        let stderr = tokio::spawn(read_end(stderr));
        Ok(Self {
            group,
            stdout,
            stderr,
            until,
            told: false,
            _permit: permit,
        })
    }

    /// The next block; nothing after the last one; an error when git takes too long, or fails without a word.
    async fn next(&mut self) -> io::Result<Option<Bytes>> {
        if Instant::now() >= self.until {
            return Err(io::ErrorKind::TimedOut.into());
        }
        let mut block = BytesMut::with_capacity(BLOCK_BYTES);
        let read = timeout_at(self.until, self.stdout.read_buf(&mut block)).await;
        if read.map_err(|_| io::ErrorKind::TimedOut)?? > 0 {
            self.told |= block
                .get(LENGTH_BYTES..)
                .is_some_and(|rest| rest.starts_with(ERROR));
            return Ok(Some(block.freeze()));
        }
        let status = self.group.child.wait().await?;
        if status.success() || self.told {
            return Ok(None);
        }
        let said = (&mut self.stderr).await.map_err(io::Error::other)??;
        Err(io::Error::other(format!(
            "upload-pack: {}",
            reason(&said, status)
        )))
    }
}

fn is_version_2(protocol: Option<&str>) -> bool {
    protocol.is_some_and(|value| value.split(':').any(|part| part == "version=2"))
}

/// Whether a header may become a variable of a process.
fn is_plain(value: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "=:._-".contains(c);
    value.len() <= PROTOCOL_BYTES && value.chars().all(allowed)
}
