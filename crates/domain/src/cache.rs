//! Caches: files that a job keeps for later jobs, under a key and a version for one ref.

use crate::{CacheId, RepositoryId, Timestamp, status::words};
use serde::{Deserialize, Serialize};

/// What is known of a cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cache {
    /// Its id.
    pub id: CacheId,
    /// Its repository.
    pub repository: RepositoryId,
    /// The ref whose jobs made it: `refs/heads/main`.
    pub git_ref: String,
    /// The key that the workflow gave it.
    pub key: String,
    /// A hash of the paths and the way of packing: another version is another cache.
    pub version: String,
    /// Bytes of the archive.
    pub size: u64,
    /// Key of the archive among the objects.
    pub object_key: String,
    /// When it came to be.
    pub created_at: Timestamp,
    /// When somebody last asked for it.
    pub last_accessed_at: Timestamp,
}

words! {
    /// What a list of caches is sorted by.
    CacheSort {
        /// When they came to be.
        CreatedAt = "created_at",
        /// When somebody last asked for them.
        LastAccessedAt = "last_accessed_at",
        /// Bytes.
        SizeInBytes = "size_in_bytes",
    }
}
