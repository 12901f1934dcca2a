//! What is known of a run when it comes to be, and never changes.

use super::Cause;
use crate::{CheckSuiteId, RepositoryId, RunId, Timestamp, UserId, WorkflowId};
use runyard_workflow::reusable::Source;
use serde::{Deserialize, Serialize};

/// Events that run the code of a pull request. `pull_request_target` is none: it runs the repository's own.
const OF_PULL_REQUESTS: [&str; 3] = [
    "pull_request",
    "pull_request_review",
    "pull_request_review_comment",
];

/// The part of a run that no command changes (semantics 1.4, R4.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunIdentity {
    /// Never reused.
    pub id: RunId,
    /// Whose run it is.
    pub repository: RepositoryId,
    /// Which workflow it is a run of.
    pub workflow: WorkflowId,
    /// Its check suite (contract 7).
    pub check_suite: CheckSuiteId,
    /// Counts per workflow, from 1 (semantics R6.37).
    pub number: i64,
    /// Counts per repository, from 1 (semantics R4.15).
    pub index: i64,
    /// The event's name: `push`, `workflow_dispatch`.
    pub event: String,
    /// Branch or tag that the run shows, without its prefix (the table of semantics 6.1).
    pub head_branch: Option<String>,
    /// Commit that the run shows, 40 hex digits; what runs is [`RunIdentity::sha`].
    pub head_sha: String,
    /// `github.ref`: a full ref, `refs/heads/main`, or empty where a bare commit was deployed.
    pub git_ref: String,
    /// Who caused the run; its privileges are theirs (semantics R4.2).
    pub actor: UserId,
    /// The run it was made from by a re-run as a new run (semantics R4.15).
    pub parent: Option<RunId>,
    /// Two requests with one key make one run.
    pub trigger_key: String,
    /// The workflow's name, or its path (semantics R6.38).
    pub name: String,
    /// Path of the workflow file.
    pub path: String,
    /// Title that people see (semantics R6.38).
    pub display_title: String,
    /// SHA-256 in hex of the workflow file's text, under which the store keeps it.
    pub definition: String,
    /// Every file that it calls, directly or through others, once (semantics R2.69).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub referenced: Vec<ReferencedWorkflow>,
    /// How it came to be, as far as its event's name does not say it.
    #[serde(default, skip_serializing_if = "is_plain")]
    pub cause: Cause,
    /// When it was first created.
    pub created_at: Timestamp,
}

impl RunIdentity {
    /// The commit that runs, from which its file is too: `github.sha`, 40 hex digits.
    pub fn sha(&self) -> &str {
        self.cause.sha.as_deref().unwrap_or(&self.head_sha)
    }

    /// Whether it runs what a fork's pull request brings: its jobs' tokens write nothing (semantics R2.81).
    pub fn is_of_a_fork(&self) -> bool {
        !self.cause.head_repository.is_own() && OF_PULL_REQUESTS.contains(&self.event.as_str())
    }
}

fn is_plain(cause: &Cause) -> bool {
    *cause == Cause::default()
}

/// A called workflow file as it was when the run came to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferencedWorkflow {
    /// Where it is from.
    #[serde(flatten)]
    pub source: Source,
    /// SHA-256 in hex of its text, under which the store keeps it.
    pub definition: String,
}

/// What a run is made of, before the store has given it its numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewRun {
    /// `number` and `index` are replaced by the store's counters.
    pub identity: RunIdentity,
    /// The commit that the run shows.
    pub commit: CommitFacts,
    /// The event's payload, as workflows see it in `github.event`.
    pub payload: serde_json::Value,
}

/// A commit, as far as runs show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitFacts {
    /// 40 hex digits.
    pub sha: String,
    /// Its tree, 40 hex digits.
    pub tree: String,
    /// The whole message.
    pub message: String,
    /// When it was committed.
    pub timestamp: Timestamp,
    /// Who wrote it.
    pub author: Person,
    /// Who committed it.
    pub committer: Person,
}

/// A name and an address from a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// As git has it.
    pub name: String,
    /// As git has it.
    pub email: String,
}
