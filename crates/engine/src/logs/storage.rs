//! Sealed logs in an object store: one object per execution. Knows nothing of runs or of who may read.

use super::{
    LogError, LogRow,
    frames::{self, Frame, Index, TRAILER_BYTES},
};
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream::BoxStream};
use object_store::{
    GetOptions, GetRange, ObjectStore, ObjectStoreExt, PutPayload, local::LocalFileSystem,
    path::Path as Key,
};
use runyard_domain::ExecutionId;
use std::{ops::Range, path::Path, sync::Arc};
use tokio::sync::{Semaphore, SemaphorePermit};
use uuid::Uuid;

/// Bytes read from the end of an object at first: of most logs they hold the whole index.
const TAIL_BYTES: u64 = 4 * 1024;
/// Objects in one folder of a local store.
const PER_FOLDER: i64 = 1000;
/// Logs that are being sealed at one time. Each is in memory, for as long as an object store takes or is away.
const SEALS_AT_ONCE: usize = 4;
/// What a probe puts.
const PROBE: &[u8] = b"Runyard tries whether logs can be kept here.\n";

/// A folder as an object store. It is made when it is missing; what is put is on disk before it is acknowledged.
pub fn local_objects(dir: &Path) -> Result<Arc<dyn ObjectStore>, LogError> {
    std::fs::create_dir_all(dir)?;
    Ok(Arc::new(
        LocalFileSystem::new_with_prefix(dir)?.with_fsync(true),
    ))
}

/// Keeps sealed logs. Clones share the store.
#[derive(Debug, Clone)]
pub struct LogStorage {
    objects: Arc<dyn ObjectStore>,
    turns: Arc<Semaphore>,
}

/// What became of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedLog {
    /// Where it is; holds the execution's id.
    pub key: String,
    /// Its rows.
    pub rows: u64,
    /// Its bytes before compression.
    pub bytes: u64,
}

impl LogStorage {
    /// Logs in this store.
    pub fn new(objects: Arc<dyn ObjectStore>) -> Self {
        let turns = Arc::new(Semaphore::new(SEALS_AT_ONCE));
        Self { objects, turns }
    }

