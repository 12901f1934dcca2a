//! Log bytes of executions: chunks while they are rows, then the key of one object.

use super::{Connection, SqlStore, dialect, troubles::is_tried};
use crate::{
    Appended, LogContent, Logs, SealedLog, StoreError, Wake,
    sql::{
        failure::Failure,
        perform::perform,
        rows::Place,
        schema::{executions, log_chunks, logs},
    },
};
use async_trait::async_trait;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, dsl::not};
use diesel_async::RunQueryDsl;
use runyard_domain::{ExecutionId, JobId};

#[async_trait]
impl Logs for SqlStore {
    async fn append_log(
        &self,
        execution: ExecutionId,
        offset: u64,
        bytes: &[u8],
        limit: u64,
    ) -> Result<Appended, StoreError> {
        let (appended, grew) = perform!(self.write, append(execution, offset, bytes, limit))?;
        if grew {
            self.wake(Wake::Log(execution));
        }
        Ok(appended)
    }

    async fn log_bytes(&self, execution: ExecutionId) -> Result<u64, StoreError> {
        perform!(self.read, log_bytes(execution))
    }

    async fn log(&self, execution: ExecutionId) -> Result<LogContent, StoreError> {
        perform!(self.snapshot, content(execution))
    }

    async fn seal_log(&self, execution: ExecutionId, sealed: &SealedLog) -> Result<(), StoreError> {
        perform!(self.write, seal(execution, sealed))
    }

    async fn unsealed_logs(&self, limit: u32) -> Result<Vec<(ExecutionId, JobId)>, StoreError> {
        perform!(self.read, unsealed(limit))
    }
}

/// What is known of a log.
struct Log {
    bytes: u64,
    sealed_key: Option<String>,
    deleted: bool,
}

fn known(
    execution: ExecutionId,
    (bytes, sealed_key, deleted): (i64, Option<String>, bool),
) -> Result<Log, StoreError> {
    let bytes = Place::of("logs", execution).number("bytes", bytes)?;
    Ok(Log {
        bytes,
        sealed_key,
        deleted,
    })
}

async fn find(connection: &mut Connection, id: &ExecutionId) -> Result<Option<Log>, Failure> {
    let row = logs::table.find(id.get());
    let row = row.select((logs::bytes, logs::sealed_key, logs::deleted));
    let row = row.get_result(connection).await.optional()?;
    Ok(row.map(|row| known(*id, row)).transpose()?)
}

/// The log of an execution, begun when it was not, locked.
async fn lock(connection: &mut Connection, id: &ExecutionId) -> Result<Log, Failure> {
    let row = || {
        let row = logs::table.find(id.get());
        row.select((logs::bytes, logs::sealed_key, logs::deleted))
    };
    let found = dialect::locked!(row()).get_result(connection).await;
    if let Some(row) = found.optional()? {
        return Ok(known(*id, row)?);
    }
    let of = executions::table.find(id.get()).select(executions::id);
    let of: Option<i64> = of.get_result(connection).await.optional()?;
    of.ok_or_else(|| Failure::not_found("execution"))?;
    diesel::insert_into(logs::table)
        .values((logs::execution_id.eq(id.get()), logs::bytes.eq(0_i64)))
        .on_conflict_do_nothing()
        .execute(connection)
        .await?;
    let begun = dialect::locked!(row()).get_result(connection).await?;
    Ok(known(*id, begun)?)
}

/// Stores what is new of `bytes` and fits, and says whether that was anything.
async fn append(
    connection: &mut Connection,
    id: &ExecutionId,
    offset: &u64,
    bytes: &[u8],
    limit: &u64,
) -> Result<(Appended, bool), Failure> {
    let log = lock(connection, id).await?;
    let before = log.bytes;
    if log.sealed_key.is_some() || log.deleted {
        return Ok((Appended::Full { bytes: before }, false));
    }
    if *offset > before {
        return Ok((Appended::Gap { bytes: before }, false));
    }
    let stored = usize::try_from(before - offset).unwrap_or(usize::MAX);
    let new = bytes.get(stored..).unwrap_or_default();
    let room = usize::try_from(limit.saturating_sub(before)).unwrap_or(usize::MAX);
    let fitting = &new[..new.len().min(room)];
    let after = before + fitting.len() as u64;
    if !fitting.is_empty() {
        insert_chunk(connection, id, before, fitting).await?;
    }
    let appended = if fitting.len() < new.len() {
        Appended::Full { bytes: after }
    } else {
        Appended::Stored { bytes: after }
    };
    Ok((appended, !fitting.is_empty()))
}

async fn insert_chunk(
    connection: &mut Connection,
    id: &ExecutionId,
    start: u64,
    bytes: &[u8],
) -> Result<(), Failure> {
    let start = column(start);
    diesel::insert_into(log_chunks::table)
        .values((
            log_chunks::execution_id.eq(id.get()),
            log_chunks::start.eq(start),
            log_chunks::bytes.eq(bytes),
        ))
        .execute(connection)
        .await?;
    diesel::update(logs::table.find(id.get()))
        .set(logs::bytes.eq(start + column(bytes.len() as u64)))
        .execute(connection)
        .await?;
    Ok(())
}

fn column(bytes: u64) -> i64 {
    i64::try_from(bytes).expect("no disk holds a log that is longer than a column can count")
}

async fn log_bytes(connection: &mut Connection, id: &ExecutionId) -> Result<u64, Failure> {
    Ok(find(connection, id).await?.map_or(0, |log| log.bytes))
}

async fn content(connection: &mut Connection, id: &ExecutionId) -> Result<LogContent, Failure> {
    let Some(log) = find(connection, id).await? else {
        return Ok(LogContent::Chunks(Vec::new()));
    };
    if let Some(key) = log.sealed_key {
        let bytes = log.bytes;
        return Ok(LogContent::Sealed(SealedLog { key, bytes }));
    }
    let chunks: Vec<Vec<u8>> = log_chunks::table
        .filter(log_chunks::execution_id.eq(id.get()))
        .order(log_chunks::start)
        .select(log_chunks::bytes)
        .load(connection)
        .await?;
    Ok(LogContent::Chunks(chunks.concat()))
}

async fn seal(
    connection: &mut Connection,
    id: &ExecutionId,
    sealed: &SealedLog,
) -> Result<(), Failure> {
    let log = lock(connection, id).await?;
    if log.deleted {
        return Err(Failure::not_found("log"));
    }
    if log.sealed_key.is_some() {
        return Ok(());
    }
    diesel::update(logs::table.find(id.get()))
        .set((
            logs::bytes.eq(column(sealed.bytes)),
            logs::sealed_key.eq(Some(&sealed.key)),
        ))
        .execute(connection)
        .await?;
    diesel::update(executions::table.find(id.get()))
        .set(executions::log_sealed.eq(true))
        .execute(connection)
        .await?;
    diesel::delete(log_chunks::table.filter(log_chunks::execution_id.eq(id.get())))
        .execute(connection)
        .await?;
    Ok(())
}

async fn unsealed(
    connection: &mut Connection,
    limit: &u32,
) -> Result<Vec<(ExecutionId, JobId)>, Failure> {
    let rows: Vec<(i64, i64)> = executions::table
        .filter(executions::ended_at.is_not_null())
        .filter(not(executions::log_sealed))
        .filter(is_tried!(Log, executions::id))
        .order(executions::id)
        .limit((*limit).into())
        .select((executions::id, executions::job_id))
        .load(connection)
        .await?;
    let unsealed = rows
        .into_iter()
        .map(|(id, job)| (ExecutionId::new(id), JobId::new(job)));
    Ok(unsealed.collect())
}
