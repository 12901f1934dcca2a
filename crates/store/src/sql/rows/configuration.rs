//! Rows of the secrets and variables that workflows are given.

use super::place::Place;
use crate::{
    NamedSecret, SecretFacts, StoreError,
    sql::{
        columns::DbTime,
        schema::{named_secrets, variables},
    },
};
use diesel::{Insertable, Queryable, Selectable, pg::Pg, sqlite::Sqlite};
use runyard_domain::{RepositoryId, configuration::Variable};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = named_secrets, check_for_backend(Pg, Sqlite))]
pub(crate) struct NamedSecretRow {
    repository_id: i64,
    name: String,
    key_id: String,
    sealed: Vec<u8>,
    created_at: DbTime,
    updated_at: DbTime,
}

impl NamedSecretRow {
    pub(crate) fn of(repository: RepositoryId, secret: &NamedSecret) -> Self {
        Self {
            repository_id: repository.get(),
            name: secret.facts.name.to_string(),
            key_id: secret.key_id.clone(),
            sealed: secret.sealed.clone(),
            created_at: DbTime(secret.facts.created_at),
            updated_at: DbTime(secret.facts.updated_at),
        }
    }
}

impl TryFrom<NamedSecretRow> for NamedSecret {
    type Error = StoreError;

    fn try_from(row: NamedSecretRow) -> Result<Self, StoreError> {
        let of = (row.repository_id, row.name.as_str());
        Ok(Self {
            facts: secret_facts(of, row.created_at, row.updated_at)?,
            key_id: row.key_id,
            sealed: row.sealed,
        })
    }
}

/// What may be read of the secret with this name.
pub(crate) fn secret_facts(
    (repository, name): (i64, &str),
    created_at: DbTime,
    updated_at: DbTime,
) -> Result<SecretFacts, StoreError> {
    let place = Place::of("named_secrets", format!("{repository}/{name}"));
    Ok(SecretFacts {
        name: place.word("name", name)?,
        created_at: created_at.0,
        updated_at: updated_at.0,
    })
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = variables, check_for_backend(Pg, Sqlite))]
pub(crate) struct VariableRow {
    repository_id: i64,
    name: String,
    value: String,
    created_at: DbTime,
    updated_at: DbTime,
}

impl VariableRow {
    pub(crate) fn of(repository: RepositoryId, variable: &Variable) -> Self {
        Self {
            repository_id: repository.get(),
            name: variable.name.to_string(),
            value: variable.value.clone(),
            created_at: DbTime(variable.created_at),
            updated_at: DbTime(variable.updated_at),
        }
    }
}

impl TryFrom<VariableRow> for Variable {
    type Error = StoreError;

    fn try_from(row: VariableRow) -> Result<Self, StoreError> {
        let place = Place::of("variables", format!("{}/{}", row.repository_id, row.name));
        Ok(Self {
            name: place.word("name", &row.name)?,
            value: row.value,
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        })
    }
}
