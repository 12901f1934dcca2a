//! The states that a run can be wanted in. Words only.

use runyard_domain::{Conclusion, RunStatus};
use serde::{Deserialize, Deserializer, de::Error};
use std::{fmt, str::FromStr};

/// Where a run stands, in one of GitHub's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum State {
    /// Its first jobs wait for a runner.
    #[default]
    Queued,
    /// It, or all that it could run, waits for a concurrency group. The run before it has to have the slot.
    Pending,
    /// Runners have its first jobs.
    InProgress,
    /// It ended well.
    Success,
    /// It failed.
    Failure,
    /// Somebody cancelled it.
    Cancelled,
    /// It ended otherwise, which only its workflow can bring about: `skipped`, `startup_failure`, ...
    Ended(Conclusion),
    /// Another status, which runs only pass through.
    Other(RunStatus),
}

impl State {
    /// Words of the states that can be wanted.
    pub(crate) const WORDS: &str = "queued, pending, in_progress, success, failure, cancelled, skipped, startup_failure, \
                                    timed_out, action_required, neutral, stale";

    /// The state that these words of GitHub's mean.
    pub(crate) fn of(status: RunStatus, conclusion: Option<Conclusion>) -> Self {
        match (status, conclusion) {
            (_, Some(Conclusion::Success)) => Self::Success,
            (_, Some(Conclusion::Failure)) => Self::Failure,
            (_, Some(Conclusion::Cancelled)) => Self::Cancelled,
            (_, Some(other)) => Self::Ended(other),
            (RunStatus::Queued, None) => Self::Queued,
            (RunStatus::Pending, None) => Self::Pending,
            (RunStatus::InProgress, None) => Self::InProgress,
            (other @ (RunStatus::Requested | RunStatus::Waiting | RunStatus::Completed), None) => {
                Self::Other(other)
            }
        }
    }

    /// The word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => RunStatus::Queued.name(),
            Self::Pending => RunStatus::Pending.name(),
            Self::InProgress => RunStatus::InProgress.name(),
            Self::Success => Conclusion::Success.name(),
            Self::Failure => Conclusion::Failure.name(),
            Self::Cancelled => Conclusion::Cancelled.name(),
            Self::Ended(conclusion) => conclusion.name(),
            Self::Other(status) => status.name(),
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for State {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        if let Ok(conclusion) = word.parse::<Conclusion>() {
            return Ok(Self::of(RunStatus::Completed, Some(conclusion)));
        }
        match word.parse::<RunStatus>() {
            Ok(status @ (RunStatus::Queued | RunStatus::Pending | RunStatus::InProgress)) => {
                Ok(Self::of(status, None))
            }
            Ok(RunStatus::Requested | RunStatus::Waiting | RunStatus::Completed) | Err(_) => {
                Err(format!("{word:?} is not one of {}", Self::WORDS))
            }
        }
    }
}

impl<'de> Deserialize<'de> for State {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        word.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::State;

    #[test]
    fn every_word_is_read_back_and_others_are_refused_with_the_list() {
        for word in State::WORDS.split(", ") {
            assert_eq!(word.parse::<State>().map(State::name), Ok(word));
        }
        for word in ["completed", "waiting", "requested", "done", ""] {
            let refused = word.parse::<State>().err();
            let refused = refused.unwrap_or_else(|| panic!("{word} was read"));
            assert!(refused.contains("in_progress, success"), "{refused}");
        }
    }
}
