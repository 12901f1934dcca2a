//! Secrets of repositories, encrypted by the caller. This layer never sees what is in them.

use crate::StoreError;
use async_trait::async_trait;
use runyard_domain::{RepositoryId, Timestamp};
use serde_json::Value;
use std::str::FromStr;

/// What a secret of a repository is for; each repository has at most one for each use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SecretUse {
    /// Opens the repository's source for git.
    GitCredential,
    /// Signs the events that are delivered for the repository.
    EventSignature,
}

impl SecretUse {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::GitCredential, Self::EventSignature];

    /// Its name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::GitCredential => "git_credential",
            Self::EventSignature => "event_signature",
        }
    }
}

impl FromStr for SecretUse {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut all = Self::ALL.into_iter();
        all.find(|usage| usage.name() == text).ok_or(())
    }
}

/// A secret as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct SealedSecret {
    /// Which key opens it.
    pub key_id: String,
    /// Encrypted.
    pub sealed: Vec<u8>,
    /// What may be read of it: never the secret or a part of it.
    pub facts: Value,
    /// When it was given.
    pub updated_at: Timestamp,
}

/// Secrets of repositories. They go with their repository.
#[async_trait]
pub trait Secrets {
    /// Keeps a secret, in place of the one for the same use.
    ///
    /// # Errors
    /// [`crate::Conflict::Reference`] when the repository is not there.
    async fn put_secret(
        &self,
        repository: RepositoryId,
        usage: SecretUse,
        secret: &SealedSecret,
    ) -> Result<(), StoreError>;
    /// The secret for this use.
    async fn secret(
        &self,
        repository: RepositoryId,
        usage: SecretUse,
    ) -> Result<Option<SealedSecret>, StoreError>;
    /// Forgets it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none.
    async fn delete_secret(
        &self,
        repository: RepositoryId,
        usage: SecretUse,
    ) -> Result<(), StoreError>;
}
