//! The PostgreSQL store itself.

use super::{Database, address::Address, migrations};
use crate::{StoreError, Wakes, sql::labels::KnownLabels};
use std::fmt;

/// Keeps everything in one PostgreSQL database, which several servers may share.
pub struct PostgresStore {
    pub(super) database: Database,
    pub(super) labels: KnownLabels,
    pub(super) wakes: Wakes,
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").finish_non_exhaustive()
    }
}

impl PostgresStore {
    /// Brings the schema up to date, and opens a pool of at most `pool_size` connections (at least one).
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the server cannot be reached, [`StoreError::SchemaTooNew`] when a newer
    /// version of this program changed the schema.
    pub async fn connect(url: &str, pool_size: usize) -> Result<Self, StoreError> {
        let address = Address::parse(url)?;
        migrations::run(&address).await?;
        Ok(Self {
            database: Database::new(address, pool_size)?,
            labels: KnownLabels::default(),
            wakes: Wakes::default(),
        })
    }
}
