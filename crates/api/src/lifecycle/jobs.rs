//! Cancelling one job, which GitHub cannot (contract 12, semantics R3.8).

use crate::{
    ApiState,
    auth::{Repo, Write},
    error::ApiError,
    wire::accepted,
};
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use runyard_domain::JobId;
use runyard_engine::JobCancellation;
use schemars::JsonSchema;
use serde::Serialize;

/// What cancelling a job did.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CancelledJob")]
pub(super) struct Cancelled {
    job_id: i64,
    run_id: i64,
    repo_id: i64,
    changed_jobs: u32,
    run_completed: bool,
    /// Empty while the run is open.
    run_conclusion: &'static str,
}

impl Cancelled {
    fn of(done: &JobCancellation) -> Self {
        Self {
            job_id: done.job.get(),
            run_id: done.run.get(),
            repo_id: done.repository.get(),
            changed_jobs: done.changed_jobs,
            run_completed: done.run_conclusion.is_some(),
            run_conclusion: done
                .run_conclusion
                .map_or("", |conclusion| conclusion.name()),
        }
    }
}

/// POST /jobs/{job_id}/cancel
pub(super) async fn cancel(
    repo: Repo<Write>,
    job: Path<i64>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let by = repo.user()?.id;
    let done = state.engine.cancel_job(JobId::new(*job), by).await?;
    Ok(accepted(&Cancelled::of(&done)))
}
