//! Open pull requests of repositories, as events told of them. Bounded for each repository.

use crate::StoreError;
use async_trait::async_trait;
use runyard_domain::{RepositoryId, pull_request::PullRequest};

/// Open pull requests. They go with their repository.
#[async_trait]
pub trait PullRequests {
    /// Keeps an open pull request as it is now, and forgets those with the lowest numbers beyond `most`.
    ///
    /// # Errors
    /// [`crate::Conflict::Reference`] when the repository is not there.
    async fn put_pull_request(
        &self,
        repository: RepositoryId,
        pull: &PullRequest,
        most: u32,
    ) -> Result<(), StoreError>;
    /// Forgets one that was closed. Nothing happens when it is not known.
    async fn delete_pull_request(
        &self,
        repository: RepositoryId,
        number: i64,
    ) -> Result<(), StoreError>;
    /// Those whose head is one of these branches, by number.
    async fn pull_requests(
        &self,
        repository: RepositoryId,
        head_branches: &[String],
    ) -> Result<Vec<PullRequest>, StoreError>;
    /// All that are known of a repository, by number: no more than were kept.
    async fn all_pull_requests(
        &self,
        repository: RepositoryId,
    ) -> Result<Vec<PullRequest>, StoreError>;
    /// The one with this number.
    async fn pull_request(
        &self,
        repository: RepositoryId,
        number: i64,
    ) -> Result<Option<PullRequest>, StoreError>;
}
