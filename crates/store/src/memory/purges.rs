//! Removing from the maps what was deleted: a run at a time, as nobody waits for a map.

use super::{
    MemoryStore,
    state::{LogRow, State, TokenUse},
};
use crate::{Deleted, Purges, StoreError};
use async_trait::async_trait;
use runyard_domain::{ExecutionId, JobId, RunId};
use std::{collections::BTreeSet, time::Duration};

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
            Deleted::Logs | Deleted::ExpiredLogs => state.purge_logs(run),
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

    /// The logs of the attempts that there were when it was asked for; what a later one writes stays.
    fn purge_logs(&mut self, run: RunId) {
        for id in self.logged_in_deleted(run) {
            let old = self.logs.insert(id, LogRow::Deleted);
            self.doom(old);
        }
    }

    /// What ran the jobs of the attempts whose logs were deleted.
    fn logged_in_deleted(&self, run: RunId) -> Vec<ExecutionId> {
        let Some(row) = self.runs.get(&run) else {
            return Vec::new();
        };
        let past = row.past.iter().map(|past| &past.attempt);
        let attempts = past.chain([row.run.attempt()]);
        let deleted = attempts.filter(|attempt| attempt.number <= row.logs_deleted_attempts);
        let jobs = deleted.flat_map(|attempt| attempt.planned());
        jobs.filter_map(|job| Some(job.state.ran()?.execution))
            .collect()
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
        let jobs = self.jobs.iter().filter(|(_, (of, _))| *of == run);
        let of_run: BTreeSet<JobId> = jobs.map(|(job, _)| *job).collect();
        self.outputs.retain(|job, _| !of_run.contains(job));
        self.annotations.retain(|(job, _), _| !of_run.contains(job));
        self.check_outputs.retain(|job, _| !of_run.contains(job));
        self.summaries.retain(|(job, _), _| !of_run.contains(job));
        self.remove_artifacts_of(run);
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
