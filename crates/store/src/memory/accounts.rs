//! Users and tokens in memory. Deleted users stay, marked, so that old runs keep their actor.

use super::{
    MemoryStore,
    state::{RepositoryRow, State, UserRow, broken_reference, not_found},
};
use crate::{Accounts, Conflict, OWNED_COUNTED_MAX, OwnedCounts, StoreError};
use async_trait::async_trait;
use runyard_domain::{
    RepositoryId, TokenId, UserId,
    account::{Token, TokenHash, User},
};
use std::collections::BTreeSet;

#[async_trait]
impl Accounts for MemoryStore {
    async fn insert_user(&self, user: &User) -> Result<(), StoreError> {
        let mut state = self.state();
        if state.user_with_login(&user.login).is_some() {
            return Err(StoreError::Conflict(Conflict::Login));
        }
        let row = UserRow {
            user: user.clone(),
            deleted: false,
        };
        state.users.insert(user.id, row);
        Ok(())
    }

    async fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        let state = self.state();
        Ok(state.users.get(&id).map(|row| row.user.clone()))
    }

    async fn user_by_login(&self, login: &str) -> Result<Option<User>, StoreError> {
        Ok(self.state().user_with_login(login).cloned())
    }

    async fn users(&self, after: UserId, limit: u32) -> Result<Vec<User>, StoreError> {
        let state = self.state();
        let rows = state.users.values();
        let live = rows.filter(|row| !row.deleted && row.user.id > after);
        let page = live.take(limit as usize);
        Ok(page.map(|row| row.user.clone()).collect())
    }

    async fn owned_counts(&self, id: UserId) -> Result<OwnedCounts, StoreError> {
        let state = self.state();
        let rows = state.repositories.values().filter(|row| !row.deleted);
        let own = rows.filter(|row| row.repository.owner_id == id);
        let own: Vec<&RepositoryRow> = own.take(OWNED_COUNTED_MAX as usize).collect();
        let private = own.iter().filter(|row| row.repository.private);
        let private: BTreeSet<RepositoryId> = private.map(|row| row.repository.id).collect();
        let people = state
            .collaborators
            .keys()
            .filter(|(of, user)| private.contains(of) && *user != id);
        let people: BTreeSet<_> = people.map(|(_, user)| user).collect();
        Ok(OwnedCounts {
            public_repositories: counted(own.len() - private.len()),
            private_repositories: counted(private.len()),
            collaborators: counted(people.len()).min(OWNED_COUNTED_MAX),
        })
    }

    async fn delete_user(&self, id: UserId) -> Result<(), StoreError> {
        let mut state = self.state();
        state.live_user(id).ok_or_else(|| not_found("user"))?;
        let mut repositories = state.repositories.values();
        if repositories.any(|row| !row.deleted && row.repository.owner_id == id) {
            return Err(broken_reference());
        }
        if let Some(row) = state.users.get_mut(&id) {
            row.deleted = true;
        }
        state.tokens.retain(|_, token| token.user != id);
        state.collaborators.retain(|(_, user), _| *user != id);
        Ok(())
    }

    async fn insert_token(&self, token: &Token) -> Result<(), StoreError> {
        let mut state = self.state();
        state.live_user(token.user).ok_or_else(broken_reference)?;
        state.tokens.insert(token.id, token.clone());
        Ok(())
    }

    async fn token_by_hash(&self, hash: TokenHash) -> Result<Option<(Token, User)>, StoreError> {
        Ok(bearer(&self.state(), hash))
    }

    async fn token(&self, id: TokenId) -> Result<Option<Token>, StoreError> {
        Ok(self.state().tokens.get(&id).cloned())
    }

    async fn tokens(
        &self,
        user: UserId,
        after: TokenId,
        limit: u32,
    ) -> Result<Vec<Token>, StoreError> {
        let state = self.state();
        let tokens = state.tokens.values();
        let own = tokens.filter(|token| token.user == user && token.id > after);
        Ok(own.take(limit as usize).cloned().collect())
    }

    async fn delete_token(&self, user: UserId, id: TokenId) -> Result<(), StoreError> {
        let mut state = self.state();
        let token = state.token_of(user, id)?;
        state.tokens.remove(&token);
        Ok(())
    }
}

/// No more than were looked at.
fn counted(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(OWNED_COUNTED_MAX)
}

impl State {
    /// The id itself, if it is one of this user's tokens.
    pub(super) fn token_of(&self, user: UserId, id: TokenId) -> Result<TokenId, StoreError> {
        let token = self.tokens.get(&id).filter(|token| token.user == user);
        token
            .map(|token| token.id)
            .ok_or_else(|| not_found("token"))
    }

    fn user_with_login(&self, login: &str) -> Option<&User> {
        let login = login.to_lowercase();
        let mut rows = self.users.values();
        let row = rows.find(|row| !row.deleted && row.user.login.to_lowercase() == login)?;
        Some(&row.user)
    }
}

/// The token with this hash and its user.
pub(super) fn bearer(state: &State, hash: TokenHash) -> Option<(Token, User)> {
    let token = state.tokens.values().find(|token| token.hash == hash)?;
    let user = state.live_user(token.user)?;
    Some((token.clone(), user.clone()))
}
