//! Artifacts of runs: listed, downloaded, deleted.

use crate::{Engine, EngineError, logs::LogError};
use bytes::Bytes;
use futures_util::stream::BoxStream;
use runyard_domain::{ArtifactId, RepositoryId, artifact::Artifact};
use runyard_store::{ArtifactFilter, ArtifactView, Listed, Order, Page};

/// Artifacts, or caches, that a list reaches: no more are counted, and pages beyond are empty.
pub const LIST_REACH: u64 = 10_000;

/// An archive, as it is read.
pub struct Archive {
    /// Bytes of all of it.
    pub bytes: u64,
    /// The bytes, in order.
    pub content: BoxStream<'static, std::io::Result<Bytes>>,
}

impl Engine {
    /// Artifacts of a repository or of one of its runs, by id.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn artifacts(
        &self,
        repository: RepositoryId,
        filter: &ArtifactFilter,
        order: Order,
        page: Page,
    ) -> Result<Listed<ArtifactView>, EngineError> {
        let listed = self
            .store
            .artifacts(repository, filter, order, page, LIST_REACH);
        Ok(listed.await?)
    }

    /// An artifact of a repository.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when it has none with this id.
    pub async fn artifact_of(
        &self,
        repository: RepositoryId,
        id: ArtifactId,
    ) -> Result<ArtifactView, EngineError> {
        let found = self.store.artifact(id).await?;
        let own = found.filter(|view| view.artifact.repository == repository);
        own.ok_or(EngineError::NotFound {
            what: "the artifact",
        })
    }

    /// Whether its archive can be had.
    ///
    /// # Errors
    /// [`EngineError::ArtifactExpired`].
    pub async fn downloadable(&self, artifact: &Artifact) -> Result<(), EngineError> {
        match artifact.is_expired(self.store.now().await?) {
            true => Err(EngineError::ArtifactExpired),
            false => Ok(()),
        }
    }

    /// An artifact and its archive.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is no artifact with this id; [`EngineError::ArtifactExpired`].
    pub async fn artifact_archive(
        &self,
        id: ArtifactId,
    ) -> Result<(Artifact, Archive), EngineError> {
        let what = "the artifact";
        let found = self.store.artifact(id).await?;
        let artifact = found.ok_or(EngineError::NotFound { what })?.artifact;
        self.downloadable(&artifact).await?;
        let (bytes, content) = match self.logs.stream(&artifact.object_key).await {
            Err(LogError::NotFound { .. }) => return Err(EngineError::NotFound { what }),
            found => found?,
        };
        Ok((artifact, Archive { bytes, content }))
    }

    /// Removes an artifact of a repository; its archive follows.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when it has none with this id.
    pub async fn delete_artifact(
        &self,
        repository: RepositoryId,
        id: ArtifactId,
    ) -> Result<(), EngineError> {
        let found = self.artifact_of(repository, id).await?;
        Ok(self.store.delete_artifact(found.artifact.id).await?)
    }
}
