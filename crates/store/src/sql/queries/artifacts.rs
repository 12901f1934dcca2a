//! Artifacts of runs. Those of a deleted run are not there any more, whether they were removed or not.

use super::{Connection, SqlStore, purges::doom};
use crate::{
    ArtifactFilter, ArtifactView, Artifacts, Conflict, Listed, Order, PURGED_ROWS_MAX, Page,
    StoreError,
    sql::{
        columns::JsonText,
        counted::Counted,
        failure::{Failure, reference},
        perform::perform,
        rows::{ArtifactRow, Place},
        schema::{artifacts, repositories, runs},
    },
};
use async_trait::async_trait;
use diesel::{ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::{AsyncConnectionCore, RunQueryDsl};
use runyard_domain::{ArtifactId, RepositoryId, artifact::Artifact, run::Cause};

type Backend = <Connection as AsyncConnectionCore>::Backend;

#[async_trait]
impl Artifacts for SqlStore {
    async fn add_artifact(&self, artifact: &Artifact) -> Result<(), StoreError> {
        perform!(self.write, add(artifact))
    }

    async fn artifact(&self, id: ArtifactId) -> Result<Option<ArtifactView>, StoreError> {
        perform!(self.read, one(id))
    }

    async fn artifacts(
        &self,
        repository: RepositoryId,
        filter: &ArtifactFilter,
        order: Order,
        page: Page,
        reach: u64,
    ) -> Result<Listed<ArtifactView>, StoreError> {
        let of = (order, page, reach);
        perform!(self.snapshot, list(repository, filter, of))
    }

    async fn delete_artifact(&self, id: ArtifactId) -> Result<(), StoreError> {
        perform!(self.write, delete(id))
    }
}

async fn add(connection: &mut Connection, artifact: &Artifact) -> Result<(), Failure> {
    let run: Option<i64> = runs::table
        .inner_join(repositories::table.on(repositories::id.eq(runs::repository_id)))
        .filter(runs::id.eq(artifact.run.get()))
        .filter(runs::repository_id.eq(artifact.repository.get()))
        .filter(runs::deleted_at.is_null())
        .filter(repositories::deleted_at.is_null())
        .select(runs::id)
        .get_result(connection)
        .await
        .optional()?;
    run.ok_or_else(|| Failure::conflict(Conflict::Reference))?;
    diesel::insert_into(artifacts::table)
        .values(ArtifactRow::from(artifact))
        .execute(connection)
        .await
        .map_err(reference)?;
    Ok(())
}

/// What is shown of the run of an artifact.
type OfRun = (Option<String>, String, JsonText);

fn view(
    (row, (head_branch, head_sha, cause)): (ArtifactRow, OfRun),
) -> Result<ArtifactView, StoreError> {
    let artifact = Artifact::try_from(row)?;
    let cause: Cause = Place::of("runs", artifact.run).json("cause", &cause)?;
    Ok(ArtifactView {
        artifact,
        head_branch,
        head_sha,
        head_repository: cause.head_repository,
    })
}

async fn one(
    connection: &mut Connection,
    id: &ArtifactId,
) -> Result<Option<ArtifactView>, Failure> {
    let row: Option<(ArtifactRow, OfRun)> = artifacts::table
        .inner_join(runs::table.on(runs::id.eq(artifacts::run_id)))
        .inner_join(repositories::table.on(repositories::id.eq(artifacts::repository_id)))
        .filter(artifacts::id.eq(id.get()))
        .filter(runs::deleted_at.is_null())
        .filter(repositories::deleted_at.is_null())
        .select((
            ArtifactRow::as_select(),
            (runs::head_branch, runs::head_sha, runs::cause),
        ))
        .get_result(connection)
        .await
        .optional()?;
    Ok(row.map(view).transpose()?)
}

async fn list(
    connection: &mut Connection,
    repository: &RepositoryId,
    filter: &ArtifactFilter,
    (order, page, reach): &(Order, Page, u64),
) -> Result<Listed<ArtifactView>, Failure> {
    let ids = || {
        let mut ids = artifacts::table
            .inner_join(runs::table.on(runs::id.eq(artifacts::run_id)))
            .filter(artifacts::repository_id.eq(repository.get()))
            .filter(runs::deleted_at.is_null())
            .select(artifacts::id)
            .into_boxed::<Backend>();
        if let Some(run) = filter.run {
            ids = ids.filter(artifacts::run_id.eq(run.get()));
        }
        match &filter.name {
            Some(name) => ids.filter(artifacts::name.eq(name)),
            None => ids,
        }
    };
    let total: i64 = Counted(ids().limit(as_limit(*reach)))
        .get_result(connection)
        .await?;
    let limit = u64::from(page.per_page).min(reach.saturating_sub(page.offset()));
    let ids = match order {
        Order::Ascending => ids().order(artifacts::id),
        Order::Descending => ids().order(artifacts::id.desc()),
    };
    let ids = ids.limit(as_limit(limit)).offset(as_limit(page.offset()));
    let ids: Vec<i64> = ids.load(connection).await?;
    Ok(Listed {
        items: views_of(connection, ids, *order).await?,
        total: total.unsigned_abs(),
    })
}

async fn views_of(
    connection: &mut Connection,
    ids: Vec<i64>,
    order: Order,
) -> Result<Vec<ArtifactView>, Failure> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(ArtifactRow, OfRun)> = artifacts::table
        .inner_join(runs::table.on(runs::id.eq(artifacts::run_id)))
        .filter(artifacts::id.eq_any(ids))
        .select((
            ArtifactRow::as_select(),
            (runs::head_branch, runs::head_sha, runs::cause),
        ))
        .load(connection)
        .await?;
    let views: Result<Vec<ArtifactView>, StoreError> = rows.into_iter().map(view).collect();
    let mut views = views?;
    views.sort_by_key(|view| view.artifact.id);
    if order == Order::Descending {
        views.reverse();
    }
    Ok(views)
}

fn as_limit(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

async fn delete(connection: &mut Connection, id: &ArtifactId) -> Result<(), Failure> {
    let key: Option<String> = diesel::delete(artifacts::table.find(id.get()))
        .returning(artifacts::object_key)
        .get_result(connection)
        .await
        .optional()?;
    let key = key.ok_or_else(|| Failure::not_found("artifact"))?;
    doom(connection, [key]).await
}

/// Removes some artifacts of a run, if it has any, and leaves their objects to be deleted.
pub(super) async fn remove_artifacts_of(
    connection: &mut Connection,
    run: i64,
) -> Result<bool, Failure> {
    let some: Vec<(i64, String)> = artifacts::table
        .filter(artifacts::run_id.eq(run))
        .limit(PURGED_ROWS_MAX.into())
        .select((artifacts::id, artifacts::object_key))
        .load(connection)
        .await?;
    if some.is_empty() {
        return Ok(false);
    }
    let (ids, keys): (Vec<i64>, Vec<String>) = some.into_iter().unzip();
    doom(connection, keys).await?;
    diesel::delete(artifacts::table.filter(artifacts::id.eq_any(ids)))
        .execute(connection)
        .await?;
    Ok(true)
}
