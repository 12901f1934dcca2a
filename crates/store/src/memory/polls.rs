//! Looks at sources in memory.

use super::{MemoryStore, state::broken_reference, troubles::is_tried};
use crate::{Poll, Polls, RowKind, SeenRefs, StoreError};
use async_trait::async_trait;
use runyard_domain::{RepositoryId, Timestamp};
use std::time::Duration;

#[async_trait]
impl Polls for MemoryStore {
    async fn put_poll(&self, repository: RepositoryId, seconds: u32) -> Result<Poll, StoreError> {
        let now = self.clock_now();
        let mut state = self.state();
        let of = state.live_repository(repository);
        of.ok_or_else(broken_reference)?;
        let poll = state.polls.entry(repository).or_insert(Poll {
            repository,
            seconds,
            due_at: now,
            looked_at: None,
            looks: 0,
            refs: None,
            failure: None,
        });
        (poll.seconds, poll.due_at) = (seconds, now);
        Ok(poll.clone())
    }

    async fn poll(&self, repository: RepositoryId) -> Result<Option<Poll>, StoreError> {
        Ok(self.state().polls.get(&repository).cloned())
    }

    async fn delete_poll(&self, repository: RepositoryId) -> Result<(), StoreError> {
        self.state().polls.remove(&repository);
        Ok(())
    }

    async fn claim_polls(&self, limit: u32, lease: Duration) -> Result<Vec<Poll>, StoreError> {
        let now = self.clock_now();
        let mut state = self.state();
        let state = &mut *state;
        let (polls, troubles) = (state.polls.values_mut(), &state.troubles);
        let tried = |poll: &&mut Poll| is_tried(troubles, RowKind::Poll, poll.repository.get());
        let mut due: Vec<&mut Poll> = polls
            .filter(|poll| poll.due_at <= now)
            .filter(tried)
            .collect();
        due.sort_by_key(|poll| (poll.due_at, poll.repository));
        let taken = due.into_iter().take(limit as usize);
        Ok(taken
            .map(|poll| taken_until(poll, now.plus(lease)))
            .collect())
    }

    async fn finish_poll(
        &self,
        taken: &Poll,
        outcome: Result<&SeenRefs, &str>,
    ) -> Result<bool, StoreError> {
        let now = self.clock_now();
        let mut state = self.state();
        let poll = state.polls.get_mut(&taken.repository);
        let Some(poll) = poll.filter(|poll| poll.due_at == taken.due_at) else {
            return Ok(false);
        };
        poll.due_at = now.plus(Duration::from_secs(poll.seconds.into()));
        poll.looked_at = Some(now);
        poll.failure = outcome.err().map(str::to_owned);
        if let Ok(refs) = outcome {
            poll.looks += 1;
            poll.refs = Some(refs.clone());
        }
        Ok(true)
    }
}

fn taken_until(poll: &mut Poll, until: Timestamp) -> Poll {
    poll.due_at = until;
    poll.clone()
}
