//! Checks in memory: every run is looked at, as nobody waits for a map.

use super::{
    MemoryStore,
    runs::{attempts, cut},
    state::{RunRow, State},
};
use crate::{
    CHECK_RUNS_MAX, CHECK_SUITES_MAX, CheckFilter, CheckRun, Checks, ChecksOf, JobView, Listed,
    Page, RunView, StoreError,
};
use async_trait::async_trait;
use runyard_domain::{CheckSuiteId, JobId, RepositoryId, RunId};
use std::collections::BTreeMap;

#[async_trait]
impl Checks for MemoryStore {
    async fn run_of_suite(
        &self,
        repository: RepositoryId,
        suite: CheckSuiteId,
    ) -> Result<Option<RunView>, StoreError> {
        let state = self.state();
        let mut live = state.runs.keys().filter_map(|id| state.live_run(*id));
        let found = live.find(|row| {
            let identity = row.run.identity();
            identity.repository == repository && identity.check_suite == suite
        });
        Ok(found.map(|row| state.newest(row)))
    }

    async fn check_suites(
        &self,
        repository: RepositoryId,
        commit: &str,
        name: Option<&str>,
        page: Page,
    ) -> Result<Listed<RunView>, StoreError> {
        let state = self.state();
        let has_it = |row: &&RunRow| {
            let mut jobs = row.run.attempt().planned();
            name.is_none_or(|name| jobs.any(|job| job.display_name == name))
        };
        let rows = state.of_commit(repository, commit).filter(has_it);
        let listed = cut(rows.take(CHECK_SUITES_MAX as usize), page);
        Ok(Listed {
            items: listed
                .items
                .into_iter()
                .map(|row| state.newest(row))
                .collect(),
            total: listed.total,
        })
    }

    async fn check_runs(
        &self,
        repository: RepositoryId,
        of: &ChecksOf,
        filter: &CheckFilter,
        page: Page,
    ) -> Result<Listed<CheckRun>, StoreError> {
        let state = self.state();
        let rows: Vec<&RunRow> = match of {
            ChecksOf::Commit(commit) => state
                .of_commit(repository, commit)
                .take(CHECK_SUITES_MAX as usize)
                .collect(),
            ChecksOf::Run(run) => state
                .live_run(*run)
                .filter(|row| row.run.identity().repository == repository)
                .into_iter()
                .collect(),
        };
        let runs = rows.into_iter().flat_map(|row| state.checks(row, filter));
        let mut runs: Vec<CheckRun> = runs.collect();
        runs.sort_by_key(|check| std::cmp::Reverse(check.job.id));
        runs.truncate(usize::try_from(CHECK_RUNS_MAX).unwrap_or(usize::MAX));
        Ok(cut(runs, page))
    }

    async fn count_check_runs(&self, runs: &[RunId]) -> Result<BTreeMap<RunId, u64>, StoreError> {
        let state = self.state();
        let counts = runs.iter().filter_map(|run| {
            let row = state.live_run(*run)?;
            let count = row.run.attempt().planned().count() as u64;
            (count > 0).then_some((*run, count))
        });
        Ok(counts.collect())
    }

    async fn count_annotations(&self, jobs: &[JobId]) -> Result<BTreeMap<JobId, u64>, StoreError> {
        let state = self.state();
        let counts = jobs.iter().filter_map(|job| {
            let own = state.annotations.range((*job, 0)..=(*job, u32::MAX));
            let count = own.count() as u64;
            (count > 0).then_some((*job, count))
        });
        Ok(counts.collect())
    }
}

impl State {
    /// Runs of a commit, the newest first.
    fn of_commit<'a>(
        &'a self,
        repository: RepositoryId,
        commit: &'a str,
    ) -> impl Iterator<Item = &'a RunRow> {
        let live = self.live_repository(repository).is_some();
        let newest_first = self.runs.values().rev().filter(move |_| live);
        newest_first.filter(move |row| {
            let identity = row.run.identity();
            identity.repository == repository && identity.head_sha == commit && !row.deleted
        })
    }

    /// The check runs of a run that a filter lets through.
    fn checks(&self, row: &RunRow, filter: &CheckFilter) -> Vec<CheckRun> {
        let newest = row.run.attempt().number;
        let suite = row.run.identity().check_suite;
        let chosen = attempts(row)
            .filter(|kept| filter.all_attempts || kept.attempt.number == newest)
            .flat_map(|kept| self.job_views(row.run.id(), kept.attempt));
        let matches = |job: &JobView| {
            let status = job.state.status().name();
            filter
                .name
                .as_ref()
                .is_none_or(|name| *name == job.display_name)
                && filter.status.as_ref().is_none_or(|word| word == status)
        };
        let checks = chosen.filter(matches).map(|job| CheckRun {
            job: JobView {
                steps: Vec::new(),
                ..job
            },
            suite,
        });
        checks.collect()
    }
}
