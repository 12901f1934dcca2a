//! Which page documents which operation: what `documentation_url` says (contract 3).

use crate::error::DOCUMENTATION;
use actix_web::HttpRequest;

const REPOSITORY: [&str; 2] = [
    "/api/v3/repos/{owner}/{repo}",
    "/api/v3/repositories/{repository_id}",
];

/// Method and route below a repository, and its page.
const BELOW_REPOSITORY: [(&str, &str, &str); 68] = [
    ("GET", "", "repos/repos#get-a-repository"),
    (
        "GET",
        "/actions/runs",
        "actions/workflow-runs#list-workflow-runs-for-a-repository",
    ),
    (
        "GET",
        "/actions/runs/{run_id}",
        "actions/workflow-runs#get-a-workflow-run",
    ),
    (
        "GET",
        "/actions/runs/{run_id}/attempts/{attempt}",
        "actions/workflow-runs#get-a-workflow-run-attempt",
    ),
    (
        "GET",
        "/actions/runs/{run_id}/attempts/{attempt}/jobs",
        "actions/workflow-jobs#list-jobs-for-a-workflow-run-attempt",
    ),
    (
        "GET",
        "/actions/runs/{run_id}/attempts/{attempt}/logs",
        "actions/workflow-runs#download-workflow-run-attempt-logs",
    ),
    (
        "DELETE",
        "/actions/runs/{run_id}",
        "actions/workflow-runs#delete-a-workflow-run",
    ),
    (
        "DELETE",
        "/actions/runs/{run_id}/logs",
        "actions/workflow-runs#delete-workflow-run-logs",
    ),
    (
        "POST",
        "/actions/runs/{run_id}/force-cancel",
        "actions/workflow-runs#force-cancel-a-workflow-run",
    ),
    (
        "POST",
        "/actions/runs/{run_id}/rerun-failed-jobs",
        "actions/workflow-runs#re-run-failed-jobs-from-a-workflow-run",
    ),
    (
        "POST",
        "/actions/jobs/{job_id}/rerun",
        "actions/workflow-runs#re-run-a-job-from-a-workflow-run",
    ),
    (
        "GET",
        "/actions/runs/{run_id}/artifacts",
        "actions/artifacts#list-workflow-run-artifacts",
    ),
    (
        "GET",
        "/actions/runs/{run_id}/jobs",
        "actions/workflow-jobs#list-jobs-for-a-workflow-run",
    ),
    (
        "GET",
        "/actions/runs/{run_id}/logs",
        "actions/workflow-runs#download-workflow-run-logs",
    ),
    (
        "POST",
        "/actions/runs/{run_id}/cancel",
        "actions/workflow-runs#cancel-a-workflow-run",
    ),
    (
        "POST",
        "/actions/runs/{run_id}/rerun",
        "actions/workflow-runs#re-run-a-workflow",
    ),
    (
        "GET",
        "/actions/jobs/{job_id}",
        "actions/workflow-jobs#get-a-job-for-a-workflow-run",
    ),
    (
        "GET",
        "/actions/jobs/{job_id}/logs",
        "actions/workflow-jobs#download-job-logs-for-a-workflow-run",
    ),
    (
        "GET",
        "/actions/workflows",
        "actions/workflows#list-repository-workflows",
    ),
    (
        "GET",
        "/actions/workflows/{workflow_id}",
        "actions/workflows#get-a-workflow",
    ),
    (
        "GET",
        "/actions/workflows/{workflow_id}/runs",
        "actions/workflow-runs#list-workflow-runs-for-a-workflow",
    ),
    (
        "POST",
        "/actions/workflows/{workflow_id}/dispatches",
        "actions/workflows#create-a-workflow-dispatch-event",
    ),
    (
        "PUT",
        "/actions/workflows/{workflow_id}/enable",
        "actions/workflows#enable-a-workflow",
    ),
    (
        "PUT",
        "/actions/workflows/{workflow_id}/disable",
        "actions/workflows#disable-a-workflow",
    ),
    (
        "POST",
        "/dispatches",
        "repos/repos#create-a-repository-dispatch-event",
    ),
    (
        "GET",
        "/actions/secrets",
        "actions/secrets#list-repository-secrets",
    ),
    (
        "GET",
        "/actions/secrets/public-key",
        "actions/secrets#get-a-repository-public-key",
    ),
    (
        "GET",
        "/actions/secrets/{secret_name}",
        "actions/secrets#get-a-repository-secret",
    ),
    (
        "PUT",
        "/actions/secrets/{secret_name}",
        "actions/secrets#create-or-update-a-repository-secret",
    ),
    (
        "DELETE",
        "/actions/secrets/{secret_name}",
        "actions/secrets#delete-a-repository-secret",
    ),
    (
        "GET",
        "/actions/variables",
        "actions/variables#list-repository-variables",
    ),
    (
        "POST",
        "/actions/variables",
        "actions/variables#create-a-repository-variable",
    ),
    (
        "GET",
        "/actions/variables/{name}",
        "actions/variables#get-a-repository-variable",
    ),
    (
        "PATCH",
        "/actions/variables/{name}",
        "actions/variables#update-a-repository-variable",
    ),
    (
        "DELETE",
        "/actions/variables/{name}",
        "actions/variables#delete-a-repository-variable",
    ),
    (
        "GET",
        "/actions/artifacts",
        "actions/artifacts#list-artifacts-for-a-repository",
    ),
    (
        "GET",
        "/actions/artifacts/{artifact_id}",
        "actions/artifacts#get-an-artifact",
    ),
    (
        "DELETE",
        "/actions/artifacts/{artifact_id}",
        "actions/artifacts#delete-an-artifact",
    ),
    (
        "GET",
        "/actions/artifacts/{artifact_id}/{archive_format}",
        "actions/artifacts#download-an-artifact",
    ),
    (
        "GET",
        "/actions/caches",
        "actions/cache#list-github-actions-caches-for-a-repository",
    ),
    (
        "DELETE",
        "/actions/caches",
        "actions/cache#delete-github-actions-caches-for-a-repository-using-a-cache-key",
    ),
    (
        "DELETE",
        "/actions/caches/{cache_id}",
        "actions/cache#delete-a-github-actions-cache-for-a-repository-using-a-cache-id",
    ),
    (
        "GET",
        "/actions/cache/usage",
        "actions/cache#get-github-actions-cache-usage-for-a-repository",
    ),
    (
        "GET",
        "/check-runs/{check_run_id}",
        "checks/runs#get-a-check-run",
    ),
    (
        "PATCH",
        "/check-runs/{check_run_id}",
        "checks/runs#update-a-check-run",
    ),
    (
        "GET",
        "/check-runs/{check_run_id}/annotations",
        "checks/runs#list-check-run-annotations",
    ),
    (
        "GET",
        "/check-suites/{check_suite_id}",
        "checks/suites#get-a-check-suite",
    ),
    (
        "GET",
        "/commits/{ref:.+}/check-runs",
        "checks/runs#list-check-runs-for-a-git-reference",
    ),
    (
        "GET",
        "/commits/{ref:.+}/check-suites",
        "checks/suites#list-check-suites-for-a-git-reference",
    ),
    (
        "GET",
        "/actions/permissions",
        "actions/permissions#get-github-actions-permissions-for-a-repository",
    ),
    (
        "PUT",
        "/actions/permissions",
        "actions/permissions#set-github-actions-permissions-for-a-repository",
    ),
    (
        "GET",
        "/actions/permissions/selected-actions",
        "actions/permissions#get-allowed-actions-and-reusable-workflows-for-a-repository",
    ),
    (
        "PUT",
        "/actions/permissions/selected-actions",
        "actions/permissions#set-allowed-actions-and-reusable-workflows-for-a-repository",
    ),
    (
        "GET",
        "/actions/permissions/access",
        "actions/permissions#get-the-level-of-access-for-workflows-outside-of-the-repository",
    ),
    (
        "PUT",
        "/actions/permissions/access",
        "actions/permissions#set-the-level-of-access-for-workflows-outside-of-the-repository",
    ),
    (
        "GET",
        "/actions/permissions/artifact-and-log-retention",
        "actions/permissions#get-artifact-and-log-retention-settings-for-a-repository",
    ),
    (
        "PUT",
        "/actions/permissions/artifact-and-log-retention",
        "actions/permissions#set-artifact-and-log-retention-settings-for-a-repository",
    ),
    (
        "GET",
        "/actions/permissions/workflow",
        "actions/permissions#get-default-workflow-permissions-for-a-repository",
    ),
    (
        "GET",
        "/actions/runners",
        "actions/self-hosted-runners#list-self-hosted-runners-for-a-repository",
    ),
    (
        "POST",
        "/actions/runners/registration-token",
        "actions/self-hosted-runners#create-a-registration-token-for-a-repository",
    ),
    (
        "POST",
        "/actions/runners/remove-token",
        "actions/self-hosted-runners#create-a-remove-token-for-a-repository",
    ),
    (
        "GET",
        "/actions/runners/{runner_id}",
        "actions/self-hosted-runners#get-a-self-hosted-runner-for-a-repository",
    ),
    (
        "DELETE",
        "/actions/runners/{runner_id}",
        "actions/self-hosted-runners#delete-a-self-hosted-runner-from-a-repository",
    ),
    (
        "GET",
        "/actions/runners/{runner_id}/labels",
        "actions/self-hosted-runners#list-labels-for-a-self-hosted-runner-for-a-repository",
    ),
    (
        "POST",
        "/actions/runners/{runner_id}/labels",
        "actions/self-hosted-runners#add-custom-labels-to-a-self-hosted-runner-for-a-repository",
    ),
    (
        "PUT",
        "/actions/runners/{runner_id}/labels",
        "actions/self-hosted-runners#set-custom-labels-for-a-self-hosted-runner-for-a-repository",
    ),
    (
        "DELETE",
        "/actions/runners/{runner_id}/labels",
        "actions/self-hosted-runners#remove-all-custom-labels-from-a-self-hosted-runner-for-a-repository",
    ),
    (
        "DELETE",
        "/actions/runners/{runner_id}/labels/{name}",
        "actions/self-hosted-runners#remove-a-custom-label-from-a-self-hosted-runner-for-a-repository",
    ),
];

