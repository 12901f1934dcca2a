//! Caches of a repository: listed, counted, deleted.

use super::{
    repositories::urls,
    runs::{Parameters, with_link},
    words::{direction, word},
};
use crate::{
    ApiState,
    auth::{Read, Repo, Write},
    error::ApiError,
    wire::{ListBody, Origin, Paging, ok, seconds},
};
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use runyard_domain::{
    CacheId,
    cache::{Cache, CacheSort},
};
use runyard_store::CacheFilter;
use serde::{Deserialize, Serialize};

/// A cache in a path.
#[derive(Deserialize)]
pub(super) struct CachePath {
    cache_id: i64,
}

/// A cache.
#[derive(Serialize)]
struct CacheBody {
    id: i64,
    #[serde(rename = "ref")]
    git_ref: String,
    key: String,
    version: String,
    last_accessed_at: String,
    created_at: String,
    size_in_bytes: u64,
}

impl From<Cache> for CacheBody {
    fn from(cache: Cache) -> Self {
        Self {
            id: cache.id.get(),
            git_ref: cache.git_ref,
            key: cache.key,
            version: cache.version,
            last_accessed_at: seconds(cache.last_accessed_at),
            created_at: seconds(cache.created_at),
            size_in_bytes: cache.size,
        }
    }
}

fn body(total: u64, caches: Vec<Cache>) -> ListBody<CacheBody> {
    ListBody {
        key: "actions_caches",
        total,
        items: caches.into_iter().map(CacheBody::from).collect(),
    }
}

/// GET /repos/{owner}/{repo}/actions/caches
pub(super) async fn list(
    repo: Repo<Read>,
    query: Parameters,
    paging: Paging,
    state: Data<ApiState>,
    origin: Origin,
) -> Result<HttpResponse, ApiError> {
    let filter = CacheFilter {
        git_ref: parameter(&query, "ref"),
        key_prefix: parameter(&query, "key"),
    };
    let sort: Option<CacheSort> = word(&query, "sort", CacheSort::WORDS)?;
    let sort = (
        sort.unwrap_or(CacheSort::LastAccessedAt),
        direction(&query)?,
    );
    let engine = &state.engine;
    let listed = engine
        .caches(repo.repository(), &filter, sort, paging.page)
        .await?;
    let url = urls(&repo, &origin).by_id("/actions/caches");
    let link = paging.link(&url, listed.total);
    Ok(with_link(ok(&body(listed.total, listed.items)), link))
}

fn parameter(query: &Parameters, name: &str) -> Option<String> {
    let given = query.get(name).filter(|text| !text.is_empty());
    given.cloned()
}

/// DELETE /repos/{owner}/{repo}/actions/caches
pub(super) async fn delete_named(
    repo: Repo<Write>,
    query: Parameters,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let key = parameter(&query, "key").ok_or_else(|| ApiError::InvalidRequest {
        detail: "\"key\" wasn't supplied.".to_owned(),
    })?;
    let git_ref = parameter(&query, "ref");
    let engine = &state.engine;
    let deleted = engine
        .delete_caches(repo.repository(), &key, git_ref.as_deref())
        .await?;
    Ok(ok(&body(deleted.len() as u64, deleted)))
}

/// DELETE /repos/{owner}/{repo}/actions/caches/{cache_id}
pub(super) async fn delete(
    repo: Repo<Write>,
    path: Path<CachePath>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let id = CacheId::new(path.cache_id);
    state.engine.delete_cache(repo.repository(), id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What the caches of a repository take.
#[derive(Serialize)]
struct UsageBody {
    full_name: String,
    active_caches_size_in_bytes: u64,
    active_caches_count: u64,
}

/// GET /repos/{owner}/{repo}/actions/cache/usage
pub(super) async fn usage(
    repo: Repo<Read>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let usage = state.engine.cache_usage(repo.repository()).await?;
    Ok(ok(&UsageBody {
        full_name: repo.repository().full_name(),
        active_caches_size_in_bytes: usage.bytes,
        active_caches_count: usage.caches,
    }))
}
