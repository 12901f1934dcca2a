//! What `runyard doctor` looks at and mends: a run at one moment, its rows written again, what was left behind.

use super::{
    Connection, SqlStore,
    aggregates::with_attempt,
    concurrency::{add_messages, save_groups},
    dialect,
    save::{add_ready, save_attempt, save_jobs},
};
use crate::{
    Inspected, Inspections, JobWrite, KeptGroup, Left, Queued, QueuedJob, StoreError, StoredWords,
    Wake,
    sql::{
        columns::DbTime,
        failure::Failure,
        perform::perform,
        rows::{EventRow, ExecutionRow, GroupRow, Place, RunChange, RunRow, json},
        schema::{
            attempts, concurrency_groups, executions, follow_ups, jobs, queue, repositories,
            run_events, run_messages, runs,
        },
    },
};
use async_trait::async_trait;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper,
};
use diesel_async::RunQueryDsl;
use runyard_domain::{
    Event, Execution, ExecutionId, JobId, RepositoryId, Run, RunId, RunStatus,
    concurrency::{ConcurrencyGroup, Member},
    execution::{ExecutionState, Step},
    run::{JobState, PlannedJob},
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

/// The row of a run that is not deleted, nor is its repository.
async fn live_row(connection: &mut Connection, id: RunId) -> Result<Option<RunRow>, Failure> {
    let live = repositories::table
        .filter(repositories::id.eq(runs::repository_id))
        .filter(repositories::deleted_at.is_null());
    let row = runs::table
        .filter(runs::id.eq(id.get()))
        .filter(runs::deleted_at.is_null())
        .filter(diesel::dsl::exists(live))
        .select(RunRow::as_select());
    Ok(dialect::locked!(row)
        .get_result(connection)
        .await
        .optional()?)
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

async fn events(connection: &mut Connection, run: RunId) -> Result<Vec<Event>, Failure> {
    let rows: Vec<EventRow> = run_events::table
        .filter(run_events::run_id.eq(run.get()))
        .order(run_events::seq)
        .select(EventRow::as_select())
        .load(connection)
        .await?;
    rows.into_iter().map(|row| Ok(row.try_into()?)).collect()
}

type Executions = (Vec<Execution>, Vec<(ExecutionId, StoreError)>);

async fn executions_of_interest(
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

async fn queued(connection: &mut Connection, run: RunId) -> Result<Vec<QueuedJob>, Failure> {
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

async fn rebuild(connection: &mut Connection, run: &RunId) -> Result<bool, Failure> {
    let Some(row) = live_row(connection, *run).await? else {
        diesel::delete(queue::table.filter(queue::run_id.eq(run.get())))
            .execute(connection)
            .await?;
        return Ok(true);
    };
    let events = events(connection, *run).await?;
    if events.len() as u64 != row.newest_change()?.0 {
        return Ok(false);
    }
    let Ok(replayed) = Run::replay(&events) else {
        return Ok(false);
    };
    write_again(connection, &replayed).await?;
    queue_again(connection, &replayed).await?;
    Ok(true)
}

/// All rows of the run and of its newest attempt, with the columns that no command changes and that must be readable.
async fn write_again(connection: &mut Connection, run: &Run) -> Result<(), Failure> {
    let (id, attempt) = (run.id().get(), run.attempt());
    let number = i64::from(attempt.number);
    diesel::update(runs::table.find(id))
        .set((
            RunChange::of(run),
            runs::referenced.eq(json(&run.identity().referenced)),
            runs::cause.eq(json(&run.identity().cause)),
        ))
        .execute(connection)
        .await?;
    save_attempt(connection, run, None).await?;
    diesel::update(attempts::table.find((id, number)))
        .set(attempts::referenced.eq(attempt.referenced.as_ref().map(json)))
        .execute(connection)
        .await?;
    let places = (0..).zip(attempt.jobs.iter().cloned());
    let writes: Vec<JobWrite> = places.map(|(place, job)| JobWrite { place, job }).collect();
    let count = i64::try_from(writes.len()).unwrap_or(i64::MAX);
    let beyond = jobs::table
        .filter(jobs::run_id.eq(id))
        .filter(jobs::attempt.eq(number))
        .filter(jobs::place.ge(count));
    diesel::delete(beyond).execute(connection).await?;
    save_jobs(connection, run, &writes).await?;
    for JobWrite { place, job } in &writes {
        let row = jobs::table.find((id, number, i64::from(*place)));
        diesel::update(row)
            .set((
                jobs::name.eq(job.node().to_string()),
                jobs::needs.eq(json(job.needs())),
            ))
            .execute(connection)
            .await?;
    }
    Ok(())
}

/// Has the queue hold the jobs that wait for a runner, and no others of the run.
async fn queue_again(connection: &mut Connection, run: &Run) -> Result<(), Failure> {
    let now = dialect::now(connection).await?;
    let waiting = run.attempt().planned();
    let waiting: Vec<&PlannedJob> = waiting
        .filter(|job| job.state == JobState::Queued)
        .collect();
    let ids: Vec<i64> = waiting.iter().map(|job| job.id.get()).collect();
    let others = queue::table
        .filter(queue::run_id.eq(run.id().get()))
        .filter(diesel::dsl::not(queue::job_id.eq_any(ids)));
    diesel::delete(others).execute(connection).await?;
    let known = queued(connection, run.id()).await?;
    let missing = waiting
        .iter()
        .filter(|job| !known.iter().any(|row| row.job == job.id));
    let missing: Vec<Queued> = missing
        .map(|job| Queued {
            job: job.id,
            labels: job.label_set(),
        })
        .collect();
    add_ready(connection, run.id(), &missing, now).await?;
    let (open, _) = executions_of_interest(connection, run.id()).await?;
    for job in waiting {
        let mut open = open.iter();
        let offer =
            open.find(|it| it.job == job.id && matches!(it.state, ExecutionState::Offered { .. }));
        diesel::update(queue::table.filter(queue::job_id.eq(job.id.get())))
            .set(queue::execution_id.eq(offer.map(|it| it.id.get())))
            .execute(connection)
            .await?;
    }
    Ok(())
}

async fn groups(
    connection: &mut Connection,
    after: &Option<(RepositoryId, String)>,
    limit: &u32,
) -> Result<Vec<KeptGroup>, Failure> {
    let (repository, key) = match after {
        Some((repository, key)) => (repository.get(), key.clone()),
        None => (0, String::new()),
    };
    let later =
        concurrency_groups::repository_id
            .gt(repository)
            .or(concurrency_groups::repository_id
                .eq(repository)
                .and(concurrency_groups::name_key.gt(key)));
    let rows: Vec<GroupRow> = concurrency_groups::table
        .filter(later)
        .order((
            concurrency_groups::repository_id,
            concurrency_groups::name_key,
        ))
        .limit((*limit).into())
        .select(GroupRow::as_select())
        .load(connection)
        .await?;
    let groups = rows.into_iter().map(|row| KeptGroup {
        repository: RepositoryId::new(row.repository_id),
        key: row.name_key.clone(),
        group: row.try_into(),
    });
    Ok(groups.collect())
}

async fn kept_group(
    connection: &mut Connection,
    repository: &RepositoryId,
    key: &str,
) -> Result<Option<KeptGroup>, Failure> {
    let row: Option<GroupRow> = concurrency_groups::table
        .find((repository.get(), key))
        .select(GroupRow::as_select())
        .get_result(connection)
        .await
        .optional()?;
    Ok(row.map(|row| KeptGroup {
        repository: *repository,
        key: key.to_owned(),
        group: row.try_into(),
    }))
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

async fn lock_kept(
    connection: &mut Connection,
    repository: RepositoryId,
    key: &str,
) -> Result<Option<GroupRow>, Failure> {
    let row = concurrency_groups::table
        .find((repository.get(), key))
        .select(GroupRow::as_select());
    Ok(dialect::locked!(row)
        .get_result(connection)
        .await
        .optional()?)
}

async fn leave_group(
    connection: &mut Connection,
    repository: &RepositoryId,
    key: &str,
    member: &Member,
) -> Result<bool, Failure> {
    let Some(row) = lock_kept(connection, *repository, key).await? else {
        return Ok(false);
    };
    let mut group = ConcurrencyGroup::try_from(row)?;
    if group.place_of(member).is_none() {
        return Ok(false);
    }
    let now = dialect::now(connection).await?;
    let message = group.leave(member);
    save_groups(connection, &[group]).await?;
    add_messages(connection, message.as_slice(), now).await?;
    Ok(true)
}

async fn forget_unreadable_group(
    connection: &mut Connection,
    repository: &RepositoryId,
    key: &str,
) -> Result<bool, Failure> {
    let row = lock_kept(connection, *repository, key).await?;
    let is_unreadable = row.is_some_and(|row| ConcurrencyGroup::try_from(row).is_err());
    if is_unreadable {
        diesel::delete(concurrency_groups::table.find((repository.get(), key)))
            .execute(connection)
            .await?;
    }
    Ok(is_unreadable)
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
