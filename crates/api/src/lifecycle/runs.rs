//! Runs as Runyard shows them, blocked jobs included (semantics R1.7), and re-runs as new runs (contract 12).

use super::line::{LineBody, lines};
use super::why::{Reasons, WhyBody};
use crate::{
    ApiState,
    auth::{Read, Repo, Write},
    error::ApiError,
    github::StepBody,
    wire::{Origin, created, ok, seconds, seconds_or_null},
};
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use runyard_domain::{
    Conclusion, JobId, Refusal, RunId, Timestamp,
    run::{Attempt, Job, JobState},
};
use runyard_engine::EngineError;
use runyard_store::{JobView, JobsOf, PER_PAGE_MAX, Page, RunView};
use runyard_workflow::Diagnostic;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::HashMap;

/// A run.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Run")]
pub(super) struct RunBody {
    id: i64,
    repository: String,
    repository_id: i64,
    workflow_id: i64,
    workflow_file: String,
    name: String,
    display_title: String,
    run_number: i64,
    run_index: i64,
    parent_run_id: Option<i64>,
    event: String,
    r#ref: String,
    head_branch: Option<String>,
    head_sha: String,
    actor: String,
    html_url: String,
    attempt: u32,
    triggering_actor: String,
    status: &'static str,
    conclusion: Option<&'static str>,
    created_at: String,
    started_at: String,
    updated_at: String,
    completed_at: Option<String>,
    cancel_requested_at: Option<String>,
    /// When a cancellation that still goes on becomes a force-cancel, if it does.
    force_cancel_at: Option<String>,
    /// The jobs of this attempt write debug lines.
    debug_logging: bool,
    /// Why it was cancelled, when nobody did it.
    cancel_reason: Option<String>,
    /// Where it stands in its concurrency group, while it waits there.
    waits_in_line: Option<LineBody>,
    #[schemars(with = "Vec<DiagnosticBody>")]
    diagnostics: Vec<Diagnostic>,
    jobs: Vec<JobBody>,
}

/// What is wrong with a workflow file, and where.
#[expect(
    dead_code,
    reason = "it describes what the workflow language's own type is written as"
)]
#[derive(JsonSchema)]
#[schemars(rename = "Diagnostic")]
struct DiagnosticBody {
    file: String,
    line: u32,
    column: u32,
    message: String,
}

/// A job of the newest attempt. One that is blocked has neither id nor name yet.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Job")]
pub(super) struct JobBody {
    id: Option<i64>,
    key: String,
    name: Option<String>,
    status: &'static str,
    conclusion: Option<&'static str>,
    /// Why it ended, where the conclusion alone does not say: its runner was lost, for example.
    reason: Option<String>,
    /// Why it is where it is, while it has not ended.
    why: Vec<WhyBody>,
    /// The job of an earlier attempt that ran for it, if it was not run again.
    carried_from: Option<i64>,
    needs: Vec<String>,
    /// Those of `needs` that are not complete.
    waits_for: Vec<String>,
    /// Where it stands in its concurrency group, while it waits there; of a caller, one for each call.
    waits_in_line: Vec<LineBody>,
    labels: Vec<String>,
    /// The runner group that it is for.
    runner_group: Option<String>,
    runner: Option<String>,
    cancel_requested: bool,
    created_at: Option<String>,
    started_at: Option<String>,
    completed_at: Option<String>,
    steps: Vec<StepBody>,
}

/// GET /runs/{run_id}
pub(super) async fn show(
    repo: Repo<Read>,
    id: Path<i64>,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    let (store, id) = (state.engine.store(), RunId::new(*id));
    let run = state.engine.run_of(repo.id(), id).await?;
    let aggregate = store.aggregate(id).await?.ok_or(ApiError::NotFound)?;
    let insight = state.engine.insight(&run, &aggregate).await?;
    let settings = state.engine.settings();
    let reasons = Reasons {
        attempt: aggregate.attempt(),
        insight: &insight,
        offer: settings.patience.offer,
    };
    let mut jobs = jobs(&reasons, &planned(&state, id).await?);
    let force_at = settings.cancel_deadline.and_then(|deadline| {
        let since = aggregate.attempt().cancelled_at?;
        (!aggregate.is_completed()).then(|| since.plus(deadline))
    });
    let lines = lines(store, &aggregate).await?;
    for (body, job) in jobs.iter_mut().zip(&aggregate.attempt().jobs) {
        body.waits_in_line = lines.of_job(job);
    }
    let html_url = format!(
        "{}/{}/actions/runs/{id}",
        origin.web(),
        repo.repository().full_name()
    );
    Ok(ok(&RunBody::of(
        run,
        repo.repository().full_name(),
        html_url,
        jobs,
        force_at,
        lines.of_run(),
    )))
}

/// All planned jobs of the newest attempt.
async fn planned(state: &ApiState, run: RunId) -> Result<HashMap<i64, JobView>, ApiError> {
    let mut planned = HashMap::new();
    for number in 1.. {
        let page = Page {
            number,
            per_page: PER_PAGE_MAX,
        };
        let listed = state.engine.store().jobs(run, JobsOf::Latest, page).await?;
        let last = listed.items.len() < PER_PAGE_MAX as usize;
        planned.extend(listed.items.into_iter().map(|job| (job.id.get(), job)));
        if last {
            break;
        }
    }
    Ok(planned)
}

