//! Open pull requests in memory.

use super::{
    MemoryStore,
    state::{State, broken_reference},
};
use crate::{PullRequests, StoreError};
use async_trait::async_trait;
use runyard_domain::{RepositoryId, pull_request::PullRequest};

#[async_trait]
impl PullRequests for MemoryStore {
    async fn put_pull_request(
        &self,
        repository: RepositoryId,
        pull: &PullRequest,
        most: u32,
    ) -> Result<(), StoreError> {
        let mut state = self.state();
        let of = state.live_repository(repository);
        of.ok_or_else(broken_reference)?;
        state
            .pull_requests
            .insert((repository, pull.number), pull.clone());
        let own = state.pull_requests.keys().rev();
        let own = own.filter(|(of, _)| *of == repository);
        let beyond: Vec<_> = own.skip(most as usize).copied().collect();
        for key in beyond {
            state.pull_requests.remove(&key);
        }
        Ok(())
    }

    async fn delete_pull_request(
        &self,
        repository: RepositoryId,
        number: i64,
    ) -> Result<(), StoreError> {
        self.state().pull_requests.remove(&(repository, number));
        Ok(())
    }

    async fn pull_requests(
        &self,
        repository: RepositoryId,
        head_branches: &[String],
    ) -> Result<Vec<PullRequest>, StoreError> {
        Ok(pull_requests_of(&self.state(), repository, head_branches))
    }

    async fn all_pull_requests(
        &self,
        repository: RepositoryId,
    ) -> Result<Vec<PullRequest>, StoreError> {
        let state = self.state();
        let own = state
            .pull_requests
            .range((repository, i64::MIN)..=(repository, i64::MAX));
        Ok(own.map(|(_, pull)| pull.clone()).collect())
    }

    async fn pull_request(
        &self,
        repository: RepositoryId,
        number: i64,
    ) -> Result<Option<PullRequest>, StoreError> {
        let state = self.state();
        Ok(state.pull_requests.get(&(repository, number)).cloned())
    }
}

/// Those whose head has one of these names, by number.
pub(super) fn pull_requests_of(
    state: &State,
    repository: RepositoryId,
    head_branches: &[String],
) -> Vec<PullRequest> {
    let rows = state.pull_requests.iter();
    let own = rows
        .filter(|((of, _), pull)| *of == repository && head_branches.contains(&pull.head_branch));
    own.map(|(_, pull)| pull.clone()).collect()
}
