//! Ids in blocks: one durable write of the store serves many of them (architecture 4, rule 4).

use runyard_domain::{JobId, JobIds};
use runyard_store::{IdKind, Store, StoreError};
use std::{collections::VecDeque, sync::Arc};
use tokio::sync::Mutex;

/// Ids taken from the store at once.
const BLOCK: u32 = 128;

/// Ids of one kind, reserved in blocks. Those that are left when the process ends are never used.
#[derive(Debug, Clone)]
pub(crate) struct IdBlock {
    kind: IdKind,
    left: Arc<Mutex<VecDeque<i64>>>,
}

impl IdBlock {
    pub(crate) fn new(kind: IdKind) -> Self {
        Self {
            kind,
            left: Arc::default(),
        }
    }

    /// So many ids that nobody else gets.
    pub(crate) async fn take(
        &self,
        store: &dyn Store,
        count: usize,
    ) -> Result<Vec<i64>, StoreError> {
        let mut left = self.left.lock().await;
        while left.len() < count {
            let missing = u32::try_from(count - left.len()).unwrap_or(u32::MAX);
            left.extend(store.reserve(self.kind, missing.max(BLOCK)).await?);
        }
        Ok(left.drain(..count).collect())
    }

    /// Takes back what was not used when nothing newer was given out since; otherwise the ids are dropped, so that
    /// later ids stay larger.
    pub(crate) async fn give_back(&self, ids: impl DoubleEndedIterator<Item = i64>) {
        let mut left = self.left.lock().await;
        for id in ids.rev() {
            if left.front().is_none_or(|front| *front != id + 1) {
                return;
            }
            left.push_front(id);
        }
    }
}

/// Job ids for a command that plans at most `count` jobs.
pub(crate) async fn job_ids(
    block: &IdBlock,
    store: &dyn Store,
    count: usize,
) -> Result<JobIds, StoreError> {
    Ok(JobIds::new(
        block.take(store, count).await?.into_iter().map(JobId::new),
    ))
}
