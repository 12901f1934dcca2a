//! Artifacts of runs: what is known of them. The archives are objects.

use crate::{Listed, Page, StoreError};
use async_trait::async_trait;
use runyard_domain::{ArtifactId, RepositoryId, RunId, artifact::Artifact, run::HeadRepository};

/// Which way a list goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The smallest, the oldest first.
    Ascending,
    /// The largest, the newest first.
    Descending,
}

/// Which artifacts of a repository; every condition that is set must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ArtifactFilter {
    /// Left by this run.
    pub run: Option<RunId>,
    /// Exact name.
    pub name: Option<String>,
}

/// An artifact as it is shown: with what it shows of its run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArtifactView {
    /// The artifact.
    pub artifact: Artifact,
    /// Of the run.
    pub head_branch: Option<String>,
    /// Of the run.
    pub head_sha: String,
    /// Where the head of the run is from.
    pub head_repository: HeadRepository,
}

/// Artifacts. They are gone at once with their run, and are removed with it.
#[async_trait]
pub trait Artifacts {
    /// Keeps a new artifact, whose object is there.
    ///
    /// # Errors
    /// [`crate::Conflict::Reference`] when the run is not there.
    async fn add_artifact(&self, artifact: &Artifact) -> Result<(), StoreError>;
    /// One artifact.
    async fn artifact(&self, id: ArtifactId) -> Result<Option<ArtifactView>, StoreError>;
    /// Artifacts of a repository, by id. Nothing lies beyond the first `reach`, and no more are counted.
    async fn artifacts(
        &self,
        repository: RepositoryId,
        filter: &ArtifactFilter,
        order: Order,
        page: Page,
        reach: u64,
    ) -> Result<Listed<ArtifactView>, StoreError>;
    /// Removes an artifact, and leaves its object to be deleted.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none.
    async fn delete_artifact(&self, id: ArtifactId) -> Result<(), StoreError>;
}
