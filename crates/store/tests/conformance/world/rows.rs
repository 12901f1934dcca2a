//! Users and repositories that tests begin with.

use super::a_moment;
use runyard_domain::{
    RepositoryId, UserId,
    account::User,
    repository::{Repository, Source},
};
use runyard_store::{IdKind, Store};
use std::sync::Arc;

pub(crate) async fn reserve(store: &Arc<dyn Store>, kind: IdKind) -> i64 {
    store.reserve(kind, 1).await.unwrap().start
}

pub(crate) async fn new_user(store: &Arc<dyn Store>, login: &str) -> User {
    User {
        id: UserId::new(reserve(store, IdKind::User).await),
        login: login.to_owned(),
        name: None,
        site_admin: false,
        created_at: a_moment(),
    }
}

pub(crate) async fn insert_user(store: &Arc<dyn Store>, login: &str) -> User {
    let user = new_user(store, login).await;
    store.insert_user(&user).await.unwrap();
    user
}

pub(crate) async fn new_repository(store: &Arc<dyn Store>, owner: &User, name: &str) -> Repository {
    Repository {
        id: RepositoryId::new(reserve(store, IdKind::Repository).await),
        owner: owner.login.clone(),
        owner_id: owner.id,
        name: name.to_owned(),
        private: false,
        default_branch: "main".to_owned(),
        source: Source::Url(format!("https://git.example/{name}.git")),
        created_at: a_moment(),
    }
}

pub(crate) async fn insert_repository(
    store: &Arc<dyn Store>,
    owner: &User,
    name: &str,
) -> Repository {
    let repository = new_repository(store, owner, name).await;
    store.insert_repository(&repository).await.unwrap();
    repository
}
