//! Repositories, collaborators, workflows and definitions in memory. Deleted repositories stay, marked.

use super::{
    MemoryStore, accounts,
    runs::cut,
    state::{RepositoryRow, State, WorkflowRow, broken_reference, not_found},
};
use crate::{Conflict, Listed, Page, Repositories, SeenRepository, Standing, StoreError};
use async_trait::async_trait;
use runyard_domain::{
    RepositoryId, UserId, WorkflowId,
    account::{Token, TokenHash, User},
    actions::{ActionsChange, ActionsSettings},
    repository::{Collaborator, Repository, Role, Workflow, WorkflowState},
};

#[async_trait]
impl Repositories for MemoryStore {
    async fn insert_repository(&self, repository: &Repository) -> Result<(), StoreError> {
        let mut state = self.state();
        state
            .live_user(repository.owner_id)
            .ok_or_else(broken_reference)?;
        let taken = state.repository_named(&repository.owner, &repository.name);
        if taken.is_some() {
            return Err(StoreError::Conflict(Conflict::RepositoryName));
        }
        let row = RepositoryRow {
            repository: repository.clone(),
            deleted: false,
            last_index: 0,
        };
        state.repositories.insert(repository.id, row);
        Ok(())
    }

    async fn repository(&self, id: RepositoryId) -> Result<Option<Repository>, StoreError> {
        Ok(self.state().live_repository(id).cloned())
    }

    async fn repository_by_name(
        &self,
        owner: &str,
        name: &str,
    ) -> Result<Option<Repository>, StoreError> {
        Ok(self.state().repository_named(owner, name).cloned())
    }

    async fn standing(
        &self,
        bearer: Option<TokenHash>,
        owner: &str,
        name: &str,
    ) -> Result<Standing, StoreError> {
        let state = self.state();
        let bearer = bearer.and_then(|hash| accounts::bearer(&state, hash));
        let repository = state.repository_named(owner, name).map(|repository| {
            let role = |(_, user): &(Token, User)| {
                let key = (repository.id, user.id);
                state.collaborators.get(&key).copied()
            };
            let owner = state.users.get(&repository.owner_id);
            SeenRepository {
                repository: repository.clone(),
                owner_is_site_admin: owner.is_some_and(|row| row.user.site_admin),
                role: bearer.as_ref().and_then(role),
            }
        });
        Ok(Standing { bearer, repository })
    }

    async fn repositories(
        &self,
        after: RepositoryId,
        limit: u32,
    ) -> Result<Vec<Repository>, StoreError> {
        let state = self.state();
        let rows = state.repositories.values();
        let live = rows.filter(|row| !row.deleted && row.repository.id > after);
        let page = live.take(limit as usize);
        Ok(page.map(|row| row.repository.clone()).collect())
    }

    async fn delete_repository(&self, id: RepositoryId) -> Result<(), StoreError> {
        let mut state = self.state();
        state
            .live_repository(id)
            .ok_or_else(|| not_found("repository"))?;
        let mut runs = state.runs.values().map(|row| &row.run);
        if runs.any(|run| run.identity().repository == id && !run.is_completed()) {
            return Err(StoreError::Conflict(Conflict::LiveRuns));
        }
        if let Some(row) = state.repositories.get_mut(&id) {
            row.deleted = true;
        }
        state.collaborators.retain(|(of, _), _| *of != id);
        state.secrets.retain(|(of, _), _| *of != id);
        state.named_secrets.retain(|(of, _), _| *of != id);
        state.variables.retain(|(of, _), _| *of != id);
        state.remove_caches_of(id);
        state.deliveries.remove(&id);
        state.polls.remove(&id);
        state.retentions.remove(&id);
        state.actions_settings.remove(&id);
        state.pull_requests.retain(|(of, _), _| *of != id);
        state.branches.remove(&id);
        state.schedules.retain(|(of, _), _| *of != id);
        Ok(())
    }

    async fn put_collaborator(
        &self,
        repository: RepositoryId,
        collaborator: Collaborator,
    ) -> Result<(), StoreError> {
        let mut state = self.state();
        let Collaborator { user, role } = collaborator;
        state
            .live_repository(repository)
            .ok_or_else(broken_reference)?;
        state.live_user(user).ok_or_else(broken_reference)?;
        state.collaborators.insert((repository, user), role);
        Ok(())
    }

    async fn delete_collaborator(
        &self,
        repository: RepositoryId,
        user: UserId,
    ) -> Result<(), StoreError> {
        let removed = self.state().collaborators.remove(&(repository, user));
        removed.map(drop).ok_or_else(|| not_found("collaborator"))
    }

