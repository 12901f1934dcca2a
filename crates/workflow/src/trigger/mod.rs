//! Which workflows an event starts, at which commit and under which title (semantics 6); it must
//! not do I/O: what git or the store know comes in as facts.

mod changes;
mod decision;
mod event;
mod facts;
mod matching;
mod payload;
mod place;
mod skip;
mod title;

pub use changes::{ChangedPaths, MAX_CHANGED_PATHS, MAX_COMPARED_COMMITS, MAX_PATH_STEPS};
pub use decision::{Decision, Obstacle};
pub use event::{DefaultTypes, EVENTS, EventRules, Filters, RunsAt};
pub use facts::{
    EventFacts, MAX_BRANCHES_AT_ONCE, MAX_TAGS_AT_ONCE, MAX_WORKFLOW_RUN_CHAIN, PullRequest,
    PushedRef, Subject,
};
pub use matching::{decide, decide_all};
pub use payload::InvalidPayload;
pub use place::{Revision, RunPlace};
pub use skip::{SkipMarker, skip_marker};
pub use title::{display_title, fallback_title};