/// The same of routes that GitHub's description of what belongs to Actions does not have.
const BESIDE_THE_DESCRIPTION: [(&str, &str, &str); 3] = [
    ("GET", "/contents", "repos/contents#get-repository-content"),
    (
        "GET",
        "/contents/{path:.*}",
        "repos/contents#get-repository-content",
    ),
    (
        "GET",
        "/check-suites/{check_suite_id}/check-runs",
        "checks/runs#list-check-runs-in-a-check-suite",
    ),
];

/// Method and whole route, and its page.
const OTHERS: [(&str, &str, &str); 5] = [
    ("GET", "/api/v3", "meta/meta#github-api-root"),
    (
        "GET",
        "/api/v3/meta",
        "meta/meta#get-apiname-meta-information",
    ),
    (
        "GET",
        "/api/v3/user",
        "users/users#get-the-authenticated-user",
    ),
    ("GET", "/api/v3/users/{login}", "users/users#get-a-user"),
    (
        "GET",
        "/api/v3/rate_limit",
        "rate-limit/rate-limit#get-rate-limit-status-for-the-authenticated-user",
    ),
];

/// The page of the operation that a request was routed to.
pub(crate) fn page(request: &HttpRequest) -> Option<String> {
    let pattern = request.match_pattern()?;
    let below = REPOSITORY
        .iter()
        .find_map(|prefix| pattern.strip_prefix(prefix));
    let (pages, route): (&[_], &str) = match below {
        Some(below) => (&BELOW_REPOSITORY, below),
        None => (&OTHERS, pattern.trim_end_matches('/')),
    };
    let method = request.method().as_str();
    let beside: &[_] = match below {
        Some(_) => &BESIDE_THE_DESCRIPTION,
        None => &[],
    };
    let found = pages
        .iter()
        .chain(beside)
        .find(|(of, at, _)| *of == method && *at == route);
    found.map(|(_, _, page)| format!("{DOCUMENTATION}/{page}"))
}

