//! What operators ask of the queue: how much waits, and what runs. Nothing is changed here.

use super::{Connection, troubles::is_tried};
use crate::{
    QueueDepth,
    sql::{
        columns::DbTime,
        failure::Failure,
        rows::ExecutionRow,
        schema::{executions, jobs, queue},
    },
};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;
use runyard_domain::{Execution, JobId, RunId, Timestamp};

/// How much waits to be offered.
pub(super) async fn depth(connection: &mut Connection) -> Result<QueueDepth, Failure> {
    let ready: i64 = queue::table
        .filter(queue::execution_id.is_null())
        .filter(is_tried!(Job, queue::job_id))
        .count()
        .get_result(connection)
        .await?;
    Ok(QueueDepth {
        ready: ready.unsigned_abs(),
        oldest: oldest(connection).await?,
    })
}

async fn oldest(connection: &mut Connection) -> Result<Option<Timestamp>, Failure> {
    let first: Option<(i64, i64)> = queue::table
        .filter(queue::execution_id.is_null())
        .filter(is_tried!(Job, queue::job_id))
        .order(queue::position)
        .limit(1)
        .select((queue::run_id, queue::job_id))
        .get_result(connection)
        .await
        .optional()?;
    let Some((run, job)) = first else {
        return Ok(None);
    };
    let created: Option<Option<DbTime>> = jobs::table
        .filter(jobs::run_id.eq(run))
        .filter(jobs::id.eq(job))
        .select(jobs::created_at)
        .get_result(connection)
        .await
        .optional()?;
    Ok(created.flatten().map(|DbTime(created)| created))
}

/// Jobs that nobody was offered and that wait since `before`. The queue is in the order of waiting, so those before the
/// first that waits for less are all.
pub(super) async fn waiting_since(
    connection: &mut Connection,
    before: &Timestamp,
    limit: &u32,
) -> Result<Vec<(RunId, JobId)>, Failure> {
    let rows: Vec<(i64, i64, Option<DbTime>)> = queue::table
        .filter(queue::execution_id.is_null())
        .filter(is_tried!(Job, queue::job_id))
        .order(queue::position)
        .limit((*limit).into())
        .select((queue::run_id, queue::job_id, queue::queued_at))
        .load(connection)
        .await?;
    let waits = |queued_at: &Option<DbTime>| queued_at.is_some_and(|time| time.0 <= *before);
    let old = rows
        .into_iter()
        .filter(|(_, _, queued_at)| waits(queued_at));
    Ok(old
        .map(|(run, job, _)| (RunId::new(run), JobId::new(job)))
        .collect())
}

/// Executions that were started and are not over.
pub(super) async fn running(
    connection: &mut Connection,
    limit: &u32,
) -> Result<Vec<Execution>, Failure> {
    let rows: Vec<ExecutionRow> = executions::table
        .filter(executions::due_at.is_not_null())
        .filter(executions::lease_until.is_not_null())
        .order((executions::due_at, executions::id))
        .limit((*limit).into())
        .select(ExecutionRow::as_select())
        .load(connection)
        .await?;
    // One that cannot be read is told of where it is tried, and hides no other.
    let running = rows.into_iter().map(Execution::try_from);
    Ok(running.filter_map(Result::ok).collect())
}
