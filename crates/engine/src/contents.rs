//! Looking at a repository: which commit a name means, and what is at a path of it. Of the newest fetch; it fetches only
//! when this server has no mirror yet.

use crate::{
    Engine, EngineError,
    git::{Found, GitError, LargeFile},
};
use runyard_domain::repository::Repository;

/// Digits of a full commit id.
const COMMIT_DIGITS: usize = 40;

impl Engine {
    /// The commit that a branch, a tag or a full id means.
    ///
    /// # Errors
    /// [`GitError::UnknownRef`] when there is none.
    pub async fn commit_named(
        &self,
        repository: &Repository,
        reference: &str,
    ) -> Result<String, EngineError> {
        match self.find_commit(repository, reference).await {
            Err(GitError::NotFetched { .. }) => {
                self.fetch(repository).await?;
                Ok(self.find_commit(repository, reference).await?)
            }
            found => Ok(found?),
        }
    }

    async fn find_commit(
        &self,
        repository: &Repository,
        reference: &str,
    ) -> Result<String, GitError> {
        let is_id = reference.len() == COMMIT_DIGITS
            && reference.bytes().all(|digit| digit.is_ascii_hexdigit());
        if is_id {
            match self.git.commit(repository.id, reference).await {
                Err(GitError::UnknownCommit { .. }) => {}
                commit => return Ok(commit?.sha),
            }
        }
        // As GitHub takes them too: `heads/main`, `tags/v1`.
        let full = ["heads/", "tags/"]
            .iter()
            .any(|prefix| reference.starts_with(prefix));
        let found = self.git.resolve(repository.id, reference).await;
        match found {
            Err(GitError::UnknownRef { .. }) if full => {
                let reference = format!("refs/{reference}");
                Ok(self.git.resolve(repository.id, &reference).await?.sha)
            }
            found => Ok(found?.sha),
        }
    }

    /// What is at a path of a commit; the root itself when the path is empty.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when nothing is there.
    pub async fn contents(
        &self,
        repository: &Repository,
        commit: &str,
        path: &str,
    ) -> Result<Found, EngineError> {
        let found = self.git.contents(repository.id, commit, path).await?;
        found.ok_or(EngineError::NotFound { what: "the path" })
    }

    /// A file that is too large to come with its facts.
    ///
    /// # Errors
    /// [`EngineError::Unavailable`] while as many are read as may be at one time.
    pub async fn large_file(
        &self,
        repository: &Repository,
        blob: &str,
    ) -> Result<LargeFile, EngineError> {
        let file = self.git.large_file(repository.id, blob).await?;
        file.ok_or_else(|| EngineError::Unavailable {
            reason: "too many large files are read".to_owned(),
        })
    }
}
