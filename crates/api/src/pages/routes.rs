//! The addresses of the pages. They come after all other doors, whose paths they would match too.

use super::{files, front, job, repository, run, sign_in, workflow};
use actix_web::web::{ServiceConfig, get};

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .route("/", get().to(front::front))
        .route("/login", get().to(sign_in::login))
        .route("/{owner}", get().to(front::owner))
        .route("/{owner}/{repo}", get().to(repository::show))
        .route("/{owner}/{repo}/actions", get().to(repository::show))
        .route(
            "/{owner}/{repo}/actions/runs/{run_id}",
            get().to(run::newest),
        )
        .route(
            "/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt}",
            get().to(run::attempt),
        )
        .route(
            "/{owner}/{repo}/actions/runs/{run_id}/job/{job_id}",
            get().to(job::show),
        )
        .route(
            "/{owner}/{repo}/actions/runs/{run_id}/job/{job_id}/logs",
            get().to(job::whole_log),
        )
        .route(
            "/{owner}/{repo}/actions/workflows/{workflow_id}",
            get().to(workflow::show),
        )
        .route("/{owner}/{repo}/commit/{sha}", get().to(repository::commit))
        .route("/{owner}/{repo}/blob/{path:.*}", get().to(files::show));
}
