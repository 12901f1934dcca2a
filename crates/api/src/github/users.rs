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
pub(super) async fn myself(signed_in: SignedIn, origin: Origin) -> HttpResponse {
    ok(&PrivateUser::of(&signed_in.user, &origin))
}

/// GET /users/{login}
pub(super) async fn user(
    login: Path<String>,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    let user = state.engine.user_by_login(&login).await?;
    Ok(ok(&PublicUser::of(&user, &origin)))
}
