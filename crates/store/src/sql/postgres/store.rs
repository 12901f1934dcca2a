//! The PostgreSQL store itself.

use super::{Database, address::Address, migrations, notices::Notices};
use crate::{StoreError, Wake, Wakes, sql::labels::KnownLabels};
use std::fmt;

/// Keeps everything in one PostgreSQL database, which several servers may share.
pub struct PostgresStore {
    pub(super) database: Database,
    pub(super) labels: KnownLabels,
    pub(super) wakes: Wakes,
    notices: Notices,
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
        let wakes = Wakes::default();
        Ok(Self {
            database: Database::new(address.clone(), pool_size)?,
            labels: KnownLabels::default(),
            notices: Notices::start(address, wakes.clone()),
            wakes,
        })
    }

    /// Wakes those who listen, here and at the other servers.
    pub(super) fn wake(&self, wake: Wake) {
        self.wakes.send(wake);
        self.notices.tell(wake);
    }
}
