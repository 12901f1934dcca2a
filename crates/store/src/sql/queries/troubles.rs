//! Rows that could not be applied: counted, set aside, put back.

use super::{Connection, SqlStore, concurrency::message, dialect};
use crate::{
    FollowUp, Poll, QueueRow, RowKind, RowState, SetAside, StoreError, TROUBLE_PASSES, Tries,
    Troubles,
    sql::{
        columns::DbTime,
        failure::Failure,
        perform::perform,
        rows::{ExecutionRow, FollowUpRow, Place, PollRow},
        schema::{executions, follow_ups, polls, queue, runs, troubled_rows},
    },
    troubles::{kept_reason, number_of_try},
};
use async_trait::async_trait;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper,
};
use diesel_async::RunQueryDsl;
use runyard_domain::{Execution, MessageId, RunId, RunStatus, Timestamp};

/// Whether nobody set the row aside that has this number in its queue.
macro_rules! is_tried {
    ($kind:ident, $id:expr) => {
        diesel::dsl::not(diesel::dsl::exists(
            $crate::sql::schema::troubled_rows::table
                .filter($crate::sql::schema::troubled_rows::kind.eq($crate::RowKind::$kind.name()))
                .filter($crate::sql::schema::troubled_rows::row_id.eq($id))
                .filter($crate::sql::schema::troubled_rows::set_aside_at.is_not_null()),
        ))
    };
}

pub(super) use is_tried;

#[async_trait]
impl Troubles for SqlStore {
    async fn note_trouble(
        &self,
        row: QueueRow,
        run: Option<RunId>,
        reason: &str,
        tries: Tries,
    ) -> Result<bool, StoreError> {
        perform!(self.write, note(row, run, reason, tries))
    }

    async fn set_aside(
        &self,
        after: Option<QueueRow>,
        limit: u32,
    ) -> Result<Vec<SetAside>, StoreError> {
        perform!(self.read, set_aside(after, limit))
    }

    async fn count_set_aside(&self) -> Result<u64, StoreError> {
        perform!(self.read, count_set_aside())
    }

    async fn is_set_aside(&self, row: QueueRow) -> Result<bool, StoreError> {
        perform!(self.read, is_set_aside(row))
    }

    async fn row_state(&self, row: QueueRow) -> Result<RowState, StoreError> {
        perform!(self.read, row_state(row))
    }

    async fn put_back(&self, row: QueueRow) -> Result<(), StoreError> {
        perform!(self.write, put_back(row))
    }
}

/// Sets a row aside at once that cannot be read: no try can help before somebody mends it.
pub(super) async fn set_unreadable_aside(
    connection: &mut Connection,
    row: QueueRow,
    run: Option<i64>,
    error: &StoreError,
) -> Result<(), Failure> {
    let at_once = Tries {
        most: 1,
        apart: std::time::Duration::ZERO,
    };
    let reason = error.to_string();
    if note(connection, &row, &run.map(RunId::new), &reason, &at_once).await? {
        row.sound_alarm(&reason);
    }
    Ok(())
}

async fn note(
    connection: &mut Connection,
    row: &QueueRow,
    run: &Option<RunId>,
    reason: &str,
    tries: &Tries,
) -> Result<bool, Failure> {
    let now = dialect::now(connection).await?;
    let known = troubled_rows::table
        .find((row.kind.name(), row.id))
        .select((
            troubled_rows::tries,
            troubled_rows::noted_at,
            troubled_rows::set_aside_at,
        ));
    let known: Option<(i64, DbTime, Option<DbTime>)> = dialect::locked!(known)
        .get_result(connection)
        .await
        .optional()?;
    if let Some((_, _, Some(_))) = known {
        return Ok(false);
    }
    let place = Place::of("troubled_rows", format!("{}/{}", row.kind.name(), row.id));
    let last = known.map(|(tries, noted, _)| {
        let tries = place.number("tries", tries)?;
        Ok::<_, StoreError>((tries, noted.0))
    });
    let last: Option<(u32, Timestamp)> = last.transpose()?;
    let Some(number) = number_of_try(last, now, tries.apart) else {
        return Ok(false);
    };
    let is_last = number >= tries.most;
    let values = (
        troubled_rows::run_id.eq(run.map(RunId::get)),
        troubled_rows::tries.eq(i64::from(number)),
        troubled_rows::reason.eq(kept_reason(reason)),
        troubled_rows::noted_at.eq(DbTime(now)),
        troubled_rows::set_aside_at.eq(is_last.then_some(DbTime(now))),
    );
    let key = (
        troubled_rows::kind.eq(row.kind.name()),
        troubled_rows::row_id.eq(row.id),
    );
    diesel::insert_into(troubled_rows::table)
        .values((key, values.clone()))
        .on_conflict((troubled_rows::kind, troubled_rows::row_id))
        .do_update()
        .set(values)
        .execute(connection)
        .await?;
    forget_what_passed(connection, now).await?;
    Ok(is_last)
}

