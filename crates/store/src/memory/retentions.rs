//! Retention in the maps: every run is looked at, as nobody waits for a map.

use super::{
    MemoryStore,
    state::{RunRow, State, broken_reference},
};
use crate::{
    EndedWith, FILTERED_RUNS_MAX, RetentionLook, Retentions, RunFilter, Stage, StoreError,
};
use async_trait::async_trait;
use runyard_domain::{
    RepositoryId, RunId, Timestamp, WorkflowId, retention::RetentionRules, run::AttemptState,
};
use std::time::Duration;

#[async_trait]
impl Retentions for MemoryStore {
    async fn put_retention(
        &self,
        repository: RepositoryId,
        rules: &RetentionRules,
    ) -> Result<(), StoreError> {
        let now = self.clock_now();
        let mut state = self.state();
        state.look_soon(repository, now)?;
        state.retentions.insert(repository, rules.clone());
        Ok(())
    }

    async fn retention(
        &self,
        repository: RepositoryId,
    ) -> Result<Option<RetentionRules>, StoreError> {
        Ok(self.state().retentions.get(&repository).cloned())
    }

    async fn delete_retention(&self, repository: RepositoryId) -> Result<(), StoreError> {
        let now = self.clock_now();
        let mut state = self.state();
        state.look_soon(repository, now)?;
        state.retentions.remove(&repository);
        Ok(())
    }

    async fn claim_retention_looks(
        &self,
        limit: u32,
        interval: Duration,
    ) -> Result<Vec<RetentionLook>, StoreError> {
        let now = self.clock_now();
        let mut state = self.state();
        let rows = state.workflows.values();
        let mut due: Vec<(Option<Timestamp>, WorkflowId)> = rows
            .map(|row| (row.retention_due_at, row.workflow.id))
            .filter(|(due_at, _)| due_at.is_none_or(|due_at| due_at <= now))
            .collect();
        due.sort_unstable();
        due.truncate(limit as usize);
        let looks = due.into_iter().map(|(_, id)| {
            let row = state.workflows.get_mut(&id)?;
            row.retention_due_at = Some(now.plus(interval));
            let workflow = row.workflow.clone();
            state.live_repository(workflow.repository)?;
            let rules = state.retentions.get(&workflow.repository);
            Some(RetentionLook {
                workflow: id,
                path: workflow.path,
                rules: rules.cloned().unwrap_or_default(),
            })
        });
        Ok(looks.flatten().collect())
    }

    async fn look_again(&self, workflow: WorkflowId) -> Result<(), StoreError> {
        let now = self.clock_now();
        let mut state = self.state();
        if let Some(row) = state.workflows.get_mut(&workflow) {
            row.retention_due_at = Some(now);
        }
        Ok(())
    }

    async fn ended_by(
        &self,
        workflow: WorkflowId,
        latest: Timestamp,
        with: EndedWith,
        limit: u32,
    ) -> Result<Vec<RunId>, StoreError> {
        let state = self.state();
        let rows = state.runs.values().filter(|row| {
            let has_logs = row.logs_deleted_attempts < row.run.attempt().number;
            row.run.identity().workflow == workflow
                && !row.deleted
                && (has_logs || with == EndedWith::Anything)
        });
        let ended = rows.filter_map(|row| Some((completed_at(row)?, row.run.id())));
        let mut ended: Vec<_> = ended.filter(|(at, _)| *at <= latest).collect();
        ended.sort_unstable();
        ended.truncate(limit as usize);
        Ok(ended.into_iter().map(|(_, run)| run).collect())
    }

    async fn chosen_runs(
        &self,
        repository: RepositoryId,
        chosen: &RunFilter,
        limit: u32,
    ) -> Result<Vec<(RunId, u32)>, StoreError> {
        let state = self.state();
        let rows = state.chosen(repository, chosen, Stage::Ended);
        let runs = rows.map(|row| &row.run);
        let runs = runs.map(|run| (run.id(), run.attempt().number));
        Ok(runs.take(limit as usize).collect())
    }

    async fn count_chosen(
        &self,
        repository: RepositoryId,
        chosen: &RunFilter,
        stage: Stage,
    ) -> Result<u64, StoreError> {
        let state = self.state();
        let count = state.chosen(repository, chosen, stage).count() as u64;
        Ok(count.min(FILTERED_RUNS_MAX))
    }
}

fn completed_at(row: &RunRow) -> Option<Timestamp> {
    match row.run.attempt().state {
        AttemptState::Completed { completed_at, .. } => Some(completed_at),
        AttemptState::Requested | AttemptState::Pending | AttemptState::Live => None,
    }
}

impl State {
    fn look_soon(&mut self, repository: RepositoryId, now: Timestamp) -> Result<(), StoreError> {
        let live = self.live_repository(repository);
        live.ok_or_else(broken_reference)?;
        let rows = self.workflows.values_mut();
        for row in rows.filter(|row| row.workflow.repository == repository) {
            row.retention_due_at = Some(now);
        }
        Ok(())
    }

    fn chosen<'a>(
        &'a self,
        repository: RepositoryId,
        chosen: &'a RunFilter,
        stage: Stage,
    ) -> impl Iterator<Item = &'a RunRow> {
        let is_ended = stage == Stage::Ended;
        self.runs.values().filter(move |row| {
            row.run.identity().repository == repository
                && !row.deleted
                && row.run.is_completed() == is_ended
                && self.matches(row, chosen)
        })
    }
}