/// The jobs in the order of the file.
fn jobs(reasons: &Reasons<'_>, planned: &HashMap<i64, JobView>) -> Vec<JobBody> {
    let attempt = reasons.attempt;
    let jobs = &attempt.jobs;
    let is_open = |name: &str| {
        let mut named = jobs.iter().filter(|job| job.node().as_str() == name);
        named.any(|job| attempt.conclusion_of(job).is_none())
    };
    let body = |job: &Job| {
        let view = job.planned().and_then(|job| planned.get(&job.id.get()));
        let mut body = JobBody::of(attempt, job, view);
        body.waits_for = body.needs.clone();
        body.waits_for.retain(|name| is_open(name));
        body.why = reasons.of(job, &body.waits_for);
        body
    };
    jobs.iter().map(body).collect()
}

impl JobBody {
    fn of(attempt: &Attempt, job: &Job, view: Option<&JobView>) -> Self {
        let times = view.map(|view| &view.state);
        let (started_at, completed_at, cancel_requested) = match times {
            None | Some(JobState::Held | JobState::Pending | JobState::Queued) => {
                (None, None, false)
            }
            Some(JobState::InProgress {
                started_at,
                cancel_requested_at,
                ..
            }) => (Some(*started_at), None, cancel_requested_at.is_some()),
            Some(JobState::Completed {
                started_at,
                completed_at,
                ..
            }) => (Some(*started_at), Some(*completed_at), false),
        };
        let runner = view.and_then(|view| view.state.ran());
        Self {
            id: view.map(|view| view.id.get()),
            key: job.node().as_str().to_owned(),
            name: view.map(|view| view.display_name.clone()),
            status: attempt.status_of(job).name(),
            conclusion: attempt.conclusion_of(job).map(Conclusion::name),
            reason: view
                .and_then(|view| view.state.reason())
                .map(|reason| reason.sentence().into_owned()),
            why: Vec::new(),
            carried_from: view.and_then(|view| view.carried_from).map(JobId::get),
            needs: job
                .needs()
                .iter()
                .map(|name| name.as_str().to_owned())
                .collect(),
            waits_for: Vec::new(),
            waits_in_line: Vec::new(),
            labels: view.map(|view| view.labels.clone()).unwrap_or_default(),
            runner_group: view.and_then(|view| view.runner_group.clone()),
            runner: runner.map(|ran| ran.runner.name.clone()),
            cancel_requested,
            created_at: seconds_or_null(view.map(|view| view.created_at)),
            started_at: seconds_or_null(started_at),
            completed_at: seconds_or_null(completed_at),
            steps: view
                .map(|view| view.steps.iter().map(StepBody::of).collect())
                .unwrap_or_default(),
        }
    }
}

impl RunBody {
    fn of(
        run: RunView,
        repository: String,
        html_url: String,
        jobs: Vec<JobBody>,
        force_at: Option<Timestamp>,
        waits_in_line: Option<LineBody>,
    ) -> Self {
        let (identity, attempt) = (run.identity, run.attempt);
        Self {
            id: identity.id.get(),
            repository,
            repository_id: identity.repository.get(),
            workflow_id: identity.workflow.get(),
            workflow_file: identity.path,
            name: identity.name,
            display_title: identity.display_title,
            run_number: identity.number,
            run_index: identity.index,
            parent_run_id: identity.parent.map(RunId::get),
            event: identity.event,
            r#ref: identity.git_ref,
            head_branch: identity.head_branch,
            head_sha: identity.head_sha,
            actor: run.actor.login,
            html_url,
            attempt: attempt.number,
            triggering_actor: attempt.triggering_actor.login,
            status: attempt.status.name(),
            conclusion: attempt.conclusion.map(|conclusion| conclusion.name()),
            created_at: seconds(identity.created_at),
            started_at: seconds(attempt.requested_at),
            updated_at: seconds(attempt.updated_at),
            completed_at: seconds_or_null(attempt.completed_at),
            cancel_requested_at: seconds_or_null(attempt.cancelled_at),
            force_cancel_at: seconds_or_null(force_at),
            debug_logging: attempt.debug,
            cancel_reason: attempt
                .cancel_reason
                .map(|reason| reason.sentence().into_owned()),
            waits_in_line,
            diagnostics: attempt.diagnostics,
            jobs,
        }
    }
}

/// A new run, linked to the one it was made from (contract 12).
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "NewRun")]
pub(super) struct Rerun {
    run_id: i64,
    run_index: i64,
    parent_run_id: i64,
    repo_id: i64,
    workflow_file: String,
    head_sha: String,
}

/// POST /runs/{run_id}/rerun
pub(super) async fn rerun(
    repo: Repo<Write>,
    id: Path<i64>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let parent = RunId::new(*id);
    let by = repo.user()?.id;
    let made = state
        .engine
        .rerun_as_new(parent, by)
        .await
        .map_err(live_is_conflict)?;
    let run = state.engine.run_of(repo.id(), made).await?.identity;
    Ok(created(&Rerun {
        run_id: run.id.get(),
        run_index: run.index,
        parent_run_id: parent.get(),
        repo_id: run.repository.get(),
        workflow_file: run.path,
        head_sha: run.head_sha,
    }))
}

/// A live run is 409 here, where GitHub's re-run says 403 (semantics R4.15).
fn live_is_conflict(error: EngineError) -> ApiError {
    if let EngineError::Refused(refusal @ Refusal::RunNotCompleted { .. }) = error {
        return ApiError::Conflict(refusal.to_string());
    }
    error.into()
}
