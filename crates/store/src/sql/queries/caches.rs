//! Caches of repositories, and what they take together.

use super::{Connection, SqlStore, purges::doom, repositories::lock_live_repository};
use crate::{
    CacheFilter, CacheUsage, Caches, Conflict, Listed, Order, Page, StoreError,
    sql::{
        counted::Counted,
        failure::{Failure, with_meaning},
        perform::perform,
        rows::{CacheRow, Place},
        schema::{cache_usages as usages, caches, doomed_objects},
    },
};
use async_trait::async_trait;
use diesel::{
    ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper,
    sql_types::{BigInt, Integer, Text},
};
use diesel_async::{AsyncConnectionCore, RunQueryDsl};
use runyard_domain::{
    CacheId, RepositoryId,
    cache::{Cache, CacheSort},
};
use std::collections::BTreeMap;

diesel::define_sql_function! {
    /// So many characters of a text from the one with this number, the first being 1.
    fn substr(text: Text, from: Integer, count: Integer) -> Text;
}

#[async_trait]
impl Caches for SqlStore {
    async fn add_cache(&self, cache: &Cache) -> Result<(), StoreError> {
        perform!(self.write, add(cache))
    }

    async fn caches(
        &self,
        repository: RepositoryId,
        filter: &CacheFilter,
        sort: (CacheSort, Order),
        page: Page,
        reach: u64,
    ) -> Result<Listed<Cache>, StoreError> {
        let of = (sort, page, reach);
        perform!(self.snapshot, list(repository, filter, of))
    }

    async fn cache_usage(&self, repository: RepositoryId) -> Result<CacheUsage, StoreError> {
        perform!(self.read, usage(repository))
    }

    async fn delete_cache(&self, repository: RepositoryId, id: CacheId) -> Result<(), StoreError> {
        perform!(self.write, delete(repository, id))
    }

    async fn delete_caches(
        &self,
        repository: RepositoryId,
        key: &str,
        git_ref: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Cache>, StoreError> {
        let git_ref = git_ref.map(str::to_owned);
        perform!(self.write, delete_named(repository, key, git_ref, limit))
    }
}

async fn add(connection: &mut Connection, cache: &Cache) -> Result<(), Failure> {
    let of = lock_live_repository(connection, cache.repository).await?;
    of.ok_or_else(|| Failure::conflict(Conflict::Reference))?;
    let row = CacheRow::from(cache);
    diesel::insert_into(caches::table)
        .values(&row)
        .execute(connection)
        .await
        .map_err(|error| with_meaning(error, Conflict::CacheKey))?;
    let bytes = i64::try_from(cache.size).unwrap_or(i64::MAX);
    diesel::insert_into(usages::table)
        .values((
            usages::repository_id.eq(cache.repository.get()),
            usages::caches.eq(1_i64),
            usages::bytes.eq(bytes),
        ))
        .on_conflict(usages::repository_id)
        .do_update()
        .set((
            usages::caches.eq(usages::caches + 1),
            usages::bytes.eq(usages::bytes + bytes),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

type Ids<'a> = caches::BoxedQuery<'a, <Connection as AsyncConnectionCore>::Backend, BigInt>;

fn ids<'a>(repository: RepositoryId, filter: &'a CacheFilter) -> Ids<'a> {
    let own = caches::repository_id.eq(repository.get());
    let mut ids: Ids<'a> = caches::table.select(caches::id).into_boxed().filter(own);
    if let Some(git_ref) = &filter.git_ref {
        ids = ids.filter(caches::git_ref.eq(git_ref));
    }
    match &filter.key_prefix {
        Some(prefix) => {
            let characters = i32::try_from(prefix.chars().count()).unwrap_or(i32::MAX);
            ids.filter(substr(caches::key, 1, characters).eq(prefix))
        }
        None => ids,
    }
}

fn sorted<'a>(ids: Ids<'a>, (sort, order): (CacheSort, Order)) -> Ids<'a> {
    match (sort, order) {
        (CacheSort::CreatedAt, Order::Ascending) => ids.order((caches::created_at, caches::id)),
        (CacheSort::CreatedAt, Order::Descending) => {
            ids.order((caches::created_at.desc(), caches::id.desc()))
        }
        (CacheSort::LastAccessedAt, Order::Ascending) => {
            ids.order((caches::last_accessed_at, caches::id))
        }
        (CacheSort::LastAccessedAt, Order::Descending) => {
            ids.order((caches::last_accessed_at.desc(), caches::id.desc()))
        }
        (CacheSort::SizeInBytes, Order::Ascending) => ids.order((caches::size, caches::id)),
        (CacheSort::SizeInBytes, Order::Descending) => {
            ids.order((caches::size.desc(), caches::id.desc()))
        }
    }
}

