//! Questions about runs, attempts and jobs. Lists find ids in an index first, and then read those rows alone.

use super::run_list::list;
use super::run_views::{view, view_and_pull_requests, view_of_attempt};
use super::{Connection, SqlStore, aggregates::aggregate, dialect, jobs, troubles::is_tried};
use crate::{
    JobView, JobsOf, Listed, Page, RunFilter, RunView, Runs, StoreError,
    sql::{
        columns::{DbTime, JsonText},
        failure::Failure,
        perform::perform,
        rows::{EventRow, Place},
        schema::{attempts, repositories, run_events, run_payloads, runs},
    },
};
use async_trait::async_trait;
use diesel::{ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;
use jobs::{job, jobs_of};
use runyard_domain::{
    Event, JobId, RepositoryId, Run, RunId, Timestamp, pull_request::PullRequest,
};
use std::time::Duration;

#[async_trait]
impl Runs for SqlStore {
    async fn run(&self, id: RunId) -> Result<Option<RunView>, StoreError> {
        perform!(self.read, view(id))
    }

    async fn run_and_pull_requests(
        &self,
        id: RunId,
    ) -> Result<Option<(RunView, Vec<PullRequest>)>, StoreError> {
        perform!(self.read, view_and_pull_requests(id))
    }

    async fn attempt(&self, id: RunId, attempt: u32) -> Result<Option<RunView>, StoreError> {
        perform!(self.read, view_of_attempt(id, attempt))
    }

    async fn runs(
        &self,
        repository: RepositoryId,
        filter: &RunFilter,
        page: Page,
    ) -> Result<Listed<RunView>, StoreError> {
        perform!(self.read, list(repository, filter, page))
    }

    async fn open_since(&self, before: Timestamp, limit: u32) -> Result<Vec<RunId>, StoreError> {
        perform!(self.read, open_since(before, limit))
    }

    async fn jobs(
        &self,
        run: RunId,
        of: JobsOf,
        page: Page,
    ) -> Result<Listed<JobView>, StoreError> {
        perform!(self.read, jobs_of(run, of, page))
    }

    async fn job(&self, id: JobId) -> Result<Option<JobView>, StoreError> {
        perform!(self.read, job(id))
    }

    async fn events(&self, run: RunId) -> Result<Vec<Event>, StoreError> {
        perform!(self.read, events(run))
    }

    async fn payload(&self, run: RunId) -> Result<Option<serde_json::Value>, StoreError> {
        perform!(self.read, payload(run))
    }

    async fn overdue_cancels(
        &self,
        deadline: Duration,
        limit: u32,
    ) -> Result<Vec<RunId>, StoreError> {
        perform!(self.read, overdue_cancels(deadline, limit))
    }

    async fn aggregate(&self, run: RunId) -> Result<Option<Run>, StoreError> {
        perform!(self.snapshot, aggregate(run))
    }
}

/// The newest attempt of a run that is not deleted, nor is its repository.
pub(super) async fn newest_attempt(
    connection: &mut Connection,
    id: &RunId,
) -> Result<Option<i64>, Failure> {
    let attempt = runs::table
        .inner_join(repositories::table.on(repositories::id.eq(runs::repository_id)))
        .filter(runs::id.eq(id.get()))
        .filter(runs::deleted_at.is_null())
        .filter(repositories::deleted_at.is_null())
        .select(runs::attempt);
    Ok(attempt.get_result(connection).await.optional()?)
}

async fn overdue_cancels(
    connection: &mut Connection,
    deadline: &Duration,
    limit: &u32,
) -> Result<Vec<RunId>, Failure> {
    let latest = DbTime(dialect::now(connection).await?.minus(*deadline));
    let overdue: Vec<i64> = attempts::table
        .filter(attempts::cancelled_at.le(latest))
        .filter(attempts::completed_at.is_null())
        .filter(is_tried!(Run, attempts::run_id))
        .order(attempts::cancelled_at)
        .limit((*limit).into())
        .select(attempts::run_id)
        .load(connection)
        .await?;
    Ok(overdue.into_iter().map(RunId::new).collect())
}

/// Older attempts have ended: what is open is the newest of its run.
async fn open_since(
    connection: &mut Connection,
    before: &Timestamp,
    limit: &u32,
) -> Result<Vec<RunId>, Failure> {
    let runs: Vec<i64> = attempts::table
        .filter(attempts::completed_at.is_null())
        .filter(attempts::cancelled_at.is_null())
        .filter(attempts::requested_at.le(DbTime(*before)))
        .filter(is_tried!(Run, attempts::run_id))
        .order((attempts::requested_at, attempts::run_id))
        .limit((*limit).into())
        .select(attempts::run_id)
        .load(connection)
        .await?;
    Ok(runs.into_iter().map(RunId::new).collect())
}

async fn events(connection: &mut Connection, run: &RunId) -> Result<Vec<Event>, Failure> {
    if newest_attempt(connection, run).await?.is_none() {
        return Ok(Vec::new());
    }
    let rows: Vec<EventRow> = run_events::table
        .filter(run_events::run_id.eq(run.get()))
        .order(run_events::seq)
        .select(EventRow::as_select())
        .load(connection)
        .await?;
    let events = rows.into_iter().map(|row| Ok(Event::try_from(row)?));
    events.collect()
}

async fn payload(
    connection: &mut Connection,
    run: &RunId,
) -> Result<Option<serde_json::Value>, Failure> {
    if newest_attempt(connection, run).await?.is_none() {
        return Ok(None);
    }
    let text = run_payloads::table.find(run.get());
    let text: Option<JsonText> = text
        .select(run_payloads::payload)
        .get_result(connection)
        .await
        .optional()?;
    let place = Place::of("run_payloads", run);
    Ok(text.map(|text| place.json("payload", &text)).transpose()?)
}
