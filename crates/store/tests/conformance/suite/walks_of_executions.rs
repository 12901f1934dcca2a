//! Hand-overs that do not end by a result: lost, lapsed, released, withdrawn, too slow to stop.

use super::{agreement::assert_agrees, wakes::heard};
use crate::world::{Flow, ONE_JOB, World, no_patience, runner};
use runyard_domain::{
    Conclusion, Event, Execution, Refusal, RunStatus,
    event::EndReason,
    execution::{ExecutionEnd, ExecutionState},
    run::JobState,
};
use runyard_store::{ChangeError, Store, Wake};
use std::{sync::Arc, time::Duration};

fn end_of(execution: &Execution) -> Option<ExecutionEnd> {
    match execution.state {
        ExecutionState::Ended { end, .. } => Some(end),
        ExecutionState::Offered { .. }
        | ExecutionState::Running { .. }
        | ExecutionState::Cancelling { .. } => None,
    }
}

fn reason_of(events: &[Event]) -> Option<EndReason> {
    events.iter().find_map(|event| {
        let Event::JobCompleted { reason, .. } = event else {
            return None;
        };
        reason.clone()
    })
}

pub(crate) async fn a_lost_runner_fails_its_job(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(ONE_JOB).await;
    let id = world.claim_one().await.id;
    flow.start_with(id, no_patience()).await.unwrap();
    let expired = store.expired(10).await.unwrap();
    assert_eq!(expired.len(), 1);
    assert_eq!((expired[0].execution, expired[0].run), (id, flow.id));
    assert!(!expired[0].was_offered);
    let events = flow.expire(id).await.unwrap();
    assert_eq!(reason_of(&events), Some(EndReason::RunnerLost));
    let run = assert_agrees(&flow).await;
    assert_eq!(run.attempt().conclusion(), Some(Conclusion::Failure));
    assert_eq!(end_of(&world.execution(id).await), Some(ExecutionEnd::Lost));
    assert_eq!(store.expired(10).await.unwrap(), []);
    let late = flow.finish(id, Conclusion::Success).await.unwrap_err();
    assert!(matches!(
        late,
        ChangeError::Refused(Refusal::ExecutionEnded { .. })
    ));
}

pub(crate) async fn a_runner_that_does_not_stop_is_ended_after_its_grace(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(ONE_JOB).await;
    let id = world.claim_one().await.id;
    flow.start(id).await.unwrap();
    assert_eq!(store.expired(10).await.unwrap(), []);
    flow.cancel_with(no_patience()).await.unwrap();
    assert_eq!(store.expired(10).await.unwrap()[0].execution, id);
    let events = flow.expire(id).await.unwrap();
    assert_eq!(reason_of(&events), Some(EndReason::CancelGraceOver));
    let run = assert_agrees(&flow).await;
    assert_eq!(run.attempt().conclusion(), Some(Conclusion::Cancelled));
    let kept = world.execution(id).await;
    assert_eq!(end_of(&kept), Some(ExecutionEnd::GraceOver));
}

/// Ends an offer without a start and claims the job again, as another runner.
async fn hand_over_again(flow: &Flow, offered: &Execution) {
    let world = &flow.world;
    let before = flow.aggregate().await;
    assert_eq!(before.status(), RunStatus::Queued);
    let started = flow.start(offered.id).await.unwrap_err();
    assert!(matches!(
        started,
        ChangeError::Refused(Refusal::ExecutionEnded { .. })
    ));
    let next = world.claim_one().await;
    assert_ne!(next.id, offered.id);
    assert_eq!((next.job, next.run), (offered.job, offered.run));
    assert!(flow.start(next.id).await.unwrap());
    let run = assert_agrees(flow).await;
    let JobState::InProgress { ran, .. } = &run.job(next.job).unwrap().state else {
        panic!("{run:?}");
    };
    assert_eq!((ran.execution, &ran.runner), (next.id, &runner(1)));
}

pub(crate) async fn a_lapsed_offer_goes_back_to_the_queue(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(ONE_JOB).await;
    let mut request = world.request(7, "key", 1).await;
    request.offer = Duration::ZERO;
    let offered = store.claim(request).await.unwrap().remove(0);
    let expired = store.expired(10).await.unwrap();
    assert_eq!(expired.len(), 1);
    assert_eq!(expired[0].execution, offered.id);
    assert!(expired[0].was_offered);
    let mut listener = store.wakes().listen();
    let lapse = |execution: &mut Execution, now| execution.lapse(now).map(drop);
    world.change_execution(offered.id, lapse).await.unwrap();
    heard(&mut listener, Wake::Queue).await;
    let kept = world.execution(offered.id).await;
    assert_eq!(end_of(&kept), Some(ExecutionEnd::Lapsed));
    assert_eq!(store.expired(10).await.unwrap(), []);
    hand_over_again(&flow, &offered).await;
}

pub(crate) async fn a_released_offer_goes_back_to_the_queue(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(ONE_JOB).await;
    let offered = world.claim(7, 1).await.remove(0);
    let release = |execution: &mut Execution, now| execution.release(now).map(drop);
    world.change_execution(offered.id, release).await.unwrap();
    let kept = world.execution(offered.id).await;
    assert_eq!(end_of(&kept), Some(ExecutionEnd::Released));
    hand_over_again(&flow, &offered).await;
}

pub(crate) async fn an_offer_of_a_cancelled_job_is_withdrawn(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(ONE_JOB).await;
    let offered = world.claim_one().await;
    let by = world.user.id;
    // Only the run is cancelled here, as when the offer is made at the same time.
    let scope = runyard_store::Scope::Run(flow.id);
    let alone = flow.change(scope, move |run, _, planning| run.cancel(by, planning));
    alone.await.unwrap();
    assert!(!flow.start(offered.id).await.unwrap(), "the job is gone");
    let kept = world.execution(offered.id).await;
    assert_eq!(end_of(&kept), Some(ExecutionEnd::Withdrawn));
    assert_eq!(world.claim(1, 1).await, []);
    assert_agrees(&flow).await;
}
