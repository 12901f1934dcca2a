//! The root of the API, where gh reads the scopes of its token, what this server is, and the rate limit.

use super::bodies::root;
use crate::{
    error::ApiError,
    wire::{
        Origin,
        headers::{API_VERSION, ENTERPRISE_VERSION},
        ok,
        rates::{Rate, Resource, rate},
    },
};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

/// GET / (with and without the slash)
pub(super) async fn root(origin: Origin) -> HttpResponse {
    ok(&root::links(&origin))
}

/// GET /meta
pub(super) async fn meta() -> HttpResponse {
    ok(&json!({
        "verifiable_password_authentication": false,
        "installed_version": ENTERPRISE_VERSION,
    }))
}

/// GET /versions
pub(super) async fn versions() -> HttpResponse {
    ok(&[API_VERSION])
}

/// GET /rate_limit
pub(super) async fn rate_limit(request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let core = rate(&request, Resource::Core).ok_or(ApiError::NoRateLimits)?;
    let graphql = rate(&request, Resource::GraphQl);
    // Nothing can be searched, so nothing of it was used.
    let search = Rate {
        used: 0,
        remaining: core.limit,
        ..core
    };
    Ok(ok(&json!({
        "resources": { "core": core, "graphql": graphql, "search": search },
        "rate": core,
    })))
}
