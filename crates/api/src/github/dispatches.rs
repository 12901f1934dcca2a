//! Starting a workflow by hand, or by an event of one's own.

use super::{repositories::urls, runs::WorkflowPath};
use crate::{
    ApiState,
    auth::{Repo, SendEvent, Write},
    error::ApiError,
    wire::{Body, Origin, ok},
};
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use runyard_engine::{Dispatch, RepositoryDispatch};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Body of a dispatch.
#[derive(Deserialize)]
struct DispatchBody {
    #[serde(rename = "ref")]
    reference: String,
    #[serde(default)]
    inputs: Option<Map<String, Value>>,
    /// Answer 200 with the run instead of 204, as newer releases do.
    #[serde(default)]
    return_run_details: Option<bool>,
}

/// The run that a dispatch made.
#[derive(Serialize)]
struct Dispatched {
    workflow_run_id: i64,
    run_url: String,
    html_url: String,
}

/// POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches
pub(super) async fn dispatch(
    repo: Repo<Write>,
    path: Path<WorkflowPath>,
    body: Body,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    let body: DispatchBody = body.parse()?;
    let dispatch = Dispatch {
        reference: body.reference,
        inputs: body.inputs.unwrap_or_default(),
    };
    let engine = &state.engine;
    let run = engine
        .dispatch(repo.repository(), &path.key(), dispatch, repo.user()?)
        .await?;
    if body.return_run_details != Some(true) {
        return Ok(HttpResponse::NoContent().finish());
    }
    let urls = urls(&repo, &origin);
    Ok(ok(&Dispatched {
        workflow_run_id: run.get(),
        run_url: urls.api(&format!("/actions/runs/{run}")),
        html_url: urls.web(&format!("/actions/runs/{run}")),
    }))
}

/// Body of an event of one's own.
#[derive(Deserialize)]
struct EventBody {
    event_type: String,
    #[serde(default)]
    client_payload: Option<Map<String, Value>>,
}

/// POST /repos/{owner}/{repo}/dispatches
pub(super) async fn dispatch_event(
    repo: Repo<SendEvent>,
    body: Body,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let body: EventBody = body.parse()?;
    let dispatch = RepositoryDispatch {
        event_type: body.event_type,
        client_payload: body.client_payload.unwrap_or_default(),
    };
    let engine = &state.engine;
    engine
        .dispatch_event(repo.repository(), dispatch, repo.user()?)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
