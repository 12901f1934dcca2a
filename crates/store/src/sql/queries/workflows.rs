//! Workflows of repositories, and the texts of their files.

use super::{Connection, dialect, repositories::lock_live_repository};
use crate::{
    Conflict, Listed, Page,
    sql::{
        columns::DbTime,
        failure::{Failure, reference},
        rows::WorkflowRow,
        schema::{definitions, repositories, workflows},
    },
};
use diesel::{ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;
use runyard_domain::{
    RepositoryId, WorkflowId,
    repository::{Workflow, WorkflowState},
};

/// The workflow that is kept for this path of a repository that is not deleted, if it has the same name.
pub(super) async fn unchanged_workflow(
    connection: &mut Connection,
    seen: &Workflow,
) -> Result<Option<Workflow>, Failure> {
    let row: Option<WorkflowRow> = workflows::table
        .inner_join(repositories::table.on(repositories::id.eq(workflows::repository_id)))
        .filter(workflows::repository_id.eq(seen.repository.get()))
        .filter(workflows::path.eq(&seen.path))
        .filter(workflows::name.eq(&seen.name))
        .filter(repositories::deleted_at.is_null())
        .select(WorkflowRow::as_select())
        .get_result(connection)
        .await
        .optional()?;
    Ok(row.map(Workflow::try_from).transpose()?)
}

pub(super) async fn ensure_workflow(
    connection: &mut Connection,
    workflow: &Workflow,
) -> Result<Workflow, Failure> {
    let of = lock_live_repository(connection, workflow.repository).await?;
    of.ok_or_else(|| Failure::conflict(Conflict::Reference))?;
    match workflow_by_path(connection, &workflow.repository, &workflow.path).await? {
        Some(kept) => renamed(connection, kept, workflow).await,
        None => {
            diesel::insert_into(workflows::table)
                .values(WorkflowRow::from(workflow))
                .execute(connection)
                .await
                .map_err(reference)?;
            Ok(workflow.clone())
        }
    }
}

/// The workflow that is kept, under the name that its file has now.
async fn renamed(
    connection: &mut Connection,
    mut kept: Workflow,
    seen: &Workflow,
) -> Result<Workflow, Failure> {
    if kept.name != seen.name {
        kept.name.clone_from(&seen.name);
        kept.updated_at = seen.updated_at;
        diesel::update(workflows::table.find(kept.id.get()))
            .set((
                workflows::name.eq(&kept.name),
                workflows::updated_at.eq(DbTime(kept.updated_at)),
            ))
            .execute(connection)
            .await?;
    }
    Ok(kept)
}

pub(super) async fn workflow(
    connection: &mut Connection,
    id: &WorkflowId,
) -> Result<Option<Workflow>, Failure> {
    let row: Option<WorkflowRow> = workflows::table
        .find(id.get())
        .select(WorkflowRow::as_select())
        .get_result(connection)
        .await
        .optional()?;
    Ok(row.map(Workflow::try_from).transpose()?)
}

pub(super) async fn workflow_by_path(
    connection: &mut Connection,
    repository: &RepositoryId,
    path: &str,
) -> Result<Option<Workflow>, Failure> {
    let row: Option<WorkflowRow> = workflows::table
        .filter(workflows::repository_id.eq(repository.get()))
        .filter(workflows::path.eq(path))
        .select(WorkflowRow::as_select())
        .get_result(connection)
        .await
        .optional()?;
    Ok(row.map(Workflow::try_from).transpose()?)
}

pub(super) async fn workflows_of(
    connection: &mut Connection,
    repository: &RepositoryId,
    page: &Page,
) -> Result<Listed<Workflow>, Failure> {
    let own = || workflows::table.filter(workflows::repository_id.eq(repository.get()));
    let rows: Vec<WorkflowRow> = own()
        .order(workflows::id)
        .limit(page.per_page.into())
        .offset(i64::try_from(page.offset()).unwrap_or(i64::MAX))
        .select(WorkflowRow::as_select())
        .load(connection)
        .await?;
    let items: Result<_, Failure> = rows
        .into_iter()
        .map(|row| Ok(Workflow::try_from(row)?))
        .collect();
    let total: i64 = own().count().get_result(connection).await?;
    Ok(Listed {
        items: items?,
        total: total.unsigned_abs(),
    })
}

pub(super) async fn put_workflow_state(
    connection: &mut Connection,
    id: &WorkflowId,
    from: &WorkflowState,
    to: &WorkflowState,
) -> Result<bool, Failure> {
    let now = dialect::now(connection).await?;
    let own = workflows::table.find(id.get());
    let changed = diesel::update(own.filter(workflows::state.eq(from.name())))
        .set((
            workflows::state.eq(to.name()),
            workflows::updated_at.eq(DbTime(now)),
        ))
        .execute(connection)
        .await?;
    if changed > 0 {
        return Ok(true);
    }
    let known = workflow(connection, id).await?;
    known
        .map(|_| false)
        .ok_or_else(|| Failure::not_found("workflow"))
}

/// Locks a workflow of a repository and answers the number of its newest run.
pub(super) async fn lock_workflow(
    connection: &mut Connection,
    (repository, id): (RepositoryId, WorkflowId),
) -> Result<Option<i64>, Failure> {
    let own = workflows::table
        .filter(workflows::id.eq(id.get()))
        .filter(workflows::repository_id.eq(repository.get()))
        .select(workflows::run_count);
    let found = dialect::locked!(own).get_result(connection).await;
    Ok(found.optional()?)
}

pub(super) async fn put_definition(
    connection: &mut Connection,
    hash: &str,
    text: &str,
) -> Result<(), Failure> {
    diesel::insert_into(definitions::table)
        .values((definitions::hash.eq(hash), definitions::text.eq(text)))
        .on_conflict_do_nothing()
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn definition(
    connection: &mut Connection,
    hash: &str,
) -> Result<Option<String>, Failure> {
    let text = definitions::table.find(hash).select(definitions::text);
    Ok(text.get_result(connection).await.optional()?)
}
