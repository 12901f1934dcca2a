//! Users and their tokens.

use crate::StoreError;
use async_trait::async_trait;
use runyard_domain::{
    TokenId, UserId,
    account::{Token, TokenHash, User},
};

/// Repositories of a user, and roles of others in them, that are looked at to count at most: a total stops there.
pub const OWNED_COUNTED_MAX: u32 = 10_000;

/// What a user owns that is not deleted; each stops at [`OWNED_COUNTED_MAX`], both kinds of repositories together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OwnedCounts {
    /// Public repositories.
    pub public_repositories: u32,
    /// Private ones.
    pub private_repositories: u32,
    /// Others who have a role in the private ones, each once.
    pub collaborators: u32,
}

/// Users and their tokens. Ids come from [`crate::Store::reserve`].
#[async_trait]
pub trait Accounts {
    /// Keeps a new user.
    ///
    /// # Errors
    /// [`crate::Conflict::Login`] when the login is taken, ignoring case.
    async fn insert_user(&self, user: &User) -> Result<(), StoreError>;
    /// A user by id, deleted ones too, so that old runs keep their actor.
    async fn user(&self, id: UserId) -> Result<Option<User>, StoreError>;
    /// A user who is not deleted, by login, ignoring case.
    async fn user_by_login(&self, login: &str) -> Result<Option<User>, StoreError>;
    /// All users who are not deleted, by id, after `after`, at most `limit`.
    async fn users(&self, after: UserId, limit: u32) -> Result<Vec<User>, StoreError>;
    /// What a user owns.
    async fn owned_counts(&self, id: UserId) -> Result<OwnedCounts, StoreError>;
    /// Deletes a user: tokens and collaborations are gone, the login is free, runs keep the name.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`crate::Conflict::Reference`] while the user owns repositories.
    async fn delete_user(&self, id: UserId) -> Result<(), StoreError>;
    /// Keeps a new token.
    async fn insert_token(&self, token: &Token) -> Result<(), StoreError>;
    /// The token with this hash and its user; whether it expired is the caller's to see.
    async fn token_by_hash(&self, hash: TokenHash) -> Result<Option<(Token, User)>, StoreError>;
    /// A token by id, whoever's it is.
    async fn token(&self, id: TokenId) -> Result<Option<Token>, StoreError>;
    /// The tokens of a user, by id, after `after`, at most `limit`.
    async fn tokens(
        &self,
        user: UserId,
        after: TokenId,
        limit: u32,
    ) -> Result<Vec<Token>, StoreError>;
    /// Deletes a token of a user.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the user has no such token.
    async fn delete_token(&self, user: UserId, id: TokenId) -> Result<(), StoreError>;
}
