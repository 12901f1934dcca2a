//! Runs and attempts: listed, shown, cancelled, run again.

use super::{
    bodies::run::{RunBody, Shown},
    repositories::{minimal, urls},
};
use crate::{
    ApiState,
    auth::{Read, Repo, Write},
    error::ApiError,
    wire::{Body, Created, Empty, ListBody, Origin, Paging, Reach, accepted, created, ok},
};
use actix_web::{
    HttpResponse,
    http::header::LINK,
    web::{Data, Path, Query},
};
use runyard_domain::{CheckSuiteId, RunId, pull_request::PullRequest, run::RerunOf};
use runyard_engine::WorkflowKey;
use runyard_store::{Listed, RunFilter, RunView};
use serde::Deserialize;
use std::collections::HashMap;

/// A run in a path.
#[derive(Deserialize)]
pub(super) struct RunPath {
    run_id: i64,
}

impl RunPath {
    pub(super) fn id(&self) -> RunId {
        RunId::new(self.run_id)
    }
}

/// An attempt in a path.
#[derive(Deserialize)]
pub(super) struct AttemptPath {
    run_id: i64,
    attempt: u32,
}

impl AttemptPath {
    pub(super) fn run(&self) -> RunId {
        RunId::new(self.run_id)
    }

    pub(super) fn attempt(&self) -> u32 {
        self.attempt
    }
}

/// A workflow in a path.
#[derive(Deserialize)]
pub(super) struct WorkflowPath {
    workflow_id: String,
}

impl WorkflowPath {
    pub(super) fn key(&self) -> WorkflowKey {
        WorkflowKey::parse(&self.workflow_id)
    }
}

/// The parameters of a query by name; of several with one name the last counts.
pub(super) type Parameters = Query<HashMap<String, String>>;

/// Filters of lists of runs (contract 7). Others are ignored, empty ones too. `None` when nothing can match: `created`
/// is no time.
fn filter(Query(mut given): Parameters) -> Option<RunFilter> {
    let mut take = |name: &str| given.remove(name).filter(|text| !text.is_empty());
    let created = match take("created") {
        Some(text) => Some(Created::parse(&text)?),
        None => None,
    };
    Some(RunFilter {
        workflow: None,
        actor: take("actor"),
        branch: take("branch"),
        event: take("event"),
        status: take("status"),
        head_sha: take("head_sha"),
        // No suite has the number 0: what is no number finds nothing.
        check_suite: take("check_suite_id")
            .map(|text| CheckSuiteId::new(text.parse().unwrap_or_default())),
        created_from: created.and_then(|created| created.from),
        created_before: created.and_then(|created| created.before),
    })
}

/// Whether `pull_requests` shall be empty (contract 7).
fn shows_pull_requests(query: &Parameters) -> bool {
    let excluded = query.get("exclude_pull_requests").map(String::as_str);
    !matches!(excluded, Some("true" | "1"))
}

/// The open pull requests that these runs show.
async fn pull_requests(
    runs: &[RunView],
    shown: bool,
    state: &ApiState,
) -> Result<Vec<PullRequest>, ApiError> {
    let runs = runs.iter().filter(|_| shown);
    let runs: Vec<&RunView> = runs.collect();
    Ok(state.engine.pull_requests_of(&runs).await?)
}

/// GET /repos/{owner}/{repo}/actions/runs
pub(super) async fn list(
    repo: Repo<Read>,
    query: Parameters,
    paging: Paging,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    let pulls = shows_pull_requests(&query);
    let filter = filter(query);
    let reach = reach(filter.as_ref());
    let url = urls(&repo, &origin).by_id("/actions/runs");
    let what = (filter, reach, pulls);
    page_of_runs(&repo, what, (paging, url), &state, &origin).await
}

/// GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs
pub(super) async fn list_of_workflow(
    repo: Repo<Read>,
    path: Path<WorkflowPath>,
    query: Parameters,
    paging: Paging,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    let workflow = state
        .engine
        .workflow(repo.repository(), &path.key())
        .await?;
    let pulls = shows_pull_requests(&query);
    let filter = filter(query);
    let reach = reach(filter.as_ref());
    let filter = filter.map(|filter| RunFilter {
        workflow: Some(workflow.id),
        ..filter
    });
    let below = format!("/actions/workflows/{}/runs", workflow.id);
    let url = urls(&repo, &origin).by_id(&below);
    let what = (filter, reach, pulls);
    page_of_runs(&repo, what, (paging, url), &state, &origin).await
}

/// A filter limits how far a list can be read; that it is of one workflow does not (contract 4).
fn reach(filter: Option<&RunFilter>) -> Reach {
    match filter == Some(&RunFilter::default()) {
        true => Reach::All,
        false => Reach::Search,
    }
}

