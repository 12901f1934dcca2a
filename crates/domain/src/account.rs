//! Users and the credentials they hold, as facts. Secrets are never here, only their hashes.

use crate::{
    RepositoryId, Timestamp, TokenId, UserId, permission::Permissions, repository::Repository,
    status::words,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt};

/// Somebody who may act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Never reused.
    pub id: UserId,
    /// Unique ignoring case.
    pub login: String,
    /// Name that people see.
    pub name: Option<String>,
    /// Administers this server.
    pub site_admin: bool,
    /// When the account was made.
    pub created_at: Timestamp,
}

words! {
    /// What a classic or an OAuth app's token may be used for (contract 2 and 12).
    Scope {
        /// Private data and all writes of repositories.
        Repo = "repo",
        /// Writes of public repositories.
        PublicRepo = "public_repo",
        /// The writes of `/api/v1`.
        RepoWrite = "repo:write",
        /// Asked for by gh.
        ReadOrg = "read:org",
        /// Asked for by gh.
        Workflow = "workflow",
        /// The administration of this server: users, tokens of others, runners.
        SiteAdmin = "site_admin",
    }
}

/// SHA-256 of a token's text: the only form in which a token is kept.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// The hash with these bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(***)")
    }
}

/// Repositories that a token is let to, beside what is public.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// All of this owner's, those that come later too.
    OwnedBy(UserId),
    /// These and no others.
    Only(BTreeSet<RepositoryId>),
}

impl Reach {
    /// Whether this repository is among them.
    pub fn covers(&self, repository: &Repository) -> bool {
        match self {
            Self::OwnedBy(owner) => repository.owner_id == *owner,
            Self::Only(repositories) => repositories.contains(&repository.id),
        }
    }
}

/// What a token lets its user do: never more than the user may, often less.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Grant {
    /// A personal access token with classic scopes.
    Classic {
        /// What it may be used for.
        scopes: Vec<Scope>,
    },
    /// A token that an OAuth app was given by its user.
    #[serde(rename = "oauth")]
    OAuth {
        /// Which app, in its own name.
        client_id: String,
        /// What it may be used for.
        scopes: Vec<Scope>,
    },
    /// A fine-grained personal access token.
    FineGrained {
        /// Where.
        reach: Reach,
        /// What.
        permissions: Permissions,
    },
}

impl Grant {
    /// Its classic scopes; none where it has none by its kind.
    pub fn scopes(&self) -> Option<&[Scope]> {
        match self {
            Self::Classic { scopes } | Self::OAuth { scopes, .. } => Some(scopes),
            Self::FineGrained { .. } => None,
        }
    }

    /// Whether it has one of these classic scopes.
    pub fn has_any(&self, wanted: &[Scope]) -> bool {
        let mut scopes = self.scopes().unwrap_or_default().iter();
        scopes.any(|scope| wanted.contains(scope))
    }
}

/// What a token is. Only what has a [`Grant`] can become a caller; a token of an App's installation will be one more
/// variant, with the [`Reach`] and the [`Permissions`] that fine-grained tokens have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TokenKind {
    /// Lets a runner register; opens nothing else.
    Registration,
    /// Has one runner forgotten, once; opens nothing else.
    Removal,
    /// Used as its user.
    #[serde(untagged)]
    Access(Grant),
}

/// A credential that is kept until it is deleted or expires.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// Names it when it is deleted.
    pub id: TokenId,
    /// Whose it is.
    pub user: UserId,
    /// What it is for, in its owner's words.
    pub name: String,
    /// What it can open.
    pub kind: TokenKind,
    /// Hash of its text.
    pub hash: TokenHash,
    /// When it was made.
    pub created_at: Timestamp,
    /// It opens nothing from then on.
    pub expires_at: Option<Timestamp>,
}

impl Token {
    /// Whether it still opens anything.
    pub fn is_valid(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }
}
