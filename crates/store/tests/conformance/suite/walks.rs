//! Whole lives of runs: what a store shows after each command.

use super::agreement::assert_agrees;
use crate::world::{
    ALL, CHAIN, DIAMOND, ONE_JOB, World, insert_user, jobs_beside_each_other, wish,
};
use runyard_domain::{
    Conclusion, Event, JobStatus, Refusal, RunStatus,
    execution::{ExecutionEnd, ExecutionState},
    run::{JOBS_PER_ATTEMPT_MAX, JobState, Planning, Rerun, RerunOf, single},
};
use runyard_store::{ChangeError, JobsOf, Scope, Store};
use runyard_workflow::Diagnostic;
use std::sync::Arc;

pub(crate) async fn a_finished_job_lets_its_dependents_run(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(CHAIN).await;
    let first = world.claim_one().await;
    assert!(flow.start(first.id).await.unwrap());
    let run = assert_agrees(&flow).await;
    assert_eq!(run.status(), RunStatus::InProgress);
    assert!(flow.start(first.id).await.is_ok(), "again is harmless");
    assert_eq!(world.claim(2, 1).await, [], "its dependent is not ready");

    flow.finish(first.id, Conclusion::Success).await.unwrap();
    let run = assert_agrees(&flow).await;
    assert_eq!(run.status(), RunStatus::Queued);
    let again = flow.finish(first.id, Conclusion::Success).await;
    assert_eq!(again.unwrap(), [], "the same end again is harmless");
    let other = flow.finish(first.id, Conclusion::Failure).await;
    assert!(matches!(
        other.unwrap_err(),
        ChangeError::Refused(Refusal::OtherResultStored { .. })
    ));

    let second = world.claim_one().await;
    assert_eq!(second.job, flow.job("test").await);
    flow.start(second.id).await.unwrap();
    flow.finish(second.id, Conclusion::Success).await.unwrap();
    let run = assert_agrees(&flow).await;
    assert_eq!(run.attempt().conclusion(), Some(Conclusion::Success));
    assert_eq!(world.claim(1, 1).await, []);
}

pub(crate) async fn a_failed_need_skips_its_dependents(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(DIAMOND).await;
    let claimed = world.claim(1, 2).await;
    for (execution, result) in claimed
        .iter()
        .zip([Conclusion::Success, Conclusion::Failure])
    {
        flow.start(execution.id).await.unwrap();
        flow.finish(execution.id, result).await.unwrap();
        assert_agrees(&flow).await;
    }
    let run = assert_agrees(&flow).await;
    assert_eq!(run.attempt().conclusion(), Some(Conclusion::Failure));
    let skipped = run.job(flow.job("both").await).unwrap();
    assert_eq!(skipped.state.conclusion(), Some(Conclusion::Skipped));
    assert_eq!(world.claim(1, 1).await, []);
}

pub(crate) async fn a_cancelled_run_ends_what_waits_and_tells_what_runs(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(DIAMOND).await;
    let running = world.claim(1, 1).await.remove(0);
    flow.start(running.id).await.unwrap();
    let offered = world.claim(2, 1).await.remove(0);
    flow.cancel().await.unwrap();
    let run = assert_agrees(&flow).await;
    assert_eq!(run.status(), RunStatus::InProgress);
    assert!(run.attempt().cancelled_at.is_some());
    assert!(world.execution(offered.id).await.is_ended());
    assert!(!world.execution(running.id).await.is_ended());
    assert_eq!(flow.cancel().await.unwrap(), [], "again changes nothing");
    flow.finish(running.id, Conclusion::Cancelled)
        .await
        .unwrap();
    let run = assert_agrees(&flow).await;
    assert_eq!(run.attempt().conclusion(), Some(Conclusion::Cancelled));
    let late = flow.cancel().await.unwrap_err();
    assert!(matches!(late, ChangeError::Refused(Refusal::RunCompleted)));
}

pub(crate) async fn a_cancelled_job_does_not_cancel_its_run(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(DIAMOND).await;
    let left = flow.job("left").await;
    let told = flow.cancel_job(left).await.unwrap();
    assert_eq!(told.len(), 1, "{told:?}");
    let run = assert_agrees(&flow).await;
    assert_eq!(run.attempt().cancelled_at, None);
    let right = world.claim_one().await;
    assert_eq!(right.job, flow.job("right").await);
    flow.start(right.id).await.unwrap();
    let told = flow.cancel_job(right.job).await.unwrap();
    assert!(matches!(told[..], [Event::JobCancelRequested { .. }]));
    assert_agrees(&flow).await;
    flow.finish(right.id, Conclusion::Success).await.unwrap();
    let run = assert_agrees(&flow).await;
    assert_eq!(run.attempt().conclusion(), Some(Conclusion::Cancelled));
}

