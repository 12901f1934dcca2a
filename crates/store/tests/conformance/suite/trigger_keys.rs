//! Two requests with one key make one run.

use crate::world::{ALL, ONE_JOB, World};
use runyard_domain::{CheckSuiteId, RunId};
use runyard_store::{IdKind, RunFilter, Store};
use std::{collections::BTreeSet, sync::Arc};

async fn total(world: &World) -> u64 {
    let filter = RunFilter::default();
    let listed = world.store.runs(world.repository.id, &filter, ALL).await;
    listed.unwrap().total
}

pub(crate) async fn a_trigger_key_makes_one_run(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let wanted = world.wanted(ONE_JOB).await;
    let first = world.create(wanted.clone()).await.unwrap();
    let mut again = world.wanted(ONE_JOB).await;
    again.identity.trigger_key = wanted.identity.trigger_key;
    let second = world.create(again.clone()).await.unwrap();
    assert_eq!(second.id, first.id);
    assert_eq!(store.run(again.identity.id).await.unwrap(), None);
    assert_eq!(total(&world).await, 1);
    let next = world.run(ONE_JOB).await.aggregate().await;
    assert_eq!(next.identity().number, 2, "the duplicate used no number");
}

pub(crate) async fn a_trigger_key_makes_one_run_under_concurrency(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let wanted = world.wanted(ONE_JOB).await;
    let mut makers = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (world, mut wanted) = (world.clone(), wanted.clone());
        makers.spawn(async move {
            let identity = &mut wanted.identity;
            identity.id = RunId::new(world.reserve(IdKind::Run).await);
            let suite = world.reserve(IdKind::CheckSuite).await;
            identity.check_suite = CheckSuiteId::new(suite);
            world.create(wanted).await.unwrap().id
        });
    }
    let made: BTreeSet<RunId> = makers.join_all().await.into_iter().collect();
    assert_eq!(made.len(), 1, "all were told of one run: {made:?}");
    assert_eq!(total(&world).await, 1);
    assert_eq!(world.claim(1, 10).await.len(), 1);
}

pub(crate) async fn a_trigger_key_counts_for_one_workflow_only(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let elsewhere = world.with_repository("other").await;
    let other = world.workflow("other.yml").await;
    let first = world.wanted(ONE_JOB).await;
    let mut second = world.wanted(ONE_JOB).await;
    second.identity.workflow = other.id;
    let third = elsewhere.wanted(ONE_JOB).await;
    for mut wanted in [first, second, third] {
        wanted.identity.trigger_key = "same".to_owned();
        let id = wanted.identity.id;
        assert_eq!(world.create(wanted).await.unwrap().id, id);
    }
    assert_eq!((total(&world).await, total(&elsewhere).await), (2, 1));
}
