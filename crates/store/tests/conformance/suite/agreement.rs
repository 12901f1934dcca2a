//! That all that a store says of one run agrees: events, aggregate, views, jobs.

use crate::world::{ALL, Flow};
use runyard_domain::{
    Run, RunId,
    run::{AttemptState, PlannedJob},
};
use runyard_store::{JobView, JobsOf, RunView, Store};

/// Fails unless the events replay to the aggregate and both views and jobs show it.
pub(super) async fn assert_agrees(flow: &Flow) -> Run {
    assert_run_agrees(flow.world.store.as_ref(), flow.id).await
}

pub(super) async fn assert_run_agrees(store: &dyn Store, id: RunId) -> Run {
    let events = store.events(id).await.unwrap();
    let run = store.aggregate(id).await.unwrap().unwrap();
    assert_eq!(
        Run::replay(&events).unwrap(),
        run,
        "the events make the run"
    );
    let view = store.run(id).await.unwrap().unwrap();
    assert_view_shows(&view, &run);
    let number = run.attempt().number;
    let same = store.attempt(id, number).await.unwrap();
    assert_eq!(same, Some(view), "the newest attempt is what the run shows");
    assert_eq!(store.attempt(id, number + 1).await.unwrap(), None);
    assert_jobs_show(store, &run).await;
    run
}

fn assert_view_shows(view: &RunView, run: &Run) {
    let (shown, attempt) = (&view.attempt, run.attempt());
    assert_eq!(&view.identity, run.identity());
    assert_eq!(view.actor.id, run.identity().actor);
    assert_eq!(shown.number, attempt.number);
    assert_eq!(shown.triggering_actor.id, attempt.triggering_actor);
    assert_eq!(shown.requested_at, attempt.requested_at);
    assert_eq!(shown.updated_at, run.updated_at());
    assert_eq!(shown.status, attempt.status());
    assert_eq!(shown.conclusion, attempt.conclusion());
    assert_eq!(shown.cancelled_at, attempt.cancelled_at);
    assert_eq!(
        (shown.debug, &shown.referenced),
        (attempt.debug, &attempt.referenced)
    );
    assert_eq!(shown.cancel_reason, attempt.cancel_reason);
    assert_eq!(shown.group, attempt.group);
    let completed_at = match attempt.state {
        AttemptState::Requested | AttemptState::Pending | AttemptState::Live => None,
        AttemptState::Completed { completed_at, .. } => Some(completed_at),
    };
    assert_eq!(shown.completed_at, completed_at);
}

async fn assert_jobs_show(store: &dyn Store, run: &Run) {
    let listed = store.jobs(run.id(), JobsOf::Latest, ALL).await.unwrap();
    let mut planned: Vec<&PlannedJob> = run.attempt().planned().collect();
    planned.sort_by_key(|job| job.id);
    assert_eq!(listed.total, planned.len() as u64);
    for (view, job) in listed.items.iter().zip(planned) {
        assert_job_shows(view, job, run);
        let alone = store.job(job.id).await.unwrap();
        assert_eq!(alone.as_ref(), Some(view));
    }
}

fn assert_job_shows(view: &JobView, job: &PlannedJob, run: &Run) {
    let shown = PlannedJob {
        id: view.id,
        node: view.node.clone(),
        leg: view.leg.clone(),
        needs: view.needs.clone(),
        display_name: view.display_name.clone(),
        labels: view.labels.clone(),
        runner_group: view.runner_group.clone(),
        continue_on_error: view.continue_on_error,
        timeout_minutes: view.timeout_minutes,
        cancel_timeout_minutes: view.cancel_timeout_minutes,
        concurrency: view.concurrency.clone(),
        created_at: view.created_at,
        carried_from: view.carried_from,
        state: view.state.clone(),
    };
    assert_eq!(&shown, job);
    assert_eq!((view.run, view.attempt), (run.id(), run.attempt().number));
}
