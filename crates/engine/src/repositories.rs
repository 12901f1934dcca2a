//! Repositories: registering, removing, who may do what, and the workflows that are found in them.

use crate::{Engine, EngineError, git::Credential};
use runyard_domain::{
    RepositoryId, UserId, WorkflowId,
    access::{self, Access, Action, Caller, Door},
    account::User,
    repository::{Collaborator, Repository, Role, Source, Workflow, WorkflowState},
};
use runyard_store::IdKind;

/// Longest name of a repository, as GitHub's.
pub(crate) const REPOSITORY_NAME_CHARACTERS_MAX: usize = 100;

/// A repository to be registered.
#[derive(Debug, Clone)]
pub struct NewRepository {
    /// Who owns it.
    pub owner: User,
    /// Letters, digits, `.`, `_`, `-`.
    pub name: String,
    /// Where its commits come from.
    pub source: Source,
    /// Strangers get 404.
    pub private: bool,
    /// The source's own when absent.
    pub default_branch: Option<String>,
}

/// How a workflow is named in a URL (contract 7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkflowKey {
    /// All digits.
    Id(WorkflowId),
    /// A file name in a folder of workflows.
    File(String),
}

impl WorkflowKey {
    /// Reads the segment of a path.
    pub fn parse(text: &str) -> Self {
        match text.parse() {
            Ok(number) if text.bytes().all(|b| b.is_ascii_digit()) => {
                Self::Id(WorkflowId::new(number))
            }
            Ok(_) | Err(_) => Self::File(text.to_owned()),
        }
    }
}

impl Engine {
    /// Registers a repository after looking at its source, and reads its workflows.
    ///
    /// # Errors
    /// [`EngineError::Git`] when the source cannot be read, [`EngineError::Invalid`] for a bad name, a conflict
    /// when the name is taken.
    pub async fn register_repository(&self, new: NewRepository) -> Result<Repository, EngineError> {
        self.register_repository_with(new, None).await
    }

    /// The same, with what opens the source.
    ///
    /// # Errors
    /// As [`Engine::register_repository`]; [`EngineError::NoSealingKey`].
    pub async fn register_repository_with(
        &self,
        new: NewRepository,
        credential: Option<Credential>,
    ) -> Result<Repository, EngineError> {
        check_repository_name(&new.name)?;
        if credential.is_some() {
            self.sealing_key()?;
        }
        let probed = self.git.probe(&new.source, credential.as_ref()).await?;
        let repository = Repository {
            id: RepositoryId::new(self.one_id(IdKind::Repository).await?),
            owner: new.owner.login,
            owner_id: new.owner.id,
            name: new.name,
            private: new.private,
            default_branch: new.default_branch.unwrap_or(probed.default_branch),
            source: new.source,
            created_at: self.store.now().await?,
        };
        self.store.insert_repository(&repository).await?;
        if let Some(credential) = &credential {
            self.put_credential(&repository, credential).await?;
        }
        if let Err(error) = self.find_workflows(&repository).await {
            log::warn!(
                "repository {}: reading its workflows: {error}",
                repository.full_name()
            );
        }
        Ok(repository)
    }

    /// The repository with this name, ignoring case.
    ///
    /// # Errors
    /// [`EngineError::NotFound`].
    pub async fn repository_by_name(
        &self,
        owner: &str,
        name: &str,
    ) -> Result<Repository, EngineError> {
        let found = self.store.repository_by_name(owner, name).await?;
        found.ok_or(EngineError::NotFound {
            what: "the repository",
        })
    }

    /// Deletes a repository with its runs, and its mirror.
    ///
    /// # Errors
    /// A conflict while it has runs that have not ended.
    pub async fn delete_repository(&self, repository: &Repository) -> Result<(), EngineError> {
        self.store.delete_repository(repository.id).await?;
        Ok(self.git.remove(repository.id).await?)
    }

    /// Gives a user a role.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn put_collaborator(
        &self,
        repository: &Repository,
        user: &User,
        role: Role,
    ) -> Result<(), EngineError> {
        let collaborator = Collaborator {
            user: user.id,
            role,
        };
        Ok(self
            .store
            .put_collaborator(repository.id, collaborator)
            .await?)
    }

    /// The role of a caller, with ownership and administration counted in.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn role(
        &self,
        caller: &Caller,
        repository: &Repository,
    ) -> Result<Option<Role>, EngineError> {
        let own = self.collaborator_role(caller.user_id(), repository).await?;
        Ok(access::effective_role(caller, own, repository))
    }

    /// Whether a caller may do something with a repository.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn access(
        &self,
        caller: &Caller,
        repository: &Repository,
        action: Action,
        door: Door,
    ) -> Result<Access, EngineError> {
        let role = self.collaborator_role(caller.user_id(), repository).await?;
        Ok(access::decide(caller, role, repository, action, door))
    }

    async fn collaborator_role(
        &self,
        user: Option<UserId>,
        repository: &Repository,
    ) -> Result<Option<Role>, EngineError> {
        match user {
            Some(user) => Ok(self.store.role(repository.id, user).await?),
            None => Ok(None),
        }
    }

    /// The workflow that a URL names.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when the repository has no such workflow.
    pub async fn workflow(
        &self,
        repository: &Repository,
        key: &WorkflowKey,
    ) -> Result<Workflow, EngineError> {
        let found = match key {
            WorkflowKey::Id(id) => self.store.workflow(*id).await?,
            WorkflowKey::File(file) => self.workflow_named(repository, file).await?,
        };
        found
            .filter(|workflow| workflow.repository == repository.id)
            .ok_or(EngineError::NotFound {
                what: "the workflow",
            })
    }

    /// The file with this name in the first of the folders that has one.
    async fn workflow_named(
        &self,
        repository: &Repository,
        file: &str,
    ) -> Result<Option<Workflow>, EngineError> {
        for folder in &self.settings.workflow_folders {
            let path = format!("{folder}/{file}");
            let found = self.store.workflow_by_path(repository.id, &path).await?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// The workflow of a file, known from now on if it was not.
    pub(crate) async fn keep_workflow(
        &self,
        repository: &Repository,
        path: &str,
        name: String,
    ) -> Result<Workflow, EngineError> {
        if let Some(known) = self.store.workflow_by_path(repository.id, path).await?
            && known.name == name
        {
            return Ok(known);
        }
        let now = self.store.now().await?;
        let workflow = Workflow {
            id: WorkflowId::new(self.one_id(IdKind::Workflow).await?),
            repository: repository.id,
            path: path.to_owned(),
            name,
            state: WorkflowState::Active,
            created_at: now,
            updated_at: now,
        };
        Ok(self.store.ensure_workflow(&workflow).await?)
    }
}

fn check_repository_name(name: &str) -> Result<(), EngineError> {
    let shaped = !name.is_empty()
        && name.len() <= REPOSITORY_NAME_CHARACTERS_MAX
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
        && !name.chars().all(|c| c == '.')
        && !name.ends_with(".git");
    if shaped {
        return Ok(());
    }
    Err(EngineError::Invalid {
        field: "name",
        value: name.to_owned(),
        problem: format!(
            "is not a repository name: 1 to {REPOSITORY_NAME_CHARACTERS_MAX} letters, digits, '.', '_' and '-', \
             not only dots, not ending in .git"
        ),
    })
}
