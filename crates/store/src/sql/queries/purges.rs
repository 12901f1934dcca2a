//! Deleting: marks first, so that nobody sees it any more; then rows, bit by bit; then objects.

use super::{
    Connection, SqlStore, artifacts::remove_artifacts_of, dialect, reports::remove_reports_of,
};
use crate::{
    Deleted, PURGED_ROWS_MAX, Purges, StoreError,
    sql::{
        columns::DbTime,
        failure::Failure,
        perform::perform,
        schema::{
            attempts, doomed_objects, executions, jobs, log_chunks, logs, purges, repositories,
            run_events, run_payloads, runs, workflows,
        },
    },
};
use async_trait::async_trait;
use diesel::{
    ExpressionMethods, NullableExpressionMethods, OptionalExtension, QueryDsl,
    dsl::{exists, not},
    upsert::excluded,
};
use diesel_async::RunQueryDsl;
use runyard_domain::Run;
use std::time::Duration;

/// Chunks of logs that one bit removes at most: each may be as large as a call of a runner.
const CHUNKS: i64 = 32;
/// Executions that one bit removes at most.
const EXECUTIONS: i64 = 100;
/// Rows of other tables that one bit removes at most.
const ROWS: i64 = PURGED_ROWS_MAX as i64;

#[async_trait]
impl Purges for SqlStore {
    async fn purge(&self, after: Duration) -> Result<bool, StoreError> {
        perform!(self.write, purge(after))
    }

    async fn doomed_objects(&self, limit: u32) -> Result<Vec<String>, StoreError> {
        perform!(self.read, doomed(limit))
    }

    async fn forget_objects(&self, keys: &[String]) -> Result<(), StoreError> {
        perform!(self.write, forget(keys))
    }
}

