//! Users: made, listed and deleted by administrators; everybody sees themselves.

use super::Keyset;
use crate::{
    ApiState,
    auth::{SignedIn, SiteAdmin},
    error::ApiError,
    wire::{Body, created, ok, seconds},
};
use actix_web::{
    HttpResponse,
    web::{Data, Path, Query},
};
use runyard_domain::{
    UserId,
    account::{Scope, User},
};
use runyard_engine::NewUser;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A user.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "User")]
pub(super) struct UserBody {
    id: i64,
    login: String,
    name: Option<String>,
    site_admin: bool,
    created_at: String,
    /// Of the token that asks, when it asks about itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    scopes: Option<Vec<&'static str>>,
}

impl UserBody {
    fn of(user: &User) -> Self {
        Self {
            id: user.id.get(),
            login: user.login.clone(),
            name: user.name.clone(),
            site_admin: user.site_admin,
            created_at: seconds(user.created_at),
            scopes: None,
        }
    }
}

/// GET /user
pub(super) async fn myself(signed_in: SignedIn) -> HttpResponse {
    let scopes = signed_in.grant.scopes();
    let names = |scopes: &[Scope]| scopes.iter().copied().map(Scope::name).collect();
    ok(&UserBody {
        scopes: scopes.map(names),
        ..UserBody::of(&signed_in.user)
    })
}

/// A user to be made.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "NewUser")]
pub(super) struct NewUserBody {
    login: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    site_admin: bool,
}

/// POST /users
pub(super) async fn create(
    _: SiteAdmin,
    body: Body,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let body: NewUserBody = body.parse()?;
    let new = NewUser {
        login: body.login,
        name: body.name,
        site_admin: body.site_admin,
    };
    let user = state.engine.create_user(new).await?;
    Ok(created(&UserBody::of(&user)))
}

/// GET /users
pub(super) async fn list(
    _: SiteAdmin,
    keyset: Query<Keyset>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let after = UserId::new(keyset.after());
    let users = state.engine.store().users(after, keyset.limit()).await?;
    let next = keyset.next(users.last().map(|user| user.id.get()), users.len());
    let users: Vec<UserBody> = users.iter().map(UserBody::of).collect();
    Ok(ok(&json!({ "users": users, "next": next })))
}

/// GET /users/{login}
pub(super) async fn show(
    _: SiteAdmin,
    login: Path<String>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let user = state.engine.user_by_login(&login).await?;
    Ok(ok(&UserBody::of(&user)))
}

/// DELETE /users/{login}
pub(super) async fn remove(
    _: SiteAdmin,
    login: Path<String>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    state.engine.delete_user(&login).await?;
    Ok(HttpResponse::NoContent().finish())
}
