//! Who may do what to a repository: one pure function over caller, role, visibility and action (contract 2).

use crate::{
    RepositoryId, Timestamp, UserId,
    account::{Grant, Scope, User},
    permission::{Level, Need, Permission, Permissions},
    repository::{Repository, Role},
};

/// What somebody wants to do with a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// See that it is there, and what it is called.
    See,
    /// Fetch its code.
    Fetch,
    /// Read its runs, jobs, logs, workflows.
    Read,
    /// Read its checks: runs and jobs as GitHub shows them of a commit.
    ReadChecks,
    /// Say more of its checks.
    WriteChecks,
    /// Change its runs: dispatch, cancel, re-run, deliver events.
    Write,
    /// Send it an event of one's own, `repository_dispatch`: as whoever changes its code could.
    SendEvent,
    /// Read the key that secrets are encrypted with on their way.
    ReadSecretKey,
    /// See which secrets there are.
    ReadSecrets,
    /// Set and delete secrets.
    WriteSecrets,
    /// Read its variables.
    ReadVariables,
    /// Set and delete variables.
    WriteVariables,
    /// Read its deployments.
    ReadDeployments,
    /// Decide on a deployment that waits: reviewers need no more than to read the repository (contract 9).
    Review,
    /// Read how the repository is set up: its runners, what Actions may do in it.
    ReadAdministration,
    /// Change the repository itself and its collaborators.
    Administer,
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::See,
        Self::Fetch,
        Self::Read,
        Self::ReadChecks,
        Self::WriteChecks,
        Self::Write,
        Self::SendEvent,
        Self::ReadSecretKey,
        Self::ReadSecrets,
        Self::WriteSecrets,
        Self::ReadVariables,
        Self::WriteVariables,
        Self::ReadDeployments,
        Self::Review,
        Self::ReadAdministration,
        Self::Administer,
    ];

    /// The least role that allows it.
    pub const fn least_role(self) -> Role {
        match self {
            Self::See
            | Self::Fetch
            | Self::Read
            | Self::ReadChecks
            | Self::ReadSecretKey
            | Self::ReadDeployments
            | Self::Review => Role::Read,
            Self::Write
            | Self::WriteChecks
            | Self::SendEvent
            | Self::ReadSecrets
            | Self::WriteSecrets
            | Self::ReadVariables
            | Self::WriteVariables => Role::Write,
            Self::ReadAdministration | Self::Administer => Role::Admin,
        }
    }

    /// The permission that a token without classic scopes needs for it.
    pub const fn need(self) -> Need {
        let (permission, level) = match self {
            Self::See => (Permission::Metadata, Level::Read),
            Self::Fetch => (Permission::Contents, Level::Read),
            Self::Read => (Permission::Actions, Level::Read),
            Self::ReadChecks => (Permission::Checks, Level::Read),
            Self::WriteChecks => (Permission::Checks, Level::Write),
            Self::Write => (Permission::Actions, Level::Write),
            Self::SendEvent => (Permission::Contents, Level::Write),
            Self::ReadSecretKey | Self::ReadSecrets => (Permission::Secrets, Level::Read),
            Self::WriteSecrets => (Permission::Secrets, Level::Write),
            Self::ReadVariables => (Permission::Variables, Level::Read),
            Self::WriteVariables => (Permission::Variables, Level::Write),
            Self::ReadDeployments => (Permission::Deployments, Level::Read),
            Self::Review => (Permission::Deployments, Level::Write),
            Self::ReadAdministration => (Permission::Administration, Level::Read),
            Self::Administer => (Permission::Administration, Level::Write),
        };
        Need { permission, level }
    }

    /// Whether whoever may read the repository may do it: it changes nothing, and tells nothing that is for those who
    /// write only.
    const fn is_reading(self) -> bool {
        matches!(self.need().level, Level::Read) && matches!(self.least_role(), Role::Read)
    }

    /// Whether to be let to it says what a token may do with the repository as a whole.
    const fn tells_a_role(self) -> bool {
        match self {
            Self::WriteChecks
            | Self::ReadSecretKey
            | Self::ReadSecrets
            | Self::WriteSecrets
            | Self::ReadVariables
            | Self::WriteVariables
            | Self::ReadAdministration => false,
            Self::See
            | Self::Fetch
            | Self::Read
            | Self::ReadChecks
            | Self::Write
            | Self::SendEvent
            | Self::ReadDeployments
            | Self::Review
            | Self::Administer => true,
        }
    }
}

/// Which family of routes is asked: they accept different scopes (contract 2 and 12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Door {
    /// GitHub's API, `/api/v3`.
    GitHub,
    /// Runyard's own, `/api/v1`.
    Runyard,
}

/// Who asks, as the credential says. An App's installation will be one more, answered as a job is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// No credential.
    Anonymous,
    /// A user with a token.
    User {
        /// Who.
        user: User,
        /// What the token lets them do.
        grant: Grant,
        /// When the token ends.
        expires_at: Option<Timestamp>,
    },
    /// A running job with its `GITHUB_TOKEN`.
    Job {
        /// The only repository it is let to, beside reading public ones.
        repository: RepositoryId,
        /// What it may do there.
        permissions: Permissions,
        /// Who then did it: the user that stands for all jobs.
        bot: User,
    },
}

