//! Moments of runs that may start other workflows: written in the transaction of the moment, applied by another.

use crate::StoreError;
use async_trait::async_trait;
use runyard_domain::{RunId, Timestamp, run::RunMoment};
use std::time::Duration;

/// A moment of a run whose followers are not started yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowUp {
    /// Never reused.
    pub id: i64,
    /// The run that is followed.
    pub run: RunId,
    /// The attempt that it was then.
    pub attempt: u32,
    /// What happened.
    pub moment: RunMoment,
    /// When.
    pub happened_at: Timestamp,
    /// How often somebody took it, this time included.
    pub tries: u32,
}

/// Moments that wait. One is kept by [`crate::Changes::change`] where a workflow of the default branch follows runs.
#[async_trait]
pub trait FollowUps {
    /// Takes moments, the longest due first, at most `limit`. Nobody else gets them for `lease`.
    async fn claim_follow_ups(
        &self,
        limit: u32,
        lease: Duration,
    ) -> Result<Vec<FollowUp>, StoreError>;
    /// Forgets a moment whose followers were started. Nothing happens when somebody else did before.
    async fn delete_follow_up(&self, id: i64) -> Result<(), StoreError>;
}
