//! Executions: claiming, finding them by their tokens, and those whose time is over.

use super::{
    Connection, SqlStore,
    claim::{claim, has_offers, ready_sets},
    depth::{depth, running, waiting_since},
    dialect,
    labels::later_sets,
    troubles::is_tried,
};
use crate::{
    ClaimRequest, Expired, Queue, QueueDepth, StoreError,
    sql::{
        columns::DbTime, failure::Failure, labels::KnownLabels, perform::perform,
        rows::ExecutionRow, schema::executions,
    },
};
use async_trait::async_trait;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, OptionalExtension,
    QueryDsl, SelectableHelper,
};
use diesel_async::RunQueryDsl;
use runyard_domain::{Execution, ExecutionId, JobId, RunId, Timestamp, account::TokenHash};
use std::time::Duration;

#[async_trait]
impl Queue for SqlStore {
    async fn claim(&self, request: ClaimRequest) -> Result<Vec<Execution>, StoreError> {
        let labels = &self.labels;
        // Most claims find nothing: then nothing is written.
        let ready = perform!(self.read, claimable(request, labels))?;
        match ready {
            // The same key is offered the same again.
            Some(ready) => perform!(self.write_keyed, claim(request, ready)),
            None => Ok(Vec::new()),
        }
    }

    async fn depth(&self) -> Result<QueueDepth, StoreError> {
        perform!(self.read, depth())
    }

    async fn waiting_since(
        &self,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<(RunId, JobId)>, StoreError> {
        perform!(self.read, waiting_since(before, limit))
    }

    async fn running(&self, limit: u32) -> Result<Vec<Execution>, StoreError> {
        perform!(self.read, running(limit))
    }

    async fn open_executions(&self, run: RunId) -> Result<Vec<Execution>, StoreError> {
        perform!(self.read, open_executions(run))
    }

    async fn expired(&self, limit: u32) -> Result<Vec<Expired>, StoreError> {
        perform!(self.read, expired(limit))
    }

    async fn extend_leases(&self, lease: Duration) -> Result<(), StoreError> {
        perform!(self.write, extend_leases(lease))
    }

    async fn execution(&self, id: ExecutionId) -> Result<Option<Execution>, StoreError> {
        perform!(self.read, execution(id))
    }

    async fn execution_by_token(&self, token: TokenHash) -> Result<Option<Execution>, StoreError> {
        perform!(self.read, by_token(token))
    }

    async fn execution_by_github_token(
        &self,
        token: TokenHash,
    ) -> Result<Option<Execution>, StoreError> {
        perform!(self.read, by_github_token(token))
    }
}

/// The label sets to claim from; `None` when there is nothing to offer, and nothing to offer again.
async fn claimable(
    connection: &mut Connection,
    request: &ClaimRequest,
    labels: &KnownLabels,
) -> Result<Option<Vec<i64>>, Failure> {
    labels.add(later_sets(connection, labels.newest()).await?)?;
    let ready = ready_sets(connection, &labels.covered_by(&request.labels)).await?;
    let worth_it = !ready.is_empty() || has_offers(connection, request).await?;
    Ok(worth_it.then_some(ready))
}

async fn open_executions(
    connection: &mut Connection,
    run: &RunId,
) -> Result<Vec<Execution>, Failure> {
    let rows: Vec<ExecutionRow> = executions::table
        .filter(executions::run_id.eq(run.get()))
        .filter(executions::ended_at.is_null())
        .order(executions::id)
        .select(ExecutionRow::as_select())
        .load(connection)
        .await?;
    let executions = rows.into_iter().map(|row| Ok(Execution::try_from(row)?));
    executions.collect()
}

async fn expired(connection: &mut Connection, limit: &u32) -> Result<Vec<Expired>, Failure> {
    let now = dialect::now(connection).await?;
    let rows: Vec<(i64, i64, Option<DbTime>)> = executions::table
        .filter(executions::due_at.le(DbTime(now)))
        .filter(is_tried!(Execution, executions::id))
        .order((executions::due_at, executions::id))
        .limit((*limit).into())
        .select((
            executions::id,
            executions::run_id,
            executions::offered_until,
        ))
        .load(connection)
        .await?;
    let expired = rows.into_iter().map(|(id, run, offered_until)| Expired {
        execution: ExecutionId::new(id),
        run: RunId::new(run),
        was_offered: offered_until.is_some(),
    });
    Ok(expired.collect())
}

/// A grace or a limit that ends before the lease still decides when the execution is over.
async fn extend_leases(connection: &mut Connection, lease: &Duration) -> Result<(), Failure> {
    let least = DbTime(dialect::now(connection).await?.plus(*lease));
    // What is due later has a longer lease; there is an index by what is due, and none by leases.
    let shorter = || {
        executions::table
            .filter(executions::due_at.lt(least))
            .filter(executions::lease_until.lt(least))
    };
    let timeout_first = executions::deadline
        .is_null()
        .or(executions::timeout_at.le(executions::deadline));
    diesel::update(
        shorter()
            .filter(executions::timeout_at.lt(least))
            .filter(timeout_first.assume_not_null()),
    )
    .set((
        executions::lease_until.eq(Some(least)),
        executions::due_at.eq(executions::timeout_at),
    ))
    .execute(connection)
    .await?;
    diesel::update(shorter().filter(executions::deadline.lt(least)))
        .set((
            executions::lease_until.eq(Some(least)),
            executions::due_at.eq(executions::deadline),
        ))
        .execute(connection)
        .await?;
    diesel::update(shorter())
        .set((
            executions::lease_until.eq(Some(least)),
            executions::due_at.eq(Some(least)),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

async fn execution(
    connection: &mut Connection,
    id: &ExecutionId,
) -> Result<Option<Execution>, Failure> {
    let row = executions::table.find(id.get());
    let row = row.select(ExecutionRow::as_select());
    let row = row.get_result(connection).await.optional()?;
    Ok(row.map(Execution::try_from).transpose()?)
}

async fn by_token(
    connection: &mut Connection,
    token: &TokenHash,
) -> Result<Option<Execution>, Failure> {
    let hash = token.as_bytes().to_vec();
    let row = executions::table.filter(executions::token.eq(hash));
    let row = row.select(ExecutionRow::as_select());
    let row = row.get_result(connection).await.optional()?;
    Ok(row.map(Execution::try_from).transpose()?)
}

async fn by_github_token(
    connection: &mut Connection,
    token: &TokenHash,
) -> Result<Option<Execution>, Failure> {
    let hash = token.as_bytes().to_vec();
    let row = executions::table.filter(executions::github_token.eq(hash));
    let row = row.select(ExecutionRow::as_select());
    let row = row.get_result(connection).await.optional()?;
    Ok(row.map(Execution::try_from).transpose()?)
}
