//! An empty store of each kind for one test, gone when the test is over. It must not know what the tests do.

use runyard_domain::Timestamp;
use runyard_store::{Store, memory::MemoryStore};
use std::{any::Any, sync::Arc};

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
