//! The page of a run, or of one attempt: its facts, what was wrong with its file, its jobs and their remarks.

use super::{
    Page,
    error::PageError,
    layout::shown,
    viewer::Viewed,
    words::{length, moment, segment, short, state},
};
use crate::error::ApiError;
use actix_web::HttpResponse;
use maud::{Markup, html};
use runyard_domain::{
    JobStatus, RunId, RunStatus,
    execution::Annotation,
    run::{Job, JobState},
};
use runyard_store::{JobView, JobsOf, PER_PAGE_MAX, Page as Part, RunView};

/// Jobs that the page shows.
const JOBS_SHOWN: usize = 1_000;
/// Jobs whose remarks the page shows; those of others are on their own pages.
const ANNOTATED_JOBS: usize = 20;

/// GET /{owner}/{repo}/actions/runs/{run_id}
pub(super) async fn newest(viewed: Viewed) -> Result<HttpResponse, PageError> {
    let id = RunId::new(viewed.number("run_id")?);
    let run = viewed.state.engine.run_of(viewed.repo.id(), id).await;
    let run = run.map_err(|error| viewed.failed(error))?;
    page(&viewed, run, true).await
}

/// GET /{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt}
pub(super) async fn attempt(viewed: Viewed) -> Result<HttpResponse, PageError> {
    let id = RunId::new(viewed.number("run_id")?);
    let number = viewed.number("attempt")?;
    let engine = &viewed.state.engine;
    let newest = engine.run_of(viewed.repo.id(), id).await;
    let newest = newest.map_err(|error| viewed.failed(error))?.attempt.number;
    let run = engine.store().attempt(id, number).await;
    let run = run.map_err(|error| viewed.failed(error))?;
    let run = run.ok_or_else(|| viewed.failed(ApiError::NotFound))?;
    page(&viewed, run, number == newest).await
}

async fn page(viewed: &Viewed, run: RunView, is_newest: bool) -> Result<HttpResponse, PageError> {
    let jobs = jobs(viewed, &run).await;
    let (jobs, total) = jobs.map_err(|error| viewed.failed(error))?;
    let blocked = blocked(viewed, &run, is_newest).await;
    let blocked = blocked.map_err(|error| viewed.failed(error))?;
    let remarks = remarks(viewed, &jobs).await;
    let remarks = remarks.map_err(|error| viewed.failed(error))?;
    let address = format!("{}/actions/runs/{}", viewed.address(), run.identity.id);
    let title = format!("{} #{}", run.identity.display_title, run.identity.number);
    Ok(shown(&Page {
        title: &title,
        trail: &viewed.trail(),
        body: html! {
            (facts(viewed, &run))
            (attempts(&run, &address, is_newest))
            @if !run.attempt.diagnostics.is_empty() {
                h2 { "The workflow cannot be run" }
                ul.failure { @for wrong in &run.attempt.diagnostics { li { (wrong.to_string()) } } }
            }
            h2 { "Jobs" }
            (table(&jobs, &blocked, &address))
            @if total > jobs.len() as u64 { p.quiet { "And " (total - jobs.len() as u64) " more." } }
            (remarks_of(&remarks, &address))
        },
    }))
}

fn facts(viewed: &Viewed, run: &RunView) -> Markup {
    let (identity, attempt) = (&run.identity, &run.attempt);
    let (sha, address) = (&identity.head_sha, viewed.address());
    html! {
        dl {
            dt { "State" }
            dd { (state(attempt.status.name(), attempt.conclusion.map(|conclusion| conclusion.name()))) }
            @if let Some(reason) = &attempt.cancel_reason { dt { "Why" } dd { (reason.sentence()) } }
            dt { "Workflow" }
            dd { a href={ (address) "/actions/workflows/" (identity.workflow) } { (identity.name) } " " span.quiet { (identity.path) } }
            dt { "Event" } dd { (identity.event) }
            @if let Some(branch) = &identity.head_branch { dt { "Branch" } dd { (branch) } }
            dt { "Commit" }
            dd { a href={ (address) "/commit/" (segment(sha)) } { code { (short(sha)) } } " " (run.commit.message.lines().next().unwrap_or_default()) }
            dt { "By" } dd { (attempt.triggering_actor.login) }
            dt { "Begun" } dd { (moment(attempt.requested_at)) }
            @if let Some(ended) = attempt.completed_at {
                dt { "Ended" } dd { (moment(ended)) " (" (length(attempt.requested_at, ended)) ")" }
            }
        }
    }
}

fn attempts(run: &RunView, address: &str, is_newest: bool) -> Markup {
    let shown = run.attempt.number;
    html! {
        @if shown > 1 || !is_newest {
            p {
                "Attempt " (shown) ". "
                @if shown > 1 { a href={ (address) "/attempts/" (shown - 1) } { "The one before" } ". " }
                @if !is_newest { a href=(address) { "The newest" } "." }
            }
        }
    }
}

