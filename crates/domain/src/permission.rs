//! What a token may do, kind of thing by kind of thing: the map that fine-grained tokens, jobs and Apps share.

use crate::status::words;
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
    /// What a running job's token may do where its workflow says nothing: see, change nothing.
    pub fn of_a_silent_job() -> Self {
        use Permission::{Actions, Checks, Contents, Deployments};
        [Actions, Checks, Contents, Deployments]
            .map(|permission| (permission, Level::Read))
            .into_iter()
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
