//! Questions about runs, answered from the aggregates that are kept. Nothing is changed here.

use super::{
    MemoryStore,
    pull_requests::pull_requests_of,
    state::{RunRow, State},
};
use crate::{
    AttemptView, FILTERED_RUNS_MAX, JobView, JobsOf, Listed, Page, RowKind, RunFilter, RunView,
    Runs, StoreError, UserRef,
};
use async_trait::async_trait;
use runyard_domain::{
    Event, JobId, RepositoryId, Run, RunId, Timestamp, UserId,
    pull_request::PullRequest,
    run::{Attempt, AttemptState, PlannedJob},
};
use runyard_workflow::Diagnostic;
use std::time::Duration;

#[async_trait]
impl Runs for MemoryStore {
    async fn run(&self, id: RunId) -> Result<Option<RunView>, StoreError> {
        let state = self.state();
        Ok(state.live_run(id).map(|row| state.newest(row)))
    }

    async fn run_and_pull_requests(
        &self,
        id: RunId,
    ) -> Result<Option<(RunView, Vec<PullRequest>)>, StoreError> {
        let state = self.state();
        let view = state.live_run(id).map(|row| state.newest(row));
        Ok(view.map(|view| {
            let heads = view.identity.head_branch.as_slice();
            let pulls = pull_requests_of(&state, view.identity.repository, heads);
            (view, pulls)
        }))
    }

    async fn attempt(&self, id: RunId, attempt: u32) -> Result<Option<RunView>, StoreError> {
        let state = self.state();
        let row = state.live_run(id);
        Ok(row.and_then(|row| {
            let kept = kept_attempt(row, attempt)?;
            Some(state.view(row, kept))
        }))
    }

    async fn runs(
        &self,
        repository: RepositoryId,
        filter: &RunFilter,
        page: Page,
    ) -> Result<Listed<RunView>, StoreError> {
        let state = self.state();
        let Some(_) = state.live_repository(repository) else {
            return Ok(cut([], page));
        };
        let newest_first = state.runs.values().rev();
        let matching = newest_first
            .filter(|row| row.run.identity().repository == repository && !row.deleted)
            .filter(|row| state.matches(row, filter));
        let reach = if is_counted(filter) {
            u64::MAX
        } else {
            FILTERED_RUNS_MAX
        };
        let reach = usize::try_from(reach).unwrap_or(usize::MAX);
        let listed = cut(matching.take(reach), page);
        Ok(Listed {
            items: listed.items.into_iter().map(|r| state.newest(r)).collect(),
            total: listed.total,
        })
    }

    async fn open_since(&self, before: Timestamp, limit: u32) -> Result<Vec<RunId>, StoreError> {
        let state = self.state();
        let open = state.runs.values().map(|row| &row.run).filter(|run| {
            let attempt = run.attempt();
            let is_open = attempt.cancelled_at.is_none() && !run.is_completed();
            attempt.requested_at <= before
                && is_open
                && state.is_tried(RowKind::Run, run.id().get())
        });
        let mut open: Vec<_> = open
            .map(|run| (run.attempt().requested_at, run.id()))
            .collect();
        open.sort_unstable();
        Ok(open
            .into_iter()
            .map(|(_, id)| id)
            .take(limit as usize)
            .collect())
    }

    async fn jobs(
        &self,
        run: RunId,
        of: JobsOf,
        page: Page,
    ) -> Result<Listed<JobView>, StoreError> {
        let state = self.state();
        let Some(row) = state.live_run(run) else {
            return Ok(cut([], page));
        };
        let chosen = attempts(row).filter(|kept| match of {
            JobsOf::Latest => kept.attempt.number == row.run.attempt().number,
            JobsOf::All => true,
            JobsOf::Attempt(number) => kept.attempt.number == number,
        });
        let mut views: Vec<JobView> = chosen
            .flat_map(|kept| state.job_views(run, kept.attempt))
            .collect();
        views.sort_by_key(|view| view.id);
        Ok(cut(views, page))
    }

    async fn job(&self, id: JobId) -> Result<Option<JobView>, StoreError> {
        let state = self.state();
        Ok(state.job_view(id))
    }

    async fn events(&self, run: RunId) -> Result<Vec<Event>, StoreError> {
        let state = self.state();
        let row = state.live_run(run);
        Ok(row.map(|row| row.events.clone()).unwrap_or_default())
    }

    async fn payload(&self, run: RunId) -> Result<Option<serde_json::Value>, StoreError> {
        let state = self.state();
        Ok(state.live_run(run).map(|row| row.payload.clone()))
    }

    async fn overdue_cancels(
        &self,
        deadline: Duration,
        limit: u32,
    ) -> Result<Vec<RunId>, StoreError> {
        let state = self.state();
        let now = self.clock_now();
        let open = state.runs.values().map(|row| &row.run);
        let open = open.filter(|run| !run.is_completed());
        let open = open.filter(|run| state.is_tried(RowKind::Run, run.id().get()));
        let mut overdue: Vec<_> = open
            .filter_map(|run| Some((run.attempt().cancelled_at?, run.id())))
            .filter(|(since, _)| since.plus(deadline) <= now)
            .collect();
        overdue.sort_unstable();
        overdue.truncate(limit as usize);
        Ok(overdue.into_iter().map(|(_, run)| run).collect())
    }

    async fn aggregate(&self, run: RunId) -> Result<Option<Run>, StoreError> {
        let state = self.state();
        Ok(state.live_run(run).map(|row| row.run.clone()))
    }
}

