//! The pool of connections, and the two ways in: reading, and transactions that are tried again. No tables here.

use super::{
    Connection,
    address::Address,
    connect::{CONNECTION_TIMEOUT, WORK_TIMEOUT, pooled, silent, slow, unreachable},
};
use crate::{Connections, StoreError, sql::failure::Failure};
use diesel_async::{
    AsyncConnection, SimpleAsyncConnection,
    pooled_connection::{
        AsyncDieselConnectionManager,
        deadpool::{Object, Pool},
    },
};
use futures_util::future::BoxFuture;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

/// How often a transaction that met a deadlock, a serialization failure or a lost connection is tried again.
pub(super) const RETRIES_MAX: u32 = 5;
/// The longest wait before the first time; it doubles with each.
const RETRY_WAIT: Duration = Duration::from_millis(5);

/// How long work whose commit may have happened is tried again while no connection can be made.
const SETTLE_WITHIN: Duration = Duration::from_secs(5);

/// One database.
pub(crate) struct Database {
    address: Address,
    pool: Pool<Connection>,
}

/// Why a transaction is not known to be committed.
struct NotCommitted {
    failure: Failure,
    stage: Stage,
}

/// How far a transaction came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// There was no connection for it.
    Unconnected,
    /// Nothing of it stayed.
    Working,
    /// The database was asked to commit. When the connection is lost then, nobody knows whether it did.
    Committing,
}

/// Whether work may be tried again that was perhaps committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Repeat {
    /// It would happen twice.
    Harms,
    /// It finds what it did before, by a key, and does nothing then.
    Harmless,
}

impl Database {
    /// A pool of at most `size` connections, which are made when they are needed.
    pub(super) fn new(address: Address, size: usize) -> Result<Self, StoreError> {
        let manager = AsyncDieselConnectionManager::new_with_config("", pooled(&address));
        let pool = Pool::builder(manager).max_size(size.max(1)).build();
        let pool = pool.map_err(|error| StoreError::Internal(error.into()))?;
        Ok(Self { address, pool })
    }

    /// The pool at this moment.
    pub(crate) fn connections(&self) -> Option<Connections> {
        let pool = self.pool.status();
        Some(Connections {
            most: pool.max_size,
            open: pool.size,
            idle: pool.available,
            waiting: pool.waiting,
        })
    }

