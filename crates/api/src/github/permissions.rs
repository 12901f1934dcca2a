//! What Actions may do in a repository: whether there are any, what workflows may use, who may call them, what the tokens
//! of jobs may do, and how long their logs are kept.

use super::repositories::urls;
use crate::{
    ApiState,
    auth::{Administer, ReadAdministration, Repo},
    error::ApiError,
    wire::{Body, Origin, ok},
};
use actix_web::{HttpResponse, web::Data};
use runyard_domain::{
    actions::{AccessLevel, ActionPattern, ActionsChange, AllowedActions, SelectedChange},
    permission::DefaultPermissions,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// What may run.
#[derive(Serialize)]
struct PermissionsBody {
    enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed_actions: Option<AllowedActions>,
    #[serde(skip_serializing_if = "Option::is_none")]
    selected_actions_url: Option<String>,
    sha_pinning_required: bool,
}

/// What shall run; what is absent stays as it is.
#[derive(Deserialize)]
struct NewPermissions {
    enabled: bool,
    allowed_actions: Option<AllowedActions>,
    sha_pinning_required: Option<bool>,
}

/// GET /repos/{owner}/{repo}/actions/permissions
pub(super) async fn permissions(
    repo: Repo<ReadAdministration>,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    let settings = state.engine.actions_settings(repo.repository()).await?;
    let allowed_actions = settings.enabled.then_some(settings.allowed);
    let is_selecting = allowed_actions == Some(AllowedActions::Selected);
    let url = || urls(&repo, &origin).by_id("/actions/permissions/selected-actions");
    Ok(ok(&PermissionsBody {
        enabled: settings.enabled,
        allowed_actions,
        selected_actions_url: is_selecting.then(url),
        sha_pinning_required: settings.pinned,
    }))
}

/// PUT /repos/{owner}/{repo}/actions/permissions
pub(super) async fn set_permissions(
    repo: Repo<Administer>,
    body: Body,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let new: NewPermissions = body.parse()?;
    let change = ActionsChange {
        enabled: Some(new.enabled),
        allowed: new.allowed_actions,
        pinned: new.sha_pinning_required,
        ..ActionsChange::default()
    };
    changed(&repo, &state, &change).await
}

/// What is selected; what is absent stays as it is.
#[derive(Default, Deserialize)]
struct NewSelectedActions {
    github_owned_allowed: Option<bool>,
    verified_allowed: Option<bool>,
    patterns_allowed: Option<Vec<ActionPattern>>,
}

/// GET /repos/{owner}/{repo}/actions/permissions/selected-actions
pub(super) async fn selected_actions(
    repo: Repo<ReadAdministration>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let selected = state.engine.selecting(repo.repository()).await?.selected;
    Ok(ok(&json!({
        "github_owned_allowed": selected.github_owned,
        "verified_allowed": selected.verified,
        "patterns_allowed": selected.patterns,
    })))
}

/// PUT /repos/{owner}/{repo}/actions/permissions/selected-actions
pub(super) async fn set_selected_actions(
    repo: Repo<Administer>,
    body: Body,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let new: NewSelectedActions = body.parse_or_default()?;
    let _ = state.engine.selecting(repo.repository()).await?;
    let change = ActionsChange {
        selected: SelectedChange {
            github_owned: new.github_owned_allowed,
            verified: new.verified_allowed,
            patterns: new.patterns_allowed,
        },
        ..ActionsChange::default()
    };
    changed(&repo, &state, &change).await
}

/// Which other repositories may use what a private one has.
#[derive(Deserialize)]
struct NewAccess {
    access_level: AccessLevel,
}

/// GET /repos/{owner}/{repo}/actions/permissions/access
pub(super) async fn access(
    repo: Repo<ReadAdministration>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let access = state.engine.access_level(repo.repository()).await?;
    Ok(ok(&json!({ "access_level": access })))
}

/// PUT /repos/{owner}/{repo}/actions/permissions/access
pub(super) async fn set_access(
    repo: Repo<Administer>,
    body: Body,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let new: NewAccess = body.parse()?;
    let change = ActionsChange {
        access: Some(new.access_level),
        ..ActionsChange::default()
    };
    changed(&repo, &state, &change).await
}

/// How long logs are kept.
#[derive(Deserialize)]
struct NewDays {
    days: i64,
}

/// GET /repos/{owner}/{repo}/actions/permissions/artifact-and-log-retention
pub(super) async fn retention(
    repo: Repo<ReadAdministration>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let (days, max) = state.engine.log_days(repo.repository()).await?;
    Ok(ok(&json!({ "days": days, "maximum_allowed_days": max })))
}

/// PUT /repos/{owner}/{repo}/actions/permissions/artifact-and-log-retention
pub(super) async fn set_retention(
    repo: Repo<Administer>,
    body: Body,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let new: NewDays = body.parse()?;
    let engine = &state.engine;
    engine.put_log_days(repo.repository(), new.days).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What a job's token may do where no file says it.
#[derive(Deserialize)]
struct NewWorkflowPermissions {
    default_workflow_permissions: Option<DefaultPermissions>,
    can_approve_pull_request_reviews: Option<bool>,
}

/// GET /repos/{owner}/{repo}/actions/permissions/workflow
pub(super) async fn workflow_permissions(
    repo: Repo<ReadAdministration>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let settings = state.engine.actions_settings(repo.repository()).await?;
    Ok(ok(&json!({
        "default_workflow_permissions": settings.tokens,
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
    let change = ActionsChange {
        tokens: new.default_workflow_permissions,
        ..ActionsChange::default()
    };
    changed(&repo, &state, &change).await
}

async fn changed(
    repo: &Repo<Administer>,
    state: &ApiState,
    change: &ActionsChange,
) -> Result<HttpResponse, ApiError> {
    let engine = &state.engine;
    engine.change_actions(repo.repository(), change).await?;
    Ok(HttpResponse::NoContent().finish())
}
