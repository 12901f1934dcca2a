//! Signals come after what they speak of is kept.

use crate::world::{ONE_JOB, SOON, World};
use runyard_domain::{Conclusion, Refusal};
use runyard_store::{Scope, Store, Wake};
use std::sync::Arc;
use tokio::{sync::broadcast::Receiver, time::timeout};

/// Waits for this signal, whatever else is heard before.
pub(super) async fn heard(listener: &mut Receiver<Wake>, wanted: Wake) {
    let wait = async { while listener.recv().await.unwrap() != wanted {} };
    let heard = timeout(SOON, wait).await;
    assert!(heard.is_ok(), "{wanted:?} was not sent");
}

pub(crate) async fn a_change_wakes_listeners_after_it_is_kept(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let wanted = world.wanted(ONE_JOB).await;
    let id = wanted.identity.id;
    let mut runs = store.wakes().listen();
    let reader = Arc::clone(&store);
    let of_run = tokio::spawn(async move {
        heard(&mut runs, Wake::Run(id)).await;
        reader.run(id).await.unwrap()
    });
    let mut queue = store.wakes().listen();
    let claimer = world.clone();
    let of_queue = tokio::spawn(async move {
        heard(&mut queue, Wake::Queue).await;
        claimer.claim(1, 1).await
    });
    let flow = world.create(wanted).await.unwrap();
    assert!(of_run.await.unwrap().is_some(), "the listener sees the run");
    let claimed = of_queue.await.unwrap();
    assert_eq!(claimed.len(), 1, "the listener finds the job");

    let id = claimed[0].id;
    flow.start(id).await.unwrap();
    let mut ends = store.wakes().listen();
    flow.finish(id, Conclusion::Success).await.unwrap();
    heard(&mut ends, Wake::Execution(id)).await;
    assert!(world.execution(id).await.is_ended());
}

pub(crate) async fn a_refused_decision_wakes_nobody(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(ONE_JOB).await;
    let marker = world.run(ONE_JOB).await;
    let mut listener = store.wakes().listen();
    let by = world.user.id;
    let refused = flow.change(Scope::Run(flow.id), move |run, _, planning| {
        run.cancel(by, planning)?;
        Err(Refusal::RunCompleted)
    });
    refused.await.unwrap_err();
    marker.cancel().await.unwrap();
    let wait = async {
        loop {
            let wake = listener.recv().await.unwrap();
            let of_run = flow.id;
            assert_ne!(wake, Wake::Run(of_run), "it was refused");
            if wake == Wake::Run(marker.id) {
                return;
            }
        }
    };
    timeout(SOON, wait).await.unwrap();
}

pub(crate) async fn a_cancelled_execution_wakes_its_listener(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(ONE_JOB).await;
    let id = world.claim_one().await.id;
    flow.start(id).await.unwrap();
    let mut listener = store.wakes().listen();
    let reader = world.clone();
    let told = tokio::spawn(async move {
        heard(&mut listener, Wake::Execution(id)).await;
        reader.execution(id).await
    });
    flow.cancel().await.unwrap();
    let seen = told.await.unwrap();
    let is_told = matches!(
        seen.state,
        runyard_domain::execution::ExecutionState::Cancelling { .. }
    );
    assert!(is_told, "{seen:?}");
}
