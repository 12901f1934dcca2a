//! What takes too long is found, the oldest first: jobs that no runner takes, runs and jobs that do not end.

use super::agreement::assert_agrees;
use crate::world::{ONE_JOB, World, jobs_beside_each_other};
use runyard_domain::{
    Conclusion, JobId, RunId,
    event::EndReason,
    execution::{ExecutionEnd, ExecutionState, Patience},
    handover,
};
use runyard_store::{Scope, Store};
use std::{sync::Arc, time::Duration};

const SOON: Duration = Duration::from_secs(60);
const LATER: Duration = Duration::from_secs(3_600);

pub(crate) async fn jobs_that_no_runner_takes_are_found(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(&jobs_beside_each_other(3)).await;
    let now = store.now().await.unwrap();
    assert_eq!(store.waiting_since(now.minus(SOON), 9).await.unwrap(), []);
    let jobs: Vec<JobId> = flow
        .aggregate()
        .await
        .attempt()
        .planned()
        .map(|job| job.id)
        .collect();
    let all: Vec<(RunId, JobId)> = jobs.iter().map(|job| (flow.id, *job)).collect();
    let by_now = now.plus(SOON);
    assert_eq!(store.waiting_since(by_now, 9).await.unwrap(), all);
    assert_eq!(store.waiting_since(by_now, 2).await.unwrap(), all[..2]);
    let offered = world.claim(1, 1).await.remove(0);
    assert_eq!(offered.job, jobs[0]);
    assert_eq!(store.waiting_since(by_now, 9).await.unwrap(), all[1..]);
    let job = jobs[1];
    let expired = flow.change(Scope::Run(flow.id), move |run, executions, planning| {
        let patience = Patience::default();
        handover::expire_queued(run, executions, (job, LATER), planning, patience)
    });
    expired.await.unwrap();
    assert_eq!(store.waiting_since(by_now, 9).await.unwrap(), all[2..]);
    let run = assert_agrees(&flow).await;
    let reason = EndReason::QueueExpired { seconds: 3_600 };
    assert_eq!(run.job(job).unwrap().state.reason(), Some(&reason));
}

pub(crate) async fn runs_that_do_not_end_are_found_once(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let ended = world.run(ONE_JOB).await;
    ended.run_to_the_end(Conclusion::Success).await;
    let first = world.run(ONE_JOB).await;
    let second = world.run(ONE_JOB).await;
    let by_now = store.now().await.unwrap().plus(LATER);
    let long_ago = by_now.minus(LATER).minus(LATER);
    assert_eq!(store.open_since(long_ago, 9).await.unwrap(), []);
    let open = store.open_since(by_now, 9).await.unwrap();
    assert_eq!(open, [first.id, second.id]);
    assert_eq!(store.open_since(by_now, 1).await.unwrap(), [first.id]);
    let running = world.claim(1, 1).await.remove(0);
    assert_eq!(running.run, first.id);
    first.start(running.id).await.unwrap();
    let expired = first.change(Scope::Run(first.id), move |run, executions, planning| {
        let patience = Patience::default();
        handover::expire_run(run, executions, Duration::ZERO, planning, patience)
    });
    expired.await.unwrap();
    let run = assert_agrees(&first).await;
    assert!(!run.is_completed(), "its job has the grace");
    let reason = EndReason::RunExpired { seconds: 0 };
    assert_eq!(run.attempt().cancel_reason, Some(reason));
    assert_eq!(store.open_since(by_now, 9).await.unwrap(), [second.id]);
}

pub(crate) async fn a_job_that_runs_too_long_is_over_whatever_its_lease(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(ONE_JOB).await;
    let id = world.claim_one().await.id;
    let patience = Patience {
        job_timeout: Duration::ZERO,
        cancel_grace: Duration::ZERO,
        ..Patience::default()
    };
    flow.start_with(id, patience).await.unwrap();
    store.extend_leases(LATER).await.unwrap();
    let expired = store.expired(9).await.unwrap();
    assert_eq!(expired.len(), 1, "a longer lease gives no more time");
    assert!(!expired[0].was_offered);
    flow.expire(id).await.unwrap();
    let run = assert_agrees(&flow).await;
    assert_eq!(run.attempt().conclusion(), Some(Conclusion::Cancelled));
    let kept = world.execution(id).await;
    let end = ExecutionEnd::TimedOut;
    assert!(matches!(kept.state, ExecutionState::Ended { end: found, .. } if found == end));
}
