//! Runs and jobs as checks of a commit: a run is a check suite, a job is a check run (contract 7).

use crate::{JobView, Listed, Page, RunView, StoreError};
use async_trait::async_trait;
use runyard_domain::{CheckSuiteId, JobId, RepositoryId, RunId};
use std::collections::BTreeMap;

/// Suites of one commit that are looked at, the newest, as on GitHub.
pub const CHECK_SUITES_MAX: u32 = 1_000;
/// Check runs that a list reaches: its total stops there.
pub const CHECK_RUNS_MAX: u64 = 10_000;

/// Whose check runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChecksOf {
    /// Of a commit, by its full id: those of its newest [`CHECK_SUITES_MAX`] suites.
    Commit(String),
    /// Of the suite of this run.
    Run(RunId),
}

/// Which check runs; every condition that is set must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckFilter {
    /// Exact name of the job.
    pub name: Option<String>,
    /// A word of the status of a job; an unknown one matches nothing.
    pub status: Option<String>,
    /// Those of older attempts too.
    pub all_attempts: bool,
}

/// A job as a check run.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckRun {
    /// The job, without its steps.
    pub job: JobView,
    /// The suite of its run.
    pub suite: CheckSuiteId,
}

/// Checks. Deleted runs, and those of deleted repositories, are not there.
#[async_trait]
pub trait Checks {
    /// The run of a check suite of a repository, with its newest attempt.
    async fn run_of_suite(
        &self,
        repository: RepositoryId,
        suite: CheckSuiteId,
    ) -> Result<Option<RunView>, StoreError>;
    /// Runs of a commit, by its full id, the newest first, that have a job of this name where one is given: at most
    /// [`CHECK_SUITES_MAX`].
    async fn check_suites(
        &self,
        repository: RepositoryId,
        commit: &str,
        name: Option<&str>,
        page: Page,
    ) -> Result<Listed<RunView>, StoreError>;
    /// Planned jobs, the newest first (`id` descending): at most [`CHECK_RUNS_MAX`].
    async fn check_runs(
        &self,
        repository: RepositoryId,
        of: &ChecksOf,
        filter: &CheckFilter,
        page: Page,
    ) -> Result<Listed<CheckRun>, StoreError>;
    /// How many planned jobs the newest attempts of these runs have; runs without any are left out.
    async fn count_check_runs(&self, runs: &[RunId]) -> Result<BTreeMap<RunId, u64>, StoreError>;
    /// How many annotations these jobs have; jobs without any are left out.
    async fn count_annotations(&self, jobs: &[JobId]) -> Result<BTreeMap<JobId, u64>, StoreError>;
}