/// Whether this route is the repository and nothing below it.
pub(crate) fn is_repository_itself(pattern: &str) -> bool {
    REPOSITORY.contains(&pattern)
}

#[cfg(test)]
mod tests {
    use super::{BELOW_REPOSITORY, OTHERS};
    use crate::error::DOCUMENTATION;
    use serde_json::Value;

    /// GitHub's own names of the segments that ours are other words for.
    const RENAMED: [(&str, &str); 2] = [("{attempt}", "{attempt_number}"), ("{ref:.+}", "{ref}")];

    fn described(method: &str, route: &str, description: &Value) -> Option<String> {
        let mut route = route.to_owned();
        for (ours, theirs) in RENAMED {
            route = route.replace(ours, theirs);
        }
        let operation = &description["paths"][route][method.to_lowercase()];
        operation["externalDocs"]["url"].as_str().map(str::to_owned)
    }

    #[test]
    fn pages_are_those_of_githubs_description() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../tests/contract/github-actions.openapi.json"
        );
        let description = std::fs::read_to_string(path).unwrap();
        let description: Value = serde_json::from_str(&description).unwrap();
        let below = BELOW_REPOSITORY.iter();
        let below = below.map(|(method, route, page)| {
            (*method, format!("/repos/{{owner}}/{{repo}}{route}"), *page)
        });
        let others = OTHERS.iter().map(|(method, route, page)| {
            let route = route.trim_start_matches("/api/v3");
            let root = if route.is_empty() { "/" } else { route };
            (*method, root.to_owned(), *page)
        });
        // Neither a user by login, nor what caches take, nor how runners go is among the described operations.
        let missing = ["/{login}", "/cache/usage", "/remove-token"];
        let is_described = |route: &str| !missing.iter().any(|end| route.ends_with(end));
        for (method, route, page) in below
            .chain(others)
            .filter(|(_, route, _)| is_described(route))
        {
            let expected = Some(format!("{DOCUMENTATION}/{page}"));
            assert_eq!(described(method, &route, &description), expected, "{route}");
        }
    }
}
