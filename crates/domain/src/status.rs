//! GitHub's words for where a run, a job or a step stands and how it ended (semantics 1.1). Words only, no rules.

use serde::{Deserialize, Serialize};

/// A word that none of ours is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{word:?} is not one of {allowed:?}")]
pub struct UnknownWord {
    /// What was read.
    pub word: String,
    /// What could have been.
    pub allowed: &'static [&'static str],
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name { $($(#[$variant_doc])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            /// All of them.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];
            /// All their words.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The word on the wire and in tables.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::UnknownWord;
            fn from_str(word: &str) -> Result<Self, $crate::UnknownWord> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    other => Err($crate::UnknownWord { word: other.to_owned(), allowed: Self::WORDS }),
                }
            }
        }
    };
}
pub(crate) use words;

words! {
    /// Where a run or an attempt stands (semantics 1.1).
    RunStatus {
        /// Created, nothing planned yet.
        Requested = "requested",
        /// Ready, no runner yet.
        Queued = "queued",
        /// Blocked by a concurrency limit.
        Pending = "pending",
        /// Blocked by a deployment protection rule.
        Waiting = "waiting",
        /// A job runs.
        InProgress = "in_progress",
        /// Ended; has a conclusion.
        Completed = "completed",
    }
}

words! {
    /// Where a job stands (semantics 1.1); `blocked` is ours alone and never on GitHub's wire (R1.7).
    JobStatus {
        /// Its needs are not complete; it has no id yet.
        Blocked = "blocked",
        /// Blocked by a concurrency limit.
        Pending = "pending",
        /// Ready, no runner yet.
        Queued = "queued",
        /// A runner has it.
        InProgress = "in_progress",
        /// Ended; has a conclusion.
        Completed = "completed",
    }
}

words! {
    /// How a run or a job ended (semantics 1.1).
    Conclusion {
        /// All went well.
        Success = "success",
        /// Something failed.
        Failure = "failure",
        /// Somebody or a limit ended it.
        Cancelled = "cancelled",
        /// Its condition was false.
        Skipped = "skipped",
        /// Kept for filters (R1.6).
        TimedOut = "timed_out",
        /// Waits for an approval of a fork's run.
        ActionRequired = "action_required",
        /// Kept for filters (R1.5).
        Neutral = "neutral",
        /// Kept for filters (R1.5).
        Stale = "stale",
        /// Its file could not be planned (R6.90).
        StartupFailure = "startup_failure",
    }
}

words! {
    /// Where a step stands (semantics 1.3).
    StepStatus {
        /// Its turn has not come.
        Pending = "pending",
        /// It runs.
        InProgress = "in_progress",
        /// It ended, or was passed over.
        Completed = "completed",
    }
}

words! {
    /// How a step ended (semantics 1.3).
    StepConclusion {
        /// Exit code 0.
        Success = "success",
        /// Any other end of its own.
        Failure = "failure",
        /// Ended because the job was cancelled.
        Cancelled = "cancelled",
        /// Its condition was false.
        Skipped = "skipped",
    }
}
