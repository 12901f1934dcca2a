//! Logs: each call leads to a signed link that works for a short while without a credential (contract 8).

use super::{
    jobs::{JobPath, job_of},
    runs::RunPath,
};
use crate::{
    ApiState,
    auth::{Read, Repo},
    downloads::{self, Target},
    error::ApiError,
    wire::Origin,
};
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use runyard_domain::{JobStatus, RunStatus};

/// GET /repos/{owner}/{repo}/actions/runs/{run_id}/logs
pub(super) async fn of_run(
    repo: Repo<Read>,
    path: Path<RunPath>,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    let run = state.engine.run_of(repo.id(), path.id()).await?;
    match run.attempt.status == RunStatus::Completed {
        true => downloads::redirect(Target::Run(run.identity.id), &state, &origin).await,
        false => Err(ApiError::NotFound),
    }
}

/// GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs
pub(super) async fn of_job(
    repo: Repo<Read>,
    path: Path<JobPath>,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    let (job, _) = job_of(&repo, path.id(), &state).await?;
    let has_log = job.state.status() == JobStatus::Completed && job.state.ran().is_some();
    match has_log {
        true => downloads::redirect(Target::Job(job.id), &state, &origin).await,
        false => Err(ApiError::NotFound),
    }
}
