//! Whether an event starts a workflow, and why not; it must not decide it.

use super::{MAX_BRANCHES_AT_ONCE, MAX_TAGS_AT_ONCE, MAX_WORKFLOW_RUN_CHAIN};
use crate::pattern::InvalidPattern;
use std::fmt;

/// The answer for one workflow and one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// A run starts.
    Start,
    /// No run starts. Displays as a sentence for a log.
    Stay(Obstacle),
}

/// What keeps an event from starting a workflow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Obstacle {
    /// `on` does not name the event (semantics R6.1).
    #[error("the workflow does not name the event {event}")]
    NotListed {
        /// The event.
        event: String,
    },
    /// Only other workflows start it.
    #[error("workflow_call is started by workflows, not by events")]
    OnlyCalled,
    /// `types` does not name the activity, or the default types do not (semantics R6.5).
    #[error("the activity '{action}' of {event} is not one of {wanted}")]
    Activity {
        /// The event.
        event: String,
        /// Its activity.
        action: String,
        /// The activities that start it.
        wanted: String,
    },
    /// A branch filter does not let it through (semantics R6.22, R6.23).
    #[error("the branch '{branch}' does not pass `{filter}`")]
    Branch {
        /// The branch that was tested.
        branch: String,
        /// The key of the filter.
        filter: &'static str,
    },
    /// A tag filter does not let it through.
    #[error("the tag '{tag}' does not pass `{filter}`")]
    Tag {
        /// The tag.
        tag: String,
        /// The key of the filter.
        filter: &'static str,
    },
    /// Only the other kind of ref is filtered for (semantics R6.20).
    #[error("'{git_ref}' is pushed, but the workflow filters for {wanted} only")]
    OtherKindOfRef {
        /// The full ref.
        git_ref: String,
        /// `branches` or `tags`.
        wanted: &'static str,
    },
    /// No branch is known that a filter could test.
    #[error("the event names no branch, so it does not pass `{filter}`")]
    NoBranch {
        /// The key of the filter.
        filter: &'static str,
    },
    /// A path filter does not let it through (semantics R6.23).
    #[error("none of the {count} changed files passes `{filter}`")]
    Paths {
        /// How many files were looked at.
        count: usize,
        /// The key of the filter.
        filter: &'static str,
    },
    /// The head commit's message asks for it (semantics R6.30).
    #[error("the message of the head commit has '{marker}'")]
    SkipMarker {
        /// What the message has.
        marker: &'static str,
    },
    /// A job's own token caused the event (semantics R6.7).
    #[error("a job's built-in token caused the event, and such events start nothing")]
    BuiltInToken,
    /// The ref is gone (semantics R6.8).
    #[error("'{git_ref}' was deleted")]
    Deleted {
        /// The full ref.
        git_ref: String,
    },
    /// Too many refs came at once (semantics R6.8).
    #[error(
        "{count} refs were pushed at once; more than {MAX_TAGS_AT_ONCE} tags or \
         {MAX_BRANCHES_AT_ONCE} branches start nothing"
    )]
    TooManyRefs {
        /// How many.
        count: usize,
    },
    /// The pull request has a merge conflict (semantics R6.4).
    #[error("pull request {number} has a merge conflict")]
    Conflict {
        /// Its number.
        number: u64,
    },
    /// A draft was created, edited or deleted (semantics R6.6).
    #[error("the release '{tag}' is a draft")]
    DraftRelease {
        /// Its tag.
        tag: String,
    },
    /// `workflows` names other workflows (semantics R6.9).
    #[error("the workflow '{workflow}' is not one of those that `workflows` names")]
    OtherWorkflow {
        /// Which one ran.
        workflow: String,
    },
    /// Too many runs in a row (semantics R6.9).
    #[error("workflow_run has started {MAX_WORKFLOW_RUN_CHAIN} runs in a row already")]
    ChainEnds,
    /// The cron text that fired is not in the file (any more).
    #[error("`schedule` has no cron '{cron}'")]
    OtherSchedule {
        /// The text that fired.
        cron: String,
    },
    /// A filter of the file is not valid.
    #[error("`{filter}`: {error}")]
    InvalidFilter {
        /// The key of the filter.
        filter: &'static str,
        /// What is wrong in it.
        error: InvalidPattern,
    },
}

impl Decision {
    /// Whether a run starts.
    pub fn starts(&self) -> bool {
        match self {
            Self::Start => true,
            Self::Stay(_) => false,
        }
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start => f.write_str("a run starts"),
            Self::Stay(obstacle) => write!(f, "no run starts: {obstacle}"),
        }
    }
}