async fn page_of_runs(
    repo: &Repo<Read>,
    (filter, reach, pulls): (Option<RunFilter>, Reach, bool),
    (paging, url): (Paging, String),
    state: &ApiState,
    origin: &Origin,
) -> Result<HttpResponse, ApiError> {
    let store = state.engine.store();
    let mut listed: Listed<RunView> = match filter {
        Some(filter) => store.runs(repo.id(), &filter, paging.page).await?,
        None => Listed {
            items: Vec::new(),
            total: 0,
        },
    };
    listed.items.truncate(reach.on_page(paging.page));
    let total = reach.cap(listed.total);
    let repository = minimal(repo, state, origin).await?;
    let urls = urls(repo, origin);
    let pulls = pull_requests(&listed.items, pulls, state).await?;
    let shown = (Shown::Run, pulls.as_slice());
    let runs = listed.items.iter();
    let items = runs.map(|run| RunBody::of(run, shown, &repository, &urls, origin));
    let body = ListBody {
        key: "workflow_runs",
        total,
        items: items.collect(),
    };
    Ok(with_link(ok(&body), paging.link(&url, total)))
}

/// The answer with a `Link` header, if there is one.
pub(super) fn with_link(mut answer: HttpResponse, link: Option<String>) -> HttpResponse {
    if let Some(link) = link.and_then(|link| link.parse().ok()) {
        answer.headers_mut().insert(LINK, link);
    }
    answer
}

/// GET /repos/{owner}/{repo}/actions/runs/{run_id}
pub(super) async fn run(
    repo: Repo<Read>,
    path: Path<RunPath>,
    query: Parameters,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    let (run, mut pulls) = state
        .engine
        .run_and_pull_requests_of(repo.id(), path.id())
        .await?;
    if !shows_pull_requests(&query) {
        pulls.clear();
    }
    show(&repo, run, (Shown::Run, pulls), &state, &origin).await
}

/// GET /repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt}
pub(super) async fn attempt(
    repo: Repo<Read>,
    path: Path<AttemptPath>,
    query: Parameters,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    let runs = [attempt_of(&repo, &path, &state).await?];
    let pulls = pull_requests(&runs, shows_pull_requests(&query), &state).await?;
    let [run] = runs;
    show(&repo, run, (Shown::Attempt, pulls), &state, &origin).await
}

/// The attempt that a path names, if it is one of this repository.
pub(super) async fn attempt_of(
    repo: &Repo<Read>,
    path: &AttemptPath,
    state: &ApiState,
) -> Result<RunView, ApiError> {
    let store = state.engine.store();
    let run = store.attempt(path.run(), path.attempt()).await?;
    run.filter(|run| run.identity.repository == repo.id())
        .ok_or(ApiError::NotFound)
}

async fn show(
    repo: &Repo<Read>,
    run: RunView,
    (shown, pulls): (Shown, Vec<PullRequest>),
    state: &ApiState,
    origin: &Origin,
) -> Result<HttpResponse, ApiError> {
    let repository = minimal(repo, state, origin).await?;
    let urls = urls(repo, origin);
    let shown = (shown, pulls.as_slice());
    Ok(ok(&RunBody::of(&run, shown, &repository, &urls, origin)))
}

/// POST /repos/{owner}/{repo}/actions/runs/{run_id}/cancel
pub(super) async fn cancel(
    repo: Repo<Write>,
    path: Path<RunPath>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let run = state.engine.run_of(repo.id(), path.id()).await?;
    state
        .engine
        .cancel_run(run.identity.id, repo.user()?.id)
        .await?;
    Ok(accepted(&Empty {}))
}

/// POST /repos/{owner}/{repo}/actions/runs/{run_id}/force-cancel
pub(super) async fn force_cancel(
    repo: Repo<Write>,
    path: Path<RunPath>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let run = state.engine.run_of(repo.id(), path.id()).await?;
    let by = repo.user()?.id;
    state.engine.force_cancel_run(run.identity.id, by).await?;
    Ok(accepted(&Empty {}))
}

/// DELETE /repos/{owner}/{repo}/actions/runs/{run_id}
pub(super) async fn delete(
    repo: Repo<Write>,
    path: Path<RunPath>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let run = state.engine.run_of(repo.id(), path.id()).await?;
    let by = repo.user()?.id;
    state.engine.delete_run(run.identity.id, by).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Body of a re-run.
#[derive(Default, Deserialize)]
pub(super) struct Rerun {
    #[serde(default)]
    enable_debug_logging: Option<bool>,
    /// Of one job: accepted, and changes nothing (contract 7).
    #[serde(default, rename = "enable_debugger")]
    _enable_debugger: Option<bool>,
}

impl Rerun {
    /// Whether the jobs of the new attempt write debug lines (semantics R4.10).
    pub(super) fn debug(&self) -> bool {
        self.enable_debug_logging.unwrap_or_default()
    }
}

/// POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun
pub(super) async fn rerun(
    repo: Repo<Write>,
    path: Path<RunPath>,
    body: Body,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    rerun_of(RerunOf::All, &repo, path.id(), &body, &state).await
}

/// POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun-failed-jobs
pub(super) async fn rerun_failed(
    repo: Repo<Write>,
    path: Path<RunPath>,
    body: Body,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    rerun_of(RerunOf::Failed, &repo, path.id(), &body, &state).await
}

async fn rerun_of(
    of: RerunOf,
    repo: &Repo<Write>,
    run: RunId,
    body: &Body,
    state: &ApiState,
) -> Result<HttpResponse, ApiError> {
    let run = state.engine.run_of(repo.id(), run).await?;
    let wish: Rerun = body.parse_or_default()?;
    let by = repo.user()?.id;
    state
        .engine
        .rerun(run.identity.id, of, by, wish.debug())
        .await?;
    Ok(created(&Empty {}))
}
