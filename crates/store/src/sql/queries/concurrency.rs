//! Concurrency groups and messages to runs. A group is locked after the run whose command touches it (architecture 4,
//! rule 1), several in the order of their keys.

use super::{Connection, SqlStore, dialect, troubles::is_tried};
use crate::{
    Concurrency, LeftMessage, StoreError,
    sql::{
        columns::{DbTime, JsonText},
        failure::{Failure, reference},
        perform::perform,
        rows::{GroupRow, MessageRow, Place},
        schema::{concurrency_groups, run_messages},
    },
};
use async_trait::async_trait;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;
use runyard_domain::{
    MessageId, RepositoryId, RunId, Timestamp,
    concurrency::{ConcurrencyGroup, GroupName, Message},
};
use std::{collections::BTreeMap, time::Duration};

/// How often a group is looked for that others remove again and again, before the whole transaction is tried again.
const LOCK_TRIES_MAX: u32 = 10;

#[async_trait]
impl Concurrency for SqlStore {
    async fn group(
        &self,
        repository: RepositoryId,
        name: &GroupName,
    ) -> Result<Option<ConcurrencyGroup>, StoreError> {
        perform!(self.read, taken_group(repository, name))
    }

    async fn due_messages(&self, limit: u32) -> Result<Vec<LeftMessage>, StoreError> {
        perform!(self.read, due_messages(limit))
    }

    async fn message(&self, id: MessageId) -> Result<Option<Message>, StoreError> {
        perform!(self.read, message(id))
    }

    async fn put_off_message(&self, id: MessageId, wait: Duration) -> Result<(), StoreError> {
        perform!(self.write, put_off_message(id, wait))
    }

    async fn drop_message(&self, id: MessageId) -> Result<(), StoreError> {
        perform!(self.write, drop_message(id))
    }
}

async fn taken_group(
    connection: &mut Connection,
    repository: &RepositoryId,
    name: &GroupName,
) -> Result<Option<ConcurrencyGroup>, Failure> {
    let row: Option<GroupRow> = concurrency_groups::table
        .find((repository.get(), name.key()))
        .select(GroupRow::as_select())
        .get_result(connection)
        .await
        .optional()?;
    let group = row.map(ConcurrencyGroup::try_from).transpose()?;
    Ok(group.filter(|group| group.running().is_some()))
}

/// These groups, locked in the order of their keys. One that nobody is in gets a row, so that it can be locked too.
pub(super) async fn lock_groups(
    connection: &mut Connection,
    repository: RepositoryId,
    names: &[GroupName],
) -> Result<Vec<ConcurrencyGroup>, Failure> {
    let by_key: BTreeMap<String, &GroupName> = names.iter().map(|it| (it.key(), it)).collect();
    let mut groups = Vec::with_capacity(by_key.len());
    for name in by_key.into_values() {
        groups.push(lock_group(connection, repository, name).await?);
    }
    Ok(groups)
}

async fn lock_group(
    connection: &mut Connection,
    repository: RepositoryId,
    name: &GroupName,
) -> Result<ConcurrencyGroup, Failure> {
    let own = || concurrency_groups::table.find((repository.get(), name.key()));
    let free = ConcurrencyGroup::free(repository, name.clone());
    for _ in 0..LOCK_TRIES_MAX {
        let row = own().select(GroupRow::as_select());
        let row: Option<GroupRow> = dialect::locked!(row)
            .get_result(connection)
            .await
            .optional()?;
        if let Some(row) = row {
            return Ok(row.try_into()?);
        }
        diesel::insert_into(concurrency_groups::table)
            .values(GroupRow::from(&free))
            .on_conflict_do_nothing()
            .execute(connection)
            .await
            .map_err(reference)?;
    }
    Err(Failure::busy("a concurrency group"))
}

/// Writes groups that changed; what nobody is in any more is not kept.
pub(super) async fn save_groups(
    connection: &mut Connection,
    groups: &[ConcurrencyGroup],
) -> Result<(), Failure> {
    for group in groups {
        let own = concurrency_groups::table.find((group.repository.get(), group.name.key()));
        if group.running().is_none() {
            diesel::delete(own).execute(connection).await?;
            continue;
        }
        let row = GroupRow::from(group);
        diesel::update(own)
            .set((
                concurrency_groups::holder.eq(row.holder),
                concurrency_groups::pending.eq(row.pending),
            ))
            .execute(connection)
            .await?;
    }
    Ok(())
}

/// Takes back the rows that only locking made.
pub(super) async fn forget_free<'g>(
    connection: &mut Connection,
    groups: impl Iterator<Item = &'g ConcurrencyGroup>,
) -> Result<(), Failure> {
    let free: Vec<ConcurrencyGroup> = groups
        .filter(|group| group.running().is_none())
        .cloned()
        .collect();
    save_groups(connection, &free).await
}

pub(super) async fn add_messages(
    connection: &mut Connection,
    messages: &[Message],
    now: Timestamp,
) -> Result<(), Failure> {
    let rows = messages.iter().map(|message| MessageRow::new(message, now));
    dialect::insert_all!(connection, run_messages::table, rows);
    Ok(())
}

/// The run of a message, which never changes and so needs no lock.
pub(super) async fn run_of_message(
    connection: &mut Connection,
    id: MessageId,
) -> Result<RunId, Failure> {
    let run = run_messages::table.find(id.get());
    let run: Option<i64> = run
        .select(run_messages::run_id)
        .get_result(connection)
        .await
        .optional()?;
    run.map(RunId::new)
        .ok_or_else(|| Failure::not_found("message"))
}

/// A message, unless it was applied: while its run is locked, nobody does that.
pub(super) async fn message(
    connection: &mut Connection,
    id: &MessageId,
) -> Result<Option<Message>, Failure> {
    let text = run_messages::table.find(id.get());
    let text: Option<JsonText> = text
        .select(run_messages::message)
        .get_result(connection)
        .await
        .optional()?;
    let place = Place::of("run_messages", id);
    Ok(text.map(|text| place.json("message", &text)).transpose()?)
}

async fn due_messages(
    connection: &mut Connection,
    limit: &u32,
) -> Result<Vec<LeftMessage>, Failure> {
    let now = dialect::now(connection).await?;
    let rows: Vec<(i64, i64)> = run_messages::table
        .filter(run_messages::due_at.le(DbTime(now)))
        .filter(is_tried!(Message, run_messages::id))
        .order((run_messages::due_at, run_messages::id))
        .limit((*limit).into())
        .select((run_messages::id, run_messages::run_id))
        .load(connection)
        .await?;
    let left = rows.into_iter().map(|(id, run)| LeftMessage {
        id: MessageId::new(id),
        run: RunId::new(run),
    });
    Ok(left.collect())
}

async fn put_off_message(
    connection: &mut Connection,
    id: &MessageId,
    wait: &Duration,
) -> Result<(), Failure> {
    let until = dialect::now(connection).await?.plus(*wait);
    diesel::update(run_messages::table.find(id.get()))
        .set(run_messages::due_at.eq(DbTime(until)))
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn drop_message(
    connection: &mut Connection,
    id: &MessageId,
) -> Result<(), Failure> {
    diesel::delete(run_messages::table.find(id.get()))
        .execute(connection)
        .await?;
    Ok(())
}
