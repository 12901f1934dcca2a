//! Artifacts: listed, shown, downloaded by a signed link, deleted.

use super::{
    bodies::artifact::ArtifactBody,
    repositories::urls,
    runs::{Parameters, RunPath, with_link},
    words::direction,
};
use crate::{
    ApiState,
    auth::{Read, Repo, Write},
    downloads::{self, Target},
    error::ApiError,
    wire::{ListBody, Origin, Paging, ok},
};
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use runyard_domain::ArtifactId;
use runyard_store::{ArtifactFilter, Order};
use serde::Deserialize;

/// The only format of a download.
const ZIP: &str = "zip";

/// An artifact in a path.
#[derive(Deserialize)]
pub(super) struct ArtifactPath {
    artifact_id: i64,
}

impl ArtifactPath {
    fn id(&self) -> ArtifactId {
        ArtifactId::new(self.artifact_id)
    }
}

/// A download in a path.
#[derive(Deserialize)]
pub(super) struct DownloadPath {
    artifact_id: i64,
    archive_format: String,
}

/// GET /repos/{owner}/{repo}/actions/artifacts
pub(super) async fn list(
    repo: Repo<Read>,
    query: Parameters,
    paging: Paging,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    let filter = ArtifactFilter {
        run: None,
        name: name(&query),
    };
    let url = urls(&repo, &origin).by_id("/actions/artifacts");
    let of = (filter, Order::Descending);
    page(&repo, of, (paging, url), &state, &origin).await
}

/// GET /repos/{owner}/{repo}/actions/runs/{run_id}/artifacts
pub(super) async fn of_run(
    repo: Repo<Read>,
    path: Path<RunPath>,
    query: Parameters,
    paging: Paging,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    let run = state.engine.run_of(repo.id(), path.id()).await?.identity.id;
    let filter = ArtifactFilter {
        run: Some(run),
        name: name(&query),
    };
    let url = urls(&repo, &origin).by_id(&format!("/actions/runs/{run}/artifacts"));
    let of = (filter, direction(&query)?);
    page(&repo, of, (paging, url), &state, &origin).await
}

fn name(query: &Parameters) -> Option<String> {
    let name = query.get("name").filter(|name| !name.is_empty());
    name.cloned()
}

async fn page(
    repo: &Repo<Read>,
    (filter, order): (ArtifactFilter, Order),
    (paging, url): (Paging, String),
    state: &ApiState,
    origin: &Origin,
) -> Result<HttpResponse, ApiError> {
    let engine = &state.engine;
    let listed = engine
        .artifacts(repo.id(), &filter, order, paging.page)
        .await?;
    let now = engine.store().now().await?;
    let urls = urls(repo, origin);
    let views = listed.items.into_iter();
    let body = ListBody {
        key: "artifacts",
        total: listed.total,
        items: views
            .map(|view| ArtifactBody::of(view, now, &urls))
            .collect(),
    };
    Ok(with_link(ok(&body), paging.link(&url, listed.total)))
}

/// GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}
pub(super) async fn artifact(
    repo: Repo<Read>,
    path: Path<ArtifactPath>,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    let engine = &state.engine;
    let view = engine.artifact_of(repo.id(), path.id()).await?;
    let now = engine.store().now().await?;
    Ok(ok(&ArtifactBody::of(view, now, &urls(&repo, &origin))))
}

/// GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}
pub(super) async fn download(
    repo: Repo<Read>,
    path: Path<DownloadPath>,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    if path.archive_format != ZIP {
        return Err(ApiError::NotFound);
    }
    let engine = &state.engine;
    let id = ArtifactId::new(path.artifact_id);
    let view = engine.artifact_of(repo.id(), id).await?;
    engine.downloadable(&view.artifact).await?;
    downloads::redirect(Target::Artifact(id), &state, &origin).await
}

/// DELETE /repos/{owner}/{repo}/actions/artifacts/{artifact_id}
pub(super) async fn delete(
    repo: Repo<Write>,
    path: Path<ArtifactPath>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let engine = &state.engine;
    engine.delete_artifact(repo.id(), path.id()).await?;
    Ok(HttpResponse::NoContent().finish())
}
