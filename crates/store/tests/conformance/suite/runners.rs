//! Runners.

use crate::world::{a_moment, is_not_found, reserve, token_hash};
use runyard_domain::{RunnerId, runner::Runner};
use runyard_store::{Conflict, IdKind, Store, StoreError};
use std::sync::Arc;

async fn new_runner(store: &Arc<dyn Store>, name: &str) -> Runner {
    let id = reserve(store, IdKind::Runner).await;
    Runner {
        id: RunnerId::new(id),
        name: name.to_owned(),
        labels: vec!["Linux".to_owned(), "self-hosted".to_owned()],
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