pub(crate) async fn a_rerun_is_a_new_attempt_and_the_old_one_stays_readable(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(DIAMOND).await;
    flow.run_to_the_end(Conclusion::Failure).await;
    let old = store.run(flow.id).await.unwrap().unwrap();
    let old_jobs = store.jobs(flow.id, JobsOf::Latest, ALL).await.unwrap();
    assert_eq!(old_jobs.total, 3);

    let other = insert_user(&store, "other").await;
    flow.rerun_by(other.id).await.unwrap();
    let run = assert_agrees(&flow).await;
    assert_eq!((run.attempt().number, run.status()), (2, RunStatus::Queued));
    let new = store.run(flow.id).await.unwrap().unwrap();
    assert_eq!(
        (new.actor.login.as_str(), &new.identity),
        ("octo", &old.identity)
    );
    assert_eq!(new.attempt.triggering_actor.login, "other");
    flow.run_to_the_end(Conclusion::Success).await;
    let run = assert_agrees(&flow).await;
    assert_eq!(run.attempt().conclusion(), Some(Conclusion::Success));

    assert_eq!(store.attempt(flow.id, 1).await.unwrap(), Some(old));
    let first = store.jobs(flow.id, JobsOf::Attempt(1), ALL).await.unwrap();
    assert_eq!(first, old_jobs);
    for job in old_jobs.items {
        assert_eq!(store.job(job.id).await.unwrap(), Some(job));
    }
    let all = store.jobs(flow.id, JobsOf::All, ALL).await.unwrap();
    assert_eq!(all.total, 6);
}

pub(crate) async fn a_part_is_run_again_and_the_rest_is_carried(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(DIAMOND).await;
    for (execution, end) in world
        .claim(1, 2)
        .await
        .iter()
        .zip([Conclusion::Success, Conclusion::Failure])
    {
        flow.start(execution.id).await.unwrap();
        let steps = vec![crate::world::step(1, "Set up job")];
        world.sync(execution.id, 1, steps).await.unwrap();
        flow.finish(execution.id, end).await.unwrap();
    }
    let ran = store.job(flow.job("left").await).await.unwrap().unwrap();
    let by = world.user.id;
    let again = Rerun {
        debug: true,
        referenced: Some(Vec::new()),
        ..wish(by, RerunOf::Failed)
    };
    flow.rerun(again).await.unwrap();
    let run = assert_agrees(&flow).await;
    assert_eq!(
        (run.attempt().debug, run.status()),
        (true, RunStatus::Queued)
    );
    let left = store.job(flow.job("left").await).await.unwrap().unwrap();
    assert_eq!(left.carried_from, Some(ran.id));
    assert_eq!((&left.state, &left.steps), (&ran.state, &ran.steps));
    assert_ne!((left.id, left.created_at), (ran.id, ran.created_at));
    assert_eq!(left.steps.len(), 1);
    let right = world.claim_one().await;
    assert_eq!(
        right.job,
        flow.job("right").await,
        "what was carried is not offered"
    );
    flow.start(right.id).await.unwrap();
    flow.finish(right.id, Conclusion::Success).await.unwrap();
    flow.run_to_the_end(Conclusion::Success).await;
    let run = assert_agrees(&flow).await;
    assert_eq!(run.attempt().conclusion(), Some(Conclusion::Success));

    let job = flow.job("both").await;
    flow.rerun(wish(by, RerunOf::Job(job))).await.unwrap();
    assert_agrees(&flow).await;
    let left = store.job(flow.job("left").await).await.unwrap().unwrap();
    assert_eq!(
        left.carried_from,
        Some(ran.id),
        "the one that ran, two attempts ago"
    );
    let first = store.attempt(flow.id, 1).await.unwrap().unwrap();
    let second = store.attempt(flow.id, 2).await.unwrap().unwrap();
    assert_eq!((first.attempt.debug, second.attempt.debug), (false, true));
    assert_eq!(second.referenced(), []);
}

pub(crate) async fn a_force_cancelled_run_is_over_at_once(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(DIAMOND).await;
    let running = world.claim(1, 1).await.remove(0);
    flow.start(running.id).await.unwrap();
    let offered = world.claim(2, 1).await.remove(0);
    flow.force_cancel().await.unwrap();
    let run = assert_agrees(&flow).await;
    assert_eq!(run.attempt().conclusion(), Some(Conclusion::Cancelled));
    assert_eq!(
        run.attempt().planned().count(),
        3,
        "what was blocked is shown"
    );
    for (id, end) in [
        (running.id, ExecutionEnd::Forced),
        (offered.id, ExecutionEnd::Withdrawn),
    ] {
        let state = world.execution(id).await.state;
        assert!(matches!(state, ExecutionState::Ended { end: found, .. } if found == end));
    }
    assert_eq!(store.open_executions(flow.id).await.unwrap(), []);
    assert_eq!(world.claim(1, 9).await, []);
    let late = flow.finish(running.id, Conclusion::Success).await;
    assert!(matches!(
        late.unwrap_err(),
        ChangeError::Refused(Refusal::ExecutionEnded { .. })
    ));
    let ended = run.job(flow.job("left").await).unwrap().state.clone();
    let after = flow.aggregate().await;
    assert_eq!(after.job(flow.job("left").await).unwrap().state, ended);
    assert!(matches!(ended, JobState::Completed { ran: Some(_), .. }));
}

