//! Lists of runs: ids from an index, then the rows of one page. Totals are counters, or stop at a cap (contract 4).

use super::{
    Connection,
    run_views::views_of,
    wanted_runs::{Order, Wanted},
};
use crate::{
    FILTERED_RUNS_MAX, Listed, Page, RunFilter, RunView, Stage,
    sql::{
        failure::Failure,
        rows::Place,
        schema::{repositories, runs, workflows},
    },
};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::RunQueryDsl;
use runyard_domain::{RepositoryId, RunId, WorkflowId};

pub(super) async fn list(
    connection: &mut Connection,
    repository: &RepositoryId,
    filter: &RunFilter,
    page: &Page,
) -> Result<Listed<RunView>, Failure> {
    let nothing = Listed {
        items: Vec::new(),
        total: 0,
    };
    let Some(all) = count_of_repository(connection, *repository).await? else {
        return Ok(nothing);
    };
    let Some(wanted) = Wanted::of(connection, *repository, filter, None).await? else {
        return Ok(nothing);
    };
    let (total, reach) = if is_filtered(filter) {
        let total = wanted.count(connection, FILTERED_RUNS_MAX).await?;
        (total, FILTERED_RUNS_MAX)
    } else if let Some(workflow) = filter.workflow {
        let count = count_of_workflow(connection, (*repository, workflow)).await?;
        (count, u64::MAX)
    } else {
        (all, u64::MAX)
    };
    let ids = ids_of_page(connection, &wanted, *page, reach).await?;
    let items = views_of(connection, &ids).await?;
    Ok(Listed { items, total })
}

/// Whether more is asked for than a repository or a workflow, which have counters.
fn is_filtered(filter: &RunFilter) -> bool {
    let RunFilter {
        workflow: _,
        actor,
        branch,
        event,
        status,
        head_sha,
        check_suite,
        created_from: _,
        created_before: _,
    } = filter;
    let mut words = [actor, branch, event, status, head_sha].into_iter();
    words.any(Option::is_some) || check_suite.is_some() || filter.is_of_a_time()
}

async fn count_of_repository(
    connection: &mut Connection,
    id: RepositoryId,
) -> Result<Option<u64>, Failure> {
    let count: Option<i64> = repositories::table
        .filter(repositories::id.eq(id.get()))
        .filter(repositories::deleted_at.is_null())
        .select(repositories::run_count - repositories::deleted_runs)
        .get_result(connection)
        .await
        .optional()?;
    Ok(count.map(i64::unsigned_abs))
}

async fn count_of_workflow(
    connection: &mut Connection,
    (repository, id): (RepositoryId, WorkflowId),
) -> Result<u64, Failure> {
    let count: Option<i64> = workflows::table
        .filter(workflows::id.eq(id.get()))
        .filter(workflows::repository_id.eq(repository.get()))
        .select(workflows::run_count - workflows::deleted_runs)
        .get_result(connection)
        .await
        .optional()?;
    Ok(count.map_or(0, i64::unsigned_abs))
}

/// The ids of one page, newest first; nothing lies beyond `reach`.
async fn ids_of_page(
    connection: &mut Connection,
    wanted: &Wanted<'_>,
    page: Page,
    reach: u64,
) -> Result<Vec<i64>, Failure> {
    let before = page.offset();
    let limit = u64::from(page.per_page).min(reach.saturating_sub(before));
    if limit == 0 {
        return Ok(Vec::new());
    }
    let part = (before, limit);
    wanted.page(connection, Order::NewestFirst, part).await
}

/// Completed runs that were chosen, with the numbers of their newest attempts, the oldest first.
pub(super) async fn chosen(
    connection: &mut Connection,
    repository: &RepositoryId,
    chosen: &RunFilter,
    limit: &u32,
) -> Result<Vec<(RunId, u32)>, Failure> {
    let ended = Some(Stage::Ended);
    let Some(wanted) = Wanted::of(connection, *repository, chosen, ended).await? else {
        return Ok(Vec::new());
    };
    let part = (0, u64::from(*limit));
    let ids = wanted.page(connection, Order::OldestFirst, part).await?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(i64, i64)> = runs::table
        .filter(runs::id.eq_any(ids))
        .order(runs::id)
        .select((runs::id, runs::attempt))
        .load(connection)
        .await?;
    let runs = rows.into_iter().map(|(id, attempt)| {
        let attempt = Place::of("runs", id).number("attempt", attempt)?;
        Ok((RunId::new(id), attempt))
    });
    runs.collect()
}

/// How many runs were chosen that are at this stage, up to the cap.
pub(super) async fn count_of_chosen(
    connection: &mut Connection,
    repository: &RepositoryId,
    chosen: &RunFilter,
    stage: &Stage,
) -> Result<u64, Failure> {
    match Wanted::of(connection, *repository, chosen, Some(*stage)).await? {
        Some(wanted) => wanted.count(connection, FILTERED_RUNS_MAX).await,
        None => Ok(0),
    }
}
