//! Pull requests as runs show them (contract 7): both branches are of the run's own repository.

use super::repository::{MinimalRepository, RepositoryReference, RepositoryUrls};
use runyard_domain::pull_request::PullRequest;
use serde::Serialize;

/// An open pull request.
#[derive(Serialize)]
pub(in crate::github) struct PullRequestBody {
    url: String,
    id: i64,
    number: i64,
    head: EndBody,
    base: EndBody,
}

#[derive(Serialize)]
struct EndBody {
    r#ref: String,
    sha: String,
    repo: RepositoryReference,
}

impl PullRequestBody {
    /// The pull request of this repository.
    pub(in crate::github) fn of(
        pull: &PullRequest,
        repository: &MinimalRepository,
        urls: &RepositoryUrls,
    ) -> Self {
        let end = |branch: &str, sha: &str| EndBody {
            r#ref: branch.to_owned(),
            sha: sha.to_owned(),
            repo: repository.reference(),
        };
        Self {
            url: urls.api(&format!("/pulls/{}", pull.number)),
            id: pull.id,
            number: pull.number,
            head: end(&pull.head_branch, &pull.head_sha),
            base: end(&pull.base_branch, &pull.base_sha),
        }
    }
}
