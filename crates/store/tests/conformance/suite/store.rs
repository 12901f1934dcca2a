//! Ids, settings, the clock.

use crate::world::reserve;
use runyard_store::{IdKind, Store};
use std::{collections::BTreeSet, sync::Arc};

pub(crate) async fn ids_start_at_one_and_are_never_reused(store: Arc<dyn Store>) {
    for kind in IdKind::ALL {
        assert_eq!(store.reserve(kind, 1).await.unwrap(), 1..2, "{kind:?}");
        assert_eq!(store.reserve(kind, 5).await.unwrap(), 2..7, "{kind:?}");
        assert_eq!(reserve(&store, kind).await, 7, "{kind:?}");
    }
}

pub(crate) async fn ids_reserved_at_the_same_time_are_disjoint(store: Arc<dyn Store>) {
    let mut takers = tokio::task::JoinSet::new();
    for taker in 0..8_u32 {
        let store = Arc::clone(&store);
        takers.spawn(async move {
            let mut taken = Vec::new();
            for _ in 0..10 {
                taken.extend(store.reserve(IdKind::Job, 1 + taker % 3).await.unwrap());
            }
            taken
        });
    }
    let taken: Vec<i64> = takers.join_all().await.into_iter().flatten().collect();
    let distinct: BTreeSet<i64> = taken.iter().copied().collect();
    assert_eq!(distinct.len(), taken.len());
    assert!(distinct.iter().all(|id| *id >= 1));
    assert!(reserve(&store, IdKind::Job).await > *distinct.last().unwrap());
}

pub(crate) async fn reserving_no_ids_gives_none(store: Arc<dyn Store>) {
    assert!(store.reserve(IdKind::Run, 0).await.unwrap().is_empty());
    assert_eq!(reserve(&store, IdKind::Run).await, 1);
}

pub(crate) async fn the_first_writer_of_a_setting_wins(store: Arc<dyn Store>) {
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..8_u8 {
        let store = Arc::clone(&store);
        writers.spawn(async move { store.setting("key", &[writer; 32]).await.unwrap() });
    }
    let told: BTreeSet<Vec<u8>> = writers.join_all().await.into_iter().collect();
    assert_eq!(told.len(), 1, "all were told the same: {told:?}");
    let later = store.setting("key", b"later").await.unwrap();
    assert_eq!(told.first(), Some(&later));
}

pub(crate) async fn settings_of_other_names_and_odd_bytes_are_kept(store: Arc<dyn Store>) {
    let all_bytes: Vec<u8> = (0..=255).collect();
    assert_eq!(store.setting("odd", &all_bytes).await.unwrap(), all_bytes);
    assert_eq!(store.setting("empty", &[]).await.unwrap(), b"");
    assert_eq!(store.setting("empty", b"no").await.unwrap(), b"");
    assert_eq!(store.setting("odd", b"no").await.unwrap(), all_bytes);
}

pub(crate) async fn the_clock_shows_whole_microseconds_and_does_not_go_back(store: Arc<dyn Store>) {
    let mut before = store.now().await.unwrap();
    for _ in 0..20 {
        let now = store.now().await.unwrap();
        assert!(before <= now);
        assert_eq!(now.to_utc().timestamp_subsec_nanos() % 1_000, 0);
        before = now;
    }
}

pub(crate) async fn a_store_that_works_is_ready(store: Arc<dyn Store>) {
    store.ready().await.unwrap();
}
