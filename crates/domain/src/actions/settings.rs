//! The settings, GitHub's defaults, and how a request changes them.

use super::ActionPattern;
use crate::{permission::DefaultPermissions, repository::Repository, status::words};
use serde::{Deserialize, Serialize};

/// Patterns of actions that a repository can name.
pub const ACTION_PATTERNS_MAX: usize = 1_000;

words! {
    /// Which actions and reusable workflows the workflows of a repository may use, beside those of its own commit.
    AllowedActions {
        /// Whatever there is.
        All = "all",
        /// Those in repositories of the same owner.
        LocalOnly = "local_only",
        /// Those as well, and what [`SelectedActions`] says.
        Selected = "selected",
    }
}

words! {
    /// Which other repositories may use what a private repository has: private ones only, and of them these.
    AccessLevel {
        /// None.
        None = "none",
        /// Those of the same owner.
        User = "user",
        /// The same: here every owner is a user.
        Organization = "organization",
        /// All of this server.
        Enterprise = "enterprise",
    }
}

impl AccessLevel {
    /// Whether workflows of `from` may use what `of` has, where `of` says this. A public repository keeps nothing from
    /// anybody, and no repository anything from itself.
    pub fn admits(self, from: &Repository, of: &Repository) -> bool {
        if from.id == of.id || !of.private {
            return true;
        }
        from.private
            && match self {
                Self::None => false,
                Self::User | Self::Organization => from.owner_id == of.owner_id,
                Self::Enterprise => true,
            }
    }
}

/// What may be used under [`AllowedActions::Selected`] beside what is of the same owner.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SelectedActions {
    /// What GitHub's own accounts have.
    pub github_owned: bool,
    /// What verified creators have. This server knows of none, so that it allows nothing more.
    pub verified: bool,
    /// What one of these allows; one that blocks goes before everything else.
    pub patterns: Vec<ActionPattern>,
}

/// All that is said of a repository's Actions; what is absent in a kept one is as by [`Default`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ActionsSettings {
    /// Whether new runs may come to be.
    pub enabled: bool,
    /// What workflows may use.
    pub allowed: AllowedActions,
    /// What is selected, kept also while something else holds.
    pub selected: SelectedActions,
    /// Whether every action must be named by the full id of a commit.
    pub pinned: bool,
    /// Who may use what the repository has.
    pub access: AccessLevel,
    /// What the tokens of jobs may do where no file says it (semantics R2.81).
    pub tokens: DefaultPermissions,
}

/// As GitHub has it until somebody says otherwise.
impl Default for ActionsSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            allowed: AllowedActions::All,
            selected: SelectedActions::default(),
            pinned: false,
            access: AccessLevel::None,
            tokens: DefaultPermissions::Read,
        }
    }
}

/// What somebody says anew of the selected actions; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SelectedChange {
    /// As in [`SelectedActions`].
    pub github_owned: Option<bool>,
    /// As in [`SelectedActions`].
    pub verified: Option<bool>,
    /// As in [`SelectedActions`]; takes the place of all patterns before.
    pub patterns: Option<Vec<ActionPattern>>,
}

/// What somebody says anew; what is absent stays, so that two who say different things at once both get their way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ActionsChange {
    /// As in [`ActionsSettings`], like the others.
    pub enabled: Option<bool>,
    /// As there.
    pub allowed: Option<AllowedActions>,
    /// As there.
    pub selected: SelectedChange,
    /// As there.
    pub pinned: Option<bool>,
    /// As there.
    pub access: Option<AccessLevel>,
    /// As there.
    pub tokens: Option<DefaultPermissions>,
}

impl ActionsSettings {
    /// The settings after a change.
    #[must_use]
    pub fn changed(self, change: &ActionsChange) -> Self {
        Self {
            enabled: change.enabled.unwrap_or(self.enabled),
            allowed: change.allowed.unwrap_or(self.allowed),
            selected: self.selected.changed(&change.selected),
            pinned: change.pinned.unwrap_or(self.pinned),
            access: change.access.unwrap_or(self.access),
            tokens: change.tokens.unwrap_or(self.tokens),
        }
    }
}

impl SelectedActions {
    fn changed(self, change: &SelectedChange) -> Self {
        Self {
            github_owned: change.github_owned.unwrap_or(self.github_owned),
            verified: change.verified.unwrap_or(self.verified),
            patterns: change.patterns.clone().unwrap_or(self.patterns),
        }
    }
}
