//! What belongs to no table of its own: the clock, id series, settings.

use super::{Connection, SqlStore, dialect};
use crate::{
    Connections, IdKind, Store, StoreError, Wakes,
    sql::{
        failure::Failure,
        perform::perform,
        schema::{id_series, settings},
    },
};
use async_trait::async_trait;
use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::RunQueryDsl;
use runyard_domain::Timestamp;
use std::{ops::Range, time::Duration};
use tokio::time::timeout;

/// Who asks whether calls can be served gets an answer within this.
const READY_WITHIN: Duration = Duration::from_secs(2);

fn not_in_time() -> StoreError {
    StoreError::Unavailable {
        reason: format!("no answer within {} s", READY_WITHIN.as_secs()),
    }
}

#[async_trait]
impl Store for SqlStore {
    async fn now(&self) -> Result<Timestamp, StoreError> {
        perform!(self.read, now())
    }

    async fn reserve(&self, kind: IdKind, count: u32) -> Result<Range<i64>, StoreError> {
        // Ids that are taken twice are only lost.
        perform!(self.write_alone, reserve(kind, count))
    }

    async fn ready(&self) -> Result<(), StoreError> {
        let read = async { perform!(self.read, now()) };
        let read = timeout(READY_WITHIN, read).await;
        read.map_err(|_| not_in_time())?.map(drop)
    }

    async fn setting(&self, name: &str, proposed: &[u8]) -> Result<Vec<u8>, StoreError> {
        perform!(self.write, setting(name, proposed))
    }

    fn connections(&self) -> Option<Connections> {
        self.database.connections()
    }

    fn wakes(&self) -> &Wakes {
        &self.wakes
    }
}

async fn now(connection: &mut Connection) -> Result<Timestamp, Failure> {
    dialect::now(connection).await
}

async fn reserve(
    connection: &mut Connection,
    kind: &IdKind,
    count: &u32,
) -> Result<Range<i64>, Failure> {
    let count = i64::from(*count);
    let row = (id_series::kind.eq(kind.name()), id_series::last.eq(count));
    let last: i64 = diesel::insert_into(id_series::table)
        .values(row)
        .on_conflict(id_series::kind)
        .do_update()
        .set(id_series::last.eq(id_series::last + count))
        .returning(id_series::last)
        .get_result(connection)
        .await?;
    Ok(last - count + 1..last + 1)
}

async fn setting(
    connection: &mut Connection,
    name: &str,
    proposed: &[u8],
) -> Result<Vec<u8>, Failure> {
    diesel::insert_into(settings::table)
        .values((settings::name.eq(name), settings::value.eq(proposed)))
        .on_conflict_do_nothing()
        .execute(connection)
        .await?;
    let kept = settings::table.find(name).select(settings::value);
    Ok(kept.get_result(connection).await?)
}
