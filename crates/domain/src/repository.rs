//! Repositories and the workflows found in them, as facts. No git, no rules about runs.

use crate::{RepositoryId, Timestamp, UserId, WorkflowId, status::words};
use serde::{Deserialize, Serialize};

words! {
    /// What a collaborator may do with a repository, least first.
    Role {
        /// Sees it.
        Read = "read",
        /// Changes its runs, pushes events.
        Write = "write",
        /// Changes who may do what.
        Admin = "admin",
    }
}

words! {
    /// Whether a workflow reacts to events (GitHub's words).
    WorkflowState {
        /// It does.
        Active = "active",
        /// The file is gone.
        Deleted = "deleted",
        /// Somebody switched it off.
        DisabledManually = "disabled_manually",
    }
}

/// Where the commits of a repository come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "location", rename_all = "snake_case")]
pub enum Source {
    /// A git URL, fetched with the `git` program.
    Url(String),
    /// A folder on the server's machine: a work tree or a bare repository.
    Path(String),
}

impl Source {
    /// What `git fetch` is given.
    pub fn location(&self) -> &str {
        match self {
            Self::Url(location) | Self::Path(location) => location,
        }
    }
}

/// A registered repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repository {
    /// Never reused.
    pub id: RepositoryId,
    /// Login of the owner as written at registration; matched ignoring case (contract 1).
    pub owner: String,
    /// Id of the user who owns it.
    pub owner_id: UserId,
    /// Name as written at registration; matched ignoring case.
    pub name: String,
    /// Strangers get 404 (contract 2).
    pub private: bool,
    /// Branch that dispatches without a ref and scheduled runs use.
    pub default_branch: String,
    /// Where its commits come from.
    pub source: Source,
    /// When it was registered.
    pub created_at: Timestamp,
}

impl Repository {
    /// `owner/name`.
    pub fn full_name(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }
}

/// One workflow file of a repository, as a thing with an id of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workflow {
    /// Never reused.
    pub id: WorkflowId,
    /// The repository it is in.
    pub repository: RepositoryId,
    /// From the root of the repository: `.github/workflows/ci.yml`.
    pub path: String,
    /// The `name` key, or the path.
    pub name: String,
    /// Whether it reacts to events.
    pub state: WorkflowState,
    /// When it was first seen.
    pub created_at: Timestamp,
    /// When its name or state last changed.
    pub updated_at: Timestamp,
}

impl Workflow {
    /// `ci.yml` of `.github/workflows/ci.yml`.
    pub fn file_name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}

/// Who a collaborator is and what they may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collaborator {
    /// Who.
    pub user: UserId,
    /// What they may do.
    pub role: Role,
}
