//! Loads runs and executions as aggregates. What is loaded to be changed is locked first: the run, then its executions.

use super::{Connection, dialect};
use crate::{
    StoreError,
    sql::{
        failure::Failure,
        rows::{AttemptRow, ExecutionRow, JobRow, RunRow},
        schema::{attempts, executions, jobs, repositories, runs},
    },
};
use diesel::{
    ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, SelectableHelper, dsl::exists,
};
use diesel_async::RunQueryDsl;
use runyard_domain::{Execution, ExecutionId, Run, RunId, run::Job};

/// A run that is not deleted, nor is its repository, locked. The repository is not.
pub(super) async fn lock_run(connection: &mut Connection, id: RunId) -> Result<Run, Failure> {
    let row = lock_row(connection, id).await?;
    let row = row.ok_or_else(|| Failure::not_found("run"))?;
    with_attempt(connection, row).await
}

/// The row of such a run, locked.
pub(super) async fn lock_row(
    connection: &mut Connection,
    id: RunId,
) -> Result<Option<RunRow>, Failure> {
    let live = repositories::table
        .filter(repositories::id.eq(runs::repository_id))
        .filter(repositories::deleted_at.is_null());
    let row = runs::table
        .filter(runs::id.eq(id.get()))
        .filter(runs::deleted_at.is_null())
        .filter(exists(live))
        .select(RunRow::as_select());
    Ok(dialect::locked!(row)
        .get_result(connection)
        .await
        .optional()?)
}

/// A run that is not deleted, nor is its repository.
pub(super) async fn aggregate(
    connection: &mut Connection,
    id: &RunId,
) -> Result<Option<Run>, Failure> {
    let row: Option<RunRow> = runs::table
        .inner_join(repositories::table.on(repositories::id.eq(runs::repository_id)))
        .filter(runs::id.eq(id.get()))
        .filter(runs::deleted_at.is_null())
        .filter(repositories::deleted_at.is_null())
        .select(RunRow::as_select())
        .get_result(connection)
        .await
        .optional()?;
    match row {
        Some(row) => with_attempt(connection, row).await.map(Some),
        None => Ok(None),
    }
}

pub(super) async fn with_attempt(connection: &mut Connection, row: RunRow) -> Result<Run, Failure> {
    let attempt: AttemptRow = attempts::table
        .find((row.id, row.attempt))
        .select(AttemptRow::as_select())
        .get_result(connection)
        .await?;
    let jobs: Vec<JobRow> = jobs::table
        .filter(jobs::run_id.eq(row.id))
        .filter(jobs::attempt.eq(row.attempt))
        .order(jobs::place)
        .select(JobRow::as_select())
        .load(connection)
        .await?;
    let jobs: Result<Vec<Job>, StoreError> = jobs.into_iter().map(Job::try_from).collect();
    let attempt = attempt.with_jobs(jobs?)?;
    let (seq, updated_at) = row.newest_change()?;
    Ok(Run::restore(row.try_into()?, attempt, seq, updated_at.0))
}

/// The executions of a run that have not ended, by id, locked.
pub(super) async fn lock_open_executions(
    connection: &mut Connection,
    run: RunId,
) -> Result<Vec<Execution>, Failure> {
    let open = executions::table
        .filter(executions::run_id.eq(run.get()))
        .filter(executions::ended_at.is_null())
        .order(executions::id)
        .select(ExecutionRow::as_select());
    let rows: Vec<ExecutionRow> = dialect::locked!(open).load(connection).await?;
    let executions = rows.into_iter().map(|row| Ok(Execution::try_from(row)?));
    executions.collect()
}

/// One execution, ended or not, locked.
pub(super) async fn lock_execution(
    connection: &mut Connection,
    id: ExecutionId,
) -> Result<Execution, Failure> {
    let row = executions::table.find(id.get());
    let row = row.select(ExecutionRow::as_select());
    let row: Option<ExecutionRow> = dialect::locked!(row)
        .get_result(connection)
        .await
        .optional()?;
    let row = row.ok_or_else(|| Failure::not_found("execution"))?;
    Ok(row.try_into()?)
}

/// The run of an execution, which never changes and so needs no lock.
pub(super) async fn run_of(connection: &mut Connection, id: ExecutionId) -> Result<RunId, Failure> {
    let run = executions::table.find(id.get()).select(executions::run_id);
    let run: Option<i64> = run.get_result(connection).await.optional()?;
    let run = run.ok_or_else(|| Failure::not_found("execution"))?;
    Ok(RunId::new(run))
}
