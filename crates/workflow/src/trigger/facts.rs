//! What is known about an event when workflows are matched; it must not read payloads.

use super::ChangedPaths;

/// More tags than this pushed at once produce no events (semantics R6.8).
pub const MAX_TAGS_AT_ONCE: usize = 3;
/// More branches than this pushed at once produce no events (semantics R6.8).
pub const MAX_BRANCHES_AT_ONCE: usize = 5_000;
/// Runs that `workflow_run` starts one after the other stop after so many (semantics R6.9).
pub const MAX_WORKFLOW_RUN_CHAIN: u32 = 3;

/// One event, as far as starting workflows goes. [`EventFacts::from_payload`] makes it from a
/// webhook; what a payload cannot know is filled in by the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventFacts {
    /// The event's name.
    pub event: String,
    /// The activity type; of `repository_dispatch` its `event_type`.
    pub action: Option<String>,
    /// What it is about.
    pub subject: Subject,
    /// The changed files. A payload knows them for a push at best; the caller asks git.
    pub changed: ChangedPaths,
    /// The message of the head commit: of a push from its payload, of a pull request from git.
    pub head_message: Option<String>,
    /// The title of the pull request or issue.
    pub title: Option<String>,
    /// Whether a job's built-in token caused it (semantics R6.7); a payload does not say so.
    pub by_built_in_token: bool,
}

/// What an event is about; decides the filters and where a run stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// `push`, `create`, `delete`, `workflow_dispatch`
    Ref(PushedRef),
    /// `pull_request`, `pull_request_target` and reviews.
    PullRequest(PullRequest),
    /// `merge_group`
    MergeGroup {
        /// The full ref of the group.
        head_ref: String,
        /// Its commit.
        head_sha: String,
        /// The branch it will be merged into, without prefix.
        base_branch: String,
    },
    /// `release`
    Release {
        /// The tag, without prefix.
        tag: String,
        /// Whether it is not published yet.
        draft: bool,
    },
    /// `deployment`, `deployment_status`
    Deployment {
        /// What was deployed, as the deployment names it; empty or a commit id count as none.
        git_ref: Option<String>,
        /// The deployed commit.
        sha: String,
    },
    /// `workflow_run`
    WorkflowRun {
        /// The name of the workflow that ran.
        workflow: String,
        /// The branch it ran on.
        head_branch: Option<String>,
        /// How many runs before it `workflow_run` started one after the other; a payload says 0.
        chain: u32,
    },
    /// `schedule`
    Schedule {
        /// The cron text that fired.
        cron: String,
    },
    /// Anything else: the repository as a whole.
    Repository,
}

/// A branch or tag that an event names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushedRef {
    /// The full ref.
    pub git_ref: String,
    /// The commit before, if there was one.
    pub before: Option<String>,
    /// The commit now; none when it was deleted or the event does not say.
    pub after: Option<String>,
    /// Whether it is gone.
    pub deleted: bool,
    /// How many refs of the same kind came in together; a payload says 1 (semantics R6.8).
    pub at_once: usize,
}

/// A pull request at the time of its event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullRequest {
    /// Its number.
    pub number: u64,
    /// The branch it goes into, without prefix.
    pub base_branch: String,
    /// The commit of that branch.
    pub base_sha: String,
    /// The branch it comes from, without prefix.
    pub head_branch: String,
    /// The commit of that branch.
    pub head_sha: String,
    /// Whether it comes from another repository.
    pub from_fork: bool,
    /// Whether it was merged.
    pub merged: bool,
    /// The commit that merges or would merge it, when known.
    pub merge_sha: Option<String>,
    /// Whether it cannot be merged without a conflict (semantics R6.4).
    pub conflict: bool,
}

impl EventFacts {
    /// An event about which nothing else is known.
    pub fn new(event: &str, subject: Subject) -> Self {
        Self {
            event: event.to_owned(),
            action: None,
            subject,
            changed: ChangedPaths::Unbounded,
            head_message: None,
            title: None,
            by_built_in_token: false,
        }
    }
}

impl PushedRef {
    /// The branch, without prefix, if it is one.
    pub fn branch(&self) -> Option<&str> {
        self.git_ref.strip_prefix("refs/heads/")
    }

    /// The tag, without prefix, if it is one.
    pub fn tag(&self) -> Option<&str> {
        self.git_ref.strip_prefix("refs/tags/")
    }

    /// The name without `refs/heads/` or `refs/tags/` (semantics R6.21).
    pub fn short_name(&self) -> &str {
        self.branch().or(self.tag()).unwrap_or(&self.git_ref)
    }
}
