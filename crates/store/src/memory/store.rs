//! The memory store itself: one lock around the maps, never held across an await. No rules of any table here.

use super::state::State;
use crate::{Clock, Connections, IdKind, Store, StoreError, Wakes};
use async_trait::async_trait;
use runyard_domain::Timestamp;
use std::{
    fmt,
    ops::Range,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Keeps everything in the memory of this process; nothing survives it.
pub struct MemoryStore {
    clock: Clock,
    state: Mutex<State>,
    wakes: Wakes,
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

impl MemoryStore {
    /// An empty store with this clock.
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            state: Mutex::default(),
            wakes: Wakes::default(),
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        // A decision that panicked worked on copies: the maps are whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn clock_now(&self) -> Timestamp {
        (self.clock)()
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn now(&self) -> Result<Timestamp, StoreError> {
        Ok(self.clock_now())
    }

    async fn reserve(&self, kind: IdKind, count: u32) -> Result<Range<i64>, StoreError> {
        let mut state = self.state();
        let used = state.reserved.entry(kind).or_default();
        let first = *used + 1;
        *used += i64::from(count);
        Ok(first..*used + 1)
    }

    async fn ready(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn setting(&self, name: &str, proposed: &[u8]) -> Result<Vec<u8>, StoreError> {
        let mut state = self.state();
        let kept = state.settings.entry(name.to_owned());
        Ok(kept.or_insert_with(|| proposed.to_vec()).clone())
    }

    fn connections(&self) -> Option<Connections> {
        None
    }

    fn wakes(&self) -> &Wakes {
        &self.wakes
    }
}
