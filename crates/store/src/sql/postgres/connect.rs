//! Makes connections. A connection lives on the runtime that the store was opened on, whoever asks for it first.

use super::{Connection, address::Address};
use crate::StoreError;
use diesel::{ConnectionError, ConnectionResult};
use diesel_async::SimpleAsyncConnection;
use diesel_async::pooled_connection::{ManagerConfig, RecyclingMethod, SetupCallback};
use futures_util::FutureExt;
use std::time::Duration;
use tokio::{runtime::Handle, time::timeout};
use tokio_postgres::NoTls;

/// How long connecting, or waiting for a free connection, may take.
pub(super) const CONNECTION_TIMEOUT: Duration = Duration::from_secs(5);

/// How long statements that belong together may take. A network that swallows everything tells nobody.
pub(super) const WORK_TIMEOUT: Duration = Duration::from_secs(10);

/// A new connection within [`CONNECTION_TIMEOUT`].
pub(super) async fn connect(address: &Address) -> Result<Connection, StoreError> {
    let connected = timeout(CONNECTION_TIMEOUT, establish(address)).await;
    let connected = connected.map_err(|_| slow(address))?;
    connected.map_err(|error| unreachable(address, &error.to_string()))
}

/// What is answered when the server cannot be reached.
pub(super) fn unreachable(address: &Address, reason: &str) -> StoreError {
    StoreError::Unavailable {
        reason: format!("PostgreSQL at {address}: {reason}"),
    }
}

/// What is answered when the server, or a place in the pool, takes too long.
pub(super) fn slow(address: &Address) -> StoreError {
    let seconds = CONNECTION_TIMEOUT.as_secs();
    unreachable(address, &format!("no connection within {seconds} s"))
}

/// What is answered when the server does not answer.
pub(super) fn silent(address: &Address) -> StoreError {
    let seconds = WORK_TIMEOUT.as_secs();
    unreachable(address, &format!("no answer within {seconds} s"))
}

/// How the pool makes connections and decides whether one is still good.
pub(super) fn pooled(address: &Address) -> ManagerConfig<Connection> {
    let mut config = ManagerConfig::default();
    // Closed connections are noticed without asking: the client reads its socket all the time.
    config.recycling_method = RecyclingMethod::Fast;
    config.custom_setup = setup(address.clone(), Handle::current());
    config
}

fn setup(address: Address, runtime: Handle) -> SetupCallback<Connection> {
    Box::new(move |_| {
        let address = address.clone();
        let connecting = runtime.spawn(async move {
            let connected = timeout(CONNECTION_TIMEOUT, establish(&address)).await;
            connected.unwrap_or_else(|late| Err(ConnectionError::BadConnection(late.to_string())))
        });
        let joined = connecting.map(|joined| {
            joined
                .unwrap_or_else(|stopped| Err(ConnectionError::BadConnection(stopped.to_string())))
        });
        joined.boxed()
    })
}

async fn establish(address: &Address) -> ConnectionResult<Connection> {
    let connected = address.config().connect(NoTls).await;
    let (client, connection) =
        connected.map_err(|error| ConnectionError::BadConnection(reason(&error)))?;
    let mut connection = Connection::try_from_client_and_connection(client, connection).await?;
    // A server that stalls within a transaction must not keep its locks: others wait for them.
    let milliseconds = WORK_TIMEOUT.as_millis();
    let limit = format!("SET idle_in_transaction_session_timeout = {milliseconds}");
    let limited = connection.batch_execute(&limit).await;
    limited.map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(connection)
}

/// The error with its causes; the driver's own text leaves them out.
fn reason(error: &tokio_postgres::Error) -> String {
    let mut reason = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let text = cause.to_string();
        if !reason.contains(&text) {
            reason = format!("{reason}: {text}");
        }
        source = cause.source();
    }
    reason
}
