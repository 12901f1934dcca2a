//! Brings the schema of a PostgreSQL database up to date, one server at a time.

use super::{Connection, address::Address, connect::connect};
use crate::{
    StoreError,
    sql::{failure::Failure, migrations},
};
use diesel_async::{SimpleAsyncConnection, async_connection_wrapper::AsyncConnectionWrapper};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};

pub(super) const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// Key of the advisory lock under which schemas are changed: "runyard" as a number.
const MIGRATION_LOCK: i64 = 0x7275_6e79_6172_6400;

/// Applies what the schema lacks; answers the names of what was applied.
///
/// # Errors
/// [`StoreError::Unavailable`] when the server cannot be reached, [`StoreError::SchemaTooNew`] when a newer version
/// of this program changed the schema.
pub async fn migrate(url: &str) -> Result<Vec<String>, StoreError> {
    run(&Address::parse(url)?).await
}

/// The lock belongs to the connection, and so is given up with it, whatever happens.
pub(super) async fn run(address: &Address) -> Result<Vec<String>, StoreError> {
    let mut connection = connect(address).await?;
    let lock = format!("SELECT pg_advisory_lock({MIGRATION_LOCK})");
    let locked = connection.batch_execute(&lock).await;
    locked.map_err(|error| StoreError::from(Failure::from(error)))?;
    let migrating = tokio::task::spawn_blocking(move || {
        let mut connection = AsyncConnectionWrapper::<Connection>::from(connection);
        migrations::run(&mut connection, MIGRATIONS)
    });
    migrating
        .await
        .map_err(|panic| StoreError::Internal(panic.into()))?
}
