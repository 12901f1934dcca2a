//! Caches of repositories: rows, what they take together, and the objects that they speak of.

use crate::world::{ALL, World, breaks_a_reference, is_not_found, page};
use runyard_domain::{
    CacheId, RepositoryId, Timestamp,
    cache::{Cache, CacheSort},
};
use runyard_store::{CacheFilter, CacheUsage, Conflict, Order, Store, StoreError};
use std::sync::Arc;

/// More than there is of anything here.
const FAR: u64 = 1_000;

fn at(second: i64) -> Timestamp {
    Timestamp::from_unix_micros(1_767_323_045_678_901 + second * 1_000_000).unwrap()
}

fn cache(id: i64, repository: RepositoryId, (git_ref, key): (&str, &str)) -> Cache {
    Cache {
        id: CacheId::new(id),
        repository,
        git_ref: git_ref.to_owned(),
        key: key.to_owned(),
        version: "v1".to_owned(),
        size: 100,
        object_key: format!("caches/{id}"),
        created_at: at(id),
        last_accessed_at: at(-id),
    }
}

const MAIN: &str = "refs/heads/main";
const PULL: &str = "refs/pull/7/merge";

/// Four caches of two refs, of different sizes.
async fn four(store: &Arc<dyn Store>, repository: RepositoryId) {
    for (id, git_ref, key, size) in [
        (1, MAIN, "linux-a", 30),
        (2, MAIN, "linux_b", 20),
        (3, PULL, "linux-a", 30),
        (4, MAIN, "LINUX-\u{e4}%", 10),
    ] {
        let cache = Cache {
            size,
            ..cache(id, repository, (git_ref, key))
        };
        store.add_cache(&cache).await.unwrap();
    }
}

pub(crate) async fn caches_are_found_by_ref_and_key_and_sorted(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let id = world.repository.id;
    four(&store, id).await;
    let filter = |git_ref: Option<&str>, key_prefix: Option<&str>| CacheFilter {
        git_ref: git_ref.map(str::to_owned),
        key_prefix: key_prefix.map(str::to_owned),
    };
    let listed = async |filter: &CacheFilter, sort| {
        let listed = store.caches(id, filter, sort, ALL, FAR).await.unwrap();
        assert_eq!(listed.total, listed.items.len() as u64);
        let caches = listed.items.iter();
        caches.map(|cache| cache.id.get()).collect::<Vec<_>>()
    };
    let oldest = (CacheSort::CreatedAt, Order::Ascending);
    for (filter, wanted) in [
        (filter(None, None), &[1, 2, 3, 4][..]),
        (filter(Some(MAIN), None), &[1, 2, 4]),
        (filter(None, Some("linux-")), &[1, 3]),
        (filter(None, Some("linux-a")), &[1, 3]),
        (filter(None, Some("linux-a-")), &[]),
        (filter(Some(PULL), Some("linux")), &[3]),
        (filter(None, Some("LINUX-\u{e4}")), &[4]),
        (filter(None, Some("%")), &[]),
        (filter(Some("main"), None), &[]),
    ] {
        assert_eq!(listed(&filter, oldest).await, wanted, "{filter:?}");
    }
    for (sort, wanted) in [
        (CacheSort::CreatedAt, [1, 2, 3, 4]),
        (CacheSort::LastAccessedAt, [4, 3, 2, 1]),
        (CacheSort::SizeInBytes, [4, 2, 1, 3]),
    ] {
        let mut wanted = wanted.to_vec();
        let all = CacheFilter::default();
        assert_eq!(listed(&all, (sort, Order::Ascending)).await, wanted);
        wanted.reverse();
        assert_eq!(listed(&all, (sort, Order::Descending)).await, wanted);
    }
    let all = CacheFilter::default();
    let second = store
        .caches(id, &all, oldest, page(2, 3), FAR)
        .await
        .unwrap();
    assert_eq!((second.items[0].id.get(), second.total), (4, 4));
    for (number, reach, length, total) in [(2, 4, 2, 4), (2, 3, 1, 3), (3, 3, 0, 3)] {
        let page = page(number, 2);
        let listed = store.caches(id, &all, oldest, page, reach).await.unwrap();
        assert_eq!((listed.items.len(), listed.total), (length, total));
    }
    let same = store
        .caches(id, &all, oldest, page(1, 1), FAR)
        .await
        .unwrap();
    let first = Cache {
        size: 30,
        ..cache(1, id, (MAIN, "linux-a"))
    };
    assert_eq!(same.items, [first]);
}