/// What was tried with success in the end is of no interest any more.
async fn forget_what_passed(connection: &mut Connection, now: Timestamp) -> Result<(), Failure> {
    let passed = DbTime(now.minus(TROUBLE_PASSES));
    let old = troubled_rows::table
        .filter(troubled_rows::set_aside_at.is_null())
        .filter(troubled_rows::noted_at.lt(passed));
    diesel::delete(old).execute(connection).await?;
    Ok(())
}

/// Kind, number, run, reason, and since when it is set aside.
type AsideRow = (String, i64, Option<i64>, String, Option<DbTime>);

async fn set_aside(
    connection: &mut Connection,
    after: &Option<QueueRow>,
    limit: &u32,
) -> Result<Vec<SetAside>, Failure> {
    let (kind, id) = after.map_or(("", 0), |row| (row.kind.name(), row.id));
    let later = troubled_rows::kind.gt(kind).or(troubled_rows::kind
        .eq(kind)
        .and(troubled_rows::row_id.gt(id)));
    let rows: Vec<AsideRow> = troubled_rows::table
        .filter(troubled_rows::set_aside_at.is_not_null())
        .filter(later)
        .order((troubled_rows::kind, troubled_rows::row_id))
        .limit((*limit).into())
        .select((
            troubled_rows::kind,
            troubled_rows::row_id,
            troubled_rows::run_id,
            troubled_rows::reason,
            troubled_rows::set_aside_at,
        ))
        .load(connection)
        .await?;
    let aside = rows.into_iter().map(|(kind, id, run, reason, at)| {
        let place = Place::of("troubled_rows", format!("{kind}/{id}"));
        let kind = RowKind::named(&kind).ok_or_else(|| place.corrupt("kind"))?;
        Ok(SetAside {
            row: QueueRow { kind, id },
            run: run.map(RunId::new),
            reason,
            at: place.present("set_aside_at", at)?.0,
        })
    });
    aside.collect()
}

async fn count_set_aside(connection: &mut Connection) -> Result<u64, Failure> {
    let count: i64 = troubled_rows::table
        .filter(troubled_rows::set_aside_at.is_not_null())
        .count()
        .get_result(connection)
        .await?;
    Ok(count.unsigned_abs())
}

async fn is_set_aside(connection: &mut Connection, row: &QueueRow) -> Result<bool, Failure> {
    let own = troubled_rows::table
        .find((row.kind.name(), row.id))
        .filter(troubled_rows::set_aside_at.is_not_null());
    Ok(own.count().get_result::<i64>(connection).await? > 0)
}

async fn row_state(connection: &mut Connection, row: &QueueRow) -> Result<RowState, Failure> {
    let id = row.id;
    match row.kind {
        RowKind::Job => {
            let own = queue::table.filter(queue::job_id.eq(id)).count();
            Ok(counted(own.get_result(connection).await?))
        }
        RowKind::Message => Ok(read(
            message(connection, &MessageId::new(id)).await.transpose(),
        )?),
        RowKind::Run => {
            let open = runs::table
                .filter(runs::id.eq(id))
                .filter(runs::deleted_at.is_null())
                .filter(runs::status.ne(RunStatus::Completed.name()))
                .count();
            Ok(counted(open.get_result(connection).await?))
        }
        RowKind::Log => {
            let own = executions::table.filter(executions::id.eq(id)).count();
            Ok(counted(own.get_result(connection).await?))
        }
        RowKind::Execution => {
            let own = executions::table
                .find(id)
                .filter(executions::ended_at.is_null())
                .select(ExecutionRow::as_select());
            let row: Option<ExecutionRow> = own.get_result(connection).await.optional()?;
            read(row.map(|row| Ok(Execution::try_from(row)?)))
        }
        RowKind::FollowUp => {
            let own = follow_ups::table.find(id).select(FollowUpRow::as_select());
            let row: Option<FollowUpRow> = own.get_result(connection).await.optional()?;
            read(row.map(|row| Ok(FollowUp::try_from(row)?)))
        }
        RowKind::Poll => {
            let own = polls::table.find(id).select(PollRow::as_select());
            let row: Option<PollRow> = own.get_result(connection).await.optional()?;
            read(row.map(|row| Ok(Poll::try_from(row)?)))
        }
    }
}

fn counted(count: i64) -> RowState {
    match count {
        0 => RowState::Gone,
        _ => RowState::Readable,
    }
}

fn read<T>(row: Option<Result<T, Failure>>) -> Result<RowState, Failure> {
    match row {
        None => Ok(RowState::Gone),
        Some(Ok(_)) => Ok(RowState::Readable),
        Some(Err(Failure::Store(error @ StoreError::Corrupt { .. }))) => {
            Ok(RowState::Unreadable(error))
        }
        Some(Err(failure)) => Err(failure),
    }
}

async fn put_back(connection: &mut Connection, row: &QueueRow) -> Result<(), Failure> {
    diesel::delete(troubled_rows::table.find((row.kind.name(), row.id)))
        .execute(connection)
        .await?;
    Ok(())
}
