//! The embedded default: one durable SQLite file, one server, one writer.

mod database;
mod dialect;
mod in_place;
mod migrations;
mod readers;
mod store;
mod writer;

#[path = "../queries/mod.rs"]
mod queries;

use database::Database;
use store::SqliteStore as SqlStore;

pub use migrations::migrate;
pub use store::SqliteStore;

/// A connection whose calls are done when they return: transactions run on a thread of their own as a whole.
type Connection = diesel_async::sync_connection_wrapper::SyncConnectionWrapper<
    diesel::SqliteConnection,
    in_place::InPlace,
>;

#[cfg(test)]
mod tests;
