//! Who may do what to a repository: one pure function over caller, role, visibility and action (contract 2).

use crate::{
    RepositoryId, UserId,
    account::{Scope, User},
    repository::{Repository, Role},
};

/// What somebody wants to do with a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// See it: runs, jobs, logs, workflows, code.
    Read,
    /// Change its runs: dispatch, cancel, re-run, deliver events.
    Write,
    /// Change the repository itself and its collaborators.
    Administer,
}

impl Action {
    /// The least role that allows it.
    pub const fn least_role(self) -> Role {
        match self {
            Self::Read => Role::Read,
            Self::Write => Role::Write,
            Self::Administer => Role::Admin,
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

/// Who asks, as the credential says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// No credential.
    Anonymous,
    /// A user with a classic token.
    User {
        /// Who.
        user: User,
        /// What the token may be used for.
        scopes: Vec<Scope>,
    },
    /// A running job with its `GITHUB_TOKEN`: reads its own repository.
    Job {
        /// The only repository it may read beside public ones.
        repository: RepositoryId,
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

    /// Whether it administers this server: both the user and the token must say so.
    pub fn is_site_admin(&self) -> bool {
        match self {
            Self::User { user, scopes } => user.site_admin && scopes.contains(&Scope::SiteAdmin),
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
    let role = effective_role(caller, role, repository);
    if !may_read(caller, role, repository) {
        return Access::Hidden;
    }
    let allowed = match action {
        Action::Read => true,
        Action::Write | Action::Administer => {
            role.is_some_and(|role| role >= action.least_role())
                && scope_allows_writes(caller, repository, door)
        }
    };
    if allowed {
        Access::Allowed
    } else {
        Access::Forbidden
    }
}

/// The role that counts: that of the collaborator, raised for owners and server administrators.
pub fn effective_role(
    caller: &Caller,
    role: Option<Role>,
    repository: &Repository,
) -> Option<Role> {
    match caller {
        Caller::User { user, .. } if user.site_admin || user.id == repository.owner_id => {
            Some(Role::Admin)
        }
        Caller::User { .. } => role,
        Caller::Job { repository: own } if *own == repository.id => Some(Role::Read),
        Caller::Anonymous | Caller::Job { .. } => None,
    }
}

fn may_read(caller: &Caller, role: Option<Role>, repository: &Repository) -> bool {
    if !repository.private {
        return true;
    }
    let token_reads_private = match caller {
        Caller::Anonymous => false,
        Caller::User { scopes, .. } => {
            scopes.contains(&Scope::Repo) || scopes.contains(&Scope::RepoWrite)
        }
        Caller::Job { .. } => true,
    };
    token_reads_private && role.is_some()
}

fn scope_allows_writes(caller: &Caller, repository: &Repository, door: Door) -> bool {
    let Caller::User { scopes, .. } = caller else {
        return false;
    };
    let own_door = match door {
        Door::GitHub => !repository.private && scopes.contains(&Scope::PublicRepo),
        Door::Runyard => scopes.contains(&Scope::RepoWrite),
    };
    scopes.contains(&Scope::Repo) || own_door
}
