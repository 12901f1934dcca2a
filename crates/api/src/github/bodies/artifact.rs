//! Artifacts in bodies.

use super::repository::RepositoryUrls;
use crate::{
    github::node_id::{Node, node_id},
    wire::seconds,
};
use runyard_domain::{Timestamp, run::HeadRepository};
use runyard_store::ArtifactView;
use serde::Serialize;

/// An artifact.
#[derive(Serialize)]
pub(in crate::github) struct ArtifactBody {
    id: i64,
    node_id: String,
    name: String,
    size_in_bytes: u64,
    url: String,
    archive_download_url: String,
    expired: bool,
    digest: Option<String>,
    created_at: String,
    updated_at: String,
    expires_at: String,
    workflow_run: RunOfArtifact,
}

/// The run that left it. What is not known is left out: GitHub's description has no null here.
#[derive(Serialize)]
struct RunOfArtifact {
    id: i64,
    repository_id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    head_repository_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    head_branch: Option<String>,
    head_sha: String,
}

impl ArtifactBody {
    /// As it is at this moment.
    pub(in crate::github) fn of(view: ArtifactView, now: Timestamp, urls: &RepositoryUrls) -> Self {
        let artifact = view.artifact;
        let url = urls.api(&format!("/actions/artifacts/{}", artifact.id));
        let repository = artifact.repository.get();
        Self {
            id: artifact.id.get(),
            node_id: node_id(Node::Artifact, artifact.id.get()),
            expired: artifact.is_expired(now),
            name: artifact.name,
            size_in_bytes: artifact.size,
            archive_download_url: format!("{url}/zip"),
            url,
            digest: artifact.digest,
            created_at: seconds(artifact.created_at),
            updated_at: seconds(artifact.updated_at),
            expires_at: seconds(artifact.expires_at),
            workflow_run: RunOfArtifact {
                id: artifact.run.get(),
                repository_id: repository,
                head_repository_id: match view.head_repository {
                    HeadRepository::Own => Some(repository),
                    HeadRepository::Fork(fork) => Some(fork.id),
                    HeadRepository::Gone => None,
                },
                head_branch: view.head_branch,
                head_sha: view.head_sha,
            },
        }
    }
}
