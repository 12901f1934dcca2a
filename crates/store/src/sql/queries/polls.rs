//! Looks at sources: each is taken by one server at a time.

use super::{
    Connection, SqlStore, dialect,
    repositories::lock_live_repository,
    troubles::{is_tried, set_unreadable_aside},
};
use crate::{
    Conflict, Poll, Polls, QueueRow, RowKind, SeenRefs, StoreError,
    sql::{
        columns::DbTime,
        failure::{Failure, reference},
        perform::perform,
        rows::{PollRow, json},
        schema::polls,
    },
};
use async_trait::async_trait;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;
use runyard_domain::RepositoryId;
use std::time::Duration;

#[async_trait]
impl Polls for SqlStore {
    async fn put_poll(&self, repository: RepositoryId, seconds: u32) -> Result<Poll, StoreError> {
        perform!(self.write, put_poll(repository, seconds))
    }

    async fn poll(&self, repository: RepositoryId) -> Result<Option<Poll>, StoreError> {
        perform!(self.read, poll(repository))
    }

    async fn delete_poll(&self, repository: RepositoryId) -> Result<(), StoreError> {
        perform!(self.write, delete_poll(repository))
    }

    async fn claim_polls(&self, limit: u32, lease: Duration) -> Result<Vec<Poll>, StoreError> {
        // Nearly always nothing is due: then nothing is written.
        match perform!(self.read, any_due())? {
            true => perform!(self.write, claim_polls(limit, lease)),
            false => Ok(Vec::new()),
        }
    }

    async fn finish_poll(
        &self,
        taken: &Poll,
        outcome: Result<&SeenRefs, &str>,
    ) -> Result<bool, StoreError> {
        let (seen, failure) = (outcome.ok().cloned(), outcome.err().map(str::to_owned));
        perform!(self.write, finish_poll(taken, seen, failure))
    }
}

async fn put_poll(
    connection: &mut Connection,
    repository: &RepositoryId,
    seconds: &u32,
) -> Result<Poll, Failure> {
    let of = lock_live_repository(connection, *repository).await?;
    of.ok_or_else(|| Failure::conflict(Conflict::Reference))?;
    let due = DbTime(dialect::now(connection).await?);
    let seconds = i64::from(*seconds);
    diesel::insert_into(polls::table)
        .values((
            polls::repository_id.eq(repository.get()),
            polls::seconds.eq(seconds),
            polls::due_at.eq(due),
        ))
        .on_conflict(polls::repository_id)
        .do_update()
        .set((polls::seconds.eq(seconds), polls::due_at.eq(due)))
        .execute(connection)
        .await
        .map_err(reference)?;
    let kept = poll(connection, repository).await?;
    kept.ok_or_else(|| Failure::not_found("poll"))
}

async fn poll(
    connection: &mut Connection,
    repository: &RepositoryId,
) -> Result<Option<Poll>, Failure> {
    let row: Option<PollRow> = polls::table
        .find(repository.get())
        .select(PollRow::as_select())
        .get_result(connection)
        .await
        .optional()?;
    Ok(row.map(Poll::try_from).transpose()?)
}

async fn delete_poll(
    connection: &mut Connection,
    repository: &RepositoryId,
) -> Result<(), Failure> {
    diesel::delete(polls::table.find(repository.get()))
        .execute(connection)
        .await?;
    Ok(())
}

async fn any_due(connection: &mut Connection) -> Result<bool, Failure> {
    let now = dialect::now(connection).await?;
    let due: Option<i64> = polls::table
        .filter(polls::due_at.le(DbTime(now)))
        .filter(is_tried!(Poll, polls::repository_id))
        .order(polls::due_at)
        .limit(1)
        .select(polls::repository_id)
        .get_result(connection)
        .await
        .optional()?;
    Ok(due.is_some())
}

async fn claim_polls(
    connection: &mut Connection,
    limit: &u32,
    lease: &Duration,
) -> Result<Vec<Poll>, Failure> {
    let now = dialect::now(connection).await?;
    let due = polls::table
        .filter(polls::due_at.le(DbTime(now)))
        .filter(is_tried!(Poll, polls::repository_id))
        .order(polls::due_at)
        .limit((*limit).into())
        .select(PollRow::as_select());
    let rows: Vec<PollRow> = dialect::locked_if_free!(due).load(connection).await?;
    let mut taken = Vec::new();
    for row in rows {
        let id = row.repository_id;
        let mut poll = match Poll::try_from(row) {
            Ok(poll) => poll,
            Err(error) => {
                let kind = RowKind::Poll;
                set_unreadable_aside(connection, QueueRow { kind, id }, None, &error).await?;
                continue;
            }
        };
        poll.due_at = now.plus(*lease);
        diesel::update(polls::table.find(poll.repository.get()))
            .set(polls::due_at.eq(DbTime(poll.due_at)))
            .execute(connection)
            .await?;
        taken.push(poll);
    }
    Ok(taken)
}

async fn finish_poll(
    connection: &mut Connection,
    taken: &Poll,
    seen: &Option<SeenRefs>,
    failure: &Option<String>,
) -> Result<bool, Failure> {
    let now = dialect::now(connection).await?;
    let next = now.plus(Duration::from_secs(taken.seconds.into()));
    let own = polls::table
        .find(taken.repository.get())
        .filter(polls::due_at.eq(DbTime(taken.due_at)));
    let (looks, refs) = match seen {
        Some(refs) => (1, Some(json(refs))),
        None => (0, taken.refs.as_ref().map(json)),
    };
    let changed = diesel::update(own)
        .set((
            polls::due_at.eq(DbTime(next)),
            polls::looked_at.eq(Some(DbTime(now))),
            polls::looks.eq(polls::looks + looks),
            polls::refs.eq(refs),
            polls::failure.eq(failure),
        ))
        .execute(connection)
        .await?;
    Ok(changed > 0)
}
