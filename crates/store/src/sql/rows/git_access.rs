//! Rows of what git sources need: encrypted secrets, and looks at sources.

use super::place::{Place, json};
use crate::{
    Poll, SealedSecret, SecretUse, StoreError,
    sql::{
        columns::{DbTime, JsonText},
        schema::{polls, repository_secrets},
    },
};
use diesel::{AsChangeset, Insertable, Queryable, Selectable, pg::Pg, sqlite::Sqlite};
use runyard_domain::RepositoryId;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = repository_secrets, check_for_backend(Pg, Sqlite), treat_none_as_default_value = false)]
pub(crate) struct SecretRow {
    repository_id: i64,
    usage: String,
    key_id: String,
    sealed: Vec<u8>,
    facts: JsonText,
    updated_at: DbTime,
}

impl SecretRow {
    pub(crate) fn of(repository: RepositoryId, usage: SecretUse, secret: &SealedSecret) -> Self {
        Self {
            repository_id: repository.get(),
            usage: usage.name().to_owned(),
            key_id: secret.key_id.clone(),
            sealed: secret.sealed.clone(),
            facts: json(&secret.facts),
            updated_at: DbTime(secret.updated_at),
        }
    }
}

impl TryFrom<SecretRow> for SealedSecret {
    type Error = StoreError;

    fn try_from(row: SecretRow) -> Result<Self, StoreError> {
        let id = format!("{}/{}", row.repository_id, row.usage);
        let place = Place::of("repository_secrets", id);
        Ok(Self {
            key_id: row.key_id,
            sealed: row.sealed,
            facts: place.json("facts", &row.facts)?,
            updated_at: row.updated_at.0,
        })
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = polls, check_for_backend(Pg, Sqlite))]
pub(crate) struct PollRow {
    pub(crate) repository_id: i64,
    seconds: i64,
    due_at: DbTime,
    looked_at: Option<DbTime>,
    looks: i64,
    refs: Option<JsonText>,
    failure: Option<String>,
}

impl TryFrom<PollRow> for Poll {
    type Error = StoreError;

    fn try_from(row: PollRow) -> Result<Self, StoreError> {
        let place = Place::of("polls", row.repository_id);
        let refs = row.refs.map(|refs| place.json("refs", &refs));
        Ok(Self {
            repository: RepositoryId::new(row.repository_id),
            seconds: place.number("seconds", row.seconds)?,
            due_at: row.due_at.0,
            looked_at: row.looked_at.map(|moment| moment.0),
            looks: place.number("looks", row.looks)?,
            refs: refs.transpose()?,
            failure: row.failure,
        })
    }
}
