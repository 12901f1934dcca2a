//! Users and the credentials they hold, as facts. Secrets are never here, only their hashes.

use crate::{Timestamp, TokenId, UserId, status::words};
use serde::{Deserialize, Serialize};
use std::fmt;

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
    /// What a classic token may be used for (contract 2 and 12).
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

/// What a token is, and so what it can open at most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TokenKind {
    /// A personal access token with classic scopes, used as its user.
    Classic {
        /// What it may be used for.
        scopes: Vec<Scope>,
    },
    /// Lets a runner register; opens nothing else.
    Registration,
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
