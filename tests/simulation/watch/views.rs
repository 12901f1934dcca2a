//! What people are shown of a run says what the run is.

use super::{Fault, hold, run::unreadable};
use crate::world::FIRST_PAGE;
use runyard_domain::{
    Run, RunId,
    run::{AttemptState, PlannedJob},
};
use runyard_store::{JobView, JobsOf, RunView, Store};

const RULE: &str = "what is shown is what is kept";

fn there<T>(found: Option<T>, what: &str) -> Result<T, Fault> {
    found.ok_or_else(|| Fault::new(RULE, format!("{what} is not shown")))
}

/// A run and its jobs as they are shown.
pub(super) async fn view_of(
    store: &dyn Store,
    run: &Run,
) -> Result<(RunView, Vec<JobView>), Fault> {
    let view = store.run(run.id()).await.map_err(unreadable)?;
    let jobs = jobs_of(store, run.id(), JobsOf::Latest).await?;
    Ok((there(view, "a run")?, jobs))
}

/// The jobs of all pages.
async fn jobs_of(store: &dyn Store, run: RunId, of: JobsOf) -> Result<Vec<JobView>, Fault> {
    let mut page = FIRST_PAGE;
    let mut found = Vec::new();
    loop {
        let jobs = store.jobs(run, of, page).await.map_err(unreadable)?;
        let is_last = jobs.items.is_empty();
        found.extend(jobs.items);
        if is_last || jobs.total <= found.len() as u64 {
            hold!(
                jobs.total == found.len() as u64,
                RULE,
                "run {run} has {} jobs on its pages and {} in all",
                found.len(),
                jobs.total
            );
            return Ok(found);
        }
        page.number += 1;
    }
}

/// An attempt and its jobs as they are shown.
pub(super) async fn attempt_of(
    store: &dyn Store,
    run: RunId,
    number: u32,
) -> Result<(RunView, Vec<JobView>), Fault> {
    let view = store.attempt(run, number).await.map_err(unreadable)?;
    let jobs = jobs_of(store, run, JobsOf::Attempt(number)).await?;
    Ok((there(view, "an old attempt")?, jobs))
}

pub(super) fn look_at_views(
    run: &Run,
    (view, jobs): &(RunView, Vec<JobView>),
) -> Result<(), Fault> {
    let (attempt, shown, id) = (run.attempt(), &view.attempt, run.id());
    let completed_at = match attempt.state {
        AttemptState::Completed { completed_at, .. } => Some(completed_at),
        AttemptState::Requested | AttemptState::Pending | AttemptState::Live => None,
    };
    let is_shown = view.identity == *run.identity()
        && shown.number == attempt.number
        && shown.triggering_actor.id == attempt.triggering_actor
        && shown.requested_at == attempt.requested_at
        && shown.updated_at == run.updated_at()
        && shown.status == attempt.status()
        && shown.conclusion == attempt.conclusion()
        && shown.completed_at == completed_at
        && shown.cancelled_at == attempt.cancelled_at
        && shown.group == attempt.group
        && shown.cancel_reason == attempt.cancel_reason
        && shown.debug == attempt.debug
        && shown.referenced == attempt.referenced;
    hold!(
        is_shown,
        RULE,
        "run {id} is\n{attempt:?}\nand is shown as\n{shown:?}"
    );
    let planned = attempt.planned().count();
    hold!(
        planned == jobs.len(),
        RULE,
        "run {id} has {planned} planned jobs, and {} are shown",
        jobs.len()
    );
    for job in attempt.planned() {
        let shown = jobs.iter().find(|view| view.id == job.id);
        let is_shown = shown.is_some_and(|view| is_same(view, job, attempt.number));
        hold!(
            is_shown,
            RULE,
            "run {id} has\n{job:?}\nand it is shown as\n{shown:?}"
        );
    }
    Ok(())
}

fn is_same(view: &JobView, job: &PlannedJob, attempt: u32) -> bool {
    view.attempt == attempt
        && view.node == job.node
        && view.leg == job.leg
        && view.needs == job.needs
        && view.display_name == job.display_name
        && view.labels == job.labels
        && view.continue_on_error == job.continue_on_error
        && view.timeout_minutes == job.timeout_minutes
        && view.created_at == job.created_at
        && view.runner_group == job.runner_group
        && view.concurrency == job.concurrency
        && view.carried_from == job.carried_from
        && view.state == job.state
}
