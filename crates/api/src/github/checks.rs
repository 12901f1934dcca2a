//! Check runs and check suites: jobs and runs as GitHub shows them beside a commit (contract 7).

use super::{
    annotations::CheckRunPath,
    bodies::check::{ACTIONS_APP, AppBody, Around, CheckRunBody, CheckSuiteBody},
    jobs::job_of,
    repositories::{minimal, urls},
    runs::{Parameters, with_link},
};
use crate::{
    ApiState,
    auth::{ReadChecks, Repo},
    error::ApiError,
    wire::{ListBody, Origin, Paging, ok},
};
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use runyard_domain::{CheckSuiteId, RunId};
use runyard_store::{CheckFilter, CheckRun, ChecksOf, JobView, Listed, RunView};
use serde::Deserialize;
use std::collections::BTreeMap;

/// A check suite in a path.
#[derive(Deserialize)]
pub(super) struct CheckSuitePath {
    check_suite_id: i64,
}

/// A commit in a path, by the name of a branch or a tag, or its own.
#[derive(Deserialize)]
pub(super) struct CommitPath {
    r#ref: String,
}

/// What all answers about checks of a repository begin with.
struct Answering<'a> {
    repo: &'a Repo<ReadChecks>,
    state: &'a ApiState,
    origin: &'a Origin,
}

/// GET /repos/{owner}/{repo}/check-runs/{check_run_id}
pub(super) async fn check_run(
    repo: Repo<ReadChecks>,
    path: Path<CheckRunPath>,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    let (job, run) = job_of(&repo, path.id(), &state).await?;
    let answering = Answering {
        repo: &repo,
        state: &state,
        origin: &origin,
    };
    let runs = BTreeMap::from([(run.identity.id, run)]);
    let mut bodies = answering.check_runs(&[job], &runs).await?;
    bodies
        .pop()
        .map_or(Err(ApiError::NotFound), |body| Ok(ok(&body)))
}

/// GET /repos/{owner}/{repo}/check-suites/{check_suite_id}
pub(super) async fn check_suite(
    repo: Repo<ReadChecks>,
    path: Path<CheckSuitePath>,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    let run = suite_of(&repo, &path, &state).await?;
    let answering = Answering {
        repo: &repo,
        state: &state,
        origin: &origin,
    };
    let mut bodies = answering.check_suites(&[run]).await?;
    bodies
        .pop()
        .map_or(Err(ApiError::NotFound), |body| Ok(ok(&body)))
}

/// GET /repos/{owner}/{repo}/check-suites/{check_suite_id}/check-runs
pub(super) async fn runs_of_suite(
    repo: Repo<ReadChecks>,
    path: Path<CheckSuitePath>,
    query: Parameters,
    paging: Paging,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    let run = suite_of(&repo, &path, &state).await?;
    let of = ChecksOf::Run(run.identity.id);
    let url = format!("/check-suites/{}/check-runs", path.check_suite_id);
    let answering = Answering {
        repo: &repo,
        state: &state,
        origin: &origin,
    };
    answering.page_of_runs(of, &query, (paging, &url)).await
}

/// GET /repos/{owner}/{repo}/commits/{ref}/check-runs
pub(super) async fn runs_of_commit(
    repo: Repo<ReadChecks>,
    path: Path<CommitPath>,
    query: Parameters,
    paging: Paging,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    let commit = commit(&repo, &path, &state).await?;
    let url = format!("/commits/{commit}/check-runs");
    let answering = Answering {
        repo: &repo,
        state: &state,
        origin: &origin,
    };
    let of = ChecksOf::Commit(commit);
    answering.page_of_runs(of, &query, (paging, &url)).await
}

/// GET /repos/{owner}/{repo}/commits/{ref}/check-suites
pub(super) async fn suites_of_commit(
    repo: Repo<ReadChecks>,
    path: Path<CommitPath>,
    query: Parameters,
    paging: Paging,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    let commit = commit(&repo, &path, &state).await?;
    let url = urls(&repo, &origin).by_id(&format!("/commits/{commit}/check-suites"));
    let name = query.get("check_name").map(String::as_str);
    let listed = match is_of_another_app(&query) {
        true => nothing(),
        false => {
            let store = state.engine.store();
            store
                .check_suites(repo.id(), &commit, name, paging.page)
                .await?
        }
    };
    let answering = Answering {
        repo: &repo,
        state: &state,
        origin: &origin,
    };
    let body = ListBody {
        key: "check_suites",
        total: listed.total,
        items: answering.check_suites(&listed.items).await?,
    };
    Ok(with_link(ok(&body), paging.link(&url, listed.total)))
}

