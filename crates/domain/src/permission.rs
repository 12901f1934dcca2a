//! What a token may do, kind of thing by kind of thing: the map that fine-grained tokens, jobs and Apps share.

use crate::status::words;
use runyard_workflow::model::{Level as DeclaredLevel, Permissions as Declared};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

words! {
    /// A kind of thing that a token can be let to, in GitHub's words.
    Permission {
        /// Runs, jobs, logs, workflows, artifacts, caches.
        Actions = "actions",
        /// Variables of workflows.
        Variables = "actions_variables",
        /// The repository itself and who may do what in it.
        Administration = "administration",
        /// Check runs and check suites.
        Checks = "checks",
        /// The code.
        Contents = "contents",
        /// Deployments, and the reviews that they wait for.
        Deployments = "deployments",
        /// That the repository is there, and what it is called. Whoever is let to a repository has this.
        Metadata = "metadata",
        /// Secrets of workflows: that they are there, never what is in them.
        Secrets = "secrets",
    }
}

words! {
    /// How much of it. Nothing at all is no entry in the map.
    Level {
        /// See it.
        Read = "read",
        /// Change it, and see it.
        Write = "write",
    }
}

words! {
    /// What the token of a job may do where no file says it, as the job's repository has it (semantics R2.81).
    DefaultPermissions {
        /// Read the code.
        Read = "read",
        /// Read and write everything that a job's token can be let to.
        Write = "write",
    }
}

/// What the token of a job can be let to at all, of what is served here; their words are those of `permissions` in
/// workflow files (semantics R2.80).
const OF_JOBS: [Permission; 4] = [
    Permission::Actions,
    Permission::Checks,
    Permission::Contents,
    Permission::Deployments,
];

/// What an operation needs: this much of that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Need {
    /// Of what.
    pub permission: Permission,
    /// How much.
    pub level: Level,
}

/// As `X-Accepted-GitHub-Permissions` says it: `actions=write` (contract 5).
impl std::fmt::Display for Need {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}={}", self.permission, self.level)
    }
}

/// How much of what; what is not in it is not allowed at all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Permissions(BTreeMap<Permission, Level>);

impl Permissions {
    /// What a running job's token may do: what its file declares (semantics R2.80), else what its repository says
    /// (R2.81).
    pub fn of_a_job(declared: Option<&Declared>, silent: DefaultPermissions) -> Self {
        let level = |permission: Permission| match (declared, silent) {
            (Some(declared), _) => level_of(declared.level(permission.name())),
            (None, DefaultPermissions::Write) => Some(Level::Write),
            (None, DefaultPermissions::Read) => {
                (permission == Permission::Contents).then_some(Level::Read)
            }
        };
        let given = OF_JOBS.map(|permission| Some((permission, level(permission)?)));
        given.into_iter().flatten().collect()
    }

    /// The same with nothing to write: what a pull request of a fork may do (semantics R2.81).
    #[must_use]
    pub fn reading(self) -> Self {
        let permissions = self.0.into_keys();
        permissions
            .map(|permission| (permission, Level::Read))
            .collect()
    }

    /// How much of it; nothing at all when none. That a repository is there is never kept secret from whoever is let
    /// to it.
    pub fn level(&self, permission: Permission) -> Option<Level> {
        let given = self.0.get(&permission).copied();
        match permission {
            Permission::Metadata => given.max(Some(Level::Read)),
            Permission::Actions
            | Permission::Administration
            | Permission::Checks
            | Permission::Contents
            | Permission::Deployments
            | Permission::Secrets
            | Permission::Variables => given,
        }
    }

    /// Whether it is enough.
    pub fn satisfy(&self, need: Need) -> bool {
        self.level(need.permission) >= Some(need.level)
    }

    /// What was given, in the order of the words.
    pub fn iter(&self) -> impl Iterator<Item = (Permission, Level)> {
        self.0
            .iter()
            .map(|(permission, level)| (*permission, *level))
    }
}

impl FromIterator<(Permission, Level)> for Permissions {
    fn from_iter<T: IntoIterator<Item = (Permission, Level)>>(given: T) -> Self {
        Self(given.into_iter().collect())
    }
}

fn level_of(declared: DeclaredLevel) -> Option<Level> {
    match declared {
        DeclaredLevel::None => None,
        DeclaredLevel::Read => Some(Level::Read),
        DeclaredLevel::Write => Some(Level::Write),
    }
}
