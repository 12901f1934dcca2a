//! The routes of GitHub's API. Each repository answers under its name and under its id (contract 1).

use super::{
    annotations, artifacts, caches, checks, contents, dispatches, jobs, logs, permissions,
    repositories, root, runners, runs, secrets, users, variables, workflows,
};
use crate::{
    routes::unknown,
    wire::{acceptable, etag, headers},
};
use actix_web::{
    Scope,
    dev::HttpServiceFactory,
    middleware::{Compress, from_fn},
    web::{delete, get, patch, post, put, scope as below, to},
};
use runyard_domain::access::Door;

pub(crate) fn scope() -> impl HttpServiceFactory {
    below("/api/v3")
        .wrap(from_fn(etag))
        .wrap(Compress::default())
        .wrap(from_fn(acceptable))
        .wrap(from_fn(headers::github))
        .app_data(Door::GitHub)
        .route("", get().to(root::root))
        .route("/", get().to(root::root))
        .route("/rate_limit", get().to(root::rate_limit))
        .route("/meta", get().to(root::meta))
        .route("/versions", get().to(root::versions))
        .route("/user", get().to(users::myself))
        .route("/users/{login}", get().to(users::user))
        .service(repository(below("/repos/{owner}/{repo}")))
        .service(repository(below("/repositories/{repository_id}")))
        .default_service(to(unknown))
}

fn repository(scope: Scope) -> Scope {
    kept(configuration(scope))
        .route("", get().to(repositories::repository))
        .route("/contents", get().to(contents::root))
        .route("/contents/{path:.*}", get().to(contents::at_path))
        .route("/dispatches", post().to(dispatches::dispatch_event))
        .route("/actions/runs", get().to(runs::list))
        .route("/actions/runs/{run_id}", get().to(runs::run))
        .route("/actions/runs/{run_id}", delete().to(runs::delete))
        .route(
            "/actions/runs/{run_id}/attempts/{attempt}",
            get().to(runs::attempt),
        )
        .route(
            "/actions/runs/{run_id}/attempts/{attempt}/jobs",
            get().to(jobs::of_attempt),
        )
        .route(
            "/actions/runs/{run_id}/attempts/{attempt}/logs",
            get().to(logs::of_attempt),
        )
        .route(
            "/actions/runs/{run_id}/artifacts",
            get().to(artifacts::of_run),
        )
        .route("/actions/runs/{run_id}/jobs", get().to(jobs::of_run))
        .route("/actions/runs/{run_id}/logs", get().to(logs::of_run))
        .route("/actions/runs/{run_id}/logs", delete().to(logs::delete))
        .route("/actions/runs/{run_id}/cancel", post().to(runs::cancel))
        .route(
            "/actions/runs/{run_id}/force-cancel",
            post().to(runs::force_cancel),
        )
        .route("/actions/runs/{run_id}/rerun", post().to(runs::rerun))
        .route(
            "/actions/runs/{run_id}/rerun-failed-jobs",
            post().to(runs::rerun_failed),
        )
        .route("/actions/jobs/{job_id}", get().to(jobs::job))
        .route("/actions/jobs/{job_id}/logs", get().to(logs::of_job))
        .route("/check-runs/{check_run_id}", get().to(checks::check_run))
        .route(
            "/check-runs/{check_run_id}",
            patch().to(checks::update_check_run),
        )
        .route(
            "/check-suites/{check_suite_id}",
            get().to(checks::check_suite),
        )
        .route(
            "/check-suites/{check_suite_id}/check-runs",
            get().to(checks::runs_of_suite),
        )
        .route(
            "/commits/{ref:.+}/check-runs",
            get().to(checks::runs_of_commit),
        )
        .route(
            "/commits/{ref:.+}/check-suites",
            get().to(checks::suites_of_commit),
        )
        .route(
            "/check-runs/{check_run_id}/annotations",
            get().to(annotations::of_check_run),
        )
        .route("/actions/jobs/{job_id}/rerun", post().to(jobs::rerun))
        .route("/actions/permissions", get().to(permissions::permissions))
        .route(
            "/actions/permissions",
            put().to(permissions::set_permissions),
        )
        .route(
            "/actions/permissions/selected-actions",
            get().to(permissions::selected_actions),
        )
        .route(
            "/actions/permissions/selected-actions",
            put().to(permissions::set_selected_actions),
        )
        .route("/actions/permissions/access", get().to(permissions::access))
        .route(
            "/actions/permissions/access",
            put().to(permissions::set_access),
        )
        .route(
            "/actions/permissions/artifact-and-log-retention",
            get().to(permissions::retention),
        )
        .route(
            "/actions/permissions/artifact-and-log-retention",
            put().to(permissions::set_retention),
        )
        .route(
            "/actions/permissions/workflow",
            get().to(permissions::workflow_permissions),
        )
        .route(
            "/actions/permissions/workflow",
            put().to(permissions::set_workflow_permissions),
        )
        .route("/actions/runners", get().to(runners::list))
        .route(
            "/actions/runners/registration-token",
            post().to(runners::registration_token),
        )
        .route(
            "/actions/runners/remove-token",
            post().to(runners::remove_token),
        )
        .route("/actions/runners/{runner_id}", get().to(runners::runner))
        .route("/actions/runners/{runner_id}", delete().to(runners::remove))
        .route(
            "/actions/runners/{runner_id}/labels",
            get().to(runners::labels_of),
        )
        .route(
            "/actions/runners/{runner_id}/labels",
            post().to(runners::add_labels),
        )
        .route(
            "/actions/runners/{runner_id}/labels",
            put().to(runners::set_labels),
        )
        .route(
            "/actions/runners/{runner_id}/labels",
            delete().to(runners::remove_labels),
        )
        .route(
            "/actions/runners/{runner_id}/labels/{name}",
            delete().to(runners::remove_label),
        )
        .route("/actions/workflows", get().to(workflows::list))
        .route(
            "/actions/workflows/{workflow_id}",
            get().to(workflows::workflow),
        )
        .route(
            "/actions/workflows/{workflow_id}/runs",
            get().to(runs::list_of_workflow),
        )
        .route(
            "/actions/workflows/{workflow_id}/dispatches",
            post().to(dispatches::dispatch),
        )
        .route(
            "/actions/workflows/{workflow_id}/enable",
            put().to(workflows::enable),
        )
        .route(
            "/actions/workflows/{workflow_id}/disable",
            put().to(workflows::disable),
        )
        .default_service(to(unknown))
}

