//! Who may do what with a repository, besides its owner.

use crate::{
    ApiState,
    auth::{Administer, Repo},
    error::ApiError,
    wire::{Body, ok},
};
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use runyard_domain::repository::Role;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The last segment of the path.
#[derive(Deserialize)]
pub(super) struct LoginPath {
    login: String,
}

/// A role to be given.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "NewRole")]
pub(super) struct RoleBody {
    role: String,
}

/// A collaborator.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Collaborator")]
pub(super) struct CollaboratorBody {
    login: String,
    id: i64,
    role: &'static str,
}

/// GET /repos/{owner}/{repo}/collaborators
pub(super) async fn list(
    repo: Repo<Administer>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let store = state.engine.store();
    let mut shown = Vec::new();
    for collaborator in store.collaborators(repo.id()).await? {
        if let Some(user) = store.user(collaborator.user).await? {
            shown.push(CollaboratorBody {
                login: user.login,
                id: user.id.get(),
                role: collaborator.role.name(),
            });
        }
    }
    Ok(ok(&json!({ "collaborators": shown })))
}

/// PUT /repos/{owner}/{repo}/collaborators/{login}
pub(super) async fn put(
    repo: Repo<Administer>,
    path: Path<LoginPath>,
    body: Body,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let user = state.engine.user_by_login(&path.login).await?;
    let RoleBody { role } = body.parse()?;
    let role: Role = role.parse().map_err(|_| ApiError::InvalidRequest {
        detail: format!(
            "For 'role', {role:?} is not one of {}.",
            Role::WORDS.join(", ")
        ),
    })?;
    let engine = &state.engine;
    engine
        .put_collaborator(repo.repository(), &user, role)
        .await?;
    Ok(ok(&CollaboratorBody {
        login: user.login,
        id: user.id.get(),
        role: role.name(),
    }))
}

/// DELETE /repos/{owner}/{repo}/collaborators/{login}
pub(super) async fn remove(
    repo: Repo<Administer>,
    path: Path<LoginPath>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let user = state.engine.user_by_login(&path.login).await?;
    let store = state.engine.store();
    store.delete_collaborator(repo.id(), user.id).await?;
    Ok(HttpResponse::NoContent().finish())
}
