//! Concurrency groups as they stand, and what one run's transaction left to be done in another's. Groups are changed
//! by [`crate::Changes::change`] alone.

use crate::StoreError;
use async_trait::async_trait;
use runyard_domain::{
    MessageId, RepositoryId, RunId,
    concurrency::{ConcurrencyGroup, GroupName, Message},
};
use std::time::Duration;

/// A message that nobody has applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeftMessage {
    /// Which; older ones have smaller numbers.
    pub id: MessageId,
    /// The run that it is for.
    pub run: RunId,
}

/// Groups and messages. A message is applied by a change with [`crate::Scope::RunOfMessage`], which removes it.
#[async_trait]
pub trait Concurrency {
    /// A group that somebody is in.
    async fn group(
        &self,
        repository: RepositoryId,
        name: &GroupName,
    ) -> Result<Option<ConcurrencyGroup>, StoreError>;

    /// Messages whose time has come, at most `limit`, those that wait longest first.
    async fn due_messages(&self, limit: u32) -> Result<Vec<LeftMessage>, StoreError>;

    /// What a message says; nothing when it was applied.
    async fn message(&self, id: MessageId) -> Result<Option<Message>, StoreError>;

    /// Has a message that could not be applied wait for so long, so that it keeps no other from it.
    async fn put_off_message(&self, id: MessageId, wait: Duration) -> Result<(), StoreError>;

    /// Forgets a message that is of no use: its run is not there any more.
    async fn drop_message(&self, id: MessageId) -> Result<(), StoreError>;
}