/// What workflows are given.
fn configuration(scope: Scope) -> Scope {
    scope
        .route("/actions/secrets", get().to(secrets::list))
        .route("/actions/secrets/public-key", get().to(secrets::public_key))
        .route("/actions/secrets/{secret_name}", get().to(secrets::secret))
        .route("/actions/secrets/{secret_name}", put().to(secrets::put))
        .route(
            "/actions/secrets/{secret_name}",
            delete().to(secrets::delete),
        )
        .route("/actions/variables", get().to(variables::list))
        .route("/actions/variables", post().to(variables::create))
        .route("/actions/variables/{name}", get().to(variables::variable))
        .route("/actions/variables/{name}", patch().to(variables::update))
        .route("/actions/variables/{name}", delete().to(variables::delete))
}

/// What jobs kept.
fn kept(scope: Scope) -> Scope {
    scope
        .route("/actions/artifacts", get().to(artifacts::list))
        .route(
            "/actions/artifacts/{artifact_id}",
            get().to(artifacts::artifact),
        )
        .route(
            "/actions/artifacts/{artifact_id}",
            delete().to(artifacts::delete),
        )
        .route(
            "/actions/artifacts/{artifact_id}/{archive_format}",
            get().to(artifacts::download),
        )
        .route("/actions/caches", get().to(caches::list))
        .route("/actions/caches", delete().to(caches::delete_named))
        .route("/actions/caches/{cache_id}", delete().to(caches::delete))
        .route("/actions/cache/usage", get().to(caches::usage))
}
