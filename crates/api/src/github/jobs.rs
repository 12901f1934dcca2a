//! Jobs: of a run, of an attempt, and one alone. Blocked jobs are not shown (semantics R1.7).

use super::{
    bodies::job::JobBody,
    repositories::urls,
    runs::{AttemptPath, Parameters, Rerun, RunPath, attempt_of, with_link},
};
use crate::{
    ApiState,
    auth::{Permission, Read, Repo, Write},
    error::ApiError,
    wire::{Body, Empty, ListBody, Origin, Paging, created, ok},
};
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use runyard_domain::{JobId, Refusal};
use runyard_engine::EngineError;
use runyard_store::{JobView, JobsOf, RunView};
use serde::Deserialize;

/// A job in a path.
#[derive(Deserialize)]
pub(super) struct JobPath {
    job_id: i64,
}

impl JobPath {
    pub(super) fn id(&self) -> JobId {
        JobId::new(self.job_id)
    }
}

/// GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs
pub(super) async fn of_run(
    repo: Repo<Read>,
    path: Path<RunPath>,
    query: Parameters,
    paging: Paging,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    let run = state.engine.run_of(repo.id(), path.id()).await?;
    let of = match query.get("filter").map(String::as_str) {
        Some("all") => JobsOf::All,
        Some(_) | None => JobsOf::Latest,
    };
    let url = urls(&repo, &origin).by_id(&format!("/actions/runs/{}/jobs", run.identity.id));
    page_of_jobs(&repo, &run, of, (paging, url), &state, &origin).await
}

/// GET /repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt}/jobs
pub(super) async fn of_attempt(
    repo: Repo<Read>,
    path: Path<AttemptPath>,
    paging: Paging,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    let run = attempt_of(&repo, &path, &state).await?;
    let below = format!(
        "/actions/runs/{}/attempts/{}/jobs",
        run.identity.id, run.attempt.number
    );
    let url = urls(&repo, &origin).by_id(&below);
    let of = JobsOf::Attempt(run.attempt.number);
    page_of_jobs(&repo, &run, of, (paging, url), &state, &origin).await
}

async fn page_of_jobs(
    repo: &Repo<Read>,
    run: &RunView,
    of: JobsOf,
    (paging, url): (Paging, String),
    state: &ApiState,
    origin: &Origin,
) -> Result<HttpResponse, ApiError> {
    let store = state.engine.store();
    let listed = store.jobs(run.identity.id, of, paging.page).await?;
    let urls = urls(repo, origin);
    let jobs = listed.items.iter();
    let body = ListBody {
        key: "jobs",
        total: listed.total,
        items: jobs.map(|job| JobBody::of(job, run, &urls)).collect(),
    };
    Ok(with_link(ok(&body), paging.link(&url, listed.total)))
}

/// GET /repos/{owner}/{repo}/actions/jobs/{job_id}
pub(super) async fn job(
    repo: Repo<Read>,
    path: Path<JobPath>,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    let (job, run) = job_of(&repo, path.id(), &state).await?;
    Ok(ok(&JobBody::of(&job, &run, &urls(&repo, &origin))))
}

/// POST /repos/{owner}/{repo}/actions/jobs/{job_id}/rerun
pub(super) async fn rerun(
    repo: Repo<Write>,
    path: Path<JobPath>,
    body: Body,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let (job, _) = job_of(&repo, path.id(), &state).await?;
    let wish: Rerun = body.parse_or_default()?;
    let by = repo.user()?.id;
    state
        .engine
        .rerun_job(job.id, by, wish.debug())
        .await
        .map_err(live)?;
    Ok(created(&Empty {}))
}

/// A live run is told of in other words when one of its jobs is asked for (contract 6).
fn live(error: EngineError) -> ApiError {
    if let EngineError::Refused(Refusal::RunNotCompleted { .. }) = error {
        return ApiError::forbidden("The workflow run containing this job is already running");
    }
    error.into()
}

/// A job with its run, if it is one of this repository.
pub(super) async fn job_of<P: Permission>(
    repo: &Repo<P>,
    id: JobId,
    state: &ApiState,
) -> Result<(JobView, RunView), ApiError> {
    let job = state.engine.store().job(id).await?;
    let job = job.ok_or(ApiError::NotFound)?;
    let run = state.engine.run_of(repo.id(), job.run).await?;
    Ok((job, run))
}