/// Whether all runs of a repository or of a workflow are asked for; only those are listed to the end.
fn is_counted(filter: &RunFilter) -> bool {
    let everything = RunFilter {
        workflow: filter.workflow,
        ..RunFilter::default()
    };
    *filter == everything
}

/// An attempt with what is kept beside it.
pub(super) struct Kept<'a> {
    pub(super) attempt: &'a Attempt,
    updated_at: Timestamp,
    diagnostics: &'a [Diagnostic],
}

fn newest_of(row: &RunRow) -> Kept<'_> {
    Kept {
        attempt: row.run.attempt(),
        updated_at: row.run.updated_at(),
        diagnostics: &row.diagnostics,
    }
}

/// All attempts, oldest first.
pub(super) fn attempts(row: &RunRow) -> impl Iterator<Item = Kept<'_>> {
    let past = row.past.iter().map(|past| Kept {
        attempt: &past.attempt,
        updated_at: past.updated_at,
        diagnostics: &past.diagnostics,
    });
    past.chain([newest_of(row)])
}

fn kept_attempt(row: &RunRow, number: u32) -> Option<Kept<'_>> {
    attempts(row).find(|kept| kept.attempt.number == number)
}

impl State {
    pub(super) fn newest(&self, row: &RunRow) -> RunView {
        self.view(row, newest_of(row))
    }

    fn view(&self, row: &RunRow, kept: Kept<'_>) -> RunView {
        let attempt = kept.attempt;
        let completed_at = match attempt.state {
            AttemptState::Requested | AttemptState::Pending | AttemptState::Live => None,
            AttemptState::Completed { completed_at, .. } => Some(completed_at),
        };
        RunView {
            identity: row.run.identity().clone(),
            commit: row.commit.clone(),
            actor: self.user_ref(row.run.identity().actor),
            logs_deleted_attempts: row.logs_deleted_attempts,
            logs_expired_attempts: row.logs_expired_attempts,
            attempt: AttemptView {
                number: attempt.number,
                triggering_actor: self.user_ref(attempt.triggering_actor),
                requested_at: attempt.requested_at,
                updated_at: kept.updated_at,
                status: attempt.status(),
                conclusion: attempt.conclusion(),
                completed_at,
                cancelled_at: attempt.cancelled_at,
                debug: attempt.debug,
                referenced: attempt.referenced.clone(),
                diagnostics: kept.diagnostics.to_vec(),
                group: attempt.group.clone(),
                cancel_reason: attempt.cancel_reason.clone(),
            },
        }
    }

    fn user_ref(&self, id: UserId) -> UserRef {
        let user = &self.users[&id].user;
        UserRef {
            id,
            login: user.login.clone(),
            site_admin: user.site_admin,
        }
    }

    pub(super) fn matches(&self, row: &RunRow, filter: &RunFilter) -> bool {
        let identity = row.run.identity();
        let login = &self.users[&identity.actor].user.login;
        let holds = |wanted: &Option<String>, found: Option<&str>| {
            wanted.is_none() || wanted.as_deref() == found
        };
        let actor = filter.actor.as_ref().map(|login| login.to_lowercase());
        filter.workflow.is_none_or(|id| id == identity.workflow)
            && holds(&actor, Some(&login.to_lowercase()))
            && holds(&filter.branch, identity.head_branch.as_deref())
            && holds(&filter.event, Some(&identity.event))
            && holds(&filter.head_sha, Some(&identity.head_sha))
            && filter
                .created_from
                .is_none_or(|from| from <= identity.created_at)
            && filter
                .created_before
                .is_none_or(|before| identity.created_at < before)
            && filter
                .check_suite
                .is_none_or(|id| id == identity.check_suite)
            && (holds(&filter.status, Some(row.run.status().name()))
                || holds(
                    &filter.status,
                    row.run.attempt().conclusion().map(|c| c.name()),
                ))
    }

    pub(super) fn job_views(&self, run: RunId, attempt: &Attempt) -> impl Iterator<Item = JobView> {
        let number = attempt.number;
        let planned = attempt.planned();
        planned.map(move |job| self.view_job(run, number, job))
    }

    fn job_view(&self, id: JobId) -> Option<JobView> {
        let (run, number) = *self.jobs.get(&id)?;
        let kept = kept_attempt(self.live_run(run)?, number)?;
        let job = kept.attempt.planned().find(|job| job.id == id)?;
        Some(self.view_job(run, number, job))
    }

    fn view_job(&self, run: RunId, attempt: u32, job: &PlannedJob) -> JobView {
        let execution = job.state.ran().map(|ran| ran.execution);
        let row = execution.and_then(|id| self.executions.get(&id));
        JobView {
            id: job.id,
            run,
            attempt,
            node: job.node.clone(),
            leg: job.leg.clone(),
            needs: job.needs.clone(),
            display_name: job.display_name.clone(),
            labels: job.labels.clone(),
            runner_group: job.runner_group.clone(),
            continue_on_error: job.continue_on_error,
            timeout_minutes: job.timeout_minutes,
            cancel_timeout_minutes: job.cancel_timeout_minutes,
            concurrency: job.concurrency.clone(),
            created_at: job.created_at,
            carried_from: job.carried_from,
            state: job.state.clone(),
            steps: row
                .map(|row| row.execution.steps.clone())
                .unwrap_or_default(),
        }
    }
}

/// One page of all matches.
pub(super) fn cut<T>(all: impl IntoIterator<Item = T>, page: Page) -> Listed<T> {
    let first = page.offset();
    let end = first + u64::from(page.per_page);
    let mut total = 0;
    let mut items = Vec::new();
    for item in all {
        if (first..end).contains(&total) {
            items.push(item);
        }
        total += 1;
    }
    Listed { items, total }
}
