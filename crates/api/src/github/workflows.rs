//! Workflows: listed, shown, switched off and on.

use super::{
    bodies::workflow::WorkflowBody,
    repositories::urls,
    runs::{WorkflowPath, with_link},
};
use crate::{
    ApiState,
    auth::{Read, Repo, Write},
    error::ApiError,
    wire::{ListBody, Origin, Paging, ok},
};
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};

/// GET /repos/{owner}/{repo}/actions/workflows
pub(super) async fn list(
    repo: Repo<Read>,
    paging: Paging,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    let listed = state
        .engine
        .store()
        .workflows(repo.id(), paging.page)
        .await?;
    let urls = urls(&repo, &origin);
    let link = paging.link(&urls.by_id("/actions/workflows"), listed.total);
    let workflows = listed.items.iter();
    let body = ListBody {
        key: "workflows",
        total: listed.total,
        items: workflows
            .map(|workflow| WorkflowBody::of(workflow, repo.repository(), &urls))
            .collect(),
    };
    Ok(with_link(ok(&body), link))
}

/// GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}
pub(super) async fn workflow(
    repo: Repo<Read>,
    path: Path<WorkflowPath>,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    let workflow = state
        .engine
        .workflow(repo.repository(), &path.key())
        .await?;
    let urls = urls(&repo, &origin);
    Ok(ok(&WorkflowBody::of(&workflow, repo.repository(), &urls)))
}

/// PUT /repos/{owner}/{repo}/actions/workflows/{workflow_id}/enable
pub(super) async fn enable(
    repo: Repo<Write>,
    path: Path<WorkflowPath>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    repo.user()?;
    let engine = &state.engine;
    engine
        .enable_workflow(repo.repository(), &path.key())
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// PUT /repos/{owner}/{repo}/actions/workflows/{workflow_id}/disable
pub(super) async fn disable(
    repo: Repo<Write>,
    path: Path<WorkflowPath>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    repo.user()?;
    let engine = &state.engine;
    engine
        .disable_workflow(repo.repository(), &path.key())
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
