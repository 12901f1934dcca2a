//! Handing out jobs from memory: offers, their tokens and their time. Runs are neither read nor changed here.

use super::{
    MemoryStore,
    state::{ExecutionRow, State, TokenUse},
};
use crate::{ClaimRequest, Expired, NewExecution, Queue, QueueDepth, RowKind, StoreError};
use async_trait::async_trait;
use runyard_domain::{
    Execution, ExecutionId, JobId, RunId, Timestamp,
    account::TokenHash,
    execution::{ExecutionState, Patience},
};
use std::time::Duration;

#[async_trait]
impl Queue for MemoryStore {
    async fn claim(&self, request: ClaimRequest) -> Result<Vec<Execution>, StoreError> {
        let mut state = self.state();
        let now = self.clock_now();
        let known = state.offers_of(&request);
        Ok(if known.is_empty() {
            state.offer_ready_jobs(&request, now)
        } else {
            state.offer_again(known, &request.executions)
        })
    }

    async fn depth(&self) -> Result<QueueDepth, StoreError> {
        let state = self.state();
        let tried = |job: JobId| state.is_tried(RowKind::Job, job.get());
        Ok(state.ready.depth(tried))
    }

    async fn waiting_since(
        &self,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<(RunId, JobId)>, StoreError> {
        let state = self.state();
        let tried = |job: JobId| state.is_tried(RowKind::Job, job.get());
        Ok(state.ready.waiting_since(before, limit as usize, tried))
    }

    async fn running(&self, limit: u32) -> Result<Vec<Execution>, StoreError> {
        let state = self.state();
        let open = state.open_executions.iter();
        let executions = open.map(|id| &state.executions[id].execution);
        let mut started: Vec<_> = executions
            .filter(|execution| execution.lease_until().is_some())
            .collect();
        started.sort_by_key(|execution| (execution.due_at(), execution.id));
        started.truncate(limit as usize);
        Ok(started.into_iter().cloned().collect())
    }

    async fn open_executions(&self, run: RunId) -> Result<Vec<Execution>, StoreError> {
        let state = self.state();
        let open = state.open_executions.iter();
        let executions = open.map(|id| &state.executions[id].execution);
        Ok(executions.filter(|e| e.run == run).cloned().collect())
    }

    async fn expired(&self, limit: u32) -> Result<Vec<Expired>, StoreError> {
        let state = self.state();
        let now = self.clock_now();
        let open = state.open_executions.iter();
        let executions = open.map(|id| &state.executions[id].execution);
        let mut over: Vec<_> = executions
            .filter_map(|execution| Some((execution.due_at()?, execution)))
            .filter(|(due, _)| *due <= now)
            .filter(|(_, e)| state.is_tried(RowKind::Execution, e.id.get()))
            .collect();
        over.sort_by_key(|(due, execution)| (*due, execution.id));
        over.truncate(limit as usize);
        Ok(over.into_iter().map(|(_, e)| expired(e)).collect())
    }

    async fn extend_leases(&self, lease: Duration) -> Result<(), StoreError> {
        let mut state = self.state();
        let least = self.clock_now().plus(lease);
        for row in state.executions.values_mut() {
            extend(&mut row.execution.state, least);
        }
        Ok(())
    }

    async fn execution(&self, id: ExecutionId) -> Result<Option<Execution>, StoreError> {
        let state = self.state();
        let row = state.executions.get(&id);
        Ok(row.map(|row| row.execution.clone()))
    }

    async fn execution_by_token(&self, token: TokenHash) -> Result<Option<Execution>, StoreError> {
        Ok(self.state().execution_with(TokenUse::Job, token))
    }

    async fn execution_by_github_token(
        &self,
        token: TokenHash,
    ) -> Result<Option<Execution>, StoreError> {
        Ok(self.state().execution_with(TokenUse::GitHub, token))
    }
}

impl State {
    /// What an earlier call with the same key was offered and did not start yet.
    fn offers_of(&self, request: &ClaimRequest) -> Vec<ExecutionId> {
        let same = |row: &ExecutionRow| {
            row.request_key == request.request_key
                && row.execution.runner.id == request.runner.id
                && matches!(row.execution.state, ExecutionState::Offered { .. })
        };
        let open = self.open_executions.iter().copied();
        open.filter(|id| same(&self.executions[id])).collect()
    }

    fn offer_again(&mut self, known: Vec<ExecutionId>, tokens: &[NewExecution]) -> Vec<Execution> {
        let renewed = known.into_iter().zip(tokens);
        renewed
            .map(|(id, tokens)| self.replace_tokens(id, tokens))
            .collect()
    }

    fn replace_tokens(&mut self, id: ExecutionId, new: &NewExecution) -> Execution {
        let row = self.executions.get_mut(&id);
        let row = row.expect("an open execution is kept");
        let old = [
            (TokenUse::Job, row.token),
            (TokenUse::GitHub, row.github_token),
        ];
        row.token = new.token;
        row.github_token = new.github_token;
        let execution = row.execution.clone();
        for token in old {
            self.execution_tokens.remove(&token);
        }
        self.index_tokens(id, new);
        execution
    }

    fn offer_ready_jobs(&mut self, request: &ClaimRequest, now: Timestamp) -> Vec<Execution> {
        let wanted = request.executions.len();
        let aside = self.jobs_set_aside();
        let tried = |job: JobId| !aside.contains(&job);
        let jobs = self.ready.take(&request.labels, wanted, tried);
        let offers = jobs.into_iter().zip(&request.executions);
        offers
            .map(|(job, new)| self.offer(job, new, request, now))
            .collect()
    }

    fn offer(
        &mut self,
        job: (RunId, JobId),
        new: &NewExecution,
        request: &ClaimRequest,
        now: Timestamp,
    ) -> Execution {
        let patience = Patience {
            offer: request.offer,
            ..Patience::default()
        };
        let execution = Execution::offer(new.id, job, request.runner.clone(), now, patience);
        self.open_executions.insert(new.id);
        self.index_tokens(new.id, new);
        let row = ExecutionRow {
            execution: execution.clone(),
            request_key: request.request_key.clone(),
            token: new.token,
            github_token: new.github_token,
        };
        self.executions.insert(new.id, row);
        execution
    }

    fn index_tokens(&mut self, id: ExecutionId, new: &NewExecution) {
        let tokens = &mut self.execution_tokens;
        tokens.insert((TokenUse::Job, new.token), id);
        tokens.insert((TokenUse::GitHub, new.github_token), id);
    }

    fn execution_with(&self, used: TokenUse, token: TokenHash) -> Option<Execution> {
        let id = self.execution_tokens.get(&(used, token))?;
        Some(self.executions[id].execution.clone())
    }
}

fn expired(execution: &Execution) -> Expired {
    Expired {
        execution: execution.id,
        run: execution.run,
        was_offered: matches!(execution.state, ExecutionState::Offered { .. }),
    }
}

fn extend(state: &mut ExecutionState, least: Timestamp) {
    match state {
        ExecutionState::Running { lease_until }
        | ExecutionState::Cancelling { lease_until, .. } => {
            *lease_until = least.max(*lease_until);
        }
        ExecutionState::Offered { .. } | ExecutionState::Ended { .. } => {}
    }
}
