//! What `runyard doctor` looks at: a run at one moment, what was left behind.

use super::{
    Connection, SqlStore,
    aggregates::with_attempt,
    dialect,
    kept_groups::{forget_unreadable_group, groups, kept_group, leave_group},
    rebuilds::rebuild,
};
use crate::{
    Inspected, Inspections, KeptGroup, Left, QueuedJob, StoreError, StoredWords, Wake,
    sql::{
        columns::DbTime,
        failure::Failure,
        perform::perform,
        rows::{EventRow, ExecutionRow, Place, RunRow, json},
        schema::{
            attempts, executions, follow_ups, jobs, queue, repositories, run_events, run_messages,
            runs,
        },
    },
};
use async_trait::async_trait;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;
use runyard_domain::{
    Event, Execution, ExecutionId, JobId, RepositoryId, RunId, RunStatus, concurrency::Member,
    execution::Step,
};
use std::collections::BTreeSet;

/// The word for a job that a runner has, as rows of jobs have it.
const IN_PROGRESS: &str = "in_progress";

#[async_trait]
impl Inspections for SqlStore {
    async fn unfinished_runs(&self, after: RunId, limit: u32) -> Result<Vec<RunId>, StoreError> {
        perform!(self.read, unfinished_runs(after, limit))
    }

    async fn inspect(&self, run: RunId) -> Result<Inspected, StoreError> {
        perform!(self.snapshot, inspect(run))
    }

    async fn rebuild(&self, run: RunId) -> Result<bool, StoreError> {
        let is_whole = perform!(self.write, rebuild(run))?;
        self.wake(Wake::Queue);
        Ok(is_whole)
    }

    async fn groups(
        &self,
        after: Option<(RepositoryId, String)>,
        limit: u32,
    ) -> Result<Vec<KeptGroup>, StoreError> {
        perform!(self.read, groups(after, limit))
    }

    async fn leave_group(
        &self,
        repository: RepositoryId,
        key: &str,
        member: &Member,
    ) -> Result<bool, StoreError> {
        let left = perform!(self.write, leave_group(repository, key, member))?;
        self.wake(Wake::Message);
        Ok(left)
    }

    async fn forget_unreadable_group(
        &self,
        repository: RepositoryId,
        key: &str,
    ) -> Result<bool, StoreError> {
        perform!(self.write, forget_unreadable_group(repository, key))
    }

    async fn kept_group(
        &self,
        repository: RepositoryId,
        key: &str,
    ) -> Result<Option<KeptGroup>, StoreError> {
        perform!(self.read, kept_group(repository, key))
    }

    async fn forget_unreadable_steps(&self, execution: ExecutionId) -> Result<bool, StoreError> {
        perform!(self.write, forget_unreadable_steps(execution))
    }

    async fn left_messages(&self, after: i64, limit: u32) -> Result<Vec<Left>, StoreError> {
        perform!(self.read, left_messages(after, limit))
    }

    async fn left_follow_ups(&self, after: i64, limit: u32) -> Result<Vec<Left>, StoreError> {
        perform!(self.read, left_follow_ups(after, limit))
    }
}

async fn unfinished_runs(
    connection: &mut Connection,
    after: &RunId,
    limit: &u32,
) -> Result<Vec<RunId>, Failure> {
    let (after, limit) = (after.get(), i64::from(*limit));
    let by_run: Vec<i64> = runs::table
        .filter(runs::id.gt(after))
        .filter(runs::status.ne(RunStatus::Completed.name()))
        .filter(runs::deleted_at.is_null())
        .order(runs::id)
        .limit(limit)
        .select(runs::id)
        .load(connection)
        .await?;
    let by_attempt: Vec<i64> = attempts::table
        .filter(attempts::run_id.gt(after))
        .filter(attempts::completed_at.is_null())
        .order(attempts::run_id)
        .limit(limit)
        .select(attempts::run_id)
        .load(connection)
        .await?;
    let by_queue: Vec<i64> = queue::table
        .filter(queue::run_id.gt(after))
        .order(queue::run_id)
        .limit(limit)
        .select(queue::run_id)
        .distinct()
        .load(connection)
        .await?;
    let by_execution: Vec<i64> = executions::table
        .filter(executions::run_id.gt(after))
        .filter(executions::ended_at.is_null())
        .order(executions::run_id)
        .limit(limit)
        .select(executions::run_id)
        .distinct()
        .load(connection)
        .await?;
    let all: BTreeSet<i64> = [by_run, by_attempt, by_queue, by_execution]
        .into_iter()
        .flatten()
        .collect();
    let first = all
        .into_iter()
        .take(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(first.map(RunId::new).collect())
}

async fn inspect(connection: &mut Connection, run: &RunId) -> Result<Inspected, Failure> {
    let live: Option<RunRow> = runs::table
        .filter(runs::id.eq(run.get()))
        .filter(runs::deleted_at.is_null())
        .select(RunRow::as_select())
        .get_result(connection)
        .await
        .optional()?;
    let (executions, unreadable) = executions_of_interest(connection, *run).await?;
    let mut found = Inspected {
        stored: Err(StoreError::NotFound { what: "run" }),
        seq: 0,
        words: Vec::new(),
        events: Ok(Vec::new()),
        executions,
        unreadable,
        queued: queued(connection, *run).await?,
    };
    let Some(row) = live else {
        return Ok(found);
    };
    let repository = repositories::table
        .find(row.repository_id)
        .filter(repositories::deleted_at.is_null())
        .count();
    if repository.get_result::<i64>(connection).await? == 0 {
        return Ok(found);
    }
    found.words = words(connection, *run, row.attempt).await?;
    found.seq = row.newest_change()?.0;
    found.events = readable(events(connection, *run).await)?;
    found.stored = match with_attempt(connection, row).await {
        Err(Failure::Database(diesel::result::Error::NotFound)) => {
            Err(Place::of("attempts", run).corrupt("run_id"))
        }
        loaded => readable(loaded)?,
    };
    Ok(found)
}

/// What cannot be read is told; everything else is a failure of the whole look.
fn readable<T>(result: Result<T, Failure>) -> Result<Result<T, StoreError>, Failure> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(Failure::Store(error @ StoreError::Corrupt { .. })) => Ok(Err(error)),
        Err(failure) => Err(failure),
    }
}