/// Lets nobody see any more what a decision deleted, and remembers to remove it.
pub(super) async fn mark(
    connection: &mut Connection,
    run: &Run,
    deleted: Deleted,
) -> Result<(), Failure> {
    let (id, at) = (run.id().get(), DbTime(run.updated_at()));
    let row = runs::table.find(id);
    let last_attempt = match deleted {
        Deleted::Logs => {
            let attempts = i64::from(run.attempt().number);
            let marked = runs::logs_deleted_attempts.eq(attempts);
            diesel::update(row).set(marked).execute(connection).await?;
            Some(attempts)
        }
        Deleted::ExpiredLogs => {
            let attempts = i64::from(run.attempt().number);
            let marked = (
                runs::logs_deleted_attempts.eq(attempts),
                runs::logs_expired_attempts.eq(attempts),
            );
            diesel::update(row).set(marked).execute(connection).await?;
            Some(attempts)
        }
        Deleted::Run => {
            let marked = runs::deleted_at.eq(Some(at));
            diesel::update(row).set(marked).execute(connection).await?;
            count_out(connection, run).await?;
            None
        }
    };
    diesel::insert_into(purges::table)
        .values((
            purges::run_id.eq(id),
            purges::asked_at.eq(at),
            purges::last_attempt.eq(last_attempt),
        ))
        .on_conflict(purges::run_id)
        .do_update()
        .set((
            purges::asked_at.eq(excluded(purges::asked_at)),
            purges::last_attempt.eq(excluded(purges::last_attempt)),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

/// Takes the run out of the totals of lists.
async fn count_out(connection: &mut Connection, run: &Run) -> Result<(), Failure> {
    let identity = run.identity();
    diesel::update(repositories::table.find(identity.repository.get()))
        .set(repositories::deleted_runs.eq(repositories::deleted_runs + 1))
        .execute(connection)
        .await?;
    diesel::update(workflows::table.find(identity.workflow.get()))
        .set(workflows::deleted_runs.eq(workflows::deleted_runs + 1))
        .execute(connection)
        .await?;
    Ok(())
}

/// One run that has something to remove.
struct Purge {
    run: i64,
}

async fn purge(connection: &mut Connection, after: &Duration) -> Result<bool, Failure> {
    let latest = DbTime(dialect::now(connection).await?.minus(*after));
    let oldest = purges::table
        .filter(purges::asked_at.le(latest))
        .order((purges::asked_at, purges::run_id))
        .limit(1)
        .select((purges::run_id, purges::last_attempt));
    let oldest: Option<(i64, Option<i64>)> = dialect::locked_if_free!(oldest)
        .get_result(connection)
        .await
        .optional()?;
    let Some((run, last_attempt)) = oldest else {
        return Ok(false);
    };
    let purge = Purge { run };
    let executions = match last_attempt {
        None => purge.executions(connection).await?,
        Some(last) => purge.with_logs(connection, last).await?,
    };
    if remove_chunks_of(connection, &executions).await? {
        return Ok(true);
    }
    match (last_attempt, executions.is_empty()) {
        (None, true) => purge.rows(connection).await?,
        (None, false) => remove_executions(connection, &executions).await?,
        (Some(_), true) => purge.done(connection).await?,
        (Some(_), false) => empty_logs_of(connection, &executions).await?,
    }
    Ok(true)
}

impl Purge {
    async fn done(&self, connection: &mut Connection) -> Result<(), Failure> {
        diesel::delete(purges::table.find(self.run))
            .execute(connection)
            .await?;
        Ok(())
    }

    /// Some executions of the attempts up to this one whose logs can still be read.
    async fn with_logs(
        &self,
        connection: &mut Connection,
        last_attempt: i64,
    ) -> Result<Vec<i64>, Failure> {
        let emptied = logs::table
            .filter(logs::execution_id.nullable().eq(jobs::execution_id))
            .filter(logs::deleted);
        let ids: Vec<Option<i64>> = jobs::table
            .filter(jobs::run_id.eq(self.run))
            .filter(jobs::attempt.le(last_attempt))
            .filter(jobs::execution_id.is_not_null())
            .filter(not(exists(emptied)))
            .limit(EXECUTIONS)
            .select(jobs::execution_id)
            .load(connection)
            .await?;
        Ok(ids.into_iter().flatten().collect())
    }

    /// Some executions of the run; offers that nobody took back come last.
    async fn executions(&self, connection: &mut Connection) -> Result<Vec<i64>, Failure> {
        let of_run = executions::table
            .filter(executions::run_id.eq(self.run))
            .order(executions::id)
            .limit(EXECUTIONS)
            .select(executions::id);
        let ended = of_run.filter(executions::ended_at.is_not_null());
        let ids: Vec<i64> = ended.load(connection).await?;
        if !ids.is_empty() {
            return Ok(ids);
        }
        let open = of_run.filter(executions::ended_at.is_null());
        Ok(open.load(connection).await?)
    }

    /// Removes some rows of one kind; at last the run.
    async fn rows(&self, connection: &mut Connection) -> Result<(), Failure> {
        if self.events(connection).await? || self.jobs(connection).await? {
            return Ok(());
        }
        if remove_reports_of(connection, self.run).await? {
            return Ok(());
        }
        if remove_artifacts_of(connection, self.run).await? {
            return Ok(());
        }
        let run = self.run;
        diesel::delete(attempts::table.filter(attempts::run_id.eq(run)))
            .execute(connection)
            .await?;
        diesel::delete(run_payloads::table.find(run))
            .execute(connection)
            .await?;
        self.done(connection).await?;
        let parent = runs::table.find(run).select(runs::parent_id);
        let parent: Option<i64> = parent.get_result(connection).await?;
        remove_run(connection, run).await?;
        match parent {
            Some(parent) => remove_run(connection, parent).await,
            None => Ok(()),
        }
    }

    async fn events(&self, connection: &mut Connection) -> Result<bool, Failure> {
        let of_run = run_events::table.filter(run_events::run_id.eq(self.run));
        let last: Option<i64> = of_run
            .order(run_events::seq)
            .select(run_events::seq)
            .limit(1)
            .get_result(connection)
            .await
            .optional()?;
        let Some(first) = last else {
            return Ok(false);
        };
        diesel::delete(of_run.filter(run_events::seq.lt(first + ROWS)))
            .execute(connection)
            .await?;
        Ok(true)
    }

    /// The jobs of one attempt.
    async fn jobs(&self, connection: &mut Connection) -> Result<bool, Failure> {
        let of_run = jobs::table.filter(jobs::run_id.eq(self.run));
        let first: Option<i64> = of_run
            .order(jobs::attempt)
            .select(jobs::attempt)
            .limit(1)
            .get_result(connection)
            .await
            .optional()?;
        let Some(attempt) = first else {
            return Ok(false);
        };
        diesel::delete(of_run.filter(jobs::attempt.eq(attempt)))
            .execute(connection)
            .await?;
        Ok(true)
    }
}

/// Removes some chunks of these logs, if there are any.
async fn remove_chunks_of(
    connection: &mut Connection,
    executions: &[i64],
) -> Result<bool, Failure> {
    if executions.is_empty() {
        return Ok(false);
    }
    let chunks: Vec<(i64, i64)> = log_chunks::table
        .filter(log_chunks::execution_id.eq_any(executions))
        .limit(CHUNKS)
        .select((log_chunks::execution_id, log_chunks::start))
        .load(connection)
        .await?;
    for key in &chunks {
        diesel::delete(log_chunks::table.find(*key))
            .execute(connection)
            .await?;
    }
    Ok(!chunks.is_empty())
}

async fn remove_executions(connection: &mut Connection, ids: &[i64]) -> Result<(), Failure> {
    doom_logs_of(connection, ids).await?;
    diesel::delete(logs::table.filter(logs::execution_id.eq_any(ids)))
        .execute(connection)
        .await?;
    diesel::delete(executions::table.filter(executions::id.eq_any(ids)))
        .execute(connection)
        .await?;
    Ok(())
}

/// Leaves of these logs that they were deleted, so that whoever seals one late hears of it.
async fn empty_logs_of(connection: &mut Connection, ids: &[i64]) -> Result<(), Failure> {
    doom_logs_of(connection, ids).await?;
    for id in ids {
        diesel::insert_into(logs::table)
            .values((
                logs::execution_id.eq(*id),
                logs::bytes.eq(0_i64),
                logs::deleted.eq(true),
            ))
            .on_conflict(logs::execution_id)
            .do_update()
            .set((
                logs::bytes.eq(0_i64),
                logs::sealed_key.eq(None::<String>),
                logs::deleted.eq(true),
            ))
            .execute(connection)
            .await?;
    }
    diesel::update(executions::table.filter(executions::id.eq_any(ids)))
        .set(executions::log_sealed.eq(true))
        .execute(connection)
        .await?;
    Ok(())
}

/// Remembers the objects of these logs, to delete them once the rows are gone.
async fn doom_logs_of(connection: &mut Connection, executions: &[i64]) -> Result<(), Failure> {
    let keys: Vec<Option<String>> = logs::table
        .filter(logs::execution_id.eq_any(executions))
        .filter(logs::sealed_key.is_not_null())
        .select(logs::sealed_key)
        .load(connection)
        .await?;
    doom(connection, keys.into_iter().flatten()).await
}

/// Remembers objects that no row speaks of any more, to delete them.
pub(super) async fn doom(
    connection: &mut Connection,
    keys: impl IntoIterator<Item = String>,
) -> Result<(), Failure> {
    for key in keys {
        diesel::insert_into(doomed_objects::table)
            .values(doomed_objects::key.eq(key))
            .on_conflict_do_nothing()
            .execute(connection)
            .await?;
    }
    Ok(())
}

/// Removes the row of a deleted run of which nothing else is left. While another run was made from it, it stays.
async fn remove_run(connection: &mut Connection, id: i64) -> Result<(), Failure> {
    let deleted = runs::table
        .filter(runs::id.eq(id))
        .filter(runs::deleted_at.is_not_null())
        .select(runs::id);
    let deleted: Option<i64> = deleted.get_result(connection).await.optional()?;
    let child = runs::table
        .filter(runs::parent_id.eq(Some(id)))
        .select(runs::id)
        .limit(1);
    let child: Option<i64> = child.get_result(connection).await.optional()?;
    let under_way = purges::table.find(id).select(purges::run_id);
    let under_way: Option<i64> = under_way.get_result(connection).await.optional()?;
    if deleted.is_some() && child.is_none() && under_way.is_none() {
        diesel::delete(runs::table.find(id))
            .execute(connection)
            .await?;
    }
    Ok(())
}

async fn doomed(connection: &mut Connection, limit: &u32) -> Result<Vec<String>, Failure> {
    let keys = doomed_objects::table
        .order(doomed_objects::key)
        .limit((*limit).into())
        .select(doomed_objects::key);
    Ok(keys.load(connection).await?)
}

async fn forget(connection: &mut Connection, keys: &[String]) -> Result<(), Failure> {
    diesel::delete(doomed_objects::table.filter(doomed_objects::key.eq_any(keys)))
        .execute(connection)
        .await?;
    Ok(())
}
