//! Secrets and variables for workflows in memory.

use super::{
    MemoryStore,
    runs::cut,
    state::{State, broken_reference, not_found},
};
use crate::{Configuration, Conflict, Listed, NamedSecret, Page, SecretFacts, StoreError};
use async_trait::async_trait;
use runyard_domain::{
    RepositoryId,
    configuration::{ValueName, Variable},
};
use std::collections::BTreeMap;

#[async_trait]
impl Configuration for MemoryStore {
    async fn put_named_secret(
        &self,
        repository: RepositoryId,
        secret: &NamedSecret,
        most: u32,
    ) -> Result<bool, StoreError> {
        let mut state = self.state();
        state.require_repository(repository)?;
        let key = (repository, secret.facts.name.clone());
        if let Some(kept) = state.named_secrets.get_mut(&key) {
            let created_at = kept.facts.created_at;
            *kept = secret.clone();
            kept.facts.created_at = created_at;
            return Ok(false);
        }
        require_room(&state.named_secrets, repository, most)?;
        state.named_secrets.insert(key, secret.clone());
        Ok(true)
    }

    async fn named_secret(
        &self,
        repository: RepositoryId,
        name: &ValueName,
    ) -> Result<Option<NamedSecret>, StoreError> {
        let key = (repository, name.clone());
        Ok(self.state().named_secrets.get(&key).cloned())
    }

    async fn named_secrets(
        &self,
        repository: RepositoryId,
        page: Page,
    ) -> Result<Listed<SecretFacts>, StoreError> {
        let state = self.state();
        let own = of(&state.named_secrets, repository);
        Ok(cut(own.map(|secret| secret.facts.clone()), page))
    }

    async fn delete_named_secret(
        &self,
        repository: RepositoryId,
        name: &ValueName,
    ) -> Result<(), StoreError> {
        let key = (repository, name.clone());
        let removed = self.state().named_secrets.remove(&key);
        removed.map(drop).ok_or_else(|| not_found("secret"))
    }

    async fn insert_variable(
        &self,
        repository: RepositoryId,
        variable: &Variable,
        most: u32,
    ) -> Result<(), StoreError> {
        let mut state = self.state();
        state.require_repository(repository)?;
        state.require_free((repository, &variable.name))?;
        require_room(&state.variables, repository, most)?;
        let key = (repository, variable.name.clone());
        state.variables.insert(key, variable.clone());
        Ok(())
    }

    async fn variable(
        &self,
        repository: RepositoryId,
        name: &ValueName,
    ) -> Result<Option<Variable>, StoreError> {
        let key = (repository, name.clone());
        Ok(self.state().variables.get(&key).cloned())
    }

    async fn variables(
        &self,
        repository: RepositoryId,
        page: Page,
    ) -> Result<Listed<Variable>, StoreError> {
        let state = self.state();
        Ok(cut(of(&state.variables, repository).cloned(), page))
    }

    async fn first_variables(
        &self,
        repository: RepositoryId,
        limit: u32,
    ) -> Result<Vec<Variable>, StoreError> {
        let state = self.state();
        let own = of(&state.variables, repository);
        Ok(own.take(limit as usize).cloned().collect())
    }

    async fn update_variable(
        &self,
        repository: RepositoryId,
        name: &ValueName,
        variable: &Variable,
    ) -> Result<(), StoreError> {
        let mut state = self.state();
        let key = (repository, name.clone());
        let kept = state.variables.get(&key);
        let created_at = kept.ok_or_else(|| not_found("variable"))?.created_at;
        if variable.name != *name {
            state.require_free((repository, &variable.name))?;
        }
        state.variables.remove(&key);
        let changed = Variable {
            created_at,
            ..variable.clone()
        };
        let key = (repository, variable.name.clone());
        state.variables.insert(key, changed);
        Ok(())
    }

    async fn delete_variable(
        &self,
        repository: RepositoryId,
        name: &ValueName,
    ) -> Result<(), StoreError> {
        let key = (repository, name.clone());
        let removed = self.state().variables.remove(&key);
        removed.map(drop).ok_or_else(|| not_found("variable"))
    }
}

type ByName<T> = BTreeMap<(RepositoryId, ValueName), T>;

/// Those of one repository, by name.
fn of<T>(all: &ByName<T>, repository: RepositoryId) -> impl Iterator<Item = &T> {
    let own = all.iter().filter(move |((of, _), _)| *of == repository);
    own.map(|(_, value)| value)
}

fn require_room<T>(all: &ByName<T>, repository: RepositoryId, most: u32) -> Result<(), StoreError> {
    let has_room = of(all, repository).count() < most as usize;
    let full = || StoreError::Conflict(Conflict::Full);
    has_room.then_some(()).ok_or_else(full)
}

impl State {
    fn require_repository(&self, repository: RepositoryId) -> Result<(), StoreError> {
        let live = self.live_repository(repository);
        live.map(drop).ok_or_else(broken_reference)
    }

    fn require_free(
        &self,
        (repository, name): (RepositoryId, &ValueName),
    ) -> Result<(), StoreError> {
        match self.variables.contains_key(&(repository, name.clone())) {
            true => Err(StoreError::Conflict(Conflict::VariableName)),
            false => Ok(()),
        }
    }
}
