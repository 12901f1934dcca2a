//! Schedules of default branches in memory.

use super::{
    MemoryStore,
    state::{ScheduleRow, broken_reference},
};
use crate::{ReadBranch, ScheduleEntry, Scheduled, Schedules, StoreError};
use async_trait::async_trait;
use runyard_domain::{RepositoryId, Timestamp, UserId};
use std::time::Duration;

#[async_trait]
impl Schedules for MemoryStore {
    async fn read_branch(
        &self,
        repository: RepositoryId,
    ) -> Result<Option<ReadBranch>, StoreError> {
        Ok(self.state().branches.get(&repository).cloned())
    }

    async fn put_branch(
        &self,
        repository: RepositoryId,
        before: Option<&str>,
        branch: &ReadBranch,
        entries: &[(ScheduleEntry, Option<Timestamp>)],
        by: UserId,
    ) -> Result<bool, StoreError> {
        let mut state = self.state();
        let of = state.live_repository(repository);
        of.ok_or_else(broken_reference)?;
        let is_new = |(entry, _): &(ScheduleEntry, _)| {
            let key = (repository, entry.clone());
            !state.schedules.contains_key(&key)
        };
        if entries.iter().any(is_new) {
            state.require_user(by)?;
        }
        let known = state.branches.get(&repository);
        if known.map(|known| known.sha.as_str()) != before {
            return Ok(false);
        }
        state.branches.insert(repository, branch.clone());
        let stays = |entry: &ScheduleEntry| entries.iter().any(|(kept, _)| kept == entry);
        state
            .schedules
            .retain(|(of, entry), _| *of != repository || stays(entry));
        for (entry, due_at) in entries {
            let scheduled = Scheduled {
                repository,
                entry: entry.clone(),
                actor: by,
                due_at: *due_at,
            };
            let row = ScheduleRow {
                scheduled,
                look_at: *due_at,
            };
            let key = (repository, entry.clone());
            state.schedules.entry(key).or_insert(row);
        }
        Ok(true)
    }

    async fn schedules(&self, repository: RepositoryId) -> Result<Vec<Scheduled>, StoreError> {
        let state = self.state();
        let rows = state.schedules.values().map(|row| &row.scheduled);
        let own = rows.filter(|scheduled| scheduled.repository == repository);
        Ok(own.cloned().collect())
    }

    async fn claim_schedules(
        &self,
        limit: u32,
        lease: Duration,
    ) -> Result<Vec<Scheduled>, StoreError> {
        let now = self.clock_now();
        let mut state = self.state();
        let rows = state.schedules.values_mut();
        let mut due: Vec<&mut ScheduleRow> = rows
            .filter(|row| row.look_at.is_some_and(|at| at <= now))
            .collect();
        due.sort_by_key(|row| row.look_at);
        let taken = due.into_iter().take(limit as usize);
        Ok(taken
            .map(|row| {
                row.look_at = Some(now.plus(lease));
                row.scheduled.clone()
            })
            .collect())
    }

    async fn finish_schedule(
        &self,
        taken: &Scheduled,
        next: Option<Timestamp>,
    ) -> Result<bool, StoreError> {
        let mut state = self.state();
        let key = (taken.repository, taken.entry.clone());
        let row = state.schedules.get_mut(&key);
        let Some(row) = row.filter(|row| row.scheduled.due_at == taken.due_at) else {
            return Ok(false);
        };
        row.scheduled.due_at = next;
        row.look_at = next;
        Ok(true)
    }
}
