//! Brings a schema up to date, and refuses one that a newer version made. The lock around it is each database's own.

use crate::StoreError;
use diesel::{
    backend::Backend,
    migration::{Migration, MigrationSource, MigrationVersion},
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness};

/// Applies what is missing, and answers the names of what it applied.
pub(crate) fn run<DB: Backend>(
    connection: &mut impl MigrationHarness<DB>,
    ours: EmbeddedMigrations,
) -> Result<Vec<String>, StoreError> {
    let known: Vec<Box<dyn Migration<DB>>> = ours.migrations().map_err(internal)?;
    refuse_newer(connection, &known)?;
    let pending = connection.pending_migrations(ours).map_err(internal)?;
    let names = pending.iter().map(|one| one.name().to_string()).collect();
    connection.run_migrations(&pending).map_err(internal)?;
    Ok(names)
}

fn refuse_newer<DB: Backend>(
    connection: &mut impl MigrationHarness<DB>,
    known: &[Box<dyn Migration<DB>>],
) -> Result<(), StoreError> {
    let applied = connection.applied_migrations().map_err(internal)?;
    let is_ours =
        |version: &MigrationVersion<'_>| known.iter().any(|one| one.name().version() == *version);
    match applied.iter().find(|version| !is_ours(version)) {
        None => Ok(()),
        Some(found) => Err(StoreError::SchemaTooNew {
            found: found.to_string(),
        }),
    }
}

fn internal(error: Box<dyn std::error::Error + Send + Sync>) -> StoreError {
    StoreError::Internal(anyhow::anyhow!(error).context("migrating the database"))
}
