//! Open pull requests, as events told of them. Nothing here decides what they start.

use serde::{Deserialize, Serialize};

/// An open pull request between two branches of one repository. Those of forks are not kept: no run shows them
/// (contract 7).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullRequest {
    /// The forge's id.
    pub id: i64,
    /// Its number in the repository.
    pub number: i64,
    /// The branch it comes from, without prefix.
    pub head_branch: String,
    /// The newest commit of that branch.
    pub head_sha: String,
    /// The branch it goes into, without prefix.
    pub base_branch: String,
    /// The commit of that branch.
    pub base_sha: String,
}
