//! Checks: the runs of a commit by an index, then their jobs.

use super::{Connection, SqlStore, run_views};
use crate::{
    CHECK_RUNS_MAX, CHECK_SUITES_MAX, CheckFilter, CheckRun, Checks, ChecksOf, Listed, Page,
    RunView, StoreError,
    sql::{
        counted::Counted,
        failure::Failure,
        perform::perform,
        rows::{JobRow, Place},
        schema::{annotations, jobs, repositories, runs},
    },
};
use async_trait::async_trait;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper,
    dsl::{count_star, exists},
    sql_types::{BigInt, Nullable},
};
use diesel_async::{AsyncConnectionCore, RunQueryDsl};
use runyard_domain::{CheckSuiteId, JobId, RepositoryId, RunId};
use std::collections::BTreeMap;

/// Ids that one query names at most; SQLite has a limit.
const IDS_PER_QUERY: usize = 1_000;

#[async_trait]
impl Checks for SqlStore {
    async fn run_of_suite(
        &self,
        repository: RepositoryId,
        suite: CheckSuiteId,
    ) -> Result<Option<RunView>, StoreError> {
        perform!(self.read, run_of_suite(repository, suite))
    }

    async fn check_suites(
        &self,
        repository: RepositoryId,
        commit: &str,
        name: Option<&str>,
        page: Page,
    ) -> Result<Listed<RunView>, StoreError> {
        let name = name.map(str::to_owned);
        perform!(self.snapshot, check_suites(repository, commit, name, page))
    }

    async fn check_runs(
        &self,
        repository: RepositoryId,
        of: &ChecksOf,
        filter: &CheckFilter,
        page: Page,
    ) -> Result<Listed<CheckRun>, StoreError> {
        perform!(self.snapshot, check_runs(repository, of, filter, page))
    }

    async fn count_check_runs(&self, runs: &[RunId]) -> Result<BTreeMap<RunId, u64>, StoreError> {
        perform!(self.read, count_check_runs(runs))
    }

    async fn count_annotations(&self, jobs: &[JobId]) -> Result<BTreeMap<JobId, u64>, StoreError> {
        perform!(self.read, count_annotations(jobs))
    }
}

async fn run_of_suite(
    connection: &mut Connection,
    repository: &RepositoryId,
    suite: &CheckSuiteId,
) -> Result<Option<RunView>, Failure> {
    let id: Option<i64> = runs::table
        .filter(runs::repository_id.eq(repository.get()))
        .filter(runs::check_suite_id.eq(suite.get()))
        .filter(runs::deleted_at.is_null())
        .order(runs::id.desc())
        .select(runs::id)
        .first(connection)
        .await
        .optional()?;
    match id {
        Some(id) => run_views::view(connection, &RunId::new(id)).await,
        None => Ok(None),
    }
}

async fn is_live(connection: &mut Connection, id: RepositoryId) -> Result<bool, Failure> {
    let live: Option<i64> = repositories::table
        .filter(repositories::id.eq(id.get()))
        .filter(repositories::deleted_at.is_null())
        .select(repositories::id)
        .get_result(connection)
        .await
        .optional()?;
    Ok(live.is_some())
}

type Runs<'a, Row> = runs::BoxedQuery<'a, <Connection as AsyncConnectionCore>::Backend, Row>;
type Jobs<'a, Row> = jobs::BoxedQuery<'a, <Connection as AsyncConnectionCore>::Backend, Row>;

async fn check_suites(
    connection: &mut Connection,
    repository: &RepositoryId,
    commit: &str,
    name: &Option<String>,
    page: &Page,
) -> Result<Listed<RunView>, Failure> {
    if !is_live(connection, *repository).await? {
        return Ok(nothing());
    }
    let wanted = || {
        let ids: Runs<'_, BigInt> = runs::table.select(runs::id).into_boxed();
        let ids = ids
            .filter(runs::repository_id.eq(repository.get()))
            .filter(runs::head_sha.eq(commit))
            .filter(runs::deleted_at.is_null());
        match name {
            Some(name) => ids.filter(exists(
                jobs::table
                    .filter(jobs::run_id.eq(runs::id))
                    .filter(jobs::attempt.eq(runs::attempt))
                    .filter(jobs::display_name.eq(name)),
            )),
            None => ids,
        }
    };
    let reached = wanted().limit(CHECK_SUITES_MAX.into());
    let total: i64 = Counted(reached).get_result(connection).await?;
    let left = u64::from(CHECK_SUITES_MAX).saturating_sub(page.offset());
    let ids: Vec<i64> = wanted()
        .order(runs::id.desc())
        .limit(as_limit(left.min(page.per_page.into())))
        .offset(as_limit(page.offset()))
        .load(connection)
        .await?;
    Ok(Listed {
        items: run_views::views_of(connection, &ids).await?,
        total: total.unsigned_abs(),
    })
}

