//! What administrators say of a repository's Actions, and what its runs are let to use by it.

use crate::{Engine, EngineError, definitions::Definition};
use runyard_domain::{
    RepositoryId,
    actions::{ACTION_PATTERNS_MAX, AccessLevel, ActionsChange, ActionsSettings, AllowedActions},
    repository::Repository,
    retention::{KEPT_DAYS_MAX, Kept},
};
use runyard_workflow::{Diagnostic, InvalidWorkflow};
use std::sync::Arc;

/// Longest retention that can be said of a public repository in GitHub's words, in days (semantics R8.11).
const PUBLIC_DAYS_MAX: u32 = 90;

impl Engine {
    /// What is said of a repository's Actions.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn actions_settings(
        &self,
        repository: &Repository,
    ) -> Result<ActionsSettings, EngineError> {
        Ok(self.store.actions_settings(repository.id).await?)
    }

    /// Says something of a repository's Actions anew: it holds for runs that come to be and for attempts that begin from
    /// now on. While Actions are off no new run comes to be, whatever happens, and no run is made again; runs that are
    /// there go on.
    ///
    /// # Errors
    /// [`EngineError::TooMuch`] for more than [`ACTION_PATTERNS_MAX`] patterns; [`EngineError::NotPrivate`] when it says
    /// who may use what everybody may.
    pub async fn change_actions(
        &self,
        repository: &Repository,
        change: &ActionsChange,
    ) -> Result<(), EngineError> {
        let patterns = change.selected.patterns.as_ref();
        if patterns.is_some_and(|patterns| patterns.len() > ACTION_PATTERNS_MAX) {
            return Err(EngineError::TooMuch {
                what: "patterns_allowed",
                limit: ACTION_PATTERNS_MAX as u64,
            });
        }
        if change.access.is_some() && !repository.private {
            return Err(EngineError::NotPrivate);
        }
        let store = &self.store;
        Ok(store.change_actions_settings(repository.id, change).await?)
    }

    /// The settings where actions are selected.
    ///
    /// # Errors
    /// [`EngineError::NothingSelected`] where they are not.
    pub async fn selecting(&self, repository: &Repository) -> Result<ActionsSettings, EngineError> {
        let settings = self.actions_settings(repository).await?;
        match settings.allowed {
            AllowedActions::Selected => Ok(settings),
            AllowedActions::All | AllowedActions::LocalOnly => Err(EngineError::NothingSelected {
                allowed: settings.allowed,
            }),
        }
    }

    /// Which other repositories may use what this one has.
    ///
    /// # Errors
    /// [`EngineError::NotPrivate`].
    pub async fn access_level(&self, repository: &Repository) -> Result<AccessLevel, EngineError> {
        match repository.private {
            true => Ok(self.actions_settings(repository).await?.access),
            false => Err(EngineError::NotPrivate),
        }
    }

    /// For how many days the logs of a repository's runs are kept, 0 for no end, and how many can be said at most in
    /// GitHub's words (semantics R8.11). It is the retention of [`Engine::retention`]; logs go with their run.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn log_days(&self, repository: &Repository) -> Result<(u32, u32), EngineError> {
        let rules = self.retention(repository).await?;
        let kept = rules.own.over(self.settings.retention);
        let ends = [kept.runs, kept.logs].map(Kept::number);
        let days = ends.into_iter().filter(|days| *days > 0).min();
        Ok((days.unwrap_or(0), days_max(repository)))
    }

    /// Says for how many days they are kept: part of what [`Engine::put_retention`] says. Runs that would go before
    /// their logs are kept as long; rules of single workflows stay.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] for none, or for more than can be said.
    pub async fn put_log_days(
        &self,
        repository: &Repository,
        days: i64,
    ) -> Result<(), EngineError> {
        let max = days_max(repository);
        let kept = u32::try_from(days).ok();
        let kept = kept.filter(|days| (1..=max).contains(days));
        let kept = kept.and_then(|days| Kept::days(days).ok());
        let kept = kept.ok_or_else(|| EngineError::Invalid {
            field: "days",
            value: days.to_string(),
            problem: format!("is not possible, it must be 1 to {max}"),
        })?;
        let mut rules = self.retention(repository).await?;
        let runs = rules.own.over(self.settings.retention).runs;
        if runs != Kept::FOREVER && runs.number() < kept.number() {
            rules.own.runs = Some(kept);
        }
        rules.own.logs = Some(kept);
        self.put_retention(repository, &rules).await
    }

    /// Somebody asks for a run, and is told when there can be none.
    pub(crate) async fn require_actions(
        &self,
        repository: RepositoryId,
    ) -> Result<(), EngineError> {
        match self.store.actions_settings(repository).await?.enabled {
            true => Ok(()),
            false => Err(EngineError::ActionsDisabled),
        }
    }

    /// The definition, or what of it the repository does not allow.
    pub(crate) async fn as_allowed(
        &self,
        repository: &Repository,
        path: &str,
        definition: Definition,
    ) -> Result<Definition, EngineError> {
        let Ok(resolved) = &*definition else {
            return Ok(definition);
        };
        let not_allowed = self.not_allowed(repository, path, resolved).await?;
        match not_allowed.is_empty() {
            true => Ok(definition),
            false => Ok(Arc::new(Err(InvalidWorkflow {
                diagnostics: not_allowed,
                triggers: Some(resolved.workflow.on.clone()),
            }))),
        }
    }

    /// What of a definition the repository does not allow, each at its place.
    pub(crate) async fn not_allowed(
        &self,
        repository: &Repository,
        path: &str,
        definition: &runyard_domain::run::Definition,
    ) -> Result<Vec<Diagnostic>, EngineError> {
        let settings = self.store.actions_settings(repository.id).await?;
        Ok(settings.not_allowed(repository, path, definition))
    }
}

fn days_max(repository: &Repository) -> u32 {
    match repository.private {
        true => KEPT_DAYS_MAX,
        false => PUBLIC_DAYS_MAX,
    }
}
