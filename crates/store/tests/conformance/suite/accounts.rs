//! Users and tokens.

use crate::world::{
    ALL, ONE_JOB, World, a_moment, insert_repository, insert_user, is_not_found, new_repository,
    new_user, reserve, token_hash,
};
use runyard_domain::{
    RepositoryId, TokenId, UserId,
    account::{Grant, Reach, Scope, Token, TokenKind, User},
    permission::{Level, Permission, Permissions},
    repository::{Collaborator, Repository, Role},
};
use runyard_store::{Conflict, IdKind, OwnedCounts, RunFilter, Standing, Store, StoreError};
use std::{sync::Arc, time::Duration};

pub(super) async fn insert_token(store: &Arc<dyn Store>, user: UserId, kind: TokenKind) -> Token {
    let id = reserve(store, IdKind::Token).await;
    let token = Token {
        id: TokenId::new(id),
        user,
        name: format!("token {id}"),
        kind,
        hash: token_hash(1_000 + id),
        created_at: a_moment(),
        expires_at: None,
    };
    store.insert_token(&token).await.unwrap();
    token
}

pub(crate) async fn a_user_reads_back_as_written(store: Arc<dyn Store>) {
    let user = User {
        name: Some("Ada \"the first\" L'Ovelace \u{1f680}\n".to_owned()),
        site_admin: true,
        ..new_user(&store, "Ada").await
    };
    store.insert_user(&user).await.unwrap();
    assert_eq!(store.user(user.id).await.unwrap(), Some(user.clone()));
    let found = store.user_by_login("aDA").await.unwrap();
    assert_eq!(found, Some(user));
}

pub(crate) async fn a_nul_is_kept_or_refused_as_what_it_is(store: Arc<dyn Store>) {
    let user = User {
        name: Some("a\0b".to_owned()),
        ..new_user(&store, "ada").await
    };
    let kept = match store.insert_user(&user).await {
        Ok(()) => Some(user.clone()),
        Err(StoreError::Nul) => None,
        Err(error) => panic!("{error}"),
    };
    assert_eq!(store.user(user.id).await.unwrap(), kept);
    let found = store.user_by_login("a\0").await;
    assert!(
        matches!(found, Ok(None) | Err(StoreError::Nul)),
        "{found:?}"
    );
}

pub(crate) async fn a_login_is_taken_ignoring_case(store: Arc<dyn Store>) {
    insert_user(&store, "ada").await;
    let same = new_user(&store, "ADA").await;
    let error = store.insert_user(&same).await.unwrap_err();
    assert!(
        matches!(error, StoreError::Conflict(Conflict::Login)),
        "{error}"
    );
    assert_eq!(store.user(same.id).await.unwrap(), None);
    insert_user(&store, "ada-2").await;
}

pub(crate) async fn users_are_listed_by_id_in_pages(store: Arc<dyn Store>) {
    assert_eq!(store.users(UserId::new(0), 10).await.unwrap(), []);
    let mut all = Vec::new();
    for login in ["c", "a", "b"] {
        all.push(insert_user(&store, login).await);
    }
    assert_eq!(store.users(UserId::new(0), 10).await.unwrap(), all);
    assert_eq!(store.users(UserId::new(0), 2).await.unwrap(), all[..2]);
    assert_eq!(store.users(all[1].id, 2).await.unwrap(), all[2..]);
    assert_eq!(store.users(all[2].id, 2).await.unwrap(), []);
}

pub(crate) async fn a_deleted_user_frees_the_login_and_stays_readable(store: Arc<dyn Store>) {
    let ada = insert_user(&store, "ada").await;
    store.delete_user(ada.id).await.unwrap();
    assert_eq!(store.user_by_login("ada").await.unwrap(), None);
    assert_eq!(store.users(UserId::new(0), 10).await.unwrap(), []);
    assert_eq!(store.user(ada.id).await.unwrap(), Some(ada.clone()));
    let again = store.delete_user(ada.id).await.unwrap_err();
    assert!(is_not_found(&again), "{again}");
    let unknown = store.delete_user(UserId::new(99)).await.unwrap_err();
    assert!(is_not_found(&unknown), "{unknown}");
    let next = insert_user(&store, "Ada").await;
    assert_eq!(
        store.user_by_login("ada").await.unwrap(),
        Some(next.clone())
    );
    store.delete_user(next.id).await.unwrap();
    insert_user(&store, "ada").await;
}

pub(crate) async fn a_deleted_user_loses_tokens_and_roles(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let guest = insert_user(&store, "guest").await;
    let token = insert_token(&store, guest.id, TokenKind::Registration).await;
    let role = Collaborator {
        user: guest.id,
        role: Role::Write,
    };
    let repository = world.repository.id;
    store.put_collaborator(repository, role).await.unwrap();
    store.delete_user(guest.id).await.unwrap();
    assert_eq!(store.token_by_hash(token.hash).await.unwrap(), None);
    assert_eq!(tokens(&store, guest.id).await, []);
    assert_eq!(store.token(token.id).await.unwrap(), None);
    assert_eq!(store.role(repository, guest.id).await.unwrap(), None);
    assert_eq!(store.collaborators(repository).await.unwrap(), []);
}

