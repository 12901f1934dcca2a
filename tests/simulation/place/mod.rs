//! An empty store of each kind, whose clock is the history's, and which fails at a statement when it is told to.

mod breaking;
mod postgres;
mod sqlite;

pub(crate) use breaking::Table;
pub(crate) use postgres::OwnDatabase;

use runyard_domain::Timestamp;
use runyard_store::{Store, memory::MemoryStore, postgres::PostgresStore, sqlite::SqliteStore};
use sqlite::OwnFile;
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

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
    file: Option<OwnFile>,
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
            file: None,
        };
        match kind {
            Kind::Memory => {}
            Kind::Sqlite => {
                let folder = tempfile::tempdir().expect("a temporary folder");
                let path = folder.path().join("runyard.db");
                let store = SqliteStore::open_with_clock(&path, clock).await;
                place.store = Arc::new(store.expect("a new file"));
                place.file = Some(OwnFile::new(folder, &path));
            }
            Kind::Postgres => {
                let database = OwnDatabase::create(BEGINNING_MICROS).await;
                let store = PostgresStore::connect(database.url(), POOL_SIZE).await;
                place.store = Arc::new(store.expect("a new database"));
                database.prepare_to_break().await;
                place.database = Some(database);
            }
        }
        place
    }

    pub(crate) fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store)
    }

    /// Whether a change fails at a statement; the memory store has none.
    pub(crate) fn has_statements(&self) -> bool {
        self.file.is_some() || self.database.is_some()
    }

    /// Lets every statement fail from now on that writes to this table, or none.
    pub(crate) async fn break_at(&self, table: Option<Table>) {
        if let Some(file) = &self.file {
            file.break_at(table);
        }
        if let Some(database) = &self.database {
            database.break_at(table).await;
        }
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
