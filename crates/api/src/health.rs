//! For operators and load balancers: whether the process lives, and whether it can serve.

use crate::{ApiState, error::ApiError, metrics, wire::json};
use actix_web::{
    HttpResponse,
    http::StatusCode,
    web::{self, Data, ServiceConfig},
};
use runyard_engine::EngineError;
use serde_json::json;

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .route("/healthz", web::get().to(healthz))
        .route("/readyz", web::get().to(readyz))
        .route("/metrics", web::get().to(metrics::show));
}

/// GET /healthz: the process answers.
async fn healthz() -> HttpResponse {
    json(StatusCode::OK, &json!({ "status": "ok" }))
}

/// GET /readyz: the store can be reached and the server stays, so requests can be served.
async fn readyz(state: Data<ApiState>) -> Result<HttpResponse, ApiError> {
    if state.is_stopping() {
        return Err(ApiError::stopping());
    }
    let ready = state.engine.store().ready().await;
    ready.map_err(EngineError::from)?;
    Ok(json(StatusCode::OK, &json!({ "status": "ready" })))
}
