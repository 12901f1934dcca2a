//! Runners in memory.

use super::{
    MemoryStore,
    runs::cut,
    state::{State, not_found},
};
use crate::{Conflict, Listed, Page, RUNNERS_LISTED_MAX, RunnerView, Runners, StoreError};
use async_trait::async_trait;
use runyard_domain::{
    RunnerId, TokenId, UserId, account::TokenHash, execution::ExecutionState, runner::Runner,
};

#[async_trait]
impl Runners for MemoryStore {
    async fn insert_runner(&self, runner: &Runner, replace: bool) -> Result<(), StoreError> {
        let mut state = self.state();
        let mut runners = state.runners.values();
        let older = runners.find(|known| known.name == runner.name);
        match older.map(|known| known.id) {
            Some(_) if !replace => return Err(StoreError::Conflict(Conflict::RunnerName)),
            Some(id) => {
                state.runners_seen.remove(&id);
                state.runners.remove(&id);
            }
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
        self.state().remove_runner(id)
    }

    async fn delete_runner_with(
        &self,
        id: RunnerId,
        user: UserId,
        token: TokenId,
    ) -> Result<(), StoreError> {
        let mut state = self.state();
        let token = state.token_of(user, token)?;
        state.remove_runner(id)?;
        state.tokens.remove(&token);
        Ok(())
    }

    async fn runner(&self, id: RunnerId) -> Result<Option<RunnerView>, StoreError> {
        let state = self.state();
        let runner = state.runners.get(&id);
        Ok(runner.map(|runner| state.runner_view(runner)))
    }

    async fn runner_views(
        &self,
        name: Option<&str>,
        page: Page,
    ) -> Result<Listed<RunnerView>, StoreError> {
        let state = self.state();
        let runners = state.runners.values();
        let named = runners.filter(|runner| name.is_none_or(|name| runner.name == name));
        let reach = usize::try_from(RUNNERS_LISTED_MAX).unwrap_or(usize::MAX);
        let listed = cut(named.take(reach), page);
        let views = listed.items.into_iter();
        Ok(Listed {
            items: views.map(|runner| state.runner_view(runner)).collect(),
            total: listed.total,
        })
    }

    async fn note_runner_seen(&self, id: RunnerId) -> Result<(), StoreError> {
        let now = self.clock_now();
        let mut state = self.state();
        if state.runners.contains_key(&id) {
            state.runners_seen.insert(id, now);
        }
        Ok(())
    }

    async fn put_custom_labels(
        &self,
        id: RunnerId,
        before: Option<&[String]>,
        labels: &[String],
    ) -> Result<bool, StoreError> {
        let mut state = self.state();
        let kept = state.runners.get_mut(&id);
        let kept = kept.ok_or_else(|| not_found("runner"))?;
        let is_unchanged = kept.custom_labels.as_deref() == before;
        if is_unchanged {
            kept.custom_labels = Some(labels.to_vec());
        }
        Ok(is_unchanged)
    }
}

impl State {
    fn remove_runner(&mut self, id: RunnerId) -> Result<(), StoreError> {
        self.runners_seen.remove(&id);
        let removed = self.runners.remove(&id);
        removed.map(drop).ok_or_else(|| not_found("runner"))
    }

    fn runner_view(&self, runner: &Runner) -> RunnerView {
        let open = self.open_executions.iter();
        let mut open = open.filter_map(|id| self.executions.get(id));
        let busy = open.any(|row| {
            let is_started = match row.execution.state {
                ExecutionState::Running { .. } | ExecutionState::Cancelling { .. } => true,
                ExecutionState::Offered { .. } | ExecutionState::Ended { .. } => false,
            };
            is_started && row.execution.runner.id == runner.id
        });
        RunnerView {
            runner: runner.clone(),
            seen_at: self.runners_seen.get(&runner.id).copied(),
            busy,
        }
    }
}
