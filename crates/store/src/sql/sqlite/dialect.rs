//! What SQLite says in its own way. The same names, with the same meaning, are in the dialect of PostgreSQL.

use super::Connection;
use crate::sql::failure::Failure;
use chrono::Utc;
use runyard_domain::Timestamp;

/// The store's clock: this process's.
pub(super) async fn now(_connection: &mut Connection) -> Result<Timestamp, Failure> {
    Ok(Timestamp::new(Utc::now()))
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
