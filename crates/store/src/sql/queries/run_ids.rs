//! What the id of a run says of when it was made and of whether it ended, without a look at the run.

use super::Connection;
use crate::{
    RunFilter,
    sql::{
        columns::DbTime,
        failure::Failure,
        schema::{run_minutes, runs},
        stated::Stated,
    },
};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::RunQueryDsl;
use runyard_domain::{RepositoryId, RunStatus, Timestamp};
use std::time::Duration;

/// A row of `run_minutes` begins with its minute.
const MINUTE: Duration = Duration::from_secs(60);
/// What the index `runs_live` is limited to, as its migration says it.
pub(super) const IS_LIVE: Stated = Stated("runs.status <> 'completed'");

/// What ids say of a time. Runs are asked when they were made only where their ids do not say it.
pub(super) struct TimeIds {
    /// No run of the time has a smaller id, or a greater one than the other.
    pub(super) ends: (i64, i64),
    /// Runs with a greater id were made at its beginning or later.
    pub(super) surely_after: i64,
    /// Runs with a smaller id were made before its end.
    pub(super) surely_before: i64,
}

/// `None` when no run can be of the time.
pub(super) async fn time_ids(
    connection: &mut Connection,
    repository: RepositoryId,
    filter: &RunFilter,
) -> Result<Option<TimeIds>, Failure> {
    let (mut first, mut surely_after) = (i64::MIN, i64::MIN);
    if let Some(from) = filter.created_from {
        // The minutes that end after it, and those that begin before it: it may be within one.
        let Some(id) = first_id(connection, repository, from.minus(MINUTE)).await? else {
            return Ok(None);
        };
        first = id;
        let earlier = last_id(connection, repository, from).await?;
        surely_after = earlier.unwrap_or(i64::MIN);
    }
    let (mut last, mut surely_before) = (i64::MAX, i64::MAX);
    if let Some(before) = filter.created_before {
        let Some(id) = last_id(connection, repository, before).await? else {
            return Ok(None);
        };
        last = id;
        let later = first_id(connection, repository, before.minus(MINUTE)).await?;
        surely_before = later.unwrap_or(i64::MAX);
    }
    Ok(Some(TimeIds {
        ends: (first, last),
        surely_after,
        surely_before,
    }))
}

/// The first id of all minutes that begin after this.
async fn first_id(
    connection: &mut Connection,
    repository: RepositoryId,
    after: Timestamp,
) -> Result<Option<i64>, Failure> {
    let first = run_minutes::table
        .filter(run_minutes::repository_id.eq(repository.get()))
        .filter(run_minutes::minute.gt(DbTime(after)))
        .order(run_minutes::minute.asc())
        .limit(1)
        .select(run_minutes::first_id);
    Ok(first.get_result(connection).await.optional()?)
}

/// The last id of all minutes that begin then or earlier.
async fn last_id(
    connection: &mut Connection,
    repository: RepositoryId,
    until: Timestamp,
) -> Result<Option<i64>, Failure> {
    let last = run_minutes::table
        .filter(run_minutes::repository_id.eq(repository.get()))
        .filter(run_minutes::minute.le(DbTime(until)))
        .order(run_minutes::minute.desc())
        .limit(1)
        .select(run_minutes::last_id);
    Ok(last.get_result(connection).await.optional()?)
}

/// The smallest id of the runs of a repository that go on; greater than all when none does.
pub(super) async fn first_live(
    connection: &mut Connection,
    repository: RepositoryId,
) -> Result<i64, Failure> {
    let mut first = i64::MAX;
    let all = RunStatus::ALL.iter();
    for status in all.filter(|status| **status != RunStatus::Completed) {
        let live: Option<i64> = runs::table
            .filter(runs::repository_id.eq(repository.get()))
            .filter(IS_LIVE)
            .filter(runs::status.eq(status.name()))
            .order(runs::id.asc())
            .limit(1)
            .select(runs::id)
            .get_result(connection)
            .await
            .optional()?;
        first = first.min(live.unwrap_or(i64::MAX));
    }
    Ok(first)
}
