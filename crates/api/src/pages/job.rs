//! The page of a job: its facts, its steps with the end of their log, its remarks; and the way to the whole log.

use super::{
    Page,
    error::PageError,
    layout::shown,
    log,
    run::{job_state, list, took},
    viewer::Viewed,
    words::{length, moment, state},
};
use crate::{
    downloads::{self, Target},
    error::ApiError,
    wire::Origin,
};
use actix_web::{HttpResponse, http::header::LOCATION};
use maud::{Markup, html};
use runyard_domain::{
    JobId, StepConclusion,
    execution::{Annotation, Step},
    run::JobState,
};
use runyard_engine::{EngineError, LogTail, MissingLog, logs::LogRow};
use runyard_store::{JobView, PER_PAGE_MAX, Page as Part, RunView};

/// Rows of the log that the page shows: the last ones.
const LOG_ROWS: usize = 2_000;
/// Bytes of these rows.
const LOG_BYTES: usize = 512 * 1024;

/// GET /{owner}/{repo}/actions/runs/{run_id}/job/{job_id}
pub(super) async fn show(viewed: Viewed) -> Result<HttpResponse, PageError> {
    let (job, run) = find(&viewed).await?;
    if viewed.number::<i64>("run_id")? != run.identity.id.get() {
        return Ok(elsewhere(&viewed, &job));
    }
    let all = Part {
        number: 1,
        per_page: PER_PAGE_MAX,
    };
    let remarks = viewed.state.engine.annotations(&job, all).await;
    let remarks = remarks.map_err(|error| viewed.failed(error))?.items;
    let tail = tail(&viewed, &job).await?;
    let address = format!("{}/actions/runs/{}", viewed.address(), run.identity.id);
    let mut trail = viewed.trail();
    trail.push((run.identity.display_title.clone(), address.clone()));
    let whole = format!("{address}/job/{}/logs", job.id);
    Ok(shown(&Page {
        title: &job.display_name,
        trail: &trail,
        body: html! {
            (facts(&job, &run))
            (remarks_of(&remarks))
            h2 { "Steps" }
            (steps(&job, tail.as_ref().ok().map(|tail| tail.rows.as_slice()).unwrap_or_default()))
            @match &tail {
                Ok(tail) if tail.skipped > 0 => {
                    p.quiet { "The first " (tail.skipped) " lines of the log are not shown here: " a href=(whole) { "the whole log" } "." }
                },
                Ok(_) => { @if job.state.conclusion().is_some() { p.quiet { a href=(whole) { "The log as text" } } } },
                Err(why) => p.quiet { (why) },
            }
        },
    }))
}

/// GET /{owner}/{repo}/actions/runs/{run_id}/job/{job_id}/logs: leads to the whole of it
pub(super) async fn whole_log(viewed: Viewed) -> Result<HttpResponse, PageError> {
    let (job, _) = find(&viewed).await?;
    let engine = &viewed.state.engine;
    let logged = engine.logged(&job).await;
    logged.map_err(|error| viewed.failed(error))?;
    let origin = Origin::of(&viewed.request);
    let leads = downloads::redirect(Target::Job(job.id), &viewed.state, &origin).await;
    leads.map_err(|error| viewed.failed(error))
}

/// Leads to the address that the job really has.
fn elsewhere(viewed: &Viewed, job: &JobView) -> HttpResponse {
    let origin = Origin::of(&viewed.request);
    let (web, repository) = (origin.web(), viewed.address());
    let to = format!("{web}{repository}/actions/runs/{}/job/{}", job.run, job.id);
    HttpResponse::Found().insert_header((LOCATION, to)).finish()
}

/// The job that the path names, with its run, if it is one of this repository.
async fn find(viewed: &Viewed) -> Result<(JobView, RunView), PageError> {
    let id = JobId::new(viewed.number("job_id")?);
    let engine = &viewed.state.engine;
    let job = engine.store().job(id).await;
    let job = job.map_err(|error| viewed.failed(error))?;
    let job = job.ok_or_else(|| viewed.failed(ApiError::NotFound))?;
    let run = engine.run_of(viewed.repo.id(), job.run).await;
    let run = run.map_err(|error| viewed.failed(error))?;
    Ok((job, run))
}

/// The end of the log, or why there is none.
async fn tail(viewed: &Viewed, job: &JobView) -> Result<Result<LogTail, &'static str>, PageError> {
    let tail = viewed.state.engine.log_tail(job, LOG_ROWS, LOG_BYTES).await;
    match tail {
        Ok(tail) => Ok(Ok(tail)),
        Err(EngineError::NoLog { why }) => Ok(Err(match why {
            MissingLog::NotEnded => "There is no log yet: no runner has the job.",
            MissingLog::NeverRan => "There is no log: no runner had the job.",
            MissingLog::Deleted => "Somebody deleted the log.",
            MissingLog::Expired => {
                "The log was kept for as long as logs are kept here, and is gone."
            }
        })),
        Err(error) => Err(viewed.failed(error)),
    }
}

fn facts(job: &JobView, run: &RunView) -> Markup {
    let started = match &job.state {
        JobState::Held | JobState::Pending | JobState::Queued => None,
        JobState::InProgress { started_at, .. } | JobState::Completed { started_at, .. } => {
            Some(*started_at)
        }
    };
    html! {
        dl {
            dt { "State" } dd { (job_state(job)) }
            dt { "Run" } dd { (run.identity.name) " #" (run.identity.number) ", attempt " (job.attempt) }
            dt { "Labels" } dd { (job.labels.join(", ")) }
            @if let Some(ran) = job.state.ran() { dt { "Runner" } dd { (ran.runner.name) } }
            @if let Some(started) = started { dt { "Begun" } dd { (moment(started)) } }
            @if job.state.conclusion().is_some() { dt { "Took" } dd { (took(job)) } }
        }
    }
}

fn remarks_of(remarks: &[Annotation]) -> Markup {
    html! {
        @if !remarks.is_empty() {
            h2 { "Annotations" }
            (list(remarks))
        }
    }
}

/// The steps, with the anchors that GitHub's have; those that went wrong are open.
fn steps(job: &JobView, rows: &[LogRow]) -> Markup {
    html! {
        @if job.steps.is_empty() { p { "None yet." } }
        @for step in &job.steps {
            @let conclusion = step.conclusion().map(|conclusion| conclusion.name());
            @let own: Vec<&LogRow> = rows.iter().filter(|row| row.step == step.number).collect();
            @let is_open = step.conclusion() == Some(StepConclusion::Failure);
            details id={ "step:" (step.number) ":1" } open[is_open] {
                summary {
                    (step.name) " " (state(step.status().name(), conclusion))
                    " " span.quiet { (step_took(step)) }
                }
                @if !own.is_empty() { div.log { (log::shown(&own)) } }
            }
        }
    }
}

fn step_took(step: &Step) -> String {
    let times = step.started_at().zip(step.completed_at());
    times.map_or_else(String::new, |(from, to)| length(from, to))
}
