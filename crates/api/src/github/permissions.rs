//! What Actions may do in a repository. It can be switched off; beside that Runyard runs whatever a workflow names.

use super::repositories::urls;
use crate::{
    ApiState,
    auth::{Administer, ReadAdministration, Repo},
    error::ApiError,
    wire::{Body, Origin, ok},
};
use actix_web::{HttpResponse, web::Data};
use runyard_domain::permission::DefaultPermissions;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The only choice of actions that there is.
const ALL: &str = "all";

/// What may run.
#[derive(Serialize)]
struct PermissionsBody {
    enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed_actions: Option<&'static str>,
    sha_pinning_required: bool,
}

/// What shall run.
#[derive(Deserialize)]
struct NewPermissions {
    enabled: bool,
    #[serde(default)]
    allowed_actions: Option<String>,
    #[serde(default)]
    sha_pinning_required: Option<bool>,
}

/// GET /repos/{owner}/{repo}/actions/permissions
pub(super) async fn permissions(
    repo: Repo<ReadAdministration>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let enabled = state.engine.store().actions_enabled(repo.id()).await?;
    Ok(ok(&PermissionsBody {
        enabled,
        allowed_actions: enabled.then_some(ALL),
        sha_pinning_required: false,
    }))
}

/// PUT /repos/{owner}/{repo}/actions/permissions
pub(super) async fn set_permissions(
    repo: Repo<Administer>,
    body: Body,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let new: NewPermissions = body.parse()?;
    if let Some(actions) = new.allowed_actions.filter(|actions| actions != ALL) {
        return Err(ApiError::Unprocessable(format!(
            "allowed_actions: {actions:?} is not possible here, all actions are allowed: it must be \"all\""
        )));
    }
    if new.sha_pinning_required == Some(true) {
        let problem = "sha_pinning_required: true is not possible here, it must be false";
        return Err(ApiError::Unprocessable(problem.to_owned()));
    }
    let engine = &state.engine;
    engine
        .put_actions_enabled(repo.repository(), new.enabled)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// GET /repos/{owner}/{repo}/actions/permissions/selected-actions
pub(super) async fn selected_actions(
    repo: Repo<ReadAdministration>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    let url = urls(&repo, &origin).api("/actions/permissions");
    Err(ApiError::Conflict(format!(
        "No actions are selected, all are allowed: see {url}"
    )))
}

/// What a job's token may do where no file says it.
#[derive(Deserialize)]
struct NewWorkflowPermissions {
    #[serde(default)]
    default_workflow_permissions: Option<DefaultPermissions>,
    #[serde(default)]
    can_approve_pull_request_reviews: Option<bool>,
}

/// GET /repos/{owner}/{repo}/actions/permissions/workflow
pub(super) async fn workflow_permissions(
    repo: Repo<ReadAdministration>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let silent = state.engine.store().default_permissions(repo.id()).await?;
    Ok(ok(&json!({
        "default_workflow_permissions": silent,
        "can_approve_pull_request_reviews": false,
    })))
}

/// PUT /repos/{owner}/{repo}/actions/permissions/workflow
pub(super) async fn set_workflow_permissions(
    repo: Repo<Administer>,
    body: Body,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let new: NewWorkflowPermissions = body.parse()?;
    if new.can_approve_pull_request_reviews == Some(true) {
        let problem =
            "can_approve_pull_request_reviews: true is not possible here, it must be false";
        return Err(ApiError::Unprocessable(problem.to_owned()));
    }
    if let Some(silent) = new.default_workflow_permissions {
        let engine = &state.engine;
        engine
            .put_default_permissions(repo.repository(), silent)
            .await?;
    }
    Ok(HttpResponse::NoContent().finish())
}
