//! Repositories, their collaborators, workflows and definitions.

use crate::{Listed, Page, StoreError};
use async_trait::async_trait;
use runyard_domain::{
    RepositoryId, UserId, WorkflowId,
    account::{Token, TokenHash, User},
    actions::{ActionsChange, ActionsSettings},
    repository::{Collaborator, Repository, Role, Workflow, WorkflowState},
};

/// What decides whether a request is let in: whose credential it brought, and which repository it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The token with that hash, and its user; whether it expired is the caller's to see.
    pub bearer: Option<(Token, User)>,
    /// The repository, if there is one.
    pub repository: Option<SeenRepository>,
}

/// A repository, as somebody stands to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenRepository {
    /// One that is not deleted.
    pub repository: Repository,
    /// Whether its owner administers this server.
    pub owner_is_site_admin: bool,
    /// The role of the credential's user as collaborator.
    pub role: Option<Role>,
}

/// Repositories and what they hold. Ids come from [`crate::Store::reserve`].
#[async_trait]
pub trait Repositories {
    /// Keeps a new repository.
    ///
    /// # Errors
    /// [`crate::Conflict::RepositoryName`] when `owner/name` is taken, ignoring case.
    async fn insert_repository(&self, repository: &Repository) -> Result<(), StoreError>;
    /// One that is not deleted.
    async fn repository(&self, id: RepositoryId) -> Result<Option<Repository>, StoreError>;
    /// One that is not deleted, ignoring case (contract 1).
    async fn repository_by_name(
        &self,
        owner: &str,
        name: &str,
    ) -> Result<Option<Repository>, StoreError>;
    /// The token with the hash `bearer`, and the repository with that name as its user stands to it, of one state of the
    /// store: every request to the API asks for them first.
    async fn standing(
        &self,
        bearer: Option<TokenHash>,
        owner: &str,
        name: &str,
    ) -> Result<Standing, StoreError>;
    /// All that are not deleted, by id, after `after`, at most `limit`.
    async fn repositories(
        &self,
        after: RepositoryId,
        limit: u32,
    ) -> Result<Vec<Repository>, StoreError>;
    /// Deletes a repository: it and its runs answer as not there, its name is free.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`crate::Conflict::LiveRuns`] while it has runs that have not ended.
    async fn delete_repository(&self, id: RepositoryId) -> Result<(), StoreError>;

    /// Gives a user a role, or changes it.
    ///
    /// # Errors
    /// [`crate::Conflict::Reference`] when either is not there.
    async fn put_collaborator(
        &self,
        repository: RepositoryId,
        collaborator: Collaborator,
    ) -> Result<(), StoreError>;
    /// Takes the role away.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the user has none.
    async fn delete_collaborator(
        &self,
        repository: RepositoryId,
        user: UserId,
    ) -> Result<(), StoreError>;
    /// All of a repository, by user id.
    async fn collaborators(
        &self,
        repository: RepositoryId,
    ) -> Result<Vec<Collaborator>, StoreError>;
    /// The role of a user as collaborator.
    async fn role(
        &self,
        repository: RepositoryId,
        user: UserId,
    ) -> Result<Option<Role>, StoreError>;

    /// The workflow with this repository and path: the one that is kept, with `workflow.name` as its name from
    /// now on, or `workflow` itself, which is kept then.
    async fn ensure_workflow(&self, workflow: &Workflow) -> Result<Workflow, StoreError>;
    /// One workflow, deleted ones too.
    async fn workflow(&self, id: WorkflowId) -> Result<Option<Workflow>, StoreError>;
    /// The workflow with this path.
    async fn workflow_by_path(
        &self,
        repository: RepositoryId,
        path: &str,
    ) -> Result<Option<Workflow>, StoreError>;
    /// The workflows of a repository, by id.
    async fn workflows(
        &self,
        repository: RepositoryId,
        page: Page,
    ) -> Result<Listed<Workflow>, StoreError>;

    /// Gives a workflow another state. False, and nothing is changed, when it is not in the state `from`.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such workflow.
    async fn put_workflow_state(
        &self,
        id: WorkflowId,
        from: WorkflowState,
        to: WorkflowState,
    ) -> Result<bool, StoreError>;

    /// Changes what is said of a repository's Actions; two changes at once both hold.
    ///
    /// # Errors
    /// [`crate::Conflict::Reference`] when it is not there.
    async fn change_actions_settings(
        &self,
        repository: RepositoryId,
        change: &ActionsChange,
    ) -> Result<(), StoreError>;
    /// What is said of a repository's Actions; GitHub's defaults until somebody says otherwise.
    async fn actions_settings(
        &self,
        repository: RepositoryId,
    ) -> Result<ActionsSettings, StoreError>;

    /// Keeps the text of a workflow file under its hash; again is harmless.
    async fn put_definition(&self, hash: &str, text: &str) -> Result<(), StoreError>;
    /// The text that was kept under this hash.
    async fn definition(&self, hash: &str) -> Result<Option<String>, StoreError>;
}
