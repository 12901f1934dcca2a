//! Runners, as each repository sees them: they belong to the whole server, so its administrators alone change them.

use super::{
    bodies::runner::{RunnerBody, labels},
    repositories::urls,
    runs::{Parameters, with_link},
};
use crate::{
    ApiState,
    auth::{Administer, ReadAdministration, Repo, words_of_refusal},
    error::ApiError,
    runner::new_token_for_runners,
    wire::{Body, ListBody, Origin, Paging, created, ok, seconds},
};
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use runyard_domain::{
    RunnerId,
    account::{TokenKind, User},
    runner::Runner,
};
use runyard_engine::LabelChange;
use serde::Deserialize;
use serde_json::json;
use std::slice;

/// A runner in a path.
#[derive(Deserialize)]
pub(super) struct RunnerPath {
    runner_id: i64,
}

/// A label of a runner in a path.
#[derive(Deserialize)]
pub(super) struct LabelPath {
    runner_id: i64,
    name: String,
}

/// Labels in a body.
#[derive(Deserialize)]
struct LabelsBody {
    labels: Vec<String>,
}

/// GET /repos/{owner}/{repo}/actions/runners: all of the server, as the repository's jobs can be taken by each
pub(super) async fn list(
    repo: Repo<ReadAdministration>,
    query: Parameters,
    paging: Paging,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    let name = query.get("name").filter(|name| !name.is_empty());
    let store = state.engine.store();
    let listed = store
        .runner_views(name.map(String::as_str), paging.page)
        .await?;
    let online = state.engine.are_online(&listed.items).await?;
    let url = urls(&repo, &origin).by_id("/actions/runners");
    let runners = listed.items.iter().zip(online);
    let body = ListBody {
        key: "runners",
        total: listed.total,
        items: runners
            .map(|(view, online)| RunnerBody::of(view, online))
            .collect(),
    };
    Ok(with_link(ok(&body), paging.link(&url, listed.total)))
}

/// GET /repos/{owner}/{repo}/actions/runners/{runner_id}
pub(super) async fn runner(
    _: Repo<ReadAdministration>,
    path: Path<RunnerPath>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let view = state.engine.runner(RunnerId::new(path.runner_id)).await?;
    let online = state.engine.are_online(slice::from_ref(&view)).await?;
    Ok(ok(&RunnerBody::of(&view, online == [true])))
}

/// DELETE /repos/{owner}/{repo}/actions/runners/{runner_id}
pub(super) async fn remove(
    repo: Repo<Administer>,
    path: Path<RunnerPath>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    administrator(&repo)?;
    let id = RunnerId::new(path.runner_id);
    state.engine.delete_idle_runner(id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// POST /repos/{owner}/{repo}/actions/runners/registration-token
pub(super) async fn registration_token(
    repo: Repo<Administer>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    new_token(&repo, TokenKind::Registration, &state).await
}

/// POST /repos/{owner}/{repo}/actions/runners/remove-token
pub(super) async fn remove_token(
    repo: Repo<Administer>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    new_token(&repo, TokenKind::Removal, &state).await
}

async fn new_token(
    repo: &Repo<Administer>,
    kind: TokenKind,
    state: &ApiState,
) -> Result<HttpResponse, ApiError> {
    let administrator = administrator(repo)?;
    let (token, expires_at) = new_token_for_runners(administrator, kind, state).await?;
    Ok(created(
        &json!({ "token": token.reveal(), "expires_at": seconds(expires_at) }),
    ))
}

/// GET /repos/{owner}/{repo}/actions/runners/{runner_id}/labels
pub(super) async fn labels_of(
    _: Repo<ReadAdministration>,
    path: Path<RunnerPath>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let view = state.engine.runner(RunnerId::new(path.runner_id)).await?;
    Ok(shown(&view.runner))
}

/// POST /repos/{owner}/{repo}/actions/runners/{runner_id}/labels
pub(super) async fn add_labels(
    repo: Repo<Administer>,
    path: Path<RunnerPath>,
    body: Body,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    administrator(&repo)?;
    let LabelsBody { labels } = body.parse()?;
    if labels.is_empty() {
        let detail = "For 'properties/labels', [] is too short: 1 to 100 labels are allowed.";
        return Err(ApiError::InvalidRequest {
            detail: detail.to_owned(),
        });
    }
    change(path.runner_id, LabelChange::Add(labels), &state).await
}

/// PUT /repos/{owner}/{repo}/actions/runners/{runner_id}/labels
pub(super) async fn set_labels(
    repo: Repo<Administer>,
    path: Path<RunnerPath>,
    body: Body,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    administrator(&repo)?;
    let LabelsBody { labels } = body.parse()?;
    change(path.runner_id, LabelChange::Set(labels), &state).await
}

/// DELETE /repos/{owner}/{repo}/actions/runners/{runner_id}/labels
pub(super) async fn remove_labels(
    repo: Repo<Administer>,
    path: Path<RunnerPath>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    administrator(&repo)?;
    change(path.runner_id, LabelChange::Set(Vec::new()), &state).await
}

/// DELETE /repos/{owner}/{repo}/actions/runners/{runner_id}/labels/{name}
pub(super) async fn remove_label(
    repo: Repo<Administer>,
    path: Path<LabelPath>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    administrator(&repo)?;
    let LabelPath { runner_id, name } = path.into_inner();
    change(runner_id, LabelChange::Remove(name), &state).await
}

async fn change(
    runner: i64,
    change: LabelChange,
    state: &ApiState,
) -> Result<HttpResponse, ApiError> {
    let id = RunnerId::new(runner);
    let runner = state.engine.change_labels(id, &change).await?;
    Ok(shown(&runner))
}

fn shown(runner: &Runner) -> HttpResponse {
    let items = labels(runner);
    ok(&ListBody {
        key: "labels",
        total: items.len() as u64,
        items,
    })
}

/// Who changes runners: what is of the whole server is not for the administrator of one repository to change.
fn administrator(repo: &Repo<Administer>) -> Result<&User, ApiError> {
    let caller = repo.caller();
    let refused = || ApiError::forbidden(words_of_refusal(caller));
    let user = caller.user().filter(|_| caller.is_site_admin());
    user.ok_or_else(refused)
}