impl Caller {
    /// The user behind it.
    pub fn user(&self) -> Option<&User> {
        match self {
            Self::User { user, .. } => Some(user),
            Self::Anonymous | Self::Job { .. } => None,
        }
    }

    /// Whoever does what it does: the user, or the one that stands for jobs.
    pub fn actor(&self) -> Option<&User> {
        match self {
            Self::User { user, .. } | Self::Job { bot: user, .. } => Some(user),
            Self::Anonymous => None,
        }
    }

    /// Whether it administers this server: both the user and the token must say so.
    pub fn is_site_admin(&self) -> bool {
        match self {
            Self::User { user, grant, .. } => user.site_admin && grant.has_any(&[Scope::SiteAdmin]),
            Self::Anonymous | Self::Job { .. } => false,
        }
    }

    /// The id of the user behind it.
    pub fn user_id(&self) -> Option<UserId> {
        self.user().map(|user| user.id)
    }
}

/// What the answer to a request shall be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    /// Go on.
    Allowed,
    /// As if the repository did not exist: 404 (contract 2).
    Hidden,
    /// 403: it is seen, but this is not allowed.
    Forbidden,
}

/// Decides whether `caller`, whose role as a collaborator is `role`, may do `action` through `door`.
///
/// Owners and server administrators have the role of an administrator.
pub fn decide(
    caller: &Caller,
    role: Option<Role>,
    repository: &Repository,
    action: Action,
    door: Door,
) -> Access {
    if repository.private && !sees_private(caller, role, repository) {
        return Access::Hidden;
    }
    let open_to_all = !repository.private && action.is_reading();
    if open_to_all || may(caller, role, repository, action, door) {
        Access::Allowed
    } else {
        Access::Forbidden
    }
}

/// The role that `caller` can make use of: that of the collaborator, raised for owners and server administrators, and
/// no more than a fine-grained token lets through.
pub fn effective_role(
    caller: &Caller,
    role: Option<Role>,
    repository: &Repository,
) -> Option<Role> {
    match caller {
        Caller::Anonymous => None,
        Caller::User { user, grant, .. } => {
            let held = held_role(user, role, repository)?;
            match grant {
                Grant::Classic { .. } | Grant::OAuth { .. } => Some(held),
                Grant::FineGrained { reach, permissions } => reach
                    .covers(repository)
                    .then(|| held.min(strongest_role(permissions))),
            }
        }
        Caller::Job {
            repository: own,
            permissions,
            ..
        } => (*own == repository.id).then(|| strongest_role(permissions)),
    }
}

fn held_role(user: &User, role: Option<Role>, repository: &Repository) -> Option<Role> {
    match user.site_admin || user.id == repository.owner_id {
        true => Some(Role::Admin),
        false => role,
    }
}

/// The strongest role of which these permissions let something through. Who only reads how a repository is set up is not
/// its administrator.
fn strongest_role(permissions: &Permissions) -> Role {
    let lets = |action: &&Action| action.tells_a_role() && permissions.satisfy(action.need());
    let roles = Action::ALL.iter().filter(lets);
    roles
        .map(|action| action.least_role())
        .max()
        .unwrap_or(Role::Read)
}

/// Whether a private repository is there for `caller`.
fn sees_private(caller: &Caller, role: Option<Role>, repository: &Repository) -> bool {
    match caller {
        Caller::Anonymous => false,
        Caller::User { user, grant, .. } => {
            let let_in = match grant {
                Grant::Classic { .. } | Grant::OAuth { .. } => {
                    grant.has_any(&[Scope::Repo, Scope::RepoWrite])
                }
                Grant::FineGrained { reach, .. } => reach.covers(repository),
            };
            let_in && held_role(user, role, repository).is_some()
        }
        Caller::Job {
            repository: own, ..
        } => *own == repository.id,
    }
}

/// Whether both the caller's role and the credential let it do this, in a repository that it sees.
fn may(
    caller: &Caller,
    role: Option<Role>,
    repository: &Repository,
    action: Action,
    door: Door,
) -> bool {
    match caller {
        Caller::Anonymous => false,
        Caller::User { user, grant, .. } => {
            let role = held_role(user, role, repository);
            let granted = match grant {
                Grant::Classic { .. } | Grant::OAuth { .. } => {
                    scopes_allow(grant, repository, action, door)
                }
                Grant::FineGrained { reach, permissions } => {
                    reach.covers(repository) && permissions.satisfy(action.need())
                }
            };
            granted && role >= Some(action.least_role())
        }
        Caller::Job {
            repository: own,
            permissions,
            ..
        } => *own == repository.id && permissions.satisfy(action.need()),
    }
}

/// Classic scopes tell private from public and reading from writing; kinds of things are all one to them.
fn scopes_allow(grant: &Grant, repository: &Repository, action: Action, door: Door) -> bool {
    if action.is_reading() {
        return true;
    }
    let own_door = match door {
        Door::GitHub => !repository.private && grant.has_any(&[Scope::PublicRepo]),
        Door::Runyard => grant.has_any(&[Scope::RepoWrite]),
    };
    own_door || grant.has_any(&[Scope::Repo])
}