async fn list(
    connection: &mut Connection,
    repository: &RepositoryId,
    filter: &CacheFilter,
    (sort, page, reach): &((CacheSort, Order), Page, u64),
) -> Result<Listed<Cache>, Failure> {
    let reached = ids(*repository, filter).limit(as_limit(*reach));
    let total: i64 = Counted(reached).get_result(connection).await?;
    let limit = u64::from(page.per_page).min(reach.saturating_sub(page.offset()));
    let ids: Vec<i64> = sorted(ids(*repository, filter), *sort)
        .limit(as_limit(limit))
        .offset(as_limit(page.offset()))
        .load(connection)
        .await?;
    Ok(Listed {
        items: in_order(connection, &ids).await?,
        total: total.unsigned_abs(),
    })
}

fn as_limit(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

async fn in_order(connection: &mut Connection, ids: &[i64]) -> Result<Vec<Cache>, Failure> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<CacheRow> = caches::table
        .filter(caches::id.eq_any(ids))
        .select(CacheRow::as_select())
        .load(connection)
        .await?;
    let mut by_id: BTreeMap<i64, CacheRow> = rows.into_iter().map(|row| (row.id, row)).collect();
    let rows = ids.iter().filter_map(|id| by_id.remove(id));
    let caches: Result<Vec<Cache>, StoreError> = rows.map(Cache::try_from).collect();
    Ok(caches?)
}

async fn usage(
    connection: &mut Connection,
    repository: &RepositoryId,
) -> Result<CacheUsage, Failure> {
    let row: Option<(i64, i64)> = usages::table
        .find(repository.get())
        .select((usages::caches, usages::bytes))
        .get_result(connection)
        .await
        .optional()?;
    let Some((caches, bytes)) = row else {
        return Ok(CacheUsage::default());
    };
    let place = Place::of("cache_usages", repository);
    Ok(CacheUsage {
        caches: place.number("caches", caches)?,
        bytes: place.number("bytes", bytes)?,
    })
}

async fn delete(
    connection: &mut Connection,
    repository: &RepositoryId,
    id: &CacheId,
) -> Result<(), Failure> {
    lock_live_repository(connection, *repository).await?;
    let row = caches::table
        .filter(caches::id.eq(id.get()))
        .filter(caches::repository_id.eq(repository.get()));
    let found: Option<CacheRow> = row
        .select(CacheRow::as_select())
        .get_result(connection)
        .await
        .optional()?;
    let found = found.ok_or_else(|| Failure::not_found("cache"))?;
    remove(connection, *repository, vec![found]).await.map(drop)
}

async fn delete_named(
    connection: &mut Connection,
    repository: &RepositoryId,
    key: &str,
    git_ref: &Option<String>,
    limit: &u32,
) -> Result<Vec<Cache>, Failure> {
    lock_live_repository(connection, *repository).await?;
    let named = caches::table
        .filter(caches::repository_id.eq(repository.get()))
        .filter(caches::key.eq(key))
        .order((
            caches::repository_id,
            caches::key,
            caches::git_ref,
            caches::version,
        ))
        .limit((*limit).into())
        .select(CacheRow::as_select());
    let rows: Vec<CacheRow> = match git_ref {
        Some(git_ref) => {
            named
                .filter(caches::git_ref.eq(git_ref))
                .load(connection)
                .await?
        }
        None => named.load(connection).await?,
    };
    remove(connection, *repository, rows).await
}

/// Removes these, and leaves their objects to be deleted. The repository is locked: nobody else removes them too.
async fn remove(
    connection: &mut Connection,
    repository: RepositoryId,
    rows: Vec<CacheRow>,
) -> Result<Vec<Cache>, Failure> {
    let removed: Result<Vec<Cache>, StoreError> = rows.into_iter().map(Cache::try_from).collect();
    let removed = removed?;
    if removed.is_empty() {
        return Ok(removed);
    }
    let ids: Vec<i64> = removed.iter().map(|cache| cache.id.get()).collect();
    diesel::delete(caches::table.filter(caches::id.eq_any(ids)))
        .execute(connection)
        .await?;
    let bytes: u64 = removed.iter().map(|cache| cache.size).sum();
    let (count, bytes) = (as_limit(removed.len() as u64), as_limit(bytes));
    diesel::update(usages::table.find(repository.get()))
        .set((
            usages::caches.eq(usages::caches - count),
            usages::bytes.eq(usages::bytes - bytes),
        ))
        .execute(connection)
        .await?;
    let keys = removed.iter().map(|cache| cache.object_key.clone());
    let keys: Vec<String> = keys.collect();
    doom(connection, keys).await?;
    Ok(removed)
}

/// Forgets the caches of a repository, and leaves their objects to be deleted.
pub(super) async fn forget_caches_of(
    connection: &mut Connection,
    repository: i64,
) -> Result<(), Failure> {
    let own = caches::table.filter(caches::repository_id.eq(repository));
    diesel::insert_into(doomed_objects::table)
        .values(own.select(caches::object_key))
        .into_columns(doomed_objects::key)
        .execute(connection)
        .await?;
    diesel::delete(own).execute(connection).await?;
    diesel::delete(usages::table.find(repository))
        .execute(connection)
        .await?;
    Ok(())
}
