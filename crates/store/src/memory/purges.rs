//! Removing from the maps what was deleted: a run at a time, as nobody waits for a map.

use super::{
    MemoryStore,
    state::{LogRow, State, TokenUse},
};
use crate::{Deleted, Purges, StoreError};
use async_trait::async_trait;
use runyard_domain::{ExecutionId, RunId, Timestamp};
use std::time::Duration;

#[async_trait]
impl Purges for MemoryStore {
    async fn purge(&self, after: Duration) -> Result<bool, StoreError> {
        let mut state = self.state();
        let now = self.clock_now();
        let oldest = state.purges.first_key_value();
        let oldest = oldest.map(|(key, deleted)| (*key, *deleted));
        let Some(((asked, run), deleted)) = oldest.filter(|((at, _), _)| at.plus(after) <= now)
        else {
            return Ok(false);
        };
        state.purges.remove(&(asked, run));
        match deleted {
            Deleted::Logs => state.purge_logs(run, asked),
            Deleted::Run => state.purge_run(run),
        }
        Ok(true)
    }

    async fn doomed_objects(&self, limit: u32) -> Result<Vec<String>, StoreError> {
        let state = self.state();
        Ok(state.doomed.iter().take(limit as usize).cloned().collect())
    }

    async fn forget_objects(&self, keys: &[String]) -> Result<(), StoreError> {
        let mut state = self.state();
        for key in keys {
            state.doomed.remove(key);
        }
        Ok(())
    }
}

impl State {
    fn executions_of(&self, run: RunId) -> Vec<ExecutionId> {
        let rows = self.executions.values().map(|row| &row.execution);
        rows.filter(|execution| execution.run == run)
            .map(|execution| execution.id)
            .collect()
    }

    /// The logs of what had ended when it was asked for; what a later attempt writes stays.
    fn purge_logs(&mut self, run: RunId, asked: Timestamp) {
        for id in self.executions_of(run) {
            if self.executions[&id]
                .execution
                .ended_at()
                .is_some_and(|end| end <= asked)
            {
                let old = self.logs.insert(id, LogRow::Deleted);
                self.doom(old);
            }
        }
    }

    fn purge_run(&mut self, run: RunId) {
        for id in self.executions_of(run) {
            let old = self.logs.remove(&id);
            self.doom(old);
            self.open_executions.remove(&id);
            if let Some(row) = self.executions.remove(&id) {
                self.execution_tokens.remove(&(TokenUse::Job, row.token));
                self.execution_tokens
                    .remove(&(TokenUse::GitHub, row.github_token));
            }
        }
        self.jobs.retain(|_, (of, _)| *of != run);
        self.trigger_keys.retain(|_, of| *of != run);
        self.runs.remove(&run);
    }

    fn doom(&mut self, log: Option<LogRow>) {
        if let Some(LogRow::Sealed(sealed)) = log {
            self.doomed.insert(sealed.key);
        }
    }
}
