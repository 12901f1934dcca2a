//! What SQLite says in its own way. The same names, with the same meaning, are in the dialect of PostgreSQL.

use super::Connection;
use crate::{Clock, StoreError, sql::failure::Failure};
use diesel::{QueryResult, SqliteConnection};
use diesel_async::RunQueryDsl;
use runyard_domain::Timestamp;
use std::panic::AssertUnwindSafe;

diesel::define_sql_function! {
    /// What the clock says that the store was opened with, in microseconds since the Unix epoch.
    fn store_clock() -> BigInt;
}

/// Lets the connection ask `clock`.
pub(super) fn set_clock(connection: &mut SqliteConnection, clock: &Clock) -> QueryResult<()> {
    let clock = AssertUnwindSafe(Clock::clone(clock));
    store_clock_utils::register_nondeterministic_impl(connection, move || {
        let clock = &clock;
        clock().unix_micros()
    })
}

/// The store's clock: this process's, or the one that it was opened with.
pub(super) async fn now(connection: &mut Connection) -> Result<Timestamp, Failure> {
    let micros: i64 = diesel::select(store_clock()).get_result(connection).await?;
    let now = Timestamp::from_unix_micros(micros);
    let beyond = || StoreError::Internal(anyhow::anyhow!("a clock says {micros} µs"));
    Ok(now.ok_or_else(beyond)?)
}

/// Lets one transaction at a time add label sets: there is one writer.
pub(super) async fn lock_label_sets(_connection: &mut Connection) -> Result<(), Failure> {
    Ok(())
}

/// A query whose rows stay as they are until the transaction ends: there is one writer.
macro_rules! locked {
    ($query:expr) => {
        $query
    };
}

/// As `locked!`, passing over rows that others have locked: nobody else has.
macro_rules! locked_if_free {
    ($query:expr) => {
        $query
    };
}

/// More than an attempt has jobs: there is no one statement for all rows that would be better.
pub(super) const UPDATES_MAX: usize = 100_000;

/// Inserts all rows; the wrapper cannot insert several with one statement.
macro_rules! insert_all {
    ($connection:expr, $table:expr, $rows:expr) => {{
        for row in $rows {
            diesel::insert_into($table)
                .values(row)
                .execute($connection)
                .await?;
        }
    }};
}

/// Inserts all rows, changing those whose key is there already.
macro_rules! upsert_all {
    ($connection:expr, $table:expr, $rows:expr, $key:expr, $set:expr) => {{
        for row in $rows {
            diesel::insert_into($table)
                .values(row)
                .on_conflict($key)
                .do_update()
                .set($set)
                .execute($connection)
                .await?;
        }
    }};
}

pub(super) use {insert_all, locked, locked_if_free, upsert_all};
