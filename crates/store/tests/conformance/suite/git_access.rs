//! What git sources need: encrypted secrets, deliveries, looks at sources.

use crate::world::{World, a_moment, is_not_found};
use runyard_domain::{RepositoryId, RunId};
use runyard_store::{Conflict, Poll, SealedSecret, SecretUse, SeenRefs, Store, StoreError};
use serde_json::json;
use std::{sync::Arc, time::Duration};

/// Nobody is given up within a test.
const LONG: Duration = Duration::from_secs(600);

fn sealed(text: &str) -> SealedSecret {
    SealedSecret {
        key_id: "0123456789abcdef".to_owned(),
        sealed: [b"\0\xff", text.as_bytes()].concat(),
        facts: json!({ "kind": "token", "username": "it's \"me\" \u{1f511}" }),
        updated_at: a_moment(),
    }
}

fn breaks_a_reference(error: &StoreError) -> bool {
    matches!(error, StoreError::Conflict(Conflict::Reference))
}

pub(crate) async fn a_secret_is_kept_once_for_each_use(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let (id, other) = (world.repository.id, world.with_repository("other").await);
    let (git, events) = (SecretUse::GitCredential, SecretUse::EventSignature);
    assert_eq!(store.secret(id, git).await.unwrap(), None);
    store.put_secret(id, git, &sealed("first")).await.unwrap();
    store.put_secret(id, git, &sealed("second")).await.unwrap();
    store
        .put_secret(id, events, &sealed("third"))
        .await
        .unwrap();
    let kept = store.secret(id, git).await.unwrap();
    assert_eq!(kept, Some(sealed("second")));
    let kept = store.secret(id, events).await.unwrap();
    assert_eq!(kept, Some(sealed("third")));
    let none = store.secret(other.repository.id, git).await.unwrap();
    assert_eq!(none, None);
    store.delete_secret(id, git).await.unwrap();
    assert_eq!(store.secret(id, git).await.unwrap(), None);
    let again = store.delete_secret(id, git).await.unwrap_err();
    assert!(is_not_found(&again), "{again}");
    assert!(store.secret(id, events).await.unwrap().is_some());
}

pub(crate) async fn what_reaches_a_source_goes_with_its_repository(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let id = world.repository.id;
    for usage in SecretUse::ALL {
        store.put_secret(id, usage, &sealed("x")).await.unwrap();
    }
    store.put_delivery(id, "a", &[], 9).await.unwrap();
    store.put_poll(id, 60).await.unwrap();
    store.delete_repository(id).await.unwrap();
    for usage in SecretUse::ALL {
        assert_eq!(store.secret(id, usage).await.unwrap(), None);
    }
    assert_eq!(store.delivery(id, "a").await.unwrap(), None);
    assert_eq!(store.poll(id).await.unwrap(), None);
    assert_eq!(store.claim_polls(9, LONG).await.unwrap(), []);
    for gone in [id, RepositoryId::new(99)] {
        let secret = sealed("x");
        let secret = store.put_secret(gone, SecretUse::GitCredential, &secret);
        assert!(breaks_a_reference(&secret.await.unwrap_err()));
        let delivery = store.put_delivery(gone, "a", &[], 9).await;
        assert!(breaks_a_reference(&delivery.unwrap_err()));
        assert!(breaks_a_reference(
            &store.put_poll(gone, 1).await.unwrap_err()
        ));
    }
}

pub(crate) async fn the_newest_deliveries_are_known_with_their_runs(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let (id, other) = (world.repository.id, world.with_repository("other").await);
    let runs = [RunId::new(3), RunId::new(7)];
    store.put_delivery(id, "first", &runs, 2).await.unwrap();
    store.put_delivery(id, "first", &[], 2).await.unwrap();
    let known = store.delivery(id, "first").await.unwrap();
    assert_eq!(known.as_deref(), Some(&runs[..]));
    assert_eq!(store.delivery(id, "FIRST").await.unwrap(), None);
    let elsewhere = store.delivery(other.repository.id, "first").await;
    assert_eq!(elsewhere.unwrap(), None);
    store.put_delivery(id, "second", &[], 2).await.unwrap();
    assert!(store.delivery(id, "first").await.unwrap().is_some());
    store.put_delivery(id, "third", &[], 2).await.unwrap();
    assert_eq!(store.delivery(id, "first").await.unwrap(), None);
    for known in ["second", "third"] {
        let runs = store.delivery(id, known).await.unwrap();
        assert_eq!(runs, Some(Vec::new()), "{known}");
    }
}

async fn claim(store: &Arc<dyn Store>, limit: u32) -> Vec<Poll> {
    store.claim_polls(limit, LONG).await.unwrap()
}

pub(crate) async fn a_look_that_is_due_is_taken_once(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    assert_eq!(claim(&store, 9).await, []);
    for name in ["a", "b", "c"] {
        let id = world.with_repository(name).await.repository.id;
        let poll = store.put_poll(id, 60).await.unwrap();
        assert_eq!(store.poll(id).await.unwrap(), Some(poll.clone()));
        assert_eq!((poll.seconds, poll.looks, poll.refs), (60, 0, None));
    }
    let mut takers = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let store = Arc::clone(&store);
        takers.spawn(async move { claim(&store, 2).await });
    }
    let taken = takers.join_all().await;
    assert!(taken.iter().all(|taken| taken.len() <= 2), "{taken:?}");
    let mut ids: Vec<_> = taken.into_iter().flatten().map(|p| p.repository).collect();
    // A taker may have passed over what another had locked.
    ids.extend(claim(&store, 9).await.into_iter().map(|p| p.repository));
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((ids.len(), all), (3, 3));
}

pub(crate) async fn a_look_is_ended_by_whoever_took_it(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let id = world.repository.id;
    store.put_poll(id, 3600).await.unwrap();
    let given_up = store.claim_polls(1, Duration::ZERO).await.unwrap();
    let taken = claim(&store, 1).await;
    let refs = SeenRefs::from([("refs/heads/t\u{f6}lt".to_owned(), "a".repeat(40))]);
    assert!(!store.finish_poll(&given_up[0], Ok(&refs)).await.unwrap());
    assert_eq!(store.poll(id).await.unwrap().unwrap().looks, 0);
    assert!(store.finish_poll(&taken[0], Ok(&refs)).await.unwrap());
    assert!(!store.finish_poll(&taken[0], Ok(&refs)).await.unwrap());
    let kept = store.poll(id).await.unwrap().unwrap();
    assert_eq!((kept.looks, kept.refs.as_ref()), (1, Some(&refs)));
    assert_eq!(kept.failure, None);
    assert!(kept.due_at > kept.looked_at.unwrap());
    assert_eq!(claim(&store, 1).await, []);
}

pub(crate) async fn a_look_that_fails_keeps_what_was_seen(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let id = world.repository.id;
    let refs = SeenRefs::from([("refs/heads/main".to_owned(), "a".repeat(40))]);
    for (outcome, failure) in [(Ok(&refs), None), (Err("it's away"), Some("it's away"))] {
        store.put_poll(id, 3600).await.unwrap();
        let taken = claim(&store, 1).await;
        assert!(store.finish_poll(&taken[0], outcome).await.unwrap());
        let kept = store.poll(id).await.unwrap().unwrap();
        assert_eq!((kept.looks, kept.refs.as_ref()), (1, Some(&refs)));
        assert_eq!(kept.failure.as_deref(), failure);
    }
    store.delete_poll(id).await.unwrap();
    store.delete_poll(id).await.unwrap();
    assert_eq!(store.poll(id).await.unwrap(), None);
}
