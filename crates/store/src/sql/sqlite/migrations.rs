//! Brings the schema of a SQLite file up to date.

use super::{database::connect, store::take_lock};
use crate::{StoreError, sql::migrations};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use std::path::Path;

pub(super) const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");

/// Creates the file when it is not there, and applies what its schema lacks; answers the names of what was applied.
///
/// # Errors
/// [`StoreError::InUse`] while a server has the file, [`StoreError::SchemaTooNew`] when a newer one had it.
pub async fn migrate(path: &Path) -> Result<Vec<String>, StoreError> {
    let path = path.to_owned();
    off_thread(move || {
        let lock = take_lock(&path)?;
        let applied = run(&path)?;
        drop(lock);
        Ok(applied)
    })
    .await
}

pub(super) fn run(path: &Path) -> Result<Vec<String>, StoreError> {
    migrations::run(&mut connect(path)?, MIGRATIONS)
}

/// Runs what blocks on a thread that may block.
pub(super) async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let result = tokio::task::spawn_blocking(work).await;
    result.map_err(|panic| StoreError::Internal(panic.into()))?
}
