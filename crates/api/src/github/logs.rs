//! Logs: each call leads to a signed link that works for a short while without a credential (contract 8). And deleting
//! them.

use super::{
    jobs::{JobPath, job_of},
    runs::{AttemptPath, RunPath, attempt_of},
};
use crate::{
    ApiState,
    auth::{Read, Repo, Write},
    downloads::{self, Target},
    error::ApiError,
    wire::Origin,
};
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use runyard_domain::Refusal;
use runyard_engine::EngineError;

/// GET /repos/{owner}/{repo}/actions/runs/{run_id}/logs
pub(super) async fn of_run(
    repo: Repo<Read>,
    path: Path<RunPath>,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    let run = state.engine.run_of(repo.id(), path.id()).await?;
    state.engine.archivable(&run)?;
    downloads::redirect(Target::Run(run.identity.id), &state, &origin).await
}

/// GET /repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt}/logs
pub(super) async fn of_attempt(
    repo: Repo<Read>,
    path: Path<AttemptPath>,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    let run = attempt_of(&repo, &path, &state).await?;
    state.engine.archivable(&run)?;
    let target = Target::Attempt(run.identity.id, run.attempt.number);
    downloads::redirect(target, &state, &origin).await
}

/// GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs
pub(super) async fn of_job(
    repo: Repo<Read>,
    path: Path<JobPath>,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    let (job, _) = job_of(&repo, path.id(), &state).await?;
    state.engine.logged(&job).await?;
    downloads::redirect(Target::Job(job.id), &state, &origin).await
}

/// DELETE /repos/{owner}/{repo}/actions/runs/{run_id}/logs
pub(super) async fn delete(
    repo: Repo<Write>,
    path: Path<RunPath>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let run = state.engine.run_of(repo.id(), path.id()).await?;
    let by = repo.user()?.id;
    state
        .engine
        .delete_logs(run.identity.id, by)
        .await
        .map_err(live)?;
    Ok(HttpResponse::NoContent().finish())
}

/// The logs of a live run stay (semantics R8.10).
fn live(error: EngineError) -> ApiError {
    if let EngineError::Refused(Refusal::RunNotCompleted { .. }) = error {
        return ApiError::forbidden(
            "Could not delete the logs of a workflow run that is not completed",
        );
    }
    error.into()
}
