//! How often the source of a repository is looked at, where it cannot tell of pushes.

use crate::{
    ApiState,
    auth::{Administer, Repo},
    error::ApiError,
    wire::{Body, ok, seconds},
};
use actix_web::{HttpResponse, web::Data};
use runyard_store::Poll;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How often; 0 is never.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "NewPolling")]
pub(super) struct PollingBody {
    seconds: u32,
}

/// How often, and how the last look went.
#[derive(Serialize, JsonSchema)]
pub(super) struct Polling {
    seconds: u32,
    next_at: Option<String>,
    looked_at: Option<String>,
    /// Branches and tags that the last look found.
    refs: Option<usize>,
    /// Why the last look failed.
    problem: Option<String>,
}

/// GET /repos/{owner}/{repo}/polling
pub(super) async fn show(
    repo: Repo<Administer>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    Ok(shown(state.engine.store().poll(repo.id()).await?))
}

/// PUT /repos/{owner}/{repo}/polling
pub(super) async fn put(
    repo: Repo<Administer>,
    body: Body,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let PollingBody { seconds } = body.parse()?;
    let engine = &state.engine;
    Ok(shown(engine.put_polling(repo.repository(), seconds).await?))
}

fn shown(poll: Option<Poll>) -> HttpResponse {
    let of = poll.as_ref();
    ok(&Polling {
        seconds: of.map_or(0, |poll| poll.seconds),
        next_at: of.map(|poll| seconds(poll.due_at)),
        looked_at: of.and_then(|poll| poll.looked_at).map(seconds),
        refs: of
            .and_then(|poll| poll.refs.as_ref())
            .map(|refs| refs.len()),
        problem: of.and_then(|poll| poll.failure.clone()),
    })
}
