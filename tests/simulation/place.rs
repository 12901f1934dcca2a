//! An empty store of each kind, whose clock is the history's.

use crate::postgres::OwnDatabase;
use runyard_domain::Timestamp;
use runyard_store::{Store, memory::MemoryStore, postgres::PostgresStore, sqlite::SqliteStore};
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};
use tempfile::TempDir;

/// When every history begins.
const BEGINNING_MICROS: i64 = 1_700_000_000_000_000;
/// Connections of one PostgreSQL store.
const POOL_SIZE: usize = 2;

/// Which store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Memory,
    Sqlite,
    Postgres,
}

/// A store, its clock, and what has to go when the history is over.
pub(crate) struct Place {
    store: Arc<dyn Store>,
    micros: Arc<AtomicI64>,
    database: Option<OwnDatabase>,
    _folder: Option<TempDir>,
}

impl Place {
    /// A new store.
    pub(crate) async fn new(kind: Kind) -> Self {
        let micros = Arc::new(AtomicI64::new(BEGINNING_MICROS));
        let told = Arc::clone(&micros);
        let now = move || Timestamp::from_unix_micros(told.load(Ordering::SeqCst));
        let clock = Arc::new(move || now().expect("a history is shorter than a calendar"));
        let mut place = Self {
            store: Arc::new(MemoryStore::new(clock.clone())),
            micros,
            database: None,
            _folder: None,
        };
        match kind {
            Kind::Memory => {}
            Kind::Sqlite => {
                let folder = tempfile::tempdir().expect("a temporary folder");
                let path = folder.path().join("runyard.db");
                let store = SqliteStore::open_with_clock(&path, clock).await;
                place.store = Arc::new(store.expect("a new file"));
                place._folder = Some(folder);
            }
            Kind::Postgres => {
                let database = OwnDatabase::create(BEGINNING_MICROS).await;
                let store = PostgresStore::connect(database.url(), POOL_SIZE).await;
                place.store = Arc::new(store.expect("a new database"));
                place.database = Some(database);
            }
        }
        place
    }

    pub(crate) fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store)
    }

    /// Lets time pass.
    pub(crate) async fn pass(&self, time: Duration) {
        let micros = i64::try_from(time.as_micros()).expect("a step is short");
        let now = self.micros.fetch_add(micros, Ordering::SeqCst) + micros;
        if let Some(database) = &self.database {
            database.set_clock(now).await;
        }
    }
}
