//! Handing out jobs: ready jobs wait in order, a claim turns one into an offer (architecture 4, rule 2).

use crate::StoreError;
use async_trait::async_trait;
use runyard_domain::{
    Execution, ExecutionId, JobId, RunId, Timestamp, account::TokenHash, runner::LabelSet,
    runner::RunnerRef,
};
use std::time::Duration;

/// A runner asks for jobs.
#[derive(Debug, Clone)]
pub struct ClaimRequest {
    /// Who asks.
    pub runner: RunnerRef,
    /// What it has; a job is offered when all its labels are among these.
    pub labels: LabelSet,
    /// The same key of the same runner again gets the same offers with the new tokens.
    pub request_key: String,
    /// As many as jobs are wanted at most; the i-th offer gets the i-th tokens.
    pub executions: Vec<NewExecution>,
    /// How long an offer stands.
    pub offer: Duration,
}

/// What an offer is made with.
#[derive(Debug, Clone)]
pub struct NewExecution {
    /// Its id, unless the offer was made by an earlier call with the same key.
    pub id: ExecutionId,
    /// Hash of the job token.
    pub token: TokenHash,
    /// Hash of the per-job `GITHUB_TOKEN`.
    pub github_token: TokenHash,
}

/// An execution whose time is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expired {
    /// Which.
    pub execution: ExecutionId,
    /// Its run.
    pub run: RunId,
    /// It was offered and not started; otherwise its lease or its cancel grace is over.
    pub was_offered: bool,
}

/// What waits to be offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueDepth {
    /// Jobs that are ready and that nobody was offered.
    pub ready: u64,
    /// Since when the first of them is.
    pub oldest: Option<Timestamp>,
}

/// The jobs that are ready, and the executions that they are handed over by.
#[async_trait]
pub trait Queue {
    /// Offers the oldest ready jobs that fit to the runner. Each job is offered to one runner only.
    /// The returned executions are in the order of the tokens that they got.
    async fn claim(&self, request: ClaimRequest) -> Result<Vec<Execution>, StoreError>;

    /// How much waits to be offered, for operators.
    async fn depth(&self) -> Result<QueueDepth, StoreError>;

    /// Jobs that are ready since `before` or longer and that nobody was offered, at most `limit`, oldest first.
    async fn waiting_since(
        &self,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<(RunId, JobId)>, StoreError>;

    /// Executions that were started and are not over, at most `limit`, the one that is due first first.
    async fn running(&self, limit: u32) -> Result<Vec<Execution>, StoreError>;

    /// The executions of a run that have not ended, by id.
    async fn open_executions(&self, run: RunId) -> Result<Vec<Execution>, StoreError>;

    /// Executions whose offer, lease or grace is over by the store's clock, at most `limit`, oldest first.
    async fn expired(&self, limit: u32) -> Result<Vec<Expired>, StoreError>;

    /// Gives every started execution at least this much lease from now, for the start of a server.
    async fn extend_leases(&self, lease: Duration) -> Result<(), StoreError>;

    /// One execution.
    async fn execution(&self, id: ExecutionId) -> Result<Option<Execution>, StoreError>;

    /// The execution with this job token, ended or not.
    async fn execution_by_token(&self, token: TokenHash) -> Result<Option<Execution>, StoreError>;

    /// The execution with this `GITHUB_TOKEN`, ended or not.
    async fn execution_by_github_token(
        &self,
        token: TokenHash,
    ) -> Result<Option<Execution>, StoreError>;
}
