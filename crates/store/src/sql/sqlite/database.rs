//! The SQLite file: how it is opened, and the two ways in, reading and writing. No tables here.

use super::{Connection, dialect::set_clock, readers::Readers, writer::Writer};
use crate::{
    Clock, Connections, StoreError,
    sql::failure::{Failure, unavailable},
};
use diesel::{Connection as _, SqliteConnection, connection::SimpleConnection};
use futures_util::{FutureExt, future::BoxFuture};
use std::{fs::File, path::Path};

/// How long a statement waits for a lock of another connection, in milliseconds. Only starting up meets one.
const BUSY_TIMEOUT_MS: u32 = 5_000;

/// One database file, opened.
pub(crate) struct Database {
    writer: Writer,
    readers: Readers,
}

impl Database {
    /// Opens the connections to a file with an up to date schema. `lock` is kept until the writer has ended.
    pub(crate) fn open(path: &Path, lock: File, clock: &Clock) -> Result<Self, StoreError> {
        let writing = connect_with(path, clock)?;
        Ok(Self {
            writer: Writer::start(Connection::new(writing), lock)?,
            readers: Readers::open(path, clock)?,
        })
    }

    /// Its few connections never change, so there is nothing to tell.
    pub(crate) fn connections(&self) -> Option<Connections> {
        None
    }

    /// Reads one state of the database.
    pub(crate) async fn read<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnMut(&'c mut Connection) -> BoxFuture<'c, Result<T, Failure>> + Send + 'static,
    {
        self.readers.read(work).await
    }

    /// Reads one state of the database; the same as [`Self::read`] here.
    pub(crate) async fn snapshot<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnMut(&'c mut Connection) -> BoxFuture<'c, Result<T, Failure>> + Send + 'static,
    {
        self.readers.read(work).await
    }

    /// Runs one statement that changes something; the same as [`Self::write`] here.
    pub(crate) async fn write_alone<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnMut(&'c mut Connection) -> BoxFuture<'c, Result<T, Failure>> + Send + 'static,
    {
        self.writer.write(work).await
    }

    /// Runs `work` in one transaction, and answers once it is durable.
    pub(crate) async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnMut(&'c mut Connection) -> BoxFuture<'c, Result<T, Failure>> + Send + 'static,
    {
        self.writer.write(work).await
    }

    /// The same as [`Self::write`] here: the answer of a commit cannot be lost.
    pub(crate) async fn write_keyed<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnMut(&'c mut Connection) -> BoxFuture<'c, Result<T, Failure>> + Send + 'static,
    {
        self.writer.write(work).await
    }
}

/// A connection that syncs every commit, with the pragmas that hold for all of them.
pub(super) fn connect(path: &Path) -> Result<SqliteConnection, StoreError> {
    let name = path.to_str().ok_or_else(|| StoreError::Unavailable {
        reason: format!("{} is not UTF-8", path.display()),
    })?;
    let mut connection = SqliteConnection::establish(name).map_err(|e| unavailable(&e))?;
    let pragmas = format!(
        "PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}; PRAGMA journal_mode = WAL; \
         PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
    );
    connection
        .batch_execute(&pragmas)
        .map_err(|error| StoreError::from(Failure::from(error)))?;
    Ok(connection)
}

/// As [`connect`], for work that asks for the time.
pub(super) fn connect_with(path: &Path, clock: &Clock) -> Result<SqliteConnection, StoreError> {
    let mut connection = connect(path)?;
    let set = set_clock(&mut connection, clock);
    set.map_err(|error| StoreError::from(Failure::from(error)))?;
    Ok(connection)
}

/// The result of work that was done when it returned, as all work on a [`Connection`] is.
pub(super) fn done<T>(work: BoxFuture<'_, Result<T, Failure>>) -> Result<T, Failure> {
    let waits = || StoreError::Internal(anyhow::anyhow!("a transaction waits for something else"));
    work.now_or_never().unwrap_or_else(|| Err(waits().into()))
}
