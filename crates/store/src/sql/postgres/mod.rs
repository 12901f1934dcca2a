//! For teams: one PostgreSQL that several servers share.

mod address;
mod connect;
mod database;
mod dialect;
mod migrations;
mod notices;
mod signals;
mod store;

#[expect(
    clippy::duplicate_mod,
    reason = "the queries are compiled for each database"
)]
#[path = "../queries/mod.rs"]
mod queries;

use database::Database;
use store::PostgresStore as SqlStore;

pub use migrations::migrate;
pub use store::PostgresStore;

/// A connection of the pool.
type Connection = diesel_async::AsyncPgConnection;

#[cfg(test)]
mod tests;
