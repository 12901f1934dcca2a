//! Secrets and variables that repositories give their workflows. What is in a secret is encrypted by the caller.

use crate::{Listed, Page, StoreError};
use async_trait::async_trait;
use runyard_domain::{
    RepositoryId, Timestamp,
    configuration::{ValueName, Variable},
};

/// A secret as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedSecret {
    /// What may be read of it.
    pub facts: SecretFacts,
    /// Which key opens it.
    pub key_id: String,
    /// Encrypted.
    pub sealed: Vec<u8>,
}

/// What may be read of a secret: never what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretFacts {
    /// Its name.
    pub name: ValueName,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last given.
    pub updated_at: Timestamp,
}

/// Secrets and variables of repositories. They go with their repository.
#[async_trait]
pub trait Configuration {
    /// Keeps a secret, in place of one of the same name, whose creation it keeps. Whether it is a new one.
    ///
    /// # Errors
    /// [`crate::Conflict::Reference`] when the repository is not there; [`crate::Conflict::Full`] when it would be one
    /// more than `most`.
    async fn put_named_secret(
        &self,
        repository: RepositoryId,
        secret: &NamedSecret,
        most: u32,
    ) -> Result<bool, StoreError>;
    /// One secret.
    async fn named_secret(
        &self,
        repository: RepositoryId,
        name: &ValueName,
    ) -> Result<Option<NamedSecret>, StoreError>;
    /// The secrets of a repository, by name.
    async fn named_secrets(
        &self,
        repository: RepositoryId,
        page: Page,
    ) -> Result<Listed<SecretFacts>, StoreError>;
    /// Forgets a secret.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none.
    async fn delete_named_secret(
        &self,
        repository: RepositoryId,
        name: &ValueName,
    ) -> Result<(), StoreError>;

    /// Keeps a new variable.
    ///
    /// # Errors
    /// [`crate::Conflict::Reference`] when the repository is not there; [`crate::Conflict::VariableName`] when there is
    /// one of this name; [`crate::Conflict::Full`] when it would be one more than `most`.
    async fn insert_variable(
        &self,
        repository: RepositoryId,
        variable: &Variable,
        most: u32,
    ) -> Result<(), StoreError>;
    /// One variable.
    async fn variable(
        &self,
        repository: RepositoryId,
        name: &ValueName,
    ) -> Result<Option<Variable>, StoreError>;
    /// The variables of a repository, by name.
    async fn variables(
        &self,
        repository: RepositoryId,
        page: Page,
    ) -> Result<Listed<Variable>, StoreError>;
    /// The first variables of a repository, by name, at most `limit`.
    async fn first_variables(
        &self,
        repository: RepositoryId,
        limit: u32,
    ) -> Result<Vec<Variable>, StoreError>;
    /// Puts `variable` in the place of the one named `name`, whose creation it keeps.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none; [`crate::Conflict::VariableName`] when another one has the new name.
    async fn update_variable(
        &self,
        repository: RepositoryId,
        name: &ValueName,
        variable: &Variable,
    ) -> Result<(), StoreError>;
    /// Forgets a variable.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none.
    async fn delete_variable(
        &self,
        repository: RepositoryId,
        name: &ValueName,
    ) -> Result<(), StoreError>;
}
