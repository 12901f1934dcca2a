//! Workflows: listed and shown.

use super::{
    bodies::workflow::WorkflowBody,
    repositories::urls,
    runs::{WorkflowPath, with_link},
};
use crate::{
    ApiState,
    auth::{Read, Repo},
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
