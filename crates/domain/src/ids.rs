//! One type per kind of id, so that swapped arguments do not compile. Ids are given from outside, never made here.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(i64);

        impl $name {
            /// The id with this number.
            pub const fn new(number: i64) -> Self {
                Self(number)
            }
            /// Its number, as rows and URLs show it.
            pub const fn get(self) -> i64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+ };
}

id! {
    /// A run; the same through all its attempts.
    RunId,
    /// A planned job of one attempt; also its check run's id (contract 7).
    JobId,
    /// One hand-over of a job to a runner.
    ExecutionId,
    /// A repository.
    RepositoryId,
    /// A workflow: one file path of one repository.
    WorkflowId,
    /// A check suite; each run has one.
    CheckSuiteId,
    /// A user.
    UserId,
    /// A credential.
    TokenId,
    /// A runner.
    RunnerId,
    /// An artifact of a run.
    ArtifactId,
    /// A cache of a repository.
    CacheId,
    /// Something that one run's change left to be done in another's.
    MessageId,
}

/// Job ids that were reserved before a command began; the command takes what it needs.
#[derive(Debug, Clone, Default)]
pub struct JobIds {
    left: std::collections::VecDeque<JobId>,
}

impl JobIds {
    /// The ids in the order in which they shall be given out.
    pub fn new(ids: impl IntoIterator<Item = JobId>) -> Self {
        Self {
            left: ids.into_iter().collect(),
        }
    }

    /// The next id, or nothing when all are used.
    pub fn take(&mut self) -> Option<JobId> {
        self.left.pop_front()
    }

    /// The ids nobody took.
    pub fn into_unused(self) -> impl DoubleEndedIterator<Item = JobId> {
        self.left.into_iter()
    }
}
