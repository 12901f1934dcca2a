//! Runners.

use super::accounts::insert_token;
use crate::world::{
    ALL, ONE_JOB, World, a_moment, insert_user, is_not_found, page, reserve, token_hash,
};
use runyard_domain::{Conclusion, RunnerId, account::TokenKind, runner::Runner};
use runyard_store::{Conflict, IdKind, Store, StoreError};
use std::sync::Arc;

async fn new_runner(store: &Arc<dyn Store>, name: &str) -> Runner {
    let id = reserve(store, IdKind::Runner).await;
    Runner {
        id: RunnerId::new(id),
        name: name.to_owned(),
        labels: vec!["Linux".to_owned(), "self-hosted".to_owned()],
        custom_labels: None,
        group: "GPU machines".to_owned(),
        version: "1.2.3".to_owned(),
        os: "Linux".to_owned(),
        arch: "X64".to_owned(),
        capacity: 4,
        draining: false,
        token: token_hash(id),
        created_at: a_moment(),
    }
}

async fn insert_runner(store: &Arc<dyn Store>, name: &str) -> Runner {
    let runner = new_runner(store, name).await;
    store.insert_runner(&runner, false).await.unwrap();
    runner
}

async fn all(store: &Arc<dyn Store>) -> Vec<Runner> {
    store.runners(RunnerId::new(0), 10).await.unwrap()
}

pub(crate) async fn a_runner_reads_back_as_written(store: Arc<dyn Store>) {
    let runner = Runner {
        labels: vec!["z".to_owned(), "GPU \u{1f4a5}, \"big\"".to_owned()],
        draining: true,
        capacity: u32::from(u16::MAX),
        ..new_runner(&store, "builder").await
    };
    store.insert_runner(&runner, true).await.unwrap();
    let found = store.runner_by_token(runner.token).await.unwrap();
    assert_eq!(found, Some(runner.clone()));
    assert_eq!(all(&store).await, [runner]);
    assert_eq!(store.runner_by_token(token_hash(99)).await.unwrap(), None);
}

pub(crate) async fn a_runner_name_is_taken_unless_it_is_replaced(store: Arc<dyn Store>) {
    let older = insert_runner(&store, "builder").await;
    let newer = new_runner(&store, "builder").await;
    let error = store.insert_runner(&newer, false).await.unwrap_err();
    assert!(
        matches!(error, StoreError::Conflict(Conflict::RunnerName)),
        "{error}"
    );
    assert_eq!(all(&store).await, std::slice::from_ref(&older));
    store.insert_runner(&newer, true).await.unwrap();
    assert_eq!(all(&store).await, [newer]);
    assert_eq!(store.runner_by_token(older.token).await.unwrap(), None);
}

pub(crate) async fn an_update_changes_what_a_runner_may_change(store: Arc<dyn Store>) {
    let runner = insert_runner(&store, "builder").await;
    let changed = Runner {
        labels: Vec::new(),
        version: "2".to_owned(),
        capacity: 1,
        draining: true,
        ..runner.clone()
    };
    let asked = Runner {
        name: "other".to_owned(),
        token: token_hash(99),
        ..changed.clone()
    };
    store.update_runner(&asked).await.unwrap();
    assert_eq!(all(&store).await, std::slice::from_ref(&changed));
    let unknown = new_runner(&store, "unknown").await;
    let error = store.update_runner(&unknown).await.unwrap_err();
    assert!(is_not_found(&error), "{error}");
    assert_eq!(all(&store).await, [changed]);
}

pub(crate) async fn runners_are_listed_by_id_and_deleted(store: Arc<dyn Store>) {
    assert_eq!(all(&store).await, []);
    let mut made = Vec::new();
    for name in ["c", "a", "b"] {
        made.push(insert_runner(&store, name).await);
    }
    assert_eq!(store.runners(RunnerId::new(0), 2).await.unwrap(), made[..2]);
    assert_eq!(store.runners(made[1].id, 2).await.unwrap(), made[2..]);
    store.delete_runner(made[1].id).await.unwrap();
    assert_eq!(all(&store).await, [made[0].clone(), made[2].clone()]);
    assert_eq!(store.runner_by_token(made[1].token).await.unwrap(), None);
    let again = store.delete_runner(made[1].id).await.unwrap_err();
    assert!(is_not_found(&again), "{again}");
    insert_runner(&store, "a").await;
}