    /// Runs statements of which each sees what is committed when it begins.
    pub(crate) async fn read<T, F>(&self, mut work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnMut(&'c mut Connection) -> BoxFuture<'c, Result<T, Failure>> + Send + 'static,
    {
        let mut tries = 0;
        loop {
            let connection = self.connection().await?;
            let done = self.within_time(connection, async |connection| work(connection).await);
            match done.await {
                Err(failure) if helps_again(&failure) && tries < RETRIES_MAX => tries += 1,
                result => return Ok(result?),
            }
        }
    }

    /// Runs one statement that changes something, without a transaction around it. It may happen twice when its
    /// answer is lost, so that must do no harm.
    pub(crate) async fn write_alone<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnMut(&'c mut Connection) -> BoxFuture<'c, Result<T, Failure>> + Send + 'static,
    {
        self.read(work).await
    }

    /// Runs statements that all see the same state.
    pub(crate) async fn snapshot<T, F>(&self, mut work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnMut(&'c mut Connection) -> BoxFuture<'c, Result<T, Failure>> + Send + 'static,
    {
        let mut tries = 0;
        loop {
            let connection = self.connection().await?;
            let done = self.within_time(connection, async |connection| {
                let mut transaction = connection.build_transaction().repeatable_read().read_only();
                let result = transaction.run(async |connection| work(connection).await);
                result.await
            });
            match done.await {
                Err(failure) if helps_again(&failure) && tries < RETRIES_MAX => tries += 1,
                result => return Ok(result?),
            }
        }
    }

    /// Runs `work` in one transaction, several times if it must be, and answers once it is committed. When the
    /// connection is lost during the commit, the answer is "unavailable", and nobody knows whether it happened.
    pub(crate) async fn write<T, F>(&self, mut work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnMut(&'c mut Connection) -> BoxFuture<'c, Result<T, Failure>> + Send + 'static,
    {
        self.write_again(Repeat::Harms, &mut work).await
    }

    /// As [`Database::write`] for work that does nothing when it finds that it happened before: so it is tried again
    /// after a commit whose answer was lost, and its caller learns what became of it.
    pub(crate) async fn write_keyed<T, F>(&self, mut work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnMut(&'c mut Connection) -> BoxFuture<'c, Result<T, Failure>> + Send + 'static,
    {
        self.write_again(Repeat::Harmless, &mut work).await
    }

    async fn write_again<T, F>(&self, repeat: Repeat, work: &mut F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnMut(&'c mut Connection) -> BoxFuture<'c, Result<T, Failure>> + Send,
    {
        let mut tries = 0;
        let mut settle_until = None;
        loop {
            let NotCommitted { failure, stage } = match self.try_write(work).await {
                Ok(value) => return Ok(value),
                Err(not_committed) => not_committed,
            };
            if stage == Stage::Committing && repeat == Repeat::Harmless {
                settle_until.get_or_insert_with(|| Instant::now() + SETTLE_WITHIN);
            }
            let settling = settle_until.is_some_and(|until| Instant::now() < until);
            let again = match stage {
                Stage::Unconnected => settling,
                Stage::Working => helps_again(&failure) && (tries < RETRIES_MAX || settling),
                Stage::Committing => helps_again(&failure) && settling,
            };
            if !again {
                return Err(failure.into());
            }
            tries += 1;
            log::debug!("a transaction is tried again after {tries} tries: {failure:?}");
            sleep(wait_before(tries)).await;
        }
    }

    async fn try_write<T, F>(&self, work: &mut F) -> Result<T, NotCommitted>
    where
        T: Send + 'static,
        F: for<'c> FnMut(&'c mut Connection) -> BoxFuture<'c, Result<T, Failure>> + Send,
    {
        let connection = self.connection().await;
        let connection = connection.map_err(|error| NotCommitted {
            failure: error.into(),
            stage: Stage::Unconnected,
        })?;
        let mut stage = Stage::Working;
        let done = self.within_time(connection, async |connection| {
            let whole = connection.transaction(async |connection| {
                let value = work(connection).await?;
                stage = Stage::Committing;
                Ok(value)
            });
            whole.await
        });
        let result = done.await;
        result.map_err(|failure: Failure| NotCommitted { failure, stage })
    }

    /// Does `work` within [`WORK_TIMEOUT`]; a connection that was given up is not used again.
    async fn within_time<T>(
        &self,
        mut connection: Object<Connection>,
        work: impl AsyncFnOnce(&mut Connection) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let done = async {
            match work(&mut connection).await {
                // What PostgreSQL says when it ends a connection has no kind of its own, and is in its own language.
                Err(failure) if failure.is_unclear() && is_closed(&mut connection).await => {
                    Err(failure.cut())
                }
                result => result,
            }
        };
        match timeout(WORK_TIMEOUT, done).await {
            Ok(result) => result,
            Err(_) => {
                drop(Object::take(connection));
                Err(silent(&self.address).into())
            }
        }
    }

    async fn connection(&self) -> Result<Object<Connection>, StoreError> {
        let connection = timeout(CONNECTION_TIMEOUT, self.pool.get()).await;
        let connection = connection.map_err(|_| slow(&self.address))?;
        connection.map_err(|error| unreachable(&self.address, &error.to_string()))
    }
}

/// Whether the same work may succeed on the same or another connection.
fn helps_again(failure: &Failure) -> bool {
    failure.is_passing() || failure.is_lost()
}

/// Whether nothing can be sent any more. An empty statement works in every state of a living connection.
async fn is_closed(connection: &mut Connection) -> bool {
    connection.batch_execute("").await.is_err()
}

/// A random part of a doubling wait, so that two that met do not meet again.
fn wait_before(tries: u32) -> Duration {
    let longest = RETRY_WAIT * 2_u32.pow(tries.min(RETRIES_MAX + 1) - 1);
    longest.mul_f64(rand::random_range(0.1..1.0))
}
