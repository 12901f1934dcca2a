//! Log bytes in memory.

use super::{
    MemoryStore,
    state::{LogRow, State, not_found},
};
use crate::{Appended, LogContent, Logs, RowKind, SealedLog, Store, StoreError, Wake};
use async_trait::async_trait;
use runyard_domain::{ExecutionId, JobId};

#[async_trait]
impl Logs for MemoryStore {
    async fn append_log(
        &self,
        execution: ExecutionId,
        offset: u64,
        bytes: &[u8],
        limit: u64,
    ) -> Result<Appended, StoreError> {
        let (appended, grew) = self.state().append(execution, offset, bytes, limit)?;
        if grew {
            self.wakes().send(Wake::Log(execution));
        }
        Ok(appended)
    }

    async fn log_bytes(&self, execution: ExecutionId) -> Result<u64, StoreError> {
        let state = self.state();
        Ok(state.logs.get(&execution).map_or(0, LogRow::bytes))
    }

    async fn log(&self, execution: ExecutionId) -> Result<LogContent, StoreError> {
        let state = self.state();
        Ok(match state.logs.get(&execution) {
            Some(LogRow::Chunks(bytes)) => LogContent::Chunks(bytes.clone()),
            Some(LogRow::Sealed(sealed)) => LogContent::Sealed(sealed.clone()),
            Some(LogRow::Deleted) | None => LogContent::Chunks(Vec::new()),
        })
    }

    async fn seal_log(&self, execution: ExecutionId, sealed: &SealedLog) -> Result<(), StoreError> {
        let mut state = self.state();
        let log = state.log_row(execution)?;
        match log {
            LogRow::Chunks(_) => *log = LogRow::Sealed(sealed.clone()),
            LogRow::Sealed(_) => {}
            LogRow::Deleted => return Err(not_found("log")),
        }
        Ok(())
    }

    async fn unsealed_logs(&self, limit: u32) -> Result<Vec<(ExecutionId, JobId)>, StoreError> {
        let state = self.state();
        let executions = state.executions.values().map(|row| &row.execution);
        let is_sealed = |id| {
            matches!(
                state.logs.get(id),
                Some(LogRow::Sealed(_) | LogRow::Deleted)
            )
        };
        let unsealed = executions.filter(|e| e.is_ended() && !is_sealed(&e.id));
        let unsealed = unsealed.filter(|e| state.is_tried(RowKind::Log, e.id.get()));
        let oldest = unsealed.take(limit as usize);
        Ok(oldest.map(|e| (e.id, e.job)).collect())
    }
}

impl State {
    fn log_row(&mut self, execution: ExecutionId) -> Result<&mut LogRow, StoreError> {
        if !self.executions.contains_key(&execution) {
            return Err(not_found("execution"));
        }
        let row = self.logs.entry(execution);
        Ok(row.or_insert_with(|| LogRow::Chunks(Vec::new())))
    }

    /// Stores what is new of `bytes` and fits, and says whether that was anything.
    fn append(
        &mut self,
        execution: ExecutionId,
        offset: u64,
        bytes: &[u8],
        limit: u64,
    ) -> Result<(Appended, bool), StoreError> {
        let stored = match self.log_row(execution)? {
            LogRow::Chunks(stored) => stored,
            LogRow::Sealed(sealed) => {
                let bytes = sealed.bytes;
                return Ok((Appended::Full { bytes }, false));
            }
            LogRow::Deleted => return Ok((Appended::Full { bytes: 0 }, false)),
        };
        let before = stored.len() as u64;
        if offset > before {
            return Ok((Appended::Gap { bytes: before }, false));
        }
        let known = usize::try_from(before - offset).unwrap_or(usize::MAX);
        let new = bytes.get(known..).unwrap_or_default();
        let room = usize::try_from(limit.saturating_sub(before)).unwrap_or(usize::MAX);
        let fitting = &new[..new.len().min(room)];
        stored.extend_from_slice(fitting);
        let bytes = stored.len() as u64;
        let appended = if fitting.len() < new.len() {
            Appended::Full { bytes }
        } else {
            Appended::Stored { bytes }
        };
        Ok((appended, !fitting.is_empty()))
    }
}

impl LogRow {
    fn bytes(&self) -> u64 {
        match self {
            Self::Chunks(bytes) => bytes.len() as u64,
            Self::Sealed(sealed) => sealed.bytes,
            Self::Deleted => 0,
        }
    }
}
