//! Concurrency groups and messages in memory.

use super::MemoryStore;
use crate::{Concurrency, LeftMessage, RowKind, StoreError};
use async_trait::async_trait;
use runyard_domain::{
    MessageId, RepositoryId, Timestamp,
    concurrency::{ConcurrencyGroup, GroupName, Message},
};
use std::time::Duration;

/// A message that nobody has applied.
#[derive(Debug, Clone)]
pub(super) struct MessageRow {
    pub(super) message: Message,
    pub(super) due_at: Timestamp,
}

#[async_trait]
impl Concurrency for MemoryStore {
    async fn group(
        &self,
        repository: RepositoryId,
        name: &GroupName,
    ) -> Result<Option<ConcurrencyGroup>, StoreError> {
        Ok(self.state().groups.get(&(repository, name.key())).cloned())
    }

    async fn due_messages(&self, limit: u32) -> Result<Vec<LeftMessage>, StoreError> {
        let now = self.clock_now();
        let state = self.state();
        let mut due: Vec<_> = state
            .messages
            .iter()
            .filter(|(id, row)| row.due_at <= now && state.is_tried(RowKind::Message, id.get()))
            .map(|(id, row)| (row.due_at, *id, row.message.to.run()))
            .collect();
        due.sort_unstable();
        due.truncate(limit as usize);
        let left = due.into_iter().map(|(_, id, run)| LeftMessage { id, run });
        Ok(left.collect())
    }

    async fn message(&self, id: MessageId) -> Result<Option<Message>, StoreError> {
        let state = self.state();
        Ok(state.messages.get(&id).map(|row| row.message.clone()))
    }

    async fn put_off_message(&self, id: MessageId, wait: Duration) -> Result<(), StoreError> {
        let until = self.clock_now().plus(wait);
        if let Some(row) = self.state().messages.get_mut(&id) {
            row.due_at = until;
        }
        Ok(())
    }

    async fn drop_message(&self, id: MessageId) -> Result<(), StoreError> {
        self.state().messages.remove(&id);
        Ok(())
    }
}