pub(crate) async fn a_runner_is_deleted_with_a_token_or_neither_is(store: Arc<dyn Store>) {
    let mona = insert_user(&store, "mona").await;
    let [first, other] = [
        insert_runner(&store, "first").await,
        insert_runner(&store, "other").await,
    ];
    let token = insert_token(&store, mona.id, TokenKind::Removal).await;
    let with = async |id| store.delete_runner_with(id, mona.id, token.id).await;
    let unknown = with(RunnerId::new(9_999)).await.unwrap_err();
    assert!(is_not_found(&unknown), "{unknown}");
    assert_eq!(store.token(token.id).await.unwrap(), Some(token.clone()));
    with(first.id).await.unwrap();
    assert_eq!(store.token(token.id).await.unwrap(), None);
    let used = with(other.id).await.unwrap_err();
    assert!(is_not_found(&used), "{used}");
    assert_eq!(all(&store).await, [other]);
}

pub(crate) async fn a_runner_shows_when_it_was_seen_and_whether_it_is_busy(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(ONE_JOB).await;
    let runner = insert_runner(&store, "builder").await;
    let other = insert_runner(&store, "other").await;
    let view = async |id| store.runner(id).await.unwrap().unwrap();
    let fresh = view(runner.id).await;
    assert_eq!(fresh.runner, runner);
    assert_eq!((fresh.seen_at, fresh.busy), (None, false));

    let before = store.now().await.unwrap();
    store.note_runner_seen(runner.id).await.unwrap();
    store.note_runner_seen(RunnerId::new(9_999)).await.unwrap();
    assert!(view(runner.id).await.seen_at >= Some(before));
    assert_eq!(view(other.id).await.seen_at, None);

    let offered = world.claim(runner.id.get(), 1).await.remove(0);
    assert!(!view(runner.id).await.busy, "an offer is no job yet");
    flow.start(offered.id).await.unwrap();
    let listed = store.runner_views(None, ALL).await.unwrap();
    let busy: Vec<bool> = listed.items.iter().map(|view| view.busy).collect();
    assert_eq!((busy, listed.total), (vec![true, false], 2));
    flow.finish(offered.id, Conclusion::Success).await.unwrap();
    assert!(!view(runner.id).await.busy);

    let named = store.runner_views(Some("other"), ALL).await.unwrap();
    assert_eq!((named.items[0].runner.id, named.total), (other.id, 1));
    let none = store.runner_views(Some("Other"), ALL).await.unwrap();
    assert_eq!((none.items.len(), none.total), (0, 0));
    let second = store.runner_views(None, page(2, 1)).await.unwrap();
    assert_eq!((second.items[0].runner.id, second.total), (other.id, 2));
    assert_eq!(store.runner(RunnerId::new(9_999)).await.unwrap(), None);
}

pub(crate) async fn custom_labels_are_changed_by_whoever_knew_the_ones_before(
    store: Arc<dyn Store>,
) {
    let runner = insert_runner(&store, "builder").await;
    let (gpu, big) = (vec!["gpu".to_owned()], vec!["B\u{ef}g".to_owned()]);
    let put = async |before: Option<&[String]>, labels: &[String]| {
        let put = store.put_custom_labels(runner.id, before, labels).await;
        put.unwrap()
    };
    assert!(put(None, &gpu).await);
    assert!(!put(None, &big).await, "somebody else was faster");
    assert!(put(Some(&gpu), &big).await);
    let kept = store.runner(runner.id).await.unwrap().unwrap().runner;
    assert_eq!(kept.custom_labels, Some(big.clone()));
    assert_eq!(kept.all_labels(), ["Linux", "self-hosted", "B\u{ef}g"]);
    // What a runner says of itself leaves them alone.
    store.update_runner(&runner).await.unwrap();
    assert_eq!(all(&store).await[0].custom_labels, Some(big.clone()));
    assert!(put(Some(&big), &[]).await);
    assert_eq!(all(&store).await[0].custom_labels, Some(Vec::new()));
    let unknown = store.put_custom_labels(RunnerId::new(9_999), None, &gpu);
    assert!(is_not_found(&unknown.await.unwrap_err()));
}