pub(crate) async fn a_user_who_owns_repositories_is_not_deleted(store: Arc<dyn Store>) {
    let ada = insert_user(&store, "ada").await;
    let repository = insert_repository(&store, &ada, "engine").await;
    let error = store.delete_user(ada.id).await.unwrap_err();
    assert!(
        matches!(error, StoreError::Conflict(Conflict::Reference)),
        "{error}"
    );
    assert!(store.user_by_login("ada").await.unwrap().is_some());
    store.delete_repository(repository.id).await.unwrap();
    store.delete_user(ada.id).await.unwrap();
}

pub(crate) async fn a_run_keeps_the_name_of_a_deleted_actor(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let guest = insert_user(&store, "guest").await;
    let mut wanted = world.wanted(ONE_JOB).await;
    wanted.identity.actor = guest.id;
    let flow = world.create(wanted).await.unwrap();
    store.delete_user(guest.id).await.unwrap();
    let view = store.run(flow.id).await.unwrap().unwrap();
    assert_eq!(
        (view.actor.id, view.actor.login.as_str()),
        (guest.id, "guest")
    );
    assert_eq!(view.attempt.triggering_actor, view.actor);
    let all = RunFilter::default();
    let listed = store.runs(world.repository.id, &all, ALL).await;
    assert_eq!(listed.unwrap().items, [view]);
}

/// Every kind, with as much and with as little in it as there can be.
fn kinds(owner: UserId) -> Vec<TokenKind> {
    let everything = Permission::ALL.iter().map(|one| (*one, Level::Write));
    let many = (1..=50).map(RepositoryId::new).collect();
    let grants = [
        Grant::Classic {
            scopes: Scope::ALL.to_vec(),
        },
        Grant::Classic { scopes: vec![] },
        Grant::OAuth {
            client_id: "Dash \"board\" \u{1f680}".to_owned(),
            scopes: Scope::ALL.to_vec(),
        },
        Grant::FineGrained {
            reach: Reach::Only(many),
            permissions: everything.collect(),
        },
        Grant::FineGrained {
            reach: Reach::OwnedBy(owner),
            permissions: Permissions::default(),
        },
    ];
    let mut kinds: Vec<_> = grants.into_iter().map(TokenKind::Access).collect();
    kinds.push(TokenKind::Registration);
    kinds
}

async fn tokens(store: &Arc<dyn Store>, user: UserId) -> Vec<Token> {
    store.tokens(user, TokenId::new(0), 10).await.unwrap()
}

pub(crate) async fn a_token_reads_back_with_its_user(store: Arc<dyn Store>) {
    let ada = insert_user(&store, "ada").await;
    for kind in kinds(ada.id) {
        let token = insert_token(&store, ada.id, kind).await;
        assert_eq!(store.token(token.id).await.unwrap(), Some(token.clone()));
        let found = store.token_by_hash(token.hash).await.unwrap();
        assert_eq!(found, Some((token, ada.clone())));
    }
    let id = reserve(&store, IdKind::Token).await;
    let ends = Token {
        id: TokenId::new(id),
        user: ada.id,
        name: String::new(),
        kind: TokenKind::Registration,
        hash: token_hash(1),
        created_at: a_moment(),
        expires_at: Some(a_moment().plus(Duration::from_micros(1))),
    };
    store.insert_token(&ends).await.unwrap();
    let found = store.token_by_hash(ends.hash).await.unwrap();
    assert_eq!(found, Some((ends, ada)), "an expired token is still read");
    assert_eq!(store.token_by_hash(token_hash(2)).await.unwrap(), None);
}

pub(crate) async fn tokens_are_listed_by_id_and_deleted_by_their_user_only(store: Arc<dyn Store>) {
    let ada = insert_user(&store, "ada").await;
    let eve = insert_user(&store, "eve").await;
    let first = insert_token(&store, ada.id, TokenKind::Registration).await;
    insert_token(&store, eve.id, TokenKind::Registration).await;
    let third = insert_token(&store, ada.id, TokenKind::Registration).await;
    assert_eq!(tokens(&store, ada.id).await, [first.clone(), third.clone()]);
    let page = async |after, limit| store.tokens(ada.id, after, limit).await.unwrap();
    assert_eq!(page(TokenId::new(0), 1).await, std::slice::from_ref(&first));
    assert_eq!(page(first.id, 1).await, std::slice::from_ref(&third));
    assert_eq!(page(third.id, 1).await, []);
    let error = store.delete_token(eve.id, first.id).await.unwrap_err();
    assert!(is_not_found(&error), "{error}");
    store.delete_token(ada.id, first.id).await.unwrap();
    assert_eq!(store.token_by_hash(first.hash).await.unwrap(), None);
    assert_eq!(store.token(first.id).await.unwrap(), None);
    assert_eq!(tokens(&store, ada.id).await, [third]);
    let again = store.delete_token(ada.id, first.id).await.unwrap_err();
    assert!(is_not_found(&again), "{again}");
    assert_eq!(tokens(&store, UserId::new(99)).await, []);
}

