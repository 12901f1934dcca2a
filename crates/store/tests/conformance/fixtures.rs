//! An empty store of each kind for one test, gone when the test is over. It must not know what the tests do.

use crate::database::OwnDatabase;
use runyard_domain::Timestamp;
use runyard_store::{Store, memory::MemoryStore, postgres::PostgresStore, sqlite::SqliteStore};
use std::{any::Any, env, sync::Arc};

/// Connections that one PostgreSQL store keeps: fewer than the callers of the busiest test.
const POOL_SIZE: usize = 4;

/// A store, and what has to go when the test is over.
pub(crate) struct Fixture {
    store: Arc<dyn Store>,
    _gone_at_the_end: Box<dyn Any + Send>,
}

impl Fixture {
    /// The store.
    pub(crate) fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store)
    }

    fn new(store: impl Store, gone_at_the_end: impl Any + Send) -> Self {
        Self {
            store: Arc::new(store),
            _gone_at_the_end: Box::new(gone_at_the_end),
        }
    }
}

/// The clock of this process.
fn process_clock() -> Timestamp {
    Timestamp::new(chrono::Utc::now())
}

/// A new memory store.
pub(crate) async fn memory() -> Option<Fixture> {
    Some(Fixture::new(MemoryStore::new(Arc::new(process_clock)), ()))
}

/// A SQLite store in a folder of its own.
pub(crate) async fn sqlite() -> Option<Fixture> {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("runyard.db")).await;
    Some(Fixture::new(store.unwrap(), folder))
}

/// A PostgreSQL store in a database of its own, on the server that `TEST_POSTGRES_URL` names.
pub(crate) async fn postgres() -> Option<Fixture> {
    let Ok(server) = env::var("TEST_POSTGRES_URL") else {
        let required = env::var_os("RUNYARD_REQUIRE_POSTGRES").is_some();
        assert!(!required, "TEST_POSTGRES_URL is not set");
        return None;
    };
    let database = OwnDatabase::create(&server).await;
    let store = PostgresStore::connect(database.url(), POOL_SIZE).await;
    Some(Fixture::new(store.unwrap(), database))
}
