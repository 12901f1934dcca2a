//! Users as GitHub's API shows them.

use super::bodies::user::{PrivateUser, PublicUser};
use crate::{
    ApiState,
    auth::SignedIn,
    error::ApiError,
    wire::{Origin, ok},
};
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};

/// GET /user
pub(super) async fn myself(
    signed_in: SignedIn,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    let user = &signed_in.user;
    let owned = state.engine.store().owned_counts(user.id).await?;
    Ok(ok(&PrivateUser::of(user, owned, &origin)))
}

/// GET /users/{login}
pub(super) async fn user(
    login: Path<String>,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    let user = state.engine.user_by_login(&login).await?;
    let owned = state.engine.store().owned_counts(user.id).await?;
    Ok(ok(&PublicUser::of(&user, owned, &origin)))
}