pub(crate) async fn a_token_of_an_unknown_user_is_refused(store: Arc<dyn Store>) {
    let token = Token {
        id: TokenId::new(reserve(&store, IdKind::Token).await),
        user: UserId::new(99),
        name: "lost".to_owned(),
        kind: TokenKind::Registration,
        hash: token_hash(1),
        created_at: a_moment(),
        expires_at: None,
    };
    let error = store.insert_token(&token).await.unwrap_err();
    assert!(
        matches!(error, StoreError::Conflict(Conflict::Reference)),
        "{error}"
    );
    assert_eq!(store.token_by_hash(token.hash).await.unwrap(), None);
}

/// What one question answers is what the single ones do.
async fn stands(store: &Arc<dyn Store>, bearer: Option<&Token>, name: &str) -> Standing {
    let hash = bearer.map(|token| token.hash);
    let standing = store.standing(hash, "OCTO", name).await.unwrap();
    let user = match hash {
        Some(hash) => store.token_by_hash(hash).await.unwrap(),
        None => None,
    };
    let repository = store.repository_by_name("OCTO", name).await.unwrap();
    assert_eq!(standing.bearer, user);
    let seen = standing.repository.as_ref();
    assert_eq!(seen.map(|seen| seen.repository.clone()), repository);
    standing
}

pub(crate) async fn who_asks_and_what_for_are_answered_at_once(store: Arc<dyn Store>) {
    let owner = User {
        site_admin: true,
        ..new_user(&store, "octo").await
    };
    store.insert_user(&owner).await.unwrap();
    let id = insert_repository(&store, &owner, "Harbour").await.id;
    let [mona, guest] = [
        insert_user(&store, "mona").await,
        insert_user(&store, "guest").await,
    ];
    let of_mona = insert_token(&store, mona.id, TokenKind::Registration).await;
    let of_guest = insert_token(&store, guest.id, TokenKind::Registration).await;
    let (user, role) = (mona.id, Role::Write);
    let given = Collaborator { user, role };
    store.put_collaborator(id, given).await.unwrap();
    for (bearer, expected) in [
        (Some(&of_mona), Some(Role::Write)),
        (Some(&of_guest), None),
        (None, None),
    ] {
        let seen = stands(&store, bearer, "harbouR").await.repository.unwrap();
        assert_eq!((seen.role, seen.owner_is_site_admin), (expected, true));
    }
    assert_eq!(
        stands(&store, Some(&of_mona), "other").await.repository,
        None
    );
    store.delete_token(mona.id, of_mona.id).await.unwrap();
    let revoked = stands(&store, Some(&of_mona), "harbour").await;
    assert_eq!(revoked.repository.unwrap().role, None);
    store.delete_repository(id).await.unwrap();
    assert_eq!(stands(&store, None, "harbour").await.repository, None);
}

pub(crate) async fn what_a_user_owns_is_counted(store: Arc<dyn Store>) {
    let [octo, mona, guest] = [
        insert_user(&store, "octo").await,
        insert_user(&store, "mona").await,
        insert_user(&store, "guest").await,
    ];
    let counts = |user: UserId| {
        let store = Arc::clone(&store);
        async move { store.owned_counts(user).await.unwrap() }
    };
    assert_eq!(counts(octo.id).await, OwnedCounts::default());
    let mut own = Vec::new();
    for (name, private) in [("a", true), ("b", true), ("c", false), ("d", true)] {
        let repository = Repository {
            private,
            ..new_repository(&store, &octo, name).await
        };
        store.insert_repository(&repository).await.unwrap();
        own.push(repository.id);
    }
    insert_repository(&store, &mona, "other").await;
    for (of, user) in [
        (0, mona.id),
        (1, mona.id),
        (1, guest.id),
        (2, guest.id),
        (0, octo.id),
    ] {
        let role = Role::Read;
        let given = Collaborator { user, role };
        store.put_collaborator(own[of], given).await.unwrap();
    }
    store.delete_repository(own[3]).await.unwrap();
    let expected = OwnedCounts {
        public_repositories: 1,
        private_repositories: 2,
        collaborators: 2,
    };
    assert_eq!(counts(octo.id).await, expected);
    store.delete_repository(own[1]).await.unwrap();
    let expected = OwnedCounts {
        private_repositories: 1,
        collaborators: 1,
        ..expected
    };
    assert_eq!(counts(octo.id).await, expected);
    assert_eq!(counts(UserId::new(99)).await, OwnedCounts::default());
}
