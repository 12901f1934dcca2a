//! Rows of repositories, their collaborators and workflows.

use super::{
    accounts::login_key,
    place::{Place, json},
};
use crate::{
    StoreError,
    sql::{
        columns::{DbTime, JsonText},
        schema::{collaborators, repositories, workflows},
    },
};
use diesel::{Insertable, Queryable, Selectable, pg::Pg, sqlite::Sqlite};
use runyard_domain::{
    RepositoryId, UserId, WorkflowId,
    repository::{Collaborator, Repository, Workflow},
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = repositories, check_for_backend(Pg, Sqlite), treat_none_as_default_value = false)]
pub(crate) struct RepositoryRow {
    id: i64,
    owner: String,
    name: String,
    owner_key: String,
    name_key: String,
    owner_id: i64,
    private: bool,
    default_branch: String,
    source: JsonText,
    created_at: DbTime,
}

impl From<&Repository> for RepositoryRow {
    fn from(repository: &Repository) -> Self {
        Self {
            id: repository.id.get(),
            owner: repository.owner.clone(),
            name: repository.name.clone(),
            owner_key: login_key(&repository.owner),
            name_key: login_key(&repository.name),
            owner_id: repository.owner_id.get(),
            private: repository.private,
            default_branch: repository.default_branch.clone(),
            source: json(&repository.source),
            created_at: DbTime(repository.created_at),
        }
    }
}

impl TryFrom<RepositoryRow> for Repository {
    type Error = StoreError;

    fn try_from(row: RepositoryRow) -> Result<Self, StoreError> {
        let place = Place::of("repositories", row.id);
        Ok(Self {
            id: RepositoryId::new(row.id),
            owner: row.owner,
            owner_id: UserId::new(row.owner_id),
            name: row.name,
            private: row.private,
            default_branch: row.default_branch,
            source: place.json("source", &row.source)?,
            created_at: row.created_at.0,
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = collaborators, check_for_backend(Pg, Sqlite), treat_none_as_default_value = false)]
pub(crate) struct CollaboratorRow {
    pub(crate) repository_id: i64,
    pub(crate) user_id: i64,
    pub(crate) role: String,
}

impl TryFrom<CollaboratorRow> for Collaborator {
    type Error = StoreError;

    fn try_from(row: CollaboratorRow) -> Result<Self, StoreError> {
        let id = format!("{}/{}", row.repository_id, row.user_id);
        Ok(Self {
            user: UserId::new(row.user_id),
            role: Place::of("collaborators", id).word("role", &row.role)?,
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = workflows, check_for_backend(Pg, Sqlite), treat_none_as_default_value = false)]
pub(crate) struct WorkflowRow {
    pub(crate) id: i64,
    repository_id: i64,
    path: String,
    pub(crate) name: String,
    state: String,
    created_at: DbTime,
    updated_at: DbTime,
}

impl From<&Workflow> for WorkflowRow {
    fn from(workflow: &Workflow) -> Self {
        Self {
            id: workflow.id.get(),
            repository_id: workflow.repository.get(),
            path: workflow.path.clone(),
            name: workflow.name.clone(),
            state: workflow.state.name().to_owned(),
            created_at: DbTime(workflow.created_at),
            updated_at: DbTime(workflow.updated_at),
        }
    }
}

impl TryFrom<WorkflowRow> for Workflow {
    type Error = StoreError;

    fn try_from(row: WorkflowRow) -> Result<Self, StoreError> {
        let place = Place::of("workflows", row.id);
        Ok(Self {
            id: WorkflowId::new(row.id),
            repository: RepositoryId::new(row.repository_id),
            path: row.path,
            name: row.name,
            state: place.word("state", &row.state)?,
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        })
    }
}