/// The planned jobs of the attempt, as far as they are shown, and how many there are.
async fn jobs(viewed: &Viewed, run: &RunView) -> Result<(Vec<JobView>, u64), ApiError> {
    let (mut jobs, mut total) = (Vec::new(), 0);
    for number in 1.. {
        let part = Part {
            number,
            per_page: PER_PAGE_MAX,
        };
        let of = JobsOf::Attempt(run.attempt.number);
        let store = viewed.state.engine.store();
        let listed = store.jobs(run.identity.id, of, part).await?;
        total = listed.total;
        let is_last = listed.items.len() < PER_PAGE_MAX as usize;
        jobs.extend(listed.items);
        if is_last || jobs.len() >= JOBS_SHOWN {
            break;
        }
    }
    Ok((jobs, total))
}

/// Keys of the jobs that wait for others (semantics R1.7).
async fn blocked(viewed: &Viewed, run: &RunView, is_newest: bool) -> Result<Vec<String>, ApiError> {
    if !is_newest || run.attempt.status == RunStatus::Completed {
        return Ok(Vec::new());
    }
    let store = viewed.state.engine.store();
    let Some(run) = store.aggregate(run.identity.id).await? else {
        return Ok(Vec::new());
    };
    let jobs = run.attempt().jobs.iter();
    let blocked = jobs.filter(|job| match job {
        Job::Blocked(_) => true,
        Job::Called(_) | Job::Planned(_) => false,
    });
    Ok(blocked.map(|job| job.node().as_str().to_owned()).collect())
}

fn table(jobs: &[JobView], blocked: &[String], address: &str) -> Markup {
    html! {
        @if jobs.is_empty() && blocked.is_empty() {
            p { "None." }
        } @else {
            table {
                thead { tr { th { "Job" } th { "State" } th { "Runner" } th { "Took" } } }
                tbody {
                    @for job in jobs {
                        tr {
                            td { a href={ (address) "/job/" (job.id) } { (job.display_name) } }
                            td { (job_state(job)) }
                            td { (job.state.ran().map(|ran| ran.runner.name.as_str()).unwrap_or_default()) }
                            td { (took(job)) }
                        }
                    }
                    @for name in blocked {
                        tr { td { (name) } td { (state(JobStatus::Blocked.name(), None)) } td {} td {} }
                    }
                }
            }
        }
    }
}

/// Where a job stands, and why where the word alone does not say.
pub(super) fn job_state(job: &JobView) -> Markup {
    let conclusion = job.state.conclusion().map(|conclusion| conclusion.name());
    html! {
        (state(job.state.status().name(), conclusion))
        @if let Some(reason) = job.state.reason() { ": " (reason.sentence()) }
    }
}

/// How long a job took.
pub(super) fn took(job: &JobView) -> String {
    match &job.state {
        JobState::Completed {
            started_at,
            completed_at,
            ..
        } => length(*started_at, *completed_at),
        JobState::Held | JobState::Pending | JobState::Queued | JobState::InProgress { .. } => {
            String::new()
        }
    }
}

async fn remarks<'j>(
    viewed: &Viewed,
    jobs: &'j [JobView],
) -> Result<Vec<(&'j JobView, Vec<Annotation>)>, ApiError> {
    let all = Part {
        number: 1,
        per_page: PER_PAGE_MAX,
    };
    let mut remarks = Vec::new();
    for job in jobs.iter().take(ANNOTATED_JOBS) {
        let listed = viewed.state.engine.annotations(job, all).await?;
        remarks.push((job, listed.items));
    }
    remarks.retain(|(_, remarks)| !remarks.is_empty());
    Ok(remarks)
}

fn remarks_of(remarks: &[(&JobView, Vec<Annotation>)], address: &str) -> Markup {
    html! {
        @if !remarks.is_empty() {
            h2 { "Annotations" }
            @for (job, remarks) in remarks {
                p { a href={ (address) "/job/" (job.id) } { (job.display_name) } }
                (list(remarks))
            }
        }
    }
}

/// Remarks as a list.
pub(super) fn list(remarks: &[Annotation]) -> Markup {
    html! {
        ul {
            @for remark in remarks {
                li {
                    span class=(remark.level.name()) { (remark.level.name()) } " "
                    @if let Some(title) = &remark.title { strong { (title) } " " }
                    (remark.message)
                    @if let Some(path) = &remark.path {
                        " " span.quiet { (path) @if let Some(line) = remark.start_line { ":" (line) } }
                    }
                }
            }
        }
    }
}
