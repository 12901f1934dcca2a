//! Every door of the server, one line each. No handlers here.

use crate::{
    ApiState, downloads,
    error::{self, ApiError},
    git_http, github, graphql, health, lifecycle, pages, runner,
    wire::headers,
};
use actix_web::{
    HttpResponse,
    middleware::from_fn,
    web::{self, ServiceConfig},
};

/// Mounts all routes, the answers to unknown ones included.
pub fn configure(config: &mut ServiceConfig, state: ApiState) {
    let limits = state.limits;
    let doors = web::scope("")
        .wrap(from_fn(headers::every_answer))
        .app_data(web::Data::new(state))
        .app_data(web::PayloadConfig::new(limits.json_bytes))
        .app_data(web::PathConfig::default().error_handler(|_, _| ApiError::NotFound.into()))
        .app_data(web::QueryConfig::default().error_handler(error::bad_query))
        .service(github::scope())
        .service(
            web::scope("/api/v1")
                .configure(runner::routes)
                .configure(|config| lifecycle::routes(config, limits))
                .app_data(runyard_domain::access::Door::Runyard)
                .default_service(web::to(unknown)),
        )
        .configure(graphql::routes)
        .configure(downloads::routes)
        .configure(health::routes)
        .configure(|config| git_http::routes(config, limits))
        .configure(pages::routes)
        .default_service(web::to(unknown));
    config.service(doors);
}

/// No such route, or not with this method: 404 either way (contract 1).
pub(crate) async fn unknown() -> Result<HttpResponse, ApiError> {
    Err(ApiError::NotFound)
}
