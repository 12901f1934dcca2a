//! Artifacts of runs: rows and the objects that they speak of.

use crate::world::{ALL, ONE_JOB, World, breaks_a_reference, is_not_found, page};
use runyard_domain::{
    ArtifactId, Conclusion, RepositoryId, RunId, Timestamp, artifact::Artifact, run::HeadRepository,
};
use runyard_store::{ArtifactFilter, Order, Store};
use std::{sync::Arc, time::Duration};

/// More than there is of anything here.
const FAR: u64 = 1_000;

fn at(second: i64) -> Timestamp {
    Timestamp::from_unix_micros(1_767_323_045_678_901 + second * 1_000_000).unwrap()
}

fn artifact(id: i64, (repository, run): (RepositoryId, RunId), name: &str) -> Artifact {
    Artifact {
        id: ArtifactId::new(id),
        repository,
        run,
        attempt: 1,
        name: name.to_owned(),
        size: 1 << 40,
        digest: Some(format!("sha256:{}", "0".repeat(64))),
        object_key: format!("artifacts/{id}"),
        created_at: at(1),
        updated_at: at(2),
        expires_at: at(3),
    }
}

async fn ids(
    store: &Arc<dyn Store>,
    repository: RepositoryId,
    filter: &ArtifactFilter,
    order: Order,
) -> Vec<i64> {
    let listed = store.artifacts(repository, filter, order, ALL, FAR).await;
    let listed = listed.unwrap();
    assert_eq!(listed.total, listed.items.len() as u64);
    let views = listed.items.iter();
    views.map(|view| view.artifact.id.get()).collect()
}

async fn purge(store: &Arc<dyn Store>) {
    while store.purge(Duration::ZERO).await.unwrap() {}
}

pub(crate) async fn artifacts_are_listed_by_run_and_name(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let id = world.repository.id;
    let (first, second) = (world.run(ONE_JOB).await, world.run(ONE_JOB).await);
    let dist = "d\u{ef}st";
    let kept = artifact(7, (id, first.id), dist);
    store.add_artifact(&kept).await.unwrap();
    let plain = Artifact {
        digest: None,
        ..artifact(8, (id, second.id), "docs")
    };
    store.add_artifact(&plain).await.unwrap();
    let last = artifact(9, (id, second.id), dist);
    store.add_artifact(&last).await.unwrap();
    let view = store.artifact(kept.id).await.unwrap().unwrap();
    let run = store.run(first.id).await.unwrap().unwrap().identity;
    assert_eq!(view.artifact, kept);
    assert_eq!(
        (view.head_branch, view.head_sha),
        (run.head_branch, run.head_sha)
    );
    assert_eq!(view.head_repository, HeadRepository::Own);
    assert_eq!(store.artifact(ArtifactId::new(1)).await.unwrap(), None);

    let (run, name) = (Some(second.id), Some(dist.to_owned()));
    let filter = |run, name| ArtifactFilter { run, name };
    for (filter, wanted) in [
        (filter(None, None), &[9, 8, 7][..]),
        (filter(run, None), &[9, 8]),
        (filter(None, name.clone()), &[9, 7]),
        (filter(run, name), &[9]),
        (filter(None, Some("DOCS".to_owned())), &[]),
    ] {
        let mut wanted = wanted.to_vec();
        assert_eq!(ids(&store, id, &filter, Order::Descending).await, wanted);
        wanted.reverse();
        assert_eq!(ids(&store, id, &filter, Order::Ascending).await, wanted);
    }
    let all = ArtifactFilter::default();
    let elsewhere = world.with_repository("other").await.repository.id;
    assert!(
        ids(&store, elsewhere, &all, Order::Descending)
            .await
            .is_empty()
    );
    let listed = store
        .artifacts(id, &all, Order::Descending, page(2, 2), FAR)
        .await;
    let listed = listed.unwrap();
    assert_eq!((listed.items[0].artifact.id, listed.total), (kept.id, 3));
}

pub(crate) async fn a_list_of_artifacts_reaches_so_many_and_no_more(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let id = world.repository.id;
    let run = world.run(ONE_JOB).await.id;
    for number in 1..=4 {
        let artifact = artifact(number, (id, run), "a");
        store.add_artifact(&artifact).await.unwrap();
    }
    let all = ArtifactFilter::default();
    for (number, reach, length, total) in [(2, 4, 2, 4), (2, 3, 1, 3), (3, 3, 0, 3), (9, 3, 0, 3)] {
        let page = page(number, 2);
        let listed = store.artifacts(id, &all, Order::Descending, page, reach);
        let listed = listed.await.unwrap();
        assert_eq!((listed.items.len(), listed.total), (length, total));
    }
}

pub(crate) async fn an_artifact_is_of_a_run_that_is_there(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let id = world.repository.id;
    let run = world.run(ONE_JOB).await.id;
    let elsewhere = world.with_repository("other").await.repository.id;
    for of in [(id, RunId::new(99)), (elsewhere, run)] {
        let refused = store.add_artifact(&artifact(1, of, "a")).await;
        assert!(breaks_a_reference(&refused.unwrap_err()));
    }
    store
        .add_artifact(&artifact(1, (id, run), "a"))
        .await
        .unwrap();
    store.delete_artifact(ArtifactId::new(1)).await.unwrap();
    let again = store.delete_artifact(ArtifactId::new(1)).await.unwrap_err();
    assert!(is_not_found(&again), "{again}");
    assert_eq!(store.artifact(ArtifactId::new(1)).await.unwrap(), None);
    assert_eq!(store.doomed_objects(9).await.unwrap(), ["artifacts/1"]);
}

pub(crate) async fn artifacts_of_a_deleted_run_are_gone_at_once_and_removed_with_it(
    store: Arc<dyn Store>,
) {
    let world = World::new(Arc::clone(&store)).await;
    let id = world.repository.id;
    let (flow, kept) = (world.run(ONE_JOB).await, world.run(ONE_JOB).await);
    flow.run_to_the_end(Conclusion::Success).await;
    for (number, run) in [(1, flow.id), (2, flow.id), (3, kept.id)] {
        let artifact = artifact(number, (id, run), "a");
        store.add_artifact(&artifact).await.unwrap();
    }
    flow.delete().await.unwrap();
    let late = store.add_artifact(&artifact(4, (id, flow.id), "a")).await;
    assert!(breaks_a_reference(&late.unwrap_err()));
    let all = ArtifactFilter::default();
    for purged in [false, true] {
        assert_eq!(
            ids(&store, id, &all, Order::Descending).await,
            [3],
            "{purged}"
        );
        assert_eq!(store.artifact(ArtifactId::new(1)).await.unwrap(), None);
        let doomed = store.doomed_objects(9).await.unwrap();
        assert_eq!(doomed.len(), if purged { 2 } else { 0 }, "{doomed:?}");
        purge(&store).await;
    }
    let doomed = store.doomed_objects(9).await.unwrap();
    assert_eq!(doomed, ["artifacts/1", "artifacts/2"]);
}
