//! Events that are delivered from outside, in the shape of GitHub's webhooks.

use crate::{
    ApiState,
    auth::{Repo, Write},
    error::ApiError,
    wire::{Body, Origin, accepted, ok},
};
use actix_web::{HttpRequest, HttpResponse, web::Data};
use runyard_engine::Push;
use serde::Serialize;
use serde_json::json;

const EVENT: &str = "X-GitHub-Event";
const DELIVERY: &str = "X-GitHub-Delivery";
/// Events that are taken.
const TAKEN: [&str; 2] = ["push", "ping"];

/// A run that an event made.
#[derive(Serialize)]
struct Made {
    id: i64,
    url: String,
}

/// POST /repos/{owner}/{repo}/events
pub(super) async fn take(
    repo: Repo<Write>,
    request: HttpRequest,
    body: Body,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    let header = |name| {
        request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let payload = body.object()?;
    match header(EVENT) {
        Some("push") => {}
        Some("ping") => return Ok(ok(&json!({ "runs": [] }))),
        event => return Err(not_taken(event.unwrap_or_default())),
    }
    let push = Push::from_payload(payload, header(DELIVERY).map(str::to_owned))?;
    let runs = state
        .engine
        .push(repo.repository(), push, repo.user()?)
        .await?;
    let base = format!("{}/repos/{}", origin.api(), repo.repository().full_name());
    let made = runs.into_iter().map(|run| Made {
        id: run.get(),
        url: format!("{base}/actions/runs/{run}"),
    });
    Ok(accepted(&json!({ "runs": made.collect::<Vec<_>>() })))
}

fn not_taken(event: &str) -> ApiError {
    ApiError::InvalidRequest {
        detail: format!(
            "For the header {EVENT}, {event:?} is not one of {}.",
            TAKEN.join(", ")
        ),
    }
}
