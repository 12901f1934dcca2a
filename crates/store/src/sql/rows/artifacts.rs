//! Rows of artifacts.

use super::place::Place;
use crate::{
    StoreError,
    sql::{columns::DbTime, schema::artifacts},
};
use diesel::{Insertable, Queryable, Selectable, pg::Pg, sqlite::Sqlite};
use runyard_domain::{ArtifactId, RepositoryId, RunId, artifact::Artifact};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = artifacts, check_for_backend(Pg, Sqlite), treat_none_as_default_value = false)]
pub(crate) struct ArtifactRow {
    id: i64,
    repository_id: i64,
    run_id: i64,
    attempt: i64,
    name: String,
    size: i64,
    digest: Option<String>,
    object_key: String,
    created_at: DbTime,
    updated_at: DbTime,
    expires_at: DbTime,
}

impl From<&Artifact> for ArtifactRow {
    fn from(artifact: &Artifact) -> Self {
        Self {
            id: artifact.id.get(),
            repository_id: artifact.repository.get(),
            run_id: artifact.run.get(),
            attempt: artifact.attempt.into(),
            name: artifact.name.clone(),
            size: i64::try_from(artifact.size).unwrap_or(i64::MAX),
            digest: artifact.digest.clone(),
            object_key: artifact.object_key.clone(),
            created_at: DbTime(artifact.created_at),
            updated_at: DbTime(artifact.updated_at),
            expires_at: DbTime(artifact.expires_at),
        }
    }
}

impl TryFrom<ArtifactRow> for Artifact {
    type Error = StoreError;

    fn try_from(row: ArtifactRow) -> Result<Self, StoreError> {
        let place = Place::of("artifacts", row.id);
        Ok(Self {
            id: ArtifactId::new(row.id),
            repository: RepositoryId::new(row.repository_id),
            run: RunId::new(row.run_id),
            attempt: place.number("attempt", row.attempt)?,
            name: row.name,
            size: place.number("size", row.size)?,
            digest: row.digest,
            object_key: row.object_key,
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
            expires_at: row.expires_at.0,
        })
    }
}