async fn words(
    connection: &mut Connection,
    run: RunId,
    attempt: i64,
) -> Result<Vec<StoredWords>, Failure> {
    let of_run: Vec<(String, Option<String>)> = runs::table
        .filter(runs::id.eq(run.get()))
        .select((runs::status, runs::conclusion))
        .load(connection)
        .await?;
    let of_attempt: Vec<(String, Option<String>)> = attempts::table
        .filter(attempts::run_id.eq(run.get()))
        .filter(attempts::number.eq(attempt))
        .select((attempts::status, attempts::conclusion))
        .load(connection)
        .await?;
    let words = |of| {
        move |(status, conclusion)| StoredWords {
            of,
            status,
            conclusion,
        }
    };
    let all = of_run.into_iter().map(words("run"));
    Ok(all
        .chain(of_attempt.into_iter().map(words("attempt")))
        .collect())
}

pub(super) async fn events(connection: &mut Connection, run: RunId) -> Result<Vec<Event>, Failure> {
    let rows: Vec<EventRow> = run_events::table
        .filter(run_events::run_id.eq(run.get()))
        .order(run_events::seq)
        .select(EventRow::as_select())
        .load(connection)
        .await?;
    rows.into_iter().map(|row| Ok(row.try_into()?)).collect()
}

type Executions = (Vec<Execution>, Vec<(ExecutionId, StoreError)>);

pub(super) async fn executions_of_interest(
    connection: &mut Connection,
    run: RunId,
) -> Result<Executions, Failure> {
    let named: Vec<Option<i64>> = jobs::table
        .filter(jobs::run_id.eq(run.get()))
        .filter(jobs::state.eq(IN_PROGRESS))
        .select(jobs::execution_id)
        .load(connection)
        .await?;
    let open: Vec<ExecutionRow> = executions::table
        .filter(executions::run_id.eq(run.get()))
        .filter(executions::ended_at.is_null())
        .order(executions::id)
        .select(ExecutionRow::as_select())
        .load(connection)
        .await?;
    let named = named.into_iter().flatten();
    let named: Vec<i64> = named
        .filter(|id| !open.iter().any(|row| row.id == *id))
        .collect();
    let ended: Vec<ExecutionRow> = executions::table
        .filter(executions::id.eq_any(named))
        .filter(executions::ended_at.is_not_null())
        .select(ExecutionRow::as_select())
        .load(connection)
        .await?;
    let (mut read, mut unreadable) = (Vec::new(), Vec::new());
    for row in open.into_iter().chain(ended) {
        let id = ExecutionId::new(row.id);
        match Execution::try_from(row) {
            Ok(execution) => read.push(execution),
            Err(error) => unreadable.push((id, error)),
        }
    }
    Ok((read, unreadable))
}

pub(super) async fn queued(
    connection: &mut Connection,
    run: RunId,
) -> Result<Vec<QueuedJob>, Failure> {
    let rows: Vec<(i64, Option<i64>)> = queue::table
        .filter(queue::run_id.eq(run.get()))
        .order(queue::position)
        .select((queue::job_id, queue::execution_id))
        .load(connection)
        .await?;
    let queued = rows.into_iter().map(|(job, offered)| QueuedJob {
        job: JobId::new(job),
        offered: offered.map(ExecutionId::new),
    });
    Ok(queued.collect())
}

async fn forget_unreadable_steps(
    connection: &mut Connection,
    execution: &ExecutionId,
) -> Result<bool, Failure> {
    let own = || {
        executions::table
            .find(execution.get())
            .filter(executions::ended_at.is_null())
    };
    let row = own().select(ExecutionRow::as_select());
    let row: Option<ExecutionRow> = dialect::locked!(row)
        .get_result(connection)
        .await
        .optional()?;
    let Some(row) = row else {
        return Ok(true);
    };
    if Execution::try_from(row.without_steps()).is_err() {
        return Ok(false);
    }
    diesel::update(own())
        .set(executions::steps.eq(json::<[Step]>(&[])))
        .execute(connection)
        .await?;
    Ok(true)
}

async fn left_messages(
    connection: &mut Connection,
    after: &i64,
    limit: &u32,
) -> Result<Vec<Left>, Failure> {
    let rows: Vec<(i64, i64, DbTime)> = run_messages::table
        .filter(run_messages::id.gt(*after))
        .order(run_messages::id)
        .limit((*limit).into())
        .select((run_messages::id, run_messages::run_id, run_messages::due_at))
        .load(connection)
        .await?;
    Ok(rows.into_iter().map(left).collect())
}

async fn left_follow_ups(
    connection: &mut Connection,
    after: &i64,
    limit: &u32,
) -> Result<Vec<Left>, Failure> {
    let rows: Vec<(i64, i64, DbTime)> = follow_ups::table
        .filter(follow_ups::id.gt(*after))
        .order(follow_ups::id)
        .limit((*limit).into())
        .select((follow_ups::id, follow_ups::run_id, follow_ups::due_at))
        .load(connection)
        .await?;
    Ok(rows.into_iter().map(left).collect())
}

fn left((id, run, due_at): (i64, i64, DbTime)) -> Left {
    Left {
        id,
        run: RunId::new(run),
        due_at: due_at.0,
    }
}