impl Answering<'_> {
    async fn page_of_runs(
        &self,
        of: ChecksOf,
        query: &Parameters,
        (paging, below): (Paging, &str),
    ) -> Result<HttpResponse, ApiError> {
        let url = urls(self.repo, self.origin).by_id(below);
        let store = self.state.engine.store();
        let filter = filter(query);
        let listed: Listed<CheckRun> = match is_of_another_app(query) {
            true => nothing(),
            false => {
                store
                    .check_runs(self.repo.id(), &of, &filter, paging.page)
                    .await?
            }
        };
        let jobs = listed.items.into_iter().map(|check| check.job);
        let jobs: Vec<JobView> = jobs.collect();
        let runs = self.runs_of(&jobs).await?;
        let body = ListBody {
            key: "check_runs",
            total: listed.total,
            items: self.check_runs(&jobs, &runs).await?,
        };
        Ok(with_link(ok(&body), paging.link(&url, listed.total)))
    }

    /// The runs of the jobs of one page.
    async fn runs_of(&self, jobs: &[JobView]) -> Result<BTreeMap<RunId, RunView>, ApiError> {
        let mut runs = BTreeMap::new();
        for job in jobs {
            if runs.contains_key(&job.run) {
                continue;
            }
            if let Some(run) = self.state.engine.store().run(job.run).await? {
                runs.insert(job.run, run);
            }
        }
        Ok(runs)
    }

    /// Those of the jobs whose runs are still there.
    async fn check_runs(
        &self,
        jobs: &[JobView],
        runs: &BTreeMap<RunId, RunView>,
    ) -> Result<Vec<CheckRunBody>, ApiError> {
        let engine = &self.state.engine;
        let counts = engine.count_annotations(jobs).await?;
        let views: Vec<&RunView> = runs.values().collect();
        let pulls = engine.pull_requests_of(&views).await?;
        let repository = minimal(self.repo, self.state, self.origin).await?;
        let around = Around {
            repository: &repository,
            urls: &urls(self.repo, self.origin),
            app: &AppBody::actions(self.origin),
            pulls: &pulls,
        };
        let bodies = jobs.iter().zip(counts).filter_map(|(job, annotations)| {
            let run = runs.get(&job.run)?;
            Some(CheckRunBody::of(job, run, annotations, &around))
        });
        Ok(bodies.collect())
    }

    async fn check_suites(&self, runs: &[RunView]) -> Result<Vec<CheckSuiteBody>, ApiError> {
        let engine = &self.state.engine;
        let ids: Vec<RunId> = runs.iter().map(|run| run.identity.id).collect();
        let counts = engine.store().count_check_runs(&ids).await?;
        let views: Vec<&RunView> = runs.iter().collect();
        let pulls = engine.pull_requests_of(&views).await?;
        let repository = minimal(self.repo, self.state, self.origin).await?;
        let around = Around {
            repository: &repository,
            urls: &urls(self.repo, self.origin),
            app: &AppBody::actions(self.origin),
            pulls: &pulls,
        };
        let bodies = runs.iter().map(|run| {
            let jobs = counts.get(&run.identity.id).copied().unwrap_or_default();
            CheckSuiteBody::of(run, jobs, &around)
        });
        Ok(bodies.collect())
    }
}

async fn suite_of(
    repo: &Repo<ReadChecks>,
    path: &CheckSuitePath,
    state: &ApiState,
) -> Result<RunView, ApiError> {
    let suite = CheckSuiteId::new(path.check_suite_id);
    let run = state.engine.store().run_of_suite(repo.id(), suite).await?;
    run.ok_or(ApiError::NotFound)
}

async fn commit(
    repo: &Repo<ReadChecks>,
    path: &CommitPath,
    state: &ApiState,
) -> Result<String, ApiError> {
    let named = state.engine.commit_named(repo.repository(), &path.r#ref);
    named
        .await
        .map_err(|error| match error.is_unknown_commit() {
            true => ApiError::Unprocessable(format!("No commit found for SHA: {}", path.r#ref)),
            false => error.into(),
        })
}

/// Conditions on check runs; empty ones are none.
fn filter(query: &Parameters) -> CheckFilter {
    let given = |name: &str| query.get(name).filter(|text| !text.is_empty()).cloned();
    CheckFilter {
        name: given("check_name"),
        status: given("status"),
        all_attempts: given("filter").as_deref() == Some("all"),
    }
}

/// All checks are of one app.
fn is_of_another_app(query: &Parameters) -> bool {
    let asked = query.get("app_id").filter(|id| !id.is_empty());
    asked.is_some_and(|id| id.parse() != Ok(ACTIONS_APP))
}

fn nothing<T>() -> Listed<T> {
    Listed {
        items: Vec::new(),
        total: 0,
    }
}
