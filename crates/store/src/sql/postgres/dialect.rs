//! What PostgreSQL says in its own way. The same names, with the same meaning, are in the dialect of SQLite.

use super::Connection;
use crate::sql::{
    columns::{DbTime, TimeColumn},
    failure::Failure,
};
use diesel::sql_types::BigInt;
use diesel_async::RunQueryDsl;
use runyard_domain::Timestamp;

/// Key of the advisory lock for adding label sets.
const LABEL_SETS_LOCK: i64 = 0x7279_6c61_6265_6c73;

diesel::define_sql_function! {
    /// The moment at which it is called, not that at which the transaction began.
    fn clock_timestamp() -> TimeColumn;
}

diesel::define_sql_function! {
    /// Waits for a lock that is given up with the transaction.
    fn pg_advisory_xact_lock(key: BigInt);
}

/// The store's clock: the database's, because replicas disagree.
pub(super) async fn now(connection: &mut Connection) -> Result<Timestamp, Failure> {
    let now: DbTime = diesel::select(clock_timestamp())
        .get_result(connection)
        .await?;
    Ok(now.0)
}

/// Lets one transaction at a time add label sets until it ends.
pub(super) async fn lock_label_sets(connection: &mut Connection) -> Result<(), Failure> {
    diesel::select(pg_advisory_xact_lock(LABEL_SETS_LOCK))
        .execute(connection)
        .await?;
    Ok(())
}

/// A query whose rows stay as they are until the transaction ends. Rows that refer to them can still be added.
macro_rules! locked {
    ($query:expr) => {
        $query.for_no_key_update()
    };
}

/// As `locked!`, passing over rows that others have locked.
macro_rules! locked_if_free {
    ($query:expr) => {
        $query.for_update().skip_locked()
    };
}

/// Rows in one statement at most: it may have 65,535 values, and no row has more than 32.
pub(super) const ROWS_PER_STATEMENT_MAX: usize = 2_000;

/// Above so many updates, each of which waits for the server, one statement for all rows takes less time.
pub(super) const UPDATES_MAX: usize = 40;

/// Inserts all rows.
macro_rules! insert_all {
    ($connection:expr, $table:expr, $rows:expr) => {{
        let rows: Vec<_> = $rows.collect();
        for rows in rows.chunks($crate::sql::postgres::dialect::ROWS_PER_STATEMENT_MAX) {
            diesel::insert_into($table)
                .values(rows)
                .execute($connection)
                .await?;
        }
    }};
}

/// Inserts all rows, changing those whose key is there already.
macro_rules! upsert_all {
    ($connection:expr, $table:expr, $rows:expr, $key:expr, $set:expr) => {{
        let rows: Vec<_> = $rows.collect();
        for rows in rows.chunks($crate::sql::postgres::dialect::ROWS_PER_STATEMENT_MAX) {
            diesel::insert_into($table)
                .values(rows)
                .on_conflict($key)
                .do_update()
                .set($set)
                .execute($connection)
                .await?;
        }
    }};
}

pub(super) use {insert_all, locked, locked_if_free, upsert_all};
