//! Connections that only read: they see what is committed, and never wait for the writer.

use super::{
    Connection,
    database::{connect_with, done},
};
use crate::{Clock, StoreError, sql::failure::Failure};
use diesel::connection::SimpleConnection;
use diesel_async::SimpleAsyncConnection;
use futures_util::{FutureExt, future::BoxFuture};
use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::Semaphore;

/// Connections that read at the same time.
const READERS: usize = 4;

/// A fixed number of connections, each used by one caller at a time.
pub(super) struct Readers {
    idle: Arc<Mutex<Vec<Connection>>>,
    turns: Arc<Semaphore>,
}

impl Readers {
    pub(super) fn open(path: &Path, clock: &Clock) -> Result<Self, StoreError> {
        let opened = (0..READERS).map(|_| open_reader(path, clock));
        let connections: Result<Vec<_>, _> = opened.collect();
        Ok(Self {
            idle: Arc::new(Mutex::new(connections?)),
            turns: Arc::new(Semaphore::new(READERS)),
        })
    }

    pub(super) async fn read<T, F>(&self, mut work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnMut(&'c mut Connection) -> BoxFuture<'c, Result<T, Failure>> + Send + 'static,
    {
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        let turn = turn.expect("the semaphore is never closed");
        let idle = Arc::clone(&self.idle);
        let reading = tokio::task::spawn_blocking(move || {
            let mut connection = Borrowed::from(&idle);
            let result = read_one_state(connection.get(), &mut work);
            drop(connection);
            drop(turn);
            result
        });
        let result = reading.await;
        Ok(result.map_err(|panic| StoreError::Internal(panic.into()))??)
    }
}

/// A connection that goes back also when the work panics.
struct Borrowed<'a> {
    connection: Option<Connection>,
    idle: &'a Mutex<Vec<Connection>>,
}

impl<'a> From<&'a Arc<Mutex<Vec<Connection>>>> for Borrowed<'a> {
    fn from(idle: &'a Arc<Mutex<Vec<Connection>>>) -> Self {
        let connection = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Self { connection, idle }
    }
}

impl Borrowed<'_> {
    fn get(&mut self) -> &mut Connection {
        self.connection.as_mut().expect(
            "there are as many connections as turns, and each turn gives its connection back",
        )
    }
}

impl Drop for Borrowed<'_> {
    fn drop(&mut self) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.extend(self.connection.take());
    }
}

fn open_reader(path: &Path, clock: &Clock) -> Result<Connection, StoreError> {
    let mut connection = connect_with(path, clock)?;
    connection
        .batch_execute("PRAGMA query_only = ON;")
        .map_err(|error| StoreError::from(Failure::from(error)))?;
    Ok(Connection::new(connection))
}

/// All statements see the same commits: a page and its total belong together.
fn read_one_state<T>(
    connection: &mut Connection,
    work: &mut impl for<'c> FnMut(&'c mut Connection) -> BoxFuture<'c, Result<T, Failure>>,
) -> Result<T, Failure> {
    statement(connection, "BEGIN")?;
    let result = done(work(connection));
    let ended = statement(connection, "ROLLBACK");
    let value = result?;
    ended.map(|()| value)
}

/// Runs one statement without values.
pub(super) fn statement(connection: &mut Connection, sql: &'static str) -> Result<(), Failure> {
    let executed = connection
        .batch_execute(sql)
        .map(|r| r.map_err(Failure::from));
    done(executed.boxed())
}
