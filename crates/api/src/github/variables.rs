//! Variables of a repository, which workflows read as `vars`.

use super::{repositories::urls, runs::with_link};
use crate::{
    ApiState,
    auth::{ReadVariables, Repo, WriteVariables},
    error::ApiError,
    wire::{Body, Empty, ListBody, Origin, Paging, created, ok, seconds},
};
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use runyard_domain::configuration::Variable;
use runyard_engine::VariableChange;
use serde::{Deserialize, Serialize};

/// Items of a page when nothing else is asked for, and at most: fewer than of other lists.
const PER_PAGE: u32 = 10;
const PER_PAGE_MAX: u32 = 30;

/// A variable in a path.
#[derive(Deserialize)]
pub(super) struct VariablePath {
    name: String,
}

/// A variable.
#[derive(Serialize)]
struct VariableBody {
    name: String,
    value: String,
    created_at: String,
    updated_at: String,
}

impl From<Variable> for VariableBody {
    fn from(variable: Variable) -> Self {
        Self {
            name: variable.name.into(),
            value: variable.value,
            created_at: seconds(variable.created_at),
            updated_at: seconds(variable.updated_at),
        }
    }
}

/// Body of a new variable.
#[derive(Deserialize)]
struct NewVariable {
    name: String,
    value: String,
}

/// Body of a change.
#[derive(Deserialize)]
struct ChangedVariable {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    value: Option<String>,
}

/// GET /repos/{owner}/{repo}/actions/variables
pub(super) async fn list(
    repo: Repo<ReadVariables>,
    paging: Paging,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    let paging = paging.sized(PER_PAGE, PER_PAGE_MAX);
    let engine = &state.engine;
    let listed = engine.variables(repo.repository(), paging.page).await?;
    let body = ListBody {
        key: "variables",
        total: listed.total,
        items: listed.items.into_iter().map(VariableBody::from).collect(),
    };
    let url = urls(&repo, &origin).by_id("/actions/variables");
    Ok(with_link(ok(&body), paging.link(&url, listed.total)))
}

/// POST /repos/{owner}/{repo}/actions/variables
pub(super) async fn create(
    repo: Repo<WriteVariables>,
    body: Body,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let new: NewVariable = body.parse()?;
    let engine = &state.engine;
    engine
        .create_variable(repo.repository(), &new.name, new.value)
        .await?;
    Ok(created(&Empty {}))
}

/// GET /repos/{owner}/{repo}/actions/variables/{name}
pub(super) async fn variable(
    repo: Repo<ReadVariables>,
    path: Path<VariablePath>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let engine = &state.engine;
    let variable = engine.variable(repo.repository(), &path.name).await?;
    Ok(ok(&VariableBody::from(variable)))
}

/// PATCH /repos/{owner}/{repo}/actions/variables/{name}
pub(super) async fn update(
    repo: Repo<WriteVariables>,
    path: Path<VariablePath>,
    body: Body,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let change: ChangedVariable = body.parse()?;
    let change = VariableChange {
        name: change.name,
        value: change.value,
    };
    let engine = &state.engine;
    engine
        .update_variable(repo.repository(), &path.name, change)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// DELETE /repos/{owner}/{repo}/actions/variables/{name}
pub(super) async fn delete(
    repo: Repo<WriteVariables>,
    path: Path<VariablePath>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let engine = &state.engine;
    engine
        .delete_variable(repo.repository(), &path.name)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
