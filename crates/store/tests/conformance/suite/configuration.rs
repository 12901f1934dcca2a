//! Secrets and variables that repositories give their workflows.

use crate::world::{ALL, World, breaks_a_reference, is_not_found, page};
use runyard_domain::{
    RepositoryId, Timestamp,
    configuration::{ValueName, Variable},
};
use runyard_store::{Conflict, NamedSecret, SecretFacts, Store, StoreError};
use std::sync::Arc;

const MANY: u32 = 100;

fn name(text: &str) -> ValueName {
    ValueName::parse(text).unwrap()
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_unix_micros(1_767_323_045_678_901 + second * 1_000_000).unwrap()
}

fn secret(called: &str, sealed: &[u8], second: i64) -> NamedSecret {
    NamedSecret {
        facts: SecretFacts {
            name: name(called),
            created_at: at(second),
            updated_at: at(second),
        },
        key_id: "0123".to_owned(),
        sealed: sealed.to_vec(),
    }
}

fn variable(called: &str, value: &str, second: i64) -> Variable {
    Variable {
        name: name(called),
        value: value.to_owned(),
        created_at: at(second),
        updated_at: at(second),
    }
}

#[track_caller]
fn is_full(error: &StoreError) {
    assert!(
        matches!(error, StoreError::Conflict(Conflict::Full)),
        "{error}"
    );
}

#[track_caller]
fn is_taken(error: &StoreError) {
    let taken = matches!(error, StoreError::Conflict(Conflict::VariableName));
    assert!(taken, "{error}");
}

pub(crate) async fn a_named_secret_keeps_its_creation_when_it_is_given_again(
    store: Arc<dyn Store>,
) {
    let world = World::new(Arc::clone(&store)).await;
    let (id, other) = (world.repository.id, world.with_repository("other").await);
    let put = async |secret: &NamedSecret| store.put_named_secret(id, secret, MANY).await.unwrap();
    assert!(put(&secret("b_1", &[0, 255, 7], 1)).await);
    assert!(put(&secret("A", b"x", 2)).await);
    assert!(put(&secret("_", b"x", 2)).await);
    assert!(!put(&secret("B_1", b"again", 3)).await);
    let mut wanted = secret("B_1", b"again", 3);
    wanted.facts.created_at = at(1);
    let kept = store.named_secret(id, &name("b_1")).await.unwrap();
    assert_eq!(kept, Some(wanted.clone()));
    let elsewhere = store.named_secret(other.repository.id, &name("B_1")).await;
    assert_eq!(elsewhere.unwrap(), None);
    let listed = store.named_secrets(id, ALL).await.unwrap();
    let facts = [
        secret("A", b"", 2).facts,
        wanted.facts,
        secret("_", b"", 2).facts,
    ];
    assert_eq!((&listed.items[..], listed.total), (&facts[..], 3));
    let second = store.named_secrets(id, page(2, 2)).await.unwrap();
    assert_eq!((&second.items[..], second.total), (&facts[2..], 3));
    store.delete_named_secret(id, &name("a")).await.unwrap();
    let again = store.delete_named_secret(id, &name("A")).await.unwrap_err();
    assert!(is_not_found(&again), "{again}");
    assert_eq!(store.named_secrets(id, ALL).await.unwrap().total, 2);
}

pub(crate) async fn so_many_secrets_and_variables_are_kept_and_no_more(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let (id, other) = (world.repository.id, world.with_repository("other").await);
    for called in ["A", "B"] {
        let secret = secret(called, b"x", 1);
        assert!(store.put_named_secret(id, &secret, 2).await.unwrap());
        let variable = variable(called, "x", 1);
        store.insert_variable(id, &variable, 2).await.unwrap();
    }
    let (third, again) = (secret("C", b"x", 1), secret("B", b"y", 1));
    is_full(&store.put_named_secret(id, &third, 2).await.unwrap_err());
    assert!(!store.put_named_secret(id, &again, 2).await.unwrap());
    let third = variable("C", "x", 1);
    is_full(&store.insert_variable(id, &third, 2).await.unwrap_err());
    let elsewhere = store.insert_variable(other.repository.id, &third, 2);
    elsewhere.await.unwrap();
    store.delete_variable(id, &name("A")).await.unwrap();
    store.insert_variable(id, &third, 2).await.unwrap();

    let mut writers = tokio::task::JoinSet::new();
    for number in 0..8 {
        let store = Arc::clone(&store);
        let of = other.repository.id;
        writers.spawn(async move {
            let secret = secret(&format!("N{number}"), b"x", 1);
            store.put_named_secret(of, &secret, 3).await.is_ok()
        });
    }
    let kept = writers.join_all().await.into_iter().filter(|kept| *kept);
    assert_eq!(kept.count(), 3, "at the same time, too");
}

