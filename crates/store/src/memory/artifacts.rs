//! Artifacts in memory.

use super::{
    MemoryStore,
    runs::cut,
    state::{State, broken_reference, not_found},
};
use crate::{ArtifactFilter, ArtifactView, Artifacts, Listed, Order, Page, StoreError};
use async_trait::async_trait;
use runyard_domain::{ArtifactId, RepositoryId, RunId, artifact::Artifact};

#[async_trait]
impl Artifacts for MemoryStore {
    async fn add_artifact(&self, artifact: &Artifact) -> Result<(), StoreError> {
        let mut state = self.state();
        let run = state.live_run(artifact.run);
        let of = run.filter(|row| row.run.identity().repository == artifact.repository);
        of.ok_or_else(broken_reference)?;
        state.artifacts.insert(artifact.id, artifact.clone());
        Ok(())
    }

    async fn artifact(&self, id: ArtifactId) -> Result<Option<ArtifactView>, StoreError> {
        let state = self.state();
        let artifact = state.artifacts.get(&id);
        Ok(artifact.and_then(|artifact| state.artifact_view(artifact)))
    }

    async fn artifacts(
        &self,
        repository: RepositoryId,
        filter: &ArtifactFilter,
        order: Order,
        page: Page,
        reach: u64,
    ) -> Result<Listed<ArtifactView>, StoreError> {
        let state = self.state();
        let fits = |artifact: &&Artifact| {
            artifact.repository == repository
                && filter.run.is_none_or(|run| artifact.run == run)
                && filter
                    .name
                    .as_ref()
                    .is_none_or(|name| artifact.name == *name)
        };
        let own = state.artifacts.values().filter(fits);
        let mut views: Vec<_> = own.filter_map(|one| state.artifact_view(one)).collect();
        if order == Order::Descending {
            views.reverse();
        }
        views.truncate(usize::try_from(reach).unwrap_or(usize::MAX));
        Ok(cut(views, page))
    }

    async fn delete_artifact(&self, id: ArtifactId) -> Result<(), StoreError> {
        let mut state = self.state();
        let removed = state.artifacts.remove(&id);
        let removed = removed.ok_or_else(|| not_found("artifact"))?;
        state.doomed.insert(removed.object_key);
        Ok(())
    }
}

impl State {
    /// Nothing once its run is deleted.
    fn artifact_view(&self, artifact: &Artifact) -> Option<ArtifactView> {
        let identity = self.live_run(artifact.run)?.run.identity();
        Some(ArtifactView {
            artifact: artifact.clone(),
            head_branch: identity.head_branch.clone(),
            head_sha: identity.head_sha.clone(),
            head_repository: identity.cause.head_repository.clone(),
        })
    }

    /// Removes those of a run, and leaves their objects to be deleted.
    pub(super) fn remove_artifacts_of(&mut self, run: RunId) {
        let of_run = self
            .artifacts
            .values()
            .filter(|artifact| artifact.run == run);
        let keys = of_run.map(|artifact| artifact.object_key.clone());
        self.doomed.extend(keys);
        self.artifacts.retain(|_, artifact| artifact.run != run);
    }
}