    async fn collaborators(
        &self,
        repository: RepositoryId,
    ) -> Result<Vec<Collaborator>, StoreError> {
        let state = self.state();
        let rows = state.collaborators.iter();
        let own = rows.filter(|((of, _), _)| *of == repository);
        Ok(own
            .map(|((_, user), role)| Collaborator {
                user: *user,
                role: *role,
            })
            .collect())
    }

    async fn role(
        &self,
        repository: RepositoryId,
        user: UserId,
    ) -> Result<Option<Role>, StoreError> {
        let state = self.state();
        Ok(state.collaborators.get(&(repository, user)).copied())
    }

    async fn ensure_workflow(&self, workflow: &Workflow) -> Result<Workflow, StoreError> {
        let mut state = self.state();
        let of = workflow.repository;
        state.live_repository(of).ok_or_else(broken_reference)?;
        if let Some(row) = state.workflow_row(of, &workflow.path) {
            return Ok(renamed(&mut row.workflow, workflow));
        }
        let row = WorkflowRow {
            workflow: workflow.clone(),
            last_number: 0,
            retention_due_at: None,
        };
        state.workflows.insert(workflow.id, row);
        Ok(workflow.clone())
    }

    async fn workflow(&self, id: WorkflowId) -> Result<Option<Workflow>, StoreError> {
        let state = self.state();
        Ok(state.workflows.get(&id).map(|row| row.workflow.clone()))
    }

    async fn workflow_by_path(
        &self,
        repository: RepositoryId,
        path: &str,
    ) -> Result<Option<Workflow>, StoreError> {
        let mut state = self.state();
        let row = state.workflow_row(repository, path);
        Ok(row.map(|row| row.workflow.clone()))
    }

    async fn workflows(
        &self,
        repository: RepositoryId,
        page: Page,
    ) -> Result<Listed<Workflow>, StoreError> {
        let state = self.state();
        let rows = state.workflows.values().map(|row| &row.workflow);
        let own = rows.filter(|workflow| workflow.repository == repository);
        Ok(cut(own.cloned(), page))
    }

    async fn put_workflow_state(
        &self,
        id: WorkflowId,
        from: WorkflowState,
        to: WorkflowState,
    ) -> Result<bool, StoreError> {
        let now = self.clock_now();
        let mut state = self.state();
        let row = state.workflows.get_mut(&id);
        let workflow = &mut row.ok_or_else(|| not_found("workflow"))?.workflow;
        let is_so = workflow.state == from;
        if is_so {
            (workflow.state, workflow.updated_at) = (to, now);
        }
        Ok(is_so)
    }

    async fn change_actions_settings(
        &self,
        repository: RepositoryId,
        change: &ActionsChange,
    ) -> Result<(), StoreError> {
        let mut state = self.state();
        let live = state.live_repository(repository);
        live.ok_or_else(broken_reference)?;
        let kept = state.actions_settings.entry(repository).or_default();
        *kept = std::mem::take(kept).changed(change);
        Ok(())
    }

    async fn actions_settings(
        &self,
        repository: RepositoryId,
    ) -> Result<ActionsSettings, StoreError> {
        let kept = self.state().actions_settings.get(&repository).cloned();
        Ok(kept.unwrap_or_default())
    }

    async fn put_definition(&self, hash: &str, text: &str) -> Result<(), StoreError> {
        let mut state = self.state();
        let kept = state.definitions.entry(hash.to_owned());
        kept.or_insert_with(|| text.to_owned());
        Ok(())
    }

    async fn definition(&self, hash: &str) -> Result<Option<String>, StoreError> {
        Ok(self.state().definitions.get(hash).cloned())
    }
}

/// The workflow that is kept, under the name that its file has now.
fn renamed(kept: &mut Workflow, seen: &Workflow) -> Workflow {
    if kept.name != seen.name {
        kept.name.clone_from(&seen.name);
        kept.updated_at = seen.updated_at;
    }
    kept.clone()
}

impl State {
    fn repository_named(&self, owner: &str, name: &str) -> Option<&Repository> {
        let wanted = (owner.to_lowercase(), name.to_lowercase());
        let rows = self.repositories.values().filter(|row| !row.deleted);
        rows.map(|row| &row.repository).find(|repository| {
            let found = (&repository.owner, &repository.name);
            (found.0.to_lowercase(), found.1.to_lowercase()) == wanted
        })
    }

    fn workflow_row(&mut self, repository: RepositoryId, path: &str) -> Option<&mut WorkflowRow> {
        self.workflows
            .values_mut()
            .find(|row| row.workflow.repository == repository && row.workflow.path == path)
    }
}
