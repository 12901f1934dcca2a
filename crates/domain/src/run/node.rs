//! Places in an attempt's graph: which job of which file, below which callers. No state of a job.

use runyard_workflow::JobName;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Between a caller and a job of the workflow that it calls; no job key has it.
const BELOW: char = '/';
/// Before the number of a caller's leg; no job key has it.
const LEG: char = '#';

/// A node of an attempt's graph: the key of a job in its file, below the keys of the callers that brought the file
/// in. Written `build`, `deploy/build`, and for the second leg of a caller's matrix `deploy#1/build`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NodePath(String);

/// A text that is no [`NodePath`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a path of job keys such as build, deploy/build or deploy#1/build")]
pub struct InvalidNodePath(String);

impl NodePath {
    /// A job of the run's own file.
    pub fn root(job: &JobName) -> Self {
        Self(job.as_str().to_owned())
    }

    /// A job of the workflow that this caller calls; `leg` is the number of the caller's leg if it has a matrix.
    #[must_use]
    pub fn below(&self, leg: Option<u32>, job: &JobName) -> Self {
        Self(format!("{}{job}", self.prefix(leg)))
    }

    /// Another job of the same file, brought in by the same caller.
    #[must_use]
    pub fn beside(&self, job: &JobName) -> Self {
        match self.0.rsplit_once(BELOW) {
            Some((above, _)) => Self(format!("{above}{BELOW}{job}")),
            None => Self::root(job),
        }
    }

    /// What the paths of all jobs begin with that this caller, or this leg of it, brought in.
    fn prefix(&self, leg: Option<u32>) -> String {
        match leg {
            Some(leg) => format!("{}{LEG}{leg}{BELOW}", self.0),
            None => format!("{}{BELOW}", self.0),
        }
    }

    /// Whether it stands for a job that `caller` brought in, at any depth.
    pub fn is_below(&self, caller: &Self) -> bool {
        let rest = self.0.strip_prefix(caller.0.as_str());
        rest.is_some_and(|rest| rest.starts_with([BELOW, LEG]))
    }

    /// Whether it stands for a job that `caller`, or this leg of it, brought in, at any depth.
    pub(super) fn is_of_call(&self, caller: &Self, leg: Option<u32>) -> bool {
        self.0.starts_with(&caller.prefix(leg))
    }

    /// The caller that brought it in, with the number of its leg; nothing for a job of the run's own file.
    pub fn caller(&self) -> Option<(Self, Option<u32>)> {
        let (above, _) = self.0.rsplit_once(BELOW)?;
        // The last key may carry a leg; those of callers further up are part of the path.
        let last = above.rfind(BELOW).map_or(0, |at| at + BELOW.len_utf8());
        match above[last..].split_once(LEG) {
            Some((key, leg)) => {
                Some((Self(above[..last + key.len()].to_owned()), leg.parse().ok()))
            }
            None => Some((Self(above.to_owned()), None)),
        }
    }

    /// The keys of the jobs from the run's own file down to this one, without the numbers of legs.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        let keys = self.0.split(BELOW);
        keys.map(|key| key.split_once(LEG).map_or(key, |(key, _)| key))
    }

    /// The job's key in its file.
    pub fn key(&self) -> &str {
        self.0.rsplit(BELOW).next().unwrap_or_default()
    }

    /// The text form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for NodePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<NodePath> for String {
    fn from(path: NodePath) -> Self {
        path.0
    }
}

impl From<JobName> for NodePath {
    fn from(job: JobName) -> Self {
        Self::root(&job)
    }
}

impl TryFrom<String> for NodePath {
    type Error = InvalidNodePath;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let segments: Vec<&str> = text.split(BELOW).collect();
        let callers = segments.len() - 1;
        let is_key = |key: &str| JobName::new(key).is_ok();
        let legal =
            segments
                .iter()
                .enumerate()
                .all(|(at, segment)| match segment.split_once(LEG) {
                    Some((key, leg)) => at < callers && is_key(key) && leg.parse::<u32>().is_ok(),
                    None => is_key(segment),
                });
        if legal {
            Ok(Self(text))
        } else {
            Err(InvalidNodePath(text))
        }
    }
}

/// One of the jobs that a job with a `strategy` becomes (semantics R2.40 to R2.46).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leg {
    /// `strategy.job-index`: from 0, in the order of the matrix's rows.
    pub index: u32,
    /// `strategy.job-total`.
    pub total: u32,
    /// A failure of one cancels the others (semantics R2.45).
    pub fail_fast: bool,
    /// How many may be past this gate and not completed; all when absent (semantics R2.44).
    pub max_parallel: Option<u32>,
    /// The row: what `matrix` holds. Null when there is no row (semantics 2.5).
    pub matrix: serde_json::Value,
}
