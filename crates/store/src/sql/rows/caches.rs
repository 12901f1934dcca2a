//! Rows of caches.

use super::place::Place;
use crate::{
    StoreError,
    sql::{columns::DbTime, schema::caches},
};
use diesel::{Insertable, Queryable, Selectable, pg::Pg, sqlite::Sqlite};
use runyard_domain::{CacheId, RepositoryId, cache::Cache};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = caches, check_for_backend(Pg, Sqlite))]
pub(crate) struct CacheRow {
    pub(crate) id: i64,
    repository_id: i64,
    git_ref: String,
    key: String,
    version: String,
    size: i64,
    object_key: String,
    created_at: DbTime,
    last_accessed_at: DbTime,
}

impl From<&Cache> for CacheRow {
    fn from(cache: &Cache) -> Self {
        Self {
            id: cache.id.get(),
            repository_id: cache.repository.get(),
            git_ref: cache.git_ref.clone(),
            key: cache.key.clone(),
            version: cache.version.clone(),
            size: i64::try_from(cache.size).unwrap_or(i64::MAX),
            object_key: cache.object_key.clone(),
            created_at: DbTime(cache.created_at),
            last_accessed_at: DbTime(cache.last_accessed_at),
        }
    }
}

impl TryFrom<CacheRow> for Cache {
    type Error = StoreError;

    fn try_from(row: CacheRow) -> Result<Self, StoreError> {
        let place = Place::of("caches", row.id);
        Ok(Self {
            id: CacheId::new(row.id),
            repository: RepositoryId::new(row.repository_id),
            git_ref: row.git_ref,
            key: row.key,
            version: row.version,
            size: place.number("size", row.size)?,
            object_key: row.object_key,
            created_at: row.created_at.0,
            last_accessed_at: row.last_accessed_at.0,
        })
    }
}
