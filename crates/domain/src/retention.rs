//! How long runs and their logs are kept once they ended (semantics R8.11): said by the server, a repository, or for one
//! of its workflows. Pure.

use serde::{Deserialize, Serialize};
use std::{fmt, time::Duration};

/// Longest time that can be set, in days (semantics R8.11).
pub const KEPT_DAYS_MAX: u32 = 400;

const SECONDS_PER_DAY: u64 = 24 * 60 * 60;

/// How long something is kept after its run ended: 1 to [`KEPT_DAYS_MAX`] days, or without an end. Written as a number
/// of days, 0 for no end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Kept(u32);

/// A number of days that nothing can be kept for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} days are not possible, it must be 1 to {KEPT_DAYS_MAX}, or 0 for no end")]
pub struct InvalidDays(u32);

impl Kept {
    /// Without an end: runs stay until somebody deletes them, logs as long as their run.
    pub const FOREVER: Self = Self(0);
    /// What holds where nobody says otherwise (semantics R8.11).
    pub const NINETY_DAYS: Self = Self(90);

    /// So many days, 0 for no end.
    ///
    /// # Errors
    /// More than [`KEPT_DAYS_MAX`].
    pub fn days(days: u32) -> Result<Self, InvalidDays> {
        match days <= KEPT_DAYS_MAX {
            true => Ok(Self(days)),
            false => Err(InvalidDays(days)),
        }
    }

    /// As a number of days, 0 for no end.
    pub fn number(self) -> u32 {
        self.0
    }

    /// From the end of the run to when it goes; `None` when it stays.
    pub fn time(self) -> Option<Duration> {
        (self.0 > 0).then(|| Duration::from_secs(u64::from(self.0) * SECONDS_PER_DAY))
    }
}

impl TryFrom<u32> for Kept {
    type Error = InvalidDays;

    fn try_from(days: u32) -> Result<Self, InvalidDays> {
        Self::days(days)
    }
}

impl From<Kept> for u32 {
    fn from(kept: Kept) -> Self {
        kept.0
    }
}

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => f.write_str("without an end"),
            days => write!(f, "{days} days"),
        }
    }
}

/// How long the runs of a workflow, and their logs, are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// A run with all that belongs to it.
    pub runs: Kept,
    /// Its logs alone; without an end they stay as long as their run.
    pub logs: Kept,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            runs: Kept::NINETY_DAYS,
            logs: Kept::FOREVER,
        }
    }
}

/// What somebody said of a retention; what is absent is left to whoever decides for more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetentionRule {
    /// Of runs.
    pub runs: Option<Kept>,
    /// Of their logs.
    pub logs: Option<Kept>,
}

impl RetentionRule {
    /// What holds, where `wider` does otherwise.
    #[must_use]
    pub fn over(self, wider: Retention) -> Retention {
        Retention {
            runs: self.runs.unwrap_or(wider.runs),
            logs: self.logs.unwrap_or(wider.logs),
        }
    }
}

/// What is said of one workflow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkflowRetention {
    /// Its file, from the root of the repository.
    pub path: String,
    /// What of it.
    pub rule: RetentionRule,
}

/// What a repository says of the retention of its runs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetentionRules {
    /// Of all its workflows.
    pub own: RetentionRule,
    /// Of single ones.
    pub workflows: Vec<WorkflowRetention>,
}

impl RetentionRules {
    /// What holds for the workflow with this file: its own rule, else the repository's, else the server's.
    pub fn of(&self, path: &str, server: Retention) -> Retention {
        let wider = self.own.over(server);
        let mut workflows = self.workflows.iter();
        let own = workflows.find(|workflow| workflow.path == path);
        own.map_or(wider, |workflow| workflow.rule.over(wider))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(days: u32) -> Kept {
        Kept::days(days).unwrap()
    }

    #[test]
    fn r8_11_a_day_to_four_hundred_can_be_set_and_zero_is_no_end() {
        assert_eq!(days(1).time(), Some(Duration::from_secs(86_400)));
        assert_eq!(days(400).number(), 400);
        assert_eq!((days(0), days(0).time()), (Kept::FOREVER, None));
        let beyond = Kept::days(401).unwrap_err().to_string();
        assert_eq!(
            beyond,
            "401 days are not possible, it must be 1 to 400, or 0 for no end"
        );
        assert!(serde_json::from_str::<Kept>("401").is_err());
        assert_eq!(serde_json::to_string(&days(7)).unwrap(), "7");
    }

    #[test]
    fn r8_11_a_workflow_goes_before_its_repository_and_that_before_the_server() {
        let server = Retention::default();
        let rules = RetentionRules {
            own: RetentionRule {
                runs: Some(days(30)),
                logs: None,
            },
            workflows: vec![WorkflowRetention {
                path: "a.yml".to_owned(),
                rule: RetentionRule {
                    runs: None,
                    logs: Some(days(2)),
                },
            }],
        };
        let runs = days(30);
        let of = |path| rules.of(path, server);
        let logs = days(2);
        assert_eq!(of("a.yml"), Retention { runs, logs });
        let logs = Kept::FOREVER;
        assert_eq!(of("b.yml"), Retention { runs, logs });
        assert_eq!(RetentionRules::default().of("a.yml", server), server);
        let text = serde_json::to_string(&rules).unwrap();
        assert_eq!(
            serde_json::from_str::<RetentionRules>(&text).unwrap(),
            rules
        );
    }
}
