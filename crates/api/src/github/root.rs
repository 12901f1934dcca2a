//! The root of the API, where gh reads the scopes of its token, and the rate limit that is not there.

use super::bodies::root;
use crate::{
    error::ApiError,
    wire::{Origin, ok},
};
use actix_web::HttpResponse;

/// GET / (with and without the slash)
pub(super) async fn root(origin: Origin) -> HttpResponse {
    ok(&root::links(&origin))
}

/// GET /rate_limit
pub(super) async fn rate_limit() -> Result<HttpResponse, ApiError> {
    Err(ApiError::NoRateLimits)
}