pub(crate) async fn caches_are_counted_as_they_come_and_go(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let (id, other) = (world.repository.id, world.with_repository("other").await);
    let usage = async |of| store.cache_usage(of).await.unwrap();
    assert_eq!(usage(id).await, CacheUsage::default());
    four(&store, id).await;
    let again = store.add_cache(&cache(5, id, (MAIN, "linux-a"))).await;
    let again = again.unwrap_err();
    assert!(
        matches!(again, StoreError::Conflict(Conflict::CacheKey)),
        "{again}"
    );
    let usage_of = |caches, bytes| CacheUsage { caches, bytes };
    assert_eq!(usage(id).await, usage_of(4, 90));
    assert_eq!(usage(other.repository.id).await, CacheUsage::default());

    let delete = async |key: &str, git_ref: Option<&str>, limit| {
        let deleted = store.delete_caches(id, key, git_ref, limit).await.unwrap();
        deleted
            .iter()
            .map(|cache| cache.id.get())
            .collect::<Vec<_>>()
    };
    assert!(delete("linux", None, 9).await.is_empty(), "keys are whole");
    assert!(delete("linux_b", Some(PULL), 9).await.is_empty());
    assert_eq!(delete("linux-a", Some(PULL), 9).await, [3]);
    store
        .add_cache(&cache(6, id, (PULL, "linux-a")))
        .await
        .unwrap();
    assert_eq!(
        delete("linux-a", None, 1).await,
        [1],
        "no more than the limit"
    );
    assert_eq!(usage(id).await, usage_of(3, 130));
    let elsewhere = store.delete_cache(other.repository.id, CacheId::new(6));
    assert!(is_not_found(&elsewhere.await.unwrap_err()));
    store.delete_cache(id, CacheId::new(6)).await.unwrap();
    let again = store.delete_cache(id, CacheId::new(6)).await;
    assert!(is_not_found(&again.unwrap_err()));
    assert_eq!(usage(id).await, usage_of(2, 30));
    let doomed = store.doomed_objects(9).await.unwrap();
    assert_eq!(doomed, ["caches/1", "caches/3", "caches/6"]);
}

pub(crate) async fn caches_go_with_their_repository_and_their_objects_follow(
    store: Arc<dyn Store>,
) {
    let world = World::new(Arc::clone(&store)).await;
    let id = world.repository.id;
    let other = world.with_repository("other").await.repository.id;
    four(&store, id).await;
    store
        .add_cache(&cache(9, other, (MAIN, "k")))
        .await
        .unwrap();
    store.delete_repository(id).await.unwrap();
    assert_eq!(store.cache_usage(id).await.unwrap(), CacheUsage::default());
    let by = (CacheSort::SizeInBytes, Order::Descending);
    let listed = store
        .caches(id, &CacheFilter::default(), by, ALL, FAR)
        .await;
    assert_eq!(listed.unwrap().total, 0);
    assert_eq!(store.doomed_objects(9).await.unwrap().len(), 4);
    assert_eq!(store.cache_usage(other).await.unwrap().caches, 1);
    for gone in [id, RepositoryId::new(99)] {
        let late = store.add_cache(&cache(10, gone, (MAIN, "k"))).await;
        assert!(breaks_a_reference(&late.unwrap_err()));
    }
}
