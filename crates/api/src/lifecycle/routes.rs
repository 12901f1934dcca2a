//! The routes of Runyard's own API.

use super::{
    collaborators, credentials, delete_runs, events, jobs, polling, repositories, retention, runs,
    status, summaries, tokens, users,
};
use crate::{ApiLimits, openapi, routes::unknown};
use actix_web::web::{PayloadConfig, ServiceConfig, delete, get, post, put, resource, to};

pub(crate) fn routes(config: &mut ServiceConfig, limits: ApiLimits) {
    config
        .route("/openapi.json", get().to(openapi::openapi))
        .route("/docs", get().to(openapi::docs))
        .route("/status", get().to(status::show))
        .route("/user", get().to(users::myself))
        .route("/users", post().to(users::create))
        .route("/users", get().to(users::list))
        .route("/users/{login}", get().to(users::show))
        .route("/users/{login}", delete().to(users::remove))
        .route("/tokens", post().to(tokens::create))
        .route("/tokens", get().to(tokens::list))
        .route("/tokens/{token_id}", delete().to(tokens::remove))
        .route("/repos", post().to(repositories::create))
        .route("/repos", get().to(repositories::list))
        .route("/repos/{owner}/{repo}", get().to(repositories::show))
        .route("/repos/{owner}/{repo}", delete().to(repositories::remove))
        .route(
            "/repos/{owner}/{repo}/collaborators",
            get().to(collaborators::list),
        )
        .route(
            "/repos/{owner}/{repo}/collaborators/{login}",
            put().to(collaborators::put),
        )
        .route(
            "/repos/{owner}/{repo}/collaborators/{login}",
            delete().to(collaborators::remove),
        )
        .route(
            "/repos/{owner}/{repo}/credentials",
            get().to(credentials::show),
        )
        .route(
            "/repos/{owner}/{repo}/credentials",
            put().to(credentials::put),
        )
        .route(
            "/repos/{owner}/{repo}/credentials",
            delete().to(credentials::remove),
        )
        .route(
            "/repos/{owner}/{repo}/events/secret",
            get().to(credentials::show_event_secret),
        )
        .route(
            "/repos/{owner}/{repo}/events/secret",
            put().to(credentials::put_event_secret),
        )
        .route(
            "/repos/{owner}/{repo}/events/secret",
            delete().to(credentials::remove_event_secret),
        )
        .route("/repos/{owner}/{repo}/polling", get().to(polling::show))
        .route("/repos/{owner}/{repo}/polling", put().to(polling::put))
        .route("/repos/{owner}/{repo}/retention", get().to(retention::show))
        .route("/repos/{owner}/{repo}/retention", put().to(retention::put))
        .route(
            "/repos/{owner}/{repo}/retention",
            delete().to(retention::remove),
        )
        .route(
            "/repos/{owner}/{repo}/runs/delete",
            post().to(delete_runs::delete),
        )
        .route("/runs/{run_id}", get().to(runs::show))
        .route("/runs/{run_id}/rerun", post().to(runs::rerun))
        .route("/jobs/{job_id}/cancel", post().to(jobs::cancel))
        .route("/jobs/{job_id}/summary", get().to(summaries::show))
        .service(
            resource("/repos/{owner}/{repo}/events")
                .app_data(PayloadConfig::new(limits.event_bytes))
                .route(post().to(events::take))
                .default_service(to(unknown)),
        );
}