pub(crate) async fn a_variable_name_is_taken_ignoring_case(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let (id, other) = (world.repository.id, world.with_repository("other").await);
    let odd = "\u{1f600}\r\n'\"";
    for new in [
        variable("b", odd, 1),
        variable("A", "", 2),
        variable("a_1", "x", 2),
    ] {
        store.insert_variable(id, &new, MANY).await.unwrap();
    }
    let again = variable("B", "other", 3);
    is_taken(&store.insert_variable(id, &again, MANY).await.unwrap_err());
    store
        .insert_variable(other.repository.id, &again, MANY)
        .await
        .unwrap();
    let kept = store.variable(id, &name("B")).await.unwrap();
    assert_eq!(kept, Some(variable("B", odd, 1)));
    assert_eq!(store.variable(id, &name("C")).await.unwrap(), None);
    let all = [
        variable("A", "", 2),
        variable("A_1", "x", 2),
        variable("B", odd, 1),
    ];
    let listed = store.variables(id, ALL).await.unwrap();
    assert_eq!((&listed.items[..], listed.total), (&all[..], 3));
    let second = store.variables(id, page(2, 2)).await.unwrap();
    assert_eq!((&second.items[..], second.total), (&all[2..], 3));
    assert_eq!(store.first_variables(id, 2).await.unwrap(), all[..2]);
    assert_eq!(
        store
            .first_variables(RepositoryId::new(99), 2)
            .await
            .unwrap(),
        []
    );
}

pub(crate) async fn a_variable_is_changed_and_renamed(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let id = world.repository.id;
    for new in [variable("A", "1", 1), variable("B", "2", 1)] {
        store.insert_variable(id, &new, MANY).await.unwrap();
    }
    let update =
        async |called: &str, new: &Variable| store.update_variable(id, &name(called), new).await;
    update("A", &variable("A", "one", 5)).await.unwrap();
    let changed = Variable {
        created_at: at(1),
        ..variable("A", "one", 5)
    };
    assert_eq!(store.variable(id, &name("A")).await.unwrap(), Some(changed));
    is_taken(&update("A", &variable("B", "x", 6)).await.unwrap_err());
    update("A", &variable("C", "three", 7)).await.unwrap();
    assert_eq!(store.variable(id, &name("A")).await.unwrap(), None);
    let renamed = Variable {
        created_at: at(1),
        ..variable("C", "three", 7)
    };
    assert_eq!(store.variable(id, &name("C")).await.unwrap(), Some(renamed));
    let kept = store.variable(id, &name("B")).await.unwrap();
    assert_eq!(kept, Some(variable("B", "2", 1)));
    for gone in [
        update("A", &variable("A", "x", 8)).await.unwrap_err(),
        store.delete_variable(id, &name("A")).await.unwrap_err(),
    ] {
        assert!(is_not_found(&gone), "{gone}");
    }
}

pub(crate) async fn what_workflows_are_given_goes_with_its_repository(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let id = world.repository.id;
    let (secret, variable) = (secret("A", b"x", 1), variable("A", "x", 1));
    store.put_named_secret(id, &secret, MANY).await.unwrap();
    store.insert_variable(id, &variable, MANY).await.unwrap();
    store.delete_repository(id).await.unwrap();
    assert_eq!(store.named_secret(id, &name("A")).await.unwrap(), None);
    assert_eq!(store.variable(id, &name("A")).await.unwrap(), None);
    for gone in [id, RepositoryId::new(99)] {
        let put = store.put_named_secret(gone, &secret, MANY).await;
        assert!(breaks_a_reference(&put.unwrap_err()));
        let put = store.insert_variable(gone, &variable, MANY).await;
        assert!(breaks_a_reference(&put.unwrap_err()));
    }
}