    /// Waits until one more log may be loaded to be sealed, and keeps that place until it is dropped.
    pub(crate) async fn turn(&self) -> SemaphorePermit<'_> {
        let turn = self.turns.acquire().await;
        turn.expect("nobody closes the semaphore")
    }

    /// Puts a small object, reads it and deletes it again: what is wrong with the place shows before the first log.
    ///
    /// # Errors
    /// [`LogError::Probe`], [`LogError::Altered`].
    pub async fn probe(&self) -> Result<(), LogError> {
        let key = Key::from(format!("probe-{}", Uuid::new_v4()));
        let put = self.objects.put(&key, PutPayload::from_static(PROBE));
        put.await.map_err(unfit)?;
        let found = self.objects.get(&key).await.map_err(unfit)?;
        let found = found.bytes().await.map_err(unfit)?;
        self.objects.delete(&key).await.map_err(unfit)?;
        match found == PROBE {
            true => Ok(()),
            false => Err(LogError::Altered),
        }
    }

    /// Where the log of an execution is put.
    pub fn key(execution: ExecutionId) -> String {
        format!("logs/{:06}/{execution}.log", execution.get() / PER_FOLDER)
    }

    /// Writes all rows of an execution as one object, whole or not at all. The same rows again change nothing.
    ///
    /// Fails with [`LogError::BadRow`] when a row is none.
    pub async fn seal(&self, execution: ExecutionId, ndjson: &[u8]) -> Result<SealedLog, LogError> {
        let ndjson = ndjson.to_vec();
        let (object, index) = tokio::task::spawn_blocking(move || frames::pack(&ndjson)).await??;
        let key = Self::key(execution);
        self.objects
            .put(&Key::from(key.as_str()), PutPayload::from(object))
            .await?;
        Ok(SealedLog {
            key,
            rows: index.rows,
            bytes: index.bytes,
        })
    }

    /// The bytes of any object as they are read, and how many they are.
    pub(crate) async fn stream(
        &self,
        key: &str,
    ) -> Result<(u64, BoxStream<'static, std::io::Result<Bytes>>), LogError> {
        let found = self.objects.get(&Key::from(key)).await;
        let found = found.map_err(|e| missing(key, e))?;
        let bytes = found.meta.size;
        let content = found.into_stream().map_err(std::io::Error::other);
        Ok((bytes, content.boxed()))
    }

    /// All rows, in order.
    pub async fn rows(&self, key: &str) -> Result<Vec<LogRow>, LogError> {
        let index = self.index(key).await?;
        self.unpacked(key, index.frames).await
    }

    /// The last rows, in order, and how many come before them. Reads only the frames that have them.
    pub async fn last_rows(&self, key: &str, most: u64) -> Result<(u64, Vec<LogRow>), LogError> {
        let all = self.index(key).await?.rows;
        let skipped = all.saturating_sub(most);
        Ok((skipped, self.rows_between(key, skipped..all).await?))
    }

    /// The rows of one step, in order. Reads only the frames that can have some.
    pub async fn rows_of_step(&self, key: &str, step: u32) -> Result<Vec<LogRow>, LogError> {
        let mut index = self.index(key).await?;
        index.frames.retain(|frame| frame.may_hold(step));
        let mut rows = self.unpacked(key, index.frames).await?;
        rows.retain(|row| row.step == step);
        Ok(rows)
    }

    /// The rows with these numbers, from 0, as far as there are such. Reads only the frames that have them.
    pub async fn rows_between(
        &self,
        key: &str,
        wanted: Range<u64>,
    ) -> Result<Vec<LogRow>, LogError> {
        let mut index = self.index(key).await?;
        index.frames.retain(|frame| {
            frame.first_row < wanted.end && wanted.start < frame.first_row + frame.rows
        });
        let first = index.frames.first().map_or(0, |frame| frame.first_row);
        let rows = self.unpacked(key, index.frames).await?;
        let numbered = (first..)
            .zip(rows)
            .filter(|(number, _)| wanted.contains(number));
        Ok(numbered.map(|(_, row)| row).collect())
    }

    /// Deletes a log. Nothing happens when there is none.
    pub async fn delete(&self, key: &str) -> Result<(), LogError> {
        match self.objects.delete(&Key::from(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(cause) => Err(cause.into()),
        }
    }

    async fn index(&self, key: &str) -> Result<Index, LogError> {
        let path = Key::from(key);
        let tail = GetOptions {
            range: Some(GetRange::Suffix(TAIL_BYTES)),
            ..Default::default()
        };
        let found = self
            .objects
            .get_opts(&path, tail)
            .await
            .map_err(|e| missing(key, e))?;
        let (size, start) = (found.meta.size, found.range.start);
        let tail = found.bytes().await?;
        let trailer = &tail[tail.len().saturating_sub(TRAILER_BYTES)..];
        let range = frames::index_range(trailer, size).map_err(|reason| damaged(key, reason))?;
        let json = match range.start.checked_sub(start) {
            Some(skip) => within(&tail, skip, range.end - range.start),
            None => self.objects.get_range(&path, range.clone()).await?,
        };
        frames::read_index(&json, range.start).map_err(|reason| damaged(key, reason))
    }

    async fn unpacked(&self, key: &str, frames: Vec<Frame>) -> Result<Vec<LogRow>, LogError> {
        let ranges: Vec<Range<u64>> = frames.iter().map(Frame::range).collect();
        let packed = self.objects.get_ranges(&Key::from(key), &ranges).await;
        let packed = packed.map_err(|e| missing(key, e))?;
        let rows = tokio::task::spawn_blocking(move || unpack_all(&frames, &packed)).await?;
        rows.map_err(|reason| damaged(key, reason))
    }
}

fn unpack_all(frames: &[Frame], packed: &[Bytes]) -> Result<Vec<LogRow>, String> {
    let mut rows = Vec::new();
    for (frame, packed) in frames.iter().zip(packed) {
        rows.extend(frames::unpack(frame, packed)?);
    }
    Ok(rows)
}

/// So many bytes after so many others; fewer when there are not as many.
fn within(bytes: &Bytes, skip: u64, length: u64) -> Bytes {
    let clamp = |n: u64| usize::try_from(n).unwrap_or(usize::MAX).min(bytes.len());
    bytes.slice(clamp(skip)..clamp(skip.saturating_add(length)))
}

fn damaged(key: &str, reason: String) -> LogError {
    LogError::Damaged {
        key: key.to_owned(),
        reason,
    }
}

/// What is wrong with a place, as far as its answer to a probe tells.
fn unfit(source: object_store::Error) -> LogError {
    use object_store::Error::{NotFound, PermissionDenied, Unauthenticated};
    let is_refused = matches!(source, PermissionDenied { .. } | Unauthenticated { .. });
    let problem = match matches!(source, NotFound { .. }) {
        true => "there is no such place",
        false if is_refused => "the credentials are not right, or may not put, get and delete",
        false => "it cannot be reached, or cannot be used so",
    };
    LogError::Probe { problem, source }
}

fn missing(key: &str, cause: object_store::Error) -> LogError {
    match matches!(cause, object_store::Error::NotFound { .. }) {
        true => LogError::NotFound {
            key: key.to_owned(),
        },
        false => LogError::Store(cause),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;
    use object_store::memory::InMemory;

    #[test]
    fn no_more_logs_are_sealed_at_one_time_than_memory_is_meant_for() {
        let logs = LogStorage::new(Arc::new(InMemory::new()));
        let taken = || logs.turn().now_or_never();
        let mut turns: Vec<_> = (0..SEALS_AT_ONCE).map(|_| taken().unwrap()).collect();
        assert!(taken().is_none());
        turns.pop();
        assert!(taken().is_some());
    }
}
