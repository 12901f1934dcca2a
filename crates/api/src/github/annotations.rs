//! Annotations of a job: its check run has the job's id (contract 7).

use super::{
    bodies::annotation::AnnotationBody, jobs::job_of, repositories::urls, runs::with_link,
};
use crate::{
    ApiState,
    auth::{Read, Repo},
    error::ApiError,
    wire::{Origin, Paging, ok},
};
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use runyard_domain::JobId;
use serde::Deserialize;

/// A check run in a path.
#[derive(Deserialize)]
pub(super) struct CheckRunPath {
    check_run_id: i64,
}

impl CheckRunPath {
    /// The job that it is.
    pub(super) fn id(&self) -> JobId {
        JobId::new(self.check_run_id)
    }
}

/// GET /repos/{owner}/{repo}/check-runs/{check_run_id}/annotations: a plain array
pub(super) async fn of_check_run(
    repo: Repo<Read>,
    path: Path<CheckRunPath>,
    paging: Paging,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    let id = path.id();
    let (job, run) = job_of(&repo, id, &state).await?;
    let listed = state.engine.annotations(&job, paging.page).await?;
    let urls = urls(&repo, &origin);
    let body = |annotation| AnnotationBody::of(annotation, &run.identity.head_sha, &urls);
    let bodies: Vec<AnnotationBody> = listed.items.iter().map(body).collect();
    let url = urls.by_id(&format!("/check-runs/{id}/annotations"));
    Ok(with_link(ok(&bodies), paging.link(&url, listed.total)))
}