pub(crate) async fn cancels_that_go_on_for_too_long_are_found(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let overdue = async |limit| {
        let deadline = std::time::Duration::ZERO;
        store.overdue_cancels(deadline, limit).await.unwrap()
    };
    let (first, second) = (world.run(ONE_JOB).await, world.run(ONE_JOB).await);
    let third = world.run(ONE_JOB).await;
    for execution in world.claim(1, 3).await {
        let flow = [&first, &second, &third];
        let flow = flow.into_iter().find(|flow| flow.id == execution.run);
        flow.unwrap().start(execution.id).await.unwrap();
    }
    assert_eq!(overdue(9).await, [], "nobody cancelled them");
    second.cancel().await.unwrap();
    first.cancel().await.unwrap();
    assert_eq!(overdue(9).await, [second.id, first.id], "the longest first");
    assert_eq!(overdue(1).await, [second.id]);
    let hour = std::time::Duration::from_secs(3600);
    assert_eq!(store.overdue_cancels(hour, 9).await.unwrap(), []);
    second.force_cancel().await.unwrap();
    assert_eq!(overdue(9).await, [first.id], "it has ended");
}

pub(crate) async fn a_file_that_cannot_be_planned_ends_the_run_with_its_errors(
    store: Arc<dyn Store>,
) {
    let world = World::new(Arc::clone(&store)).await;
    let wanted = world.wanted(ONE_JOB).await;
    let errors: Vec<Diagnostic> = (1..=3).map(error_in_line).collect();
    let kept = errors.clone();
    let id = world
        .create_by(wanted, move |run, now| {
            run.fail_startup(errors.clone(), now)
        })
        .await
        .unwrap();
    let view = store.run(id).await.unwrap().unwrap();
    assert_eq!(view.attempt.conclusion, Some(Conclusion::StartupFailure));
    assert_eq!(view.attempt.diagnostics, kept);
    super::agreement::assert_run_agrees(store.as_ref(), id).await;
    assert_eq!(world.claim(1, 1).await, []);
}

pub(crate) async fn each_attempt_shows_its_own_errors(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(ONE_JOB).await;
    flow.run_to_the_end(Conclusion::Failure).await;
    let by = world.user.id;
    let too_many = jobs_beside_each_other(JOBS_PER_ATTEMPT_MAX + 1);
    let definition = single(runyard_workflow::parse("ci.yml", &too_many).unwrap());
    let rerun = flow.change(Scope::Run(flow.id), move |run, _, planning| {
        let definition = &definition;
        run.rerun(
            wish(by, RerunOf::All),
            Planning {
                definition,
                ..planning
            },
        )
    });
    let told = rerun.await.unwrap();
    assert!(matches!(told[1], Event::StartupFailed { .. }), "{told:?}");
    assert_agrees(&flow).await;
    let second = store.run(flow.id).await.unwrap().unwrap();
    assert_eq!(second.attempt.diagnostics.len(), 1);
    let first = store.attempt(flow.id, 1).await.unwrap().unwrap();
    assert_eq!(first.attempt.diagnostics, []);
    assert_eq!(first.attempt.conclusion, Some(Conclusion::Failure));
}

fn error_in_line(line: u32) -> Diagnostic {
    Diagnostic {
        file: ".github/workflows/ci.yml".to_owned(),
        line,
        column: 7,
        message: format!("Unexpected value 'run\u{2019}s {line}'"),
    }
}

pub(crate) async fn the_largest_run_reads_back_as_written(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world
        .run(&jobs_beside_each_other(JOBS_PER_ATTEMPT_MAX))
        .await;
    let events = store.events(flow.id).await.unwrap();
    let run = flow.aggregate().await;
    assert_eq!(runyard_domain::Run::replay(&events).unwrap(), run);
    let names = run.attempt().jobs.iter().map(|job| job.node().as_str());
    assert!(
        names.eq(flow.file.workflow.jobs.iter().map(|job| job.id.as_str())),
        "file order"
    );
    let mut listed = Vec::new();
    for number in 1..=11 {
        let page = crate::world::page(number, 100);
        let jobs = store.jobs(flow.id, JobsOf::Latest, page).await.unwrap();
        assert_eq!(jobs.total, JOBS_PER_ATTEMPT_MAX as u64);
        listed.extend(jobs.items);
    }
    assert_eq!(listed.len(), JOBS_PER_ATTEMPT_MAX);
    flow.cancel().await.unwrap();
    let run = flow.aggregate().await;
    let mut jobs = run.attempt().planned();
    assert!(jobs.all(|job| job.state.status() == JobStatus::Completed));
    assert_eq!(run.attempt().conclusion(), Some(Conclusion::Cancelled));
}