async fn check_runs(
    connection: &mut Connection,
    repository: &RepositoryId,
    of: &ChecksOf,
    filter: &CheckFilter,
    page: &Page,
) -> Result<Listed<CheckRun>, Failure> {
    if !is_live(connection, *repository).await? {
        return Ok(nothing());
    }
    let suites = suites_of(connection, *repository, of).await?;
    let runs: Vec<i64> = suites.keys().copied().collect();
    let Some(state) = State::of(filter.status.as_deref()) else {
        return Ok(nothing());
    };
    if runs.is_empty() {
        return Ok(nothing());
    }
    let total: i64 = Counted(wanted(&runs, filter, state).limit(as_limit(CHECK_RUNS_MAX)))
        .get_result(connection)
        .await?;
    let left = CHECK_RUNS_MAX.saturating_sub(page.offset());
    let ids: Vec<Option<i64>> = wanted(&runs, filter, state)
        .order(jobs::id.desc())
        .limit(as_limit(left.min(page.per_page.into())))
        .offset(as_limit(page.offset()))
        .load(connection)
        .await?;
    let rows: Vec<JobRow> = match ids.is_empty() {
        true => Vec::new(),
        false => {
            jobs::table
                .filter(jobs::id.eq_any(ids))
                .order(jobs::id.desc())
                .select(JobRow::as_select())
                .load(connection)
                .await?
        }
    };
    let checks = rows.into_iter().map(|row| {
        let job = row.view(None)?;
        let suite = suites.get(&job.run.get()).copied();
        let suite = Place::of("jobs", job.id).present("run_id", suite)?;
        Ok(CheckRun {
            job,
            suite: CheckSuiteId::new(suite),
        })
    });
    let checks: Result<Vec<CheckRun>, StoreError> = checks.collect();
    Ok(Listed {
        items: checks?,
        total: total.unsigned_abs(),
    })
}

/// The runs whose jobs are asked for, with their suites.
async fn suites_of(
    connection: &mut Connection,
    repository: RepositoryId,
    of: &ChecksOf,
) -> Result<BTreeMap<i64, i64>, Failure> {
    let own = runs::table
        .filter(runs::repository_id.eq(repository.get()))
        .filter(runs::deleted_at.is_null());
    let columns = (runs::id, runs::check_suite_id);
    let rows: Vec<(i64, i64)> = match of {
        ChecksOf::Commit(commit) => {
            own.filter(runs::head_sha.eq(commit))
                .order(runs::id.desc())
                .limit(CHECK_SUITES_MAX.into())
                .select(columns)
                .load(connection)
                .await?
        }
        ChecksOf::Run(run) => {
            own.filter(runs::id.eq(run.get()))
                .select(columns)
                .load(connection)
                .await?
        }
    };
    Ok(rows.into_iter().collect())
}

/// Planned jobs of these runs that a filter lets through.
fn wanted<'a>(of: &'a [i64], filter: &'a CheckFilter, state: State) -> Jobs<'a, Nullable<BigInt>> {
    let ids: Jobs<'a, Nullable<BigInt>> = jobs::table.select(jobs::id).into_boxed();
    let mut ids = ids
        .filter(jobs::run_id.eq_any(of))
        .filter(jobs::id.is_not_null());
    if !filter.all_attempts {
        ids = ids.filter(exists(
            runs::table
                .filter(runs::id.eq(jobs::run_id))
                .filter(runs::attempt.eq(jobs::attempt)),
        ));
    }
    if let Some(name) = &filter.name {
        ids = ids.filter(jobs::display_name.eq(name));
    }
    match state {
        State::Any => ids,
        State::Pending => ids.filter(jobs::is_pending),
        State::Queued => ids.filter(
            jobs::state
                .eq_any(["held", "queued"])
                .and(jobs::is_pending.eq(false)),
        ),
        State::Named(word) => ids.filter(jobs::state.eq(word)),
    }
}

/// A word of the status of a job, in the columns that say it.
#[derive(Debug, Clone, Copy)]
enum State {
    Any,
    Pending,
    Queued,
    Named(&'static str),
}

impl State {
    /// Nothing for a word that no job ever has.
    fn of(word: Option<&str>) -> Option<Self> {
        match word {
            None => Some(Self::Any),
            Some("pending") => Some(Self::Pending),
            Some("queued") => Some(Self::Queued),
            Some("in_progress") => Some(Self::Named("in_progress")),
            Some("completed") => Some(Self::Named("completed")),
            Some(_) => None,
        }
    }
}

async fn count_check_runs(
    connection: &mut Connection,
    of: &[RunId],
) -> Result<BTreeMap<RunId, u64>, Failure> {
    let mut counts = BTreeMap::new();
    for of in of.chunks(IDS_PER_QUERY) {
        let ids: Vec<i64> = of.iter().map(|run| run.get()).collect();
        let rows: Vec<(i64, i64)> = jobs::table
            .filter(jobs::run_id.eq_any(ids))
            .filter(jobs::id.is_not_null())
            .filter(exists(
                runs::table
                    .filter(runs::id.eq(jobs::run_id))
                    .filter(runs::attempt.eq(jobs::attempt))
                    .filter(runs::deleted_at.is_null()),
            ))
            .group_by(jobs::run_id)
            .select((jobs::run_id, count_star()))
            .load(connection)
            .await?;
        let rows = rows.into_iter();
        counts.extend(rows.map(|(run, count)| (RunId::new(run), count.unsigned_abs())));
    }
    Ok(counts)
}

async fn count_annotations(
    connection: &mut Connection,
    of: &[JobId],
) -> Result<BTreeMap<JobId, u64>, Failure> {
    let mut counts = BTreeMap::new();
    for of in of.chunks(IDS_PER_QUERY) {
        let ids: Vec<i64> = of.iter().map(|job| job.get()).collect();
        let rows: Vec<(i64, i64)> = annotations::table
            .filter(annotations::job_id.eq_any(ids))
            .group_by(annotations::job_id)
            .select((annotations::job_id, count_star()))
            .load(connection)
            .await?;
        let rows = rows.into_iter();
        counts.extend(rows.map(|(job, count)| (JobId::new(job), count.unsigned_abs())));
    }
    Ok(counts)
}

fn nothing<T>() -> Listed<T> {
    Listed {
        items: Vec::new(),
        total: 0,
    }
}

fn as_limit(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
