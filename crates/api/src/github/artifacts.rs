//! Artifacts of a run. Jobs cannot keep any yet, so every list is empty; gh asks for it before it shows a run.

use super::runs::RunPath;
use crate::{
    ApiState,
    auth::{Read, Repo},
    error::ApiError,
    wire::{Empty, ListBody, ok},
};
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};

/// GET /repos/{owner}/{repo}/actions/runs/{run_id}/artifacts
pub(super) async fn of_run(
    repo: Repo<Read>,
    path: Path<RunPath>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    state.engine.run_of(repo.id(), path.id()).await?;
    let none: ListBody<Empty> = ListBody {
        key: "artifacts",
        total: 0,
        items: Vec::new(),
    };
    Ok(ok(&none))
}
