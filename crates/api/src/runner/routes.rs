//! The routes of the native runner protocol (`runner-protocols.md` D), below `/api/v1`.

use super::{
    executions,
    messages::{FINISH_REQUEST_BYTES, LOG_REQUEST_BYTES, SUMMARY_BYTES},
    registration,
};
use crate::routes::unknown;
use actix_web::web::{PayloadConfig, ServiceConfig, delete, get, post, put, resource, to};

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .route(
            "/runners/registration-token",
            post().to(registration::token),
        )
        .route("/runners/register", post().to(registration::register))
        .route("/runners/self", put().to(registration::declare))
        .route("/runners/self", delete().to(registration::leave))
        .route("/runners/claim", post().to(executions::claim))
        .route("/runners", get().to(registration::list))
        .route("/runners/{runner_id}", delete().to(registration::remove))
        .route(
            "/executions/{execution_id}/start",
            put().to(executions::start),
        )
        .route(
            "/executions/{execution_id}/sync",
            post().to(executions::sync),
        )
        .route(
            "/executions/{execution_id}/release",
            post().to(executions::release),
        )
        .route(
            "/jobs/{job_id}/cancel-check",
            post().to(executions::cancel_check),
        )
        .service(
            resource("/executions/{execution_id}/finish")
                .app_data(PayloadConfig::new(FINISH_REQUEST_BYTES))
                .route(put().to(executions::finish))
                .default_service(to(unknown)),
        )
        .service(
            resource("/executions/{execution_id}/summaries/{step}")
                .app_data(PayloadConfig::new(SUMMARY_BYTES))
                .route(put().to(executions::summary))
                .default_service(to(unknown)),
        )
        .service(
            resource("/executions/{execution_id}/log")
                .app_data(PayloadConfig::new(LOG_REQUEST_BYTES))
                .route(put().to(executions::log))
                .default_service(to(unknown)),
        );
}
