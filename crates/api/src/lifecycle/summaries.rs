//! What the steps of a job wrote for people to read (semantics R8.8).

use crate::{
    ApiState,
    auth::{Read, Repo},
    error::ApiError,
    wire::ok,
};
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use runyard_domain::JobId;
use schemars::JsonSchema;
use serde::Serialize;

/// All summaries of a job.
#[derive(Serialize, JsonSchema)]
pub(super) struct Summaries {
    job_id: i64,
    summaries: Vec<SummaryBody>,
}

/// The summary of one step.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Summary")]
pub(super) struct SummaryBody {
    step: u32,
    /// Markdown, as the step wrote it.
    markdown: String,
}

/// GET /jobs/{job_id}/summary
pub(super) async fn show(
    repo: Repo<Read>,
    job: Path<i64>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let job = state.engine.store().job(JobId::new(*job)).await?;
    let job = job.ok_or(ApiError::NotFound)?;
    let _ = state.engine.run_of(repo.id(), job.run).await?;
    let summaries = state.engine.summaries(&job).await?.into_iter();
    let body = |summary: runyard_store::Summary| SummaryBody {
        step: summary.step,
        markdown: summary.text,
    };
    Ok(ok(&Summaries {
        job_id: job.id.get(),
        summaries: summaries.map(body).collect(),
    }))
}
