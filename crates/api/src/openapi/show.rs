//! The document and its page, for whoever asks.

use super::{docs::page, document};
use crate::{
    pages::{Page, shown},
    wire::ok,
};
use actix_web::HttpResponse;

/// GET /openapi.json
pub(crate) async fn openapi() -> HttpResponse {
    ok(document())
}

/// GET /docs
pub(crate) async fn docs() -> HttpResponse {
    let title = "Runyard's own API";
    shown(&Page {
        title,
        trail: &[],
        body: page(document()),
    })
}
