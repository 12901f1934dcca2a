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
    auth::{Permission, ReadChecks, Repo, WriteChecks, words_of_refusal},
    error::ApiError,
    wire::{Body, ListBody, Origin, Paging, ok},
};
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use runyard_domain::{
    CheckSuiteId, JobId, RunId,
    access::Caller,
    execution::{Annotation, AnnotationLevel, CheckOutput},
};
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
struct Answering<'a, P> {
    repo: &'a Repo<P>,
    state: &'a ApiState,
    origin: &'a Origin,
}

/// What a job's token says of a check run. Images are for GitHub's pages only.
#[derive(Deserialize)]
struct CheckChange {
    output: Option<NewOutput>,
}

#[derive(Deserialize)]
struct NewOutput {
    title: Option<String>,
    summary: String,
    text: Option<String>,
    #[serde(default)]
    annotations: Vec<NewAnnotation>,
}

#[derive(Deserialize)]
struct NewAnnotation {
    path: String,
    start_line: u32,
    end_line: u32,
    start_column: Option<u32>,
    end_column: Option<u32>,
    annotation_level: AnnotationLevel,
    message: String,
    title: Option<String>,
    raw_details: Option<String>,
}

impl From<NewAnnotation> for Annotation {
    fn from(new: NewAnnotation) -> Self {
        Self {
            level: new.annotation_level,
            path: Some(new.path),
            start_line: Some(new.start_line),
            end_line: Some(new.end_line),
            start_column: new.start_column,
            end_column: new.end_column,
            title: new.title,
            raw_details: new.raw_details,
            ..Self::of_job(0, &new.message)
        }
    }
}

/// What the job itself decides; a request that says it is refused rather than obeyed in part.
const DECIDED_BY_JOBS: [&str; 8] = [
    "status",
    "conclusion",
    "started_at",
    "completed_at",
    "name",
    "details_url",
    "external_id",
    "actions",
];

/// PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}
pub(super) async fn update_check_run(
    repo: Repo<WriteChecks>,
    path: Path<CheckRunPath>,
    body: Body,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    refuse_users(repo.caller())?;
    let (job, _) = job_of(&repo, path.id(), &state).await?;
    let given = body.object()?;
    if let Some(member) = DECIDED_BY_JOBS
        .iter()
        .find(|member| given.get(**member).is_some())
    {
        return Err(ApiError::Unprocessable(format!(
            "{member}: a check run that GitHub Actions made has it from its job, only output can be changed"
        )));
    }
    let change: CheckChange = body.parse()?;
    if let Some(new) = change.output {
        let output = CheckOutput {
            title: new.title,
            summary: Some(new.summary),
            text: new.text,
        };
        let annotations: Vec<Annotation> = new.annotations.into_iter().map(Into::into).collect();
        let engine = &state.engine;
        engine.say_of_check(&job, &output, &annotations).await?;
    }
    shown(&repo, path.id(), &state, &origin).await
}

/// Check runs are changed by the app that made them: here by jobs, whose tokens are that app's.
fn refuse_users(caller: &Caller) -> Result<(), ApiError> {
    match caller {
        Caller::Job { .. } => Ok(()),
        Caller::User { grant, .. } if grant.scopes().is_some() => Err(ApiError::forbidden(
            "You must authenticate via a GitHub App.",
        )),
        Caller::Anonymous | Caller::User { .. } => {
            Err(ApiError::forbidden(words_of_refusal(caller)))
        }
    }
}

/// GET /repos/{owner}/{repo}/check-runs/{check_run_id}
pub(super) async fn check_run(
    repo: Repo<ReadChecks>,
    path: Path<CheckRunPath>,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    shown(&repo, path.id(), &state, &origin).await
}

async fn shown<P: Permission>(
    repo: &Repo<P>,
    id: JobId,
    state: &ApiState,
    origin: &Origin,
) -> Result<HttpResponse, ApiError> {
    let (job, run) = job_of(repo, id, state).await?;
    let answering = Answering {
        repo,
        state,
        origin,
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

impl<P: Permission> Answering<'_, P> {
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
        let mut said = engine.check_outputs(jobs).await?;
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
            let said = (said.remove(&job.id).unwrap_or_default(), annotations);
            Some(CheckRunBody::of(job, run, said, &around))
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
