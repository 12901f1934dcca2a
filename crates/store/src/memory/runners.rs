//! Runners in memory.

use super::{MemoryStore, state::not_found};
use crate::{Conflict, Runners, StoreError};
use async_trait::async_trait;
use runyard_domain::{RunnerId, account::TokenHash, runner::Runner};

#[async_trait]
impl Runners for MemoryStore {
    async fn insert_runner(&self, runner: &Runner, replace: bool) -> Result<(), StoreError> {
        let mut state = self.state();
        let mut runners = state.runners.values();
        let older = runners.find(|known| known.name == runner.name);
        match older.map(|known| known.id) {
            Some(_) if !replace => return Err(StoreError::Conflict(Conflict::RunnerName)),
            Some(id) => drop(state.runners.remove(&id)),
            None => {}
        }
        state.runners.insert(runner.id, runner.clone());
        Ok(())
    }

    async fn runner_by_token(&self, token: TokenHash) -> Result<Option<Runner>, StoreError> {
        let state = self.state();
        let mut runners = state.runners.values();
        Ok(runners.find(|runner| runner.token == token).cloned())
    }

    async fn runners(&self, after: RunnerId, limit: u32) -> Result<Vec<Runner>, StoreError> {
        let state = self.state();
        let later = state.runners.values().filter(|runner| runner.id > after);
        Ok(later.take(limit as usize).cloned().collect())
    }

    async fn update_runner(&self, runner: &Runner) -> Result<(), StoreError> {
        let mut state = self.state();
        let kept = state.runners.get_mut(&runner.id);
        let kept = kept.ok_or_else(|| not_found("runner"))?;
        kept.labels.clone_from(&runner.labels);
        kept.version.clone_from(&runner.version);
        kept.capacity = runner.capacity;
        kept.draining = runner.draining;
        Ok(())
    }

    async fn delete_runner(&self, id: RunnerId) -> Result<(), StoreError> {
        let removed = self.state().runners.remove(&id);
        removed.map(drop).ok_or_else(|| not_found("runner"))
    }
}
