//! Lists of runs: ids from an index, then the rows of one page. Totals are counters, or stop at a cap (contract 4).

use super::{Connection, run_views::views_of};
use crate::{
    FILTERED_RUNS_MAX, Listed, Page, RunFilter, RunView, Stage,
    sql::{
        columns::DbTime,
        counted::Counted,
        failure::Failure,
        rows::{Place, login_key},
        schema::{repositories, runs, users, workflows},
    },
};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, sql_types::BigInt};
use diesel_async::{AsyncConnectionCore, RunQueryDsl};
use runyard_domain::{Conclusion, RepositoryId, RunId, RunStatus, WorkflowId};
use std::collections::BTreeMap;

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
    let Some(wanted) = Wanted::of(connection, *repository, filter).await? else {
        return Ok(nothing);
    };
    let (total, reach) = if is_filtered(filter) {
        (count(connection, &wanted).await?, FILTERED_RUNS_MAX)
    } else if let Some(workflow) = filter.workflow {
        let count = count_of_workflow(connection, (*repository, workflow)).await?;
        (count, u64::MAX)
    } else {
        (all, u64::MAX)
    };
    let ids = ids_of_page(connection, &wanted, *page, reach).await?;
    let mut items = views_of(connection, &ids).await?;
    if filter.is_of_a_time() {
        let place = |view: &RunView| ids.iter().position(|id| *id == view.identity.id.get());
        items.sort_by_key(place);
    }
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

/// A word of `status` as the API has it: one of two columns (semantics R1.4).
enum Stands {
    At(RunStatus),
    EndedAs(Conclusion),
}

/// A filter whose names are looked up.
struct Wanted<'a> {
    repository: RepositoryId,
    filter: &'a RunFilter,
    /// Everybody who has or had the login.
    actors: Option<Vec<i64>>,
    stands: Option<Stands>,
}

impl<'a> Wanted<'a> {
    /// `None` when nothing can match.
    async fn of(
        connection: &mut Connection,
        repository: RepositoryId,
        filter: &'a RunFilter,
    ) -> Result<Option<Self>, Failure> {
        let stands = match filter.status.as_deref().map(stands) {
            Some(None) => return Ok(None),
            known => known.flatten(),
        };
        let actors = match &filter.actor {
            Some(login) => Some(users_with(connection, login).await?),
            None => None,
        };
        let impossible = actors.as_ref().is_some_and(Vec::is_empty);
        Ok((!impossible).then_some(Self {
            repository,
            filter,
            actors,
            stands,
        }))
    }

    fn ids(&self) -> Ids<'_> {
        let filter = self.filter;
        let own = runs::repository_id.eq(self.repository.get());
        let mut ids: Ids<'_> = runs::table.select(runs::id).into_boxed().filter(own);
        ids = ids.filter(runs::deleted_at.is_null());
        if let Some(workflow) = filter.workflow {
            ids = ids.filter(runs::workflow_id.eq(workflow.get()));
        }
        if let Some(branch) = &filter.branch {
            ids = ids.filter(runs::head_branch.eq(branch));
        }
        if let Some(event) = &filter.event {
            ids = ids.filter(runs::event.eq(event));
        }
        if let Some(commit) = &filter.head_sha {
            ids = ids.filter(runs::head_sha.eq(commit));
        }
        if let Some(suite) = filter.check_suite {
            ids = ids.filter(runs::check_suite_id.eq(suite.get()));
        }
        if let Some(from) = filter.created_from {
            ids = ids.filter(runs::created_at.ge(DbTime(from)));
        }
        if let Some(before) = filter.created_before {
            ids = ids.filter(runs::created_at.lt(DbTime(before)));
        }
        ids = match &self.stands {
            Some(Stands::At(status)) => ids.filter(runs::status.eq(status.name())),
            Some(Stands::EndedAs(end)) => ids.filter(runs::conclusion.eq(end.name())),
            None => ids,
        };
        match self.actors.as_deref() {
            // One is the rule, and keeps the order of the index.
            Some([actor]) => ids.filter(runs::actor_id.eq(*actor)),
            Some(actors) => ids.filter(runs::actor_id.eq_any(actors)),
            None => ids,
        }
    }
}

type Ids<'a> = runs::BoxedQuery<'a, <Connection as AsyncConnectionCore>::Backend, BigInt>;

fn stands(word: &str) -> Option<Stands> {
    let status = word.parse().map(Stands::At);
    status.or_else(|_| word.parse().map(Stands::EndedAs)).ok()
}

async fn users_with(connection: &mut Connection, login: &str) -> Result<Vec<i64>, Failure> {
    let users = users::table.filter(users::login_key.eq(login_key(login)));
    Ok(users.select(users::id).load(connection).await?)
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

async fn count(connection: &mut Connection, wanted: &Wanted<'_>) -> Result<u64, Failure> {
    let reached = wanted.ids().limit(as_limit(FILTERED_RUNS_MAX));
    let count: i64 = Counted(reached).get_result(connection).await?;
    Ok(count.unsigned_abs())
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
    let ids = match wanted.filter.is_of_a_time() {
        // In the order of the index that has the times.
        true => wanted
            .ids()
            .order((runs::created_at.desc(), runs::id.desc())),
        false => wanted.ids().order(runs::id.desc()),
    };
    let page = ids.limit(as_limit(limit)).offset(as_limit(before));
    Ok(page.load(connection).await?)
}

/// Completed runs that were chosen, with the numbers of their newest attempts, the oldest first.
pub(super) async fn chosen(
    connection: &mut Connection,
    repository: &RepositoryId,
    chosen: &RunFilter,
    limit: &u32,
) -> Result<Vec<(RunId, u32)>, Failure> {
    let Some(wanted) = Wanted::of(connection, *repository, chosen).await? else {
        return Ok(Vec::new());
    };
    let ids = wanted.ids().limit((*limit).into());
    let ids = ids.filter(runs::status.eq(RunStatus::Completed.name()));
    let ids = match chosen.is_of_a_time() {
        // In the order of the index that has the times.
        true => ids.order((runs::created_at, runs::id)),
        false => ids.order(runs::id),
    };
    let ids: Vec<i64> = ids.load(connection).await?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(i64, i64)> = runs::table
        .filter(runs::id.eq_any(&ids))
        .select((runs::id, runs::attempt))
        .load(connection)
        .await?;
    let attempts: BTreeMap<i64, i64> = rows.into_iter().collect();
    let known = ids
        .into_iter()
        .filter_map(|id| Some((id, *attempts.get(&id)?)));
    let runs = known.map(|(id, attempt)| {
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
    let Some(wanted) = Wanted::of(connection, *repository, chosen).await? else {
        return Ok(0);
    };
    let of_stage = |status: &&RunStatus| match stage {
        Stage::Ended => **status == RunStatus::Completed,
        Stage::Live => **status != RunStatus::Completed,
    };
    let statuses = RunStatus::ALL.iter().filter(of_stage);
    let statuses: Vec<&str> = statuses.map(|status| status.name()).collect();
    let ids = wanted.ids().filter(runs::status.eq_any(statuses));
    let reached = ids.limit(as_limit(FILTERED_RUNS_MAX));
    let count: i64 = Counted(reached).get_result(connection).await?;
    Ok(count.unsigned_abs())
}

fn as_limit(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
