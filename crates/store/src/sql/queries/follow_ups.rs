//! Moments of runs that wait for their followers: each is taken by one server at a time.

use super::{
    Connection, SqlStore, dialect,
    troubles::{is_tried, set_unreadable_aside},
};
use crate::{
    FollowUp, FollowUps, QueueRow, RowKind, StoreError,
    sql::{
        columns::DbTime,
        failure::Failure,
        perform::perform,
        rows::FollowUpRow,
        schema::{default_branches, follow_ups},
    },
};
use async_trait::async_trait;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;
use runyard_domain::{Run, Timestamp, run::RunMoment};
use std::time::Duration;

#[async_trait]
impl FollowUps for SqlStore {
    async fn claim_follow_ups(
        &self,
        limit: u32,
        lease: Duration,
    ) -> Result<Vec<FollowUp>, StoreError> {
        // Nearly always nothing waits: then nothing is written.
        match perform!(self.read, any_due())? {
            true => perform!(self.write, claim_follow_ups(limit, lease)),
            false => Ok(Vec::new()),
        }
    }

    async fn delete_follow_up(&self, id: i64) -> Result<(), StoreError> {
        perform!(self.write, delete_follow_up(id))
    }
}

/// Keeps the moments of a run where somebody follows it; within the transaction that brought them.
pub(super) async fn keep_moments(
    connection: &mut Connection,
    run: &Run,
    moments: &[(RunMoment, Timestamp)],
) -> Result<(), Failure> {
    if moments.is_empty() {
        return Ok(());
    }
    let follows: Option<bool> = default_branches::table
        .find(run.identity().repository.get())
        .select(default_branches::follows_runs)
        .get_result(connection)
        .await
        .optional()?;
    if follows != Some(true) {
        return Ok(());
    }
    let rows = moments.iter().map(|(moment, happened_at)| {
        (
            follow_ups::run_id.eq(run.id().get()),
            follow_ups::attempt.eq(i64::from(run.attempt().number)),
            follow_ups::moment.eq(moment.name()),
            follow_ups::happened_at.eq(DbTime(*happened_at)),
            follow_ups::due_at.eq(DbTime(*happened_at)),
        )
    });
    dialect::insert_all!(connection, follow_ups::table, rows);
    Ok(())
}

async fn any_due(connection: &mut Connection) -> Result<bool, Failure> {
    let now = dialect::now(connection).await?;
    let due: Option<i64> = follow_ups::table
        .filter(follow_ups::due_at.le(DbTime(now)))
        .filter(is_tried!(FollowUp, follow_ups::id))
        .order((follow_ups::due_at, follow_ups::id))
        .limit(1)
        .select(follow_ups::id)
        .get_result(connection)
        .await
        .optional()?;
    Ok(due.is_some())
}

async fn claim_follow_ups(
    connection: &mut Connection,
    limit: &u32,
    lease: &Duration,
) -> Result<Vec<FollowUp>, Failure> {
    let now = dialect::now(connection).await?;
    let due = follow_ups::table
        .filter(follow_ups::due_at.le(DbTime(now)))
        .filter(is_tried!(FollowUp, follow_ups::id))
        .order((follow_ups::due_at, follow_ups::id))
        .limit((*limit).into())
        .select(FollowUpRow::as_select());
    let rows: Vec<FollowUpRow> = dialect::locked_if_free!(due).load(connection).await?;
    let mut taken = Vec::new();
    for row in rows {
        let (id, run) = (row.id, row.run_id);
        let mut follow_up = match FollowUp::try_from(row) {
            Ok(follow_up) => follow_up,
            Err(error) => {
                let kind = RowKind::FollowUp;
                set_unreadable_aside(connection, QueueRow { kind, id }, Some(run), &error).await?;
                continue;
            }
        };
        follow_up.tries += 1;
        diesel::update(follow_ups::table.find(follow_up.id))
            .set((
                follow_ups::tries.eq(i64::from(follow_up.tries)),
                follow_ups::due_at.eq(DbTime(now.plus(*lease))),
            ))
            .execute(connection)
            .await?;
        taken.push(follow_up);
    }
    Ok(taken)
}

async fn delete_follow_up(connection: &mut Connection, id: &i64) -> Result<(), Failure> {
    diesel::delete(follow_ups::table.find(*id))
        .execute(connection)
        .await?;
    Ok(())
}
