//! Moments of runs that wait for their followers, in memory.

use super::{
    MemoryStore,
    state::{FollowUpRow, State},
    troubles::is_tried,
};
use crate::{FollowUp, FollowUps, RowKind, StoreError};
use async_trait::async_trait;
use runyard_domain::{Run, Timestamp, run::RunMoment};
use std::time::Duration;

#[async_trait]
impl FollowUps for MemoryStore {
    async fn claim_follow_ups(
        &self,
        limit: u32,
        lease: Duration,
    ) -> Result<Vec<FollowUp>, StoreError> {
        let now = self.clock_now();
        let mut state = self.state();
        let state = &mut *state;
        let (rows, troubles) = (state.follow_ups.values_mut(), &state.troubles);
        let tried =
            |row: &&mut FollowUpRow| is_tried(troubles, RowKind::FollowUp, row.follow_up.id);
        let mut due: Vec<&mut FollowUpRow> =
            rows.filter(|row| row.due_at <= now).filter(tried).collect();
        due.sort_by_key(|row| (row.due_at, row.follow_up.id));
        let taken = due.into_iter().take(limit as usize);
        Ok(taken
            .map(|row| {
                row.due_at = now.plus(lease);
                row.follow_up.tries += 1;
                row.follow_up.clone()
            })
            .collect())
    }

    async fn delete_follow_up(&self, id: i64) -> Result<(), StoreError> {
        self.state().follow_ups.remove(&id);
        Ok(())
    }
}

impl State {
    /// Keeps the moments of a run where somebody follows it.
    pub(super) fn keep_moments(&mut self, run: &Run, moments: &[(RunMoment, Timestamp)]) {
        let branch = self.branches.get(&run.identity().repository);
        if !branch.is_some_and(|branch| branch.follows_runs) {
            return;
        }
        for (moment, happened_at) in moments {
            self.last_follow_up += 1;
            let id = self.last_follow_up;
            let follow_up = FollowUp {
                id,
                run: run.id(),
                attempt: run.attempt().number,
                moment: *moment,
                happened_at: *happened_at,
                tries: 0,
            };
            let due_at = *happened_at;
            let row = FollowUpRow { follow_up, due_at };
            self.follow_ups.insert(id, row);
        }
    }
}
