//! What default branches ask for, and ticks: each is taken by one server at a time.

use super::{Connection, SqlStore, dialect, repositories::lock_live_repository};
use crate::{
    Conflict, ReadBranch, ScheduleEntry, Scheduled, Schedules, StoreError,
    sql::{
        columns::DbTime,
        failure::{Failure, reference},
        perform::perform,
        rows::{BranchRow, ScheduleRow, timezone},
        schema::{default_branches, schedules},
    },
};
use async_trait::async_trait;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;
use runyard_domain::{RepositoryId, Timestamp, UserId};
use std::time::Duration;

#[async_trait]
impl Schedules for SqlStore {
    async fn read_branch(
        &self,
        repository: RepositoryId,
    ) -> Result<Option<ReadBranch>, StoreError> {
        perform!(self.read, read_branch(repository))
    }

    async fn put_branch(
        &self,
        repository: RepositoryId,
        before: Option<&str>,
        branch: &ReadBranch,
        entries: &[(ScheduleEntry, Option<Timestamp>)],
        by: UserId,
    ) -> Result<bool, StoreError> {
        let before = before.map(str::to_owned);
        perform!(
            self.write,
            put_branch(repository, before, branch, entries, by)
        )
    }

    async fn schedules(&self, repository: RepositoryId) -> Result<Vec<Scheduled>, StoreError> {
        perform!(self.read, schedules_of(repository))
    }

    async fn claim_schedules(
        &self,
        limit: u32,
        lease: Duration,
    ) -> Result<Vec<Scheduled>, StoreError> {
        // Nearly always nothing is due: then nothing is written.
        match perform!(self.read, any_due())? {
            true => perform!(self.write, claim_schedules(limit, lease)),
            false => Ok(Vec::new()),
        }
    }

    async fn finish_schedule(
        &self,
        taken: &Scheduled,
        next: Option<Timestamp>,
    ) -> Result<bool, StoreError> {
        perform!(self.write, finish_schedule(taken, next))
    }
}

async fn read_branch(
    connection: &mut Connection,
    repository: &RepositoryId,
) -> Result<Option<ReadBranch>, Failure> {
    let row: Option<BranchRow> = default_branches::table
        .find(repository.get())
        .select(BranchRow::as_select())
        .get_result(connection)
        .await
        .optional()?;
    Ok(row.map(ReadBranch::from))
}

async fn put_branch(
    connection: &mut Connection,
    repository: &RepositoryId,
    before: &Option<String>,
    branch: &ReadBranch,
    entries: &[(ScheduleEntry, Option<Timestamp>)],
    by: &UserId,
) -> Result<bool, Failure> {
    let of = lock_live_repository(connection, *repository).await?;
    of.ok_or_else(|| Failure::conflict(Conflict::Reference))?;
    let known = read_branch(connection, repository).await?;
    if known.map(|known| known.sha) != *before {
        return Ok(false);
    }
    diesel::insert_into(default_branches::table)
        .values(BranchRow::of(*repository, branch))
        .on_conflict(default_branches::repository_id)
        .do_update()
        .set(BranchRow::of(*repository, branch))
        .execute(connection)
        .await
        .map_err(reference)?;
    let kept = schedules_of(connection, repository).await?;
    for gone in kept
        .iter()
        .filter(|kept| !entries.iter().any(|(entry, _)| *entry == kept.entry))
    {
        diesel::delete(schedules::table.find(key(gone)))
            .execute(connection)
            .await?;
    }
    let is_new = |entry: &ScheduleEntry| !kept.iter().any(|kept| kept.entry == *entry);
    for (entry, due_at) in entries.iter().filter(|(entry, _)| is_new(entry)) {
        let scheduled = Scheduled {
            repository: *repository,
            entry: entry.clone(),
            actor: *by,
            due_at: *due_at,
        };
        diesel::insert_into(schedules::table)
            .values(ScheduleRow::of(&scheduled))
            .on_conflict_do_nothing()
            .execute(connection)
            .await
            .map_err(reference)?;
    }
    Ok(true)
}

type Key = (i64, String, String, String);

fn key(scheduled: &Scheduled) -> Key {
    let entry = &scheduled.entry;
    (
        scheduled.repository.get(),
        entry.path.clone(),
        entry.cron.clone(),
        timezone(entry),
    )
}

async fn schedules_of(
    connection: &mut Connection,
    repository: &RepositoryId,
) -> Result<Vec<Scheduled>, Failure> {
    let rows: Vec<ScheduleRow> = schedules::table
        .filter(schedules::repository_id.eq(repository.get()))
        .select(ScheduleRow::as_select())
        .load(connection)
        .await?;
    let mut all: Vec<Scheduled> = rows.into_iter().map(Scheduled::from).collect();
    all.sort_by(|one, other| one.entry.cmp(&other.entry));
    Ok(all)
}

async fn any_due(connection: &mut Connection) -> Result<bool, Failure> {
    let now = dialect::now(connection).await?;
    let due: Option<i64> = schedules::table
        .filter(schedules::look_at.le(Some(DbTime(now))))
        .order(schedules::look_at)
        .limit(1)
        .select(schedules::repository_id)
        .get_result(connection)
        .await
        .optional()?;
    Ok(due.is_some())
}

async fn claim_schedules(
    connection: &mut Connection,
    limit: &u32,
    lease: &Duration,
) -> Result<Vec<Scheduled>, Failure> {
    let now = dialect::now(connection).await?;
    let due = schedules::table
        .filter(schedules::look_at.le(Some(DbTime(now))))
        .order(schedules::look_at)
        .limit((*limit).into())
        .select(ScheduleRow::as_select());
    let rows: Vec<ScheduleRow> = dialect::locked_if_free!(due).load(connection).await?;
    let mut taken = Vec::new();
    for row in rows {
        let scheduled = Scheduled::from(row);
        diesel::update(schedules::table.find(key(&scheduled)))
            .set(schedules::look_at.eq(Some(DbTime(now.plus(*lease)))))
            .execute(connection)
            .await?;
        taken.push(scheduled);
    }
    Ok(taken)
}

async fn finish_schedule(
    connection: &mut Connection,
    taken: &Scheduled,
    next: &Option<Timestamp>,
) -> Result<bool, Failure> {
    let own = schedules::table
        .find(key(taken))
        .filter(schedules::due_at.eq(taken.due_at.map(DbTime)));
    let next = next.map(DbTime);
    let changed = diesel::update(own)
        .set((schedules::due_at.eq(next), schedules::look_at.eq(next)))
        .execute(connection)
        .await?;
    Ok(changed > 0)
}
