//! Artifacts: files that the jobs of a run left, as one archive each.

use crate::{ArtifactId, RepositoryId, RunId, Timestamp};

/// What is known of an artifact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// Its id.
    pub id: ArtifactId,
    /// The repository of its run.
    pub repository: RepositoryId,
    /// The run that left it.
    pub run: RunId,
    /// The attempt that left it.
    pub attempt: u32,
    /// Its name, unique in nothing.
    pub name: String,
    /// Bytes of the archive.
    pub size: u64,
    /// `sha256:` and 64 hex digits, of the archive; nothing when its writer did not say.
    pub digest: Option<String>,
    /// Key of the archive among the objects.
    pub object_key: String,
    /// When it came to be.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// From then on nobody gets it any more.
    pub expires_at: Timestamp,
}

impl Artifact {
    /// Whether it was kept for as long as it should be.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at <= now
    }
}
