//! Retention: whose runs are looked at next, and which of them ended long enough ago. An index has each of them in order.

use super::{
    Connection, SqlStore, dialect,
    repositories::lock_live_repository,
    run_list::{chosen, count_of_chosen},
};
use crate::{
    Conflict, EndedWith, RetentionLook, Retentions, RunFilter, Stage, StoreError,
    sql::{
        columns::{DbTime, JsonText},
        failure::{Failure, reference},
        perform::perform,
        rows::{Place, json},
        schema::{repositories, retentions, runs, workflows},
    },
};
use async_trait::async_trait;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, upsert::excluded};
use diesel_async::RunQueryDsl;
use runyard_domain::{RepositoryId, RunId, Timestamp, WorkflowId, retention::RetentionRules};
use std::time::Duration;

#[async_trait]
impl Retentions for SqlStore {
    async fn put_retention(
        &self,
        repository: RepositoryId,
        rules: &RetentionRules,
    ) -> Result<(), StoreError> {
        perform!(self.write, put_retention(repository, rules))
    }

    async fn retention(
        &self,
        repository: RepositoryId,
    ) -> Result<Option<RetentionRules>, StoreError> {
        perform!(self.read, retention(repository))
    }

    async fn delete_retention(&self, repository: RepositoryId) -> Result<(), StoreError> {
        perform!(self.write, delete_retention(repository))
    }

    async fn claim_retention_looks(
        &self,
        limit: u32,
        interval: Duration,
    ) -> Result<Vec<RetentionLook>, StoreError> {
        // Nearly always nothing is due: then nothing is written.
        match perform!(self.read, any_due())? {
            true => perform!(self.write, claim(limit, interval)),
            false => Ok(Vec::new()),
        }
    }

    async fn look_again(&self, workflow: WorkflowId) -> Result<(), StoreError> {
        perform!(self.write, look_again(workflow))
    }

    async fn ended_by(
        &self,
        workflow: WorkflowId,
        latest: Timestamp,
        with: EndedWith,
        limit: u32,
    ) -> Result<Vec<RunId>, StoreError> {
        perform!(self.read, ended_by(workflow, latest, with, limit))
    }

    async fn chosen_runs(
        &self,
        repository: RepositoryId,
        chosen_runs: &RunFilter,
        limit: u32,
    ) -> Result<Vec<(RunId, u32)>, StoreError> {
        perform!(self.read, chosen(repository, chosen_runs, limit))
    }

    async fn count_chosen(
        &self,
        repository: RepositoryId,
        chosen_runs: &RunFilter,
        stage: Stage,
    ) -> Result<u64, StoreError> {
        perform!(self.read, count_of_chosen(repository, chosen_runs, stage))
    }
}

async fn put_retention(
    connection: &mut Connection,
    repository: &RepositoryId,
    rules: &RetentionRules,
) -> Result<(), Failure> {
    look_soon(connection, *repository).await?;
    diesel::insert_into(retentions::table)
        .values((
            retentions::repository_id.eq(repository.get()),
            retentions::rules.eq(json(rules)),
        ))
        .on_conflict(retentions::repository_id)
        .do_update()
        .set(retentions::rules.eq(excluded(retentions::rules)))
        .execute(connection)
        .await
        .map_err(reference)?;
    Ok(())
}

async fn delete_retention(
    connection: &mut Connection,
    repository: &RepositoryId,
) -> Result<(), Failure> {
    look_soon(connection, *repository).await?;
    diesel::delete(retentions::table.find(repository.get()))
        .execute(connection)
        .await?;
    Ok(())
}

/// Has the workflows of a repository looked at soon, and keeps the repository from being deleted meanwhile.
async fn look_soon(connection: &mut Connection, repository: RepositoryId) -> Result<(), Failure> {
    let live = lock_live_repository(connection, repository).await?;
    live.ok_or_else(|| Failure::conflict(Conflict::Reference))?;
    let now = dialect::now(connection).await?;
    diesel::update(workflows::table.filter(workflows::repository_id.eq(repository.get())))
        .set(workflows::retention_due_at.eq(DbTime(now)))
        .execute(connection)
        .await?;
    Ok(())
}

async fn retention(
    connection: &mut Connection,
    repository: &RepositoryId,
) -> Result<Option<RetentionRules>, Failure> {
    let rules: Option<JsonText> = retentions::table
        .find(repository.get())
        .select(retentions::rules)
        .get_result(connection)
        .await
        .optional()?;
    let place = Place::of("retentions", repository);
    Ok(rules.map(|text| place.json("rules", &text)).transpose()?)
}

async fn any_due(connection: &mut Connection) -> Result<bool, Failure> {
    let now = dialect::now(connection).await?;
    let due: Option<i64> = workflows::table
        .filter(workflows::retention_due_at.le(DbTime(now)))
        .order((workflows::retention_due_at, workflows::id))
        .limit(1)
        .select(workflows::id)
        .get_result(connection)
        .await
        .optional()?;
    Ok(due.is_some())
}

async fn claim(
    connection: &mut Connection,
    limit: &u32,
    interval: &Duration,
) -> Result<Vec<RetentionLook>, Failure> {
    let now = dialect::now(connection).await?;
    let due = workflows::table
        .filter(workflows::retention_due_at.le(DbTime(now)))
        .order((workflows::retention_due_at, workflows::id))
        .limit((*limit).into())
        .select((workflows::id, workflows::repository_id, workflows::path));
    let rows: Vec<(i64, i64, String)> = dialect::locked_if_free!(due).load(connection).await?;
    let mut looks = Vec::new();
    for (id, repository, path) in rows {
        diesel::update(workflows::table.find(id))
            .set(workflows::retention_due_at.eq(DbTime(now.plus(*interval))))
            .execute(connection)
            .await?;
        if is_live(connection, repository).await? {
            let rules = retention(connection, &RepositoryId::new(repository)).await?;
            looks.push(RetentionLook {
                workflow: WorkflowId::new(id),
                path,
                rules: rules.unwrap_or_default(),
            });
        }
    }
    Ok(looks)
}

async fn is_live(connection: &mut Connection, repository: i64) -> Result<bool, Failure> {
    let live: Option<i64> = repositories::table
        .filter(repositories::id.eq(repository))
        .filter(repositories::deleted_at.is_null())
        .select(repositories::id)
        .get_result(connection)
        .await
        .optional()?;
    Ok(live.is_some())
}

async fn look_again(connection: &mut Connection, workflow: &WorkflowId) -> Result<(), Failure> {
    let now = dialect::now(connection).await?;
    diesel::update(workflows::table.find(workflow.get()))
        .set(workflows::retention_due_at.eq(DbTime(now)))
        .execute(connection)
        .await?;
    Ok(())
}

async fn ended_by(
    connection: &mut Connection,
    workflow: &WorkflowId,
    latest: &Timestamp,
    with: &EndedWith,
    limit: &u32,
) -> Result<Vec<RunId>, Failure> {
    let ended = runs::table
        .filter(runs::workflow_id.eq(workflow.get()))
        .filter(runs::deleted_at.is_null())
        .filter(runs::completed_at.le(DbTime(*latest)))
        .order((runs::completed_at, runs::id))
        .limit((*limit).into())
        .select(runs::id);
    let ids: Vec<i64> = match with {
        EndedWith::Anything => ended.load(connection).await?,
        EndedWith::Logs => {
            let with_logs = ended.filter(runs::logs_deleted_attempts.lt(runs::attempt));
            with_logs.load(connection).await?
        }
    };
    Ok(ids.into_iter().map(RunId::new).collect())
}
