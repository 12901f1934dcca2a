//! One job of a workflow as its file declares it; it must not know what happened to it.

use super::{Env, JobName, Step};
use serde::{Deserialize, Serialize};

/// A job's shown name has at most this many characters (semantics section 9).
pub const MAX_DISPLAY_NAME: usize = 100;

/// One entry of `jobs`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// The key under `jobs`.
    pub id: JobName,
    /// `name`, already cut to [`MAX_DISPLAY_NAME`] characters; an empty one counts as absent.
    pub name: Option<String>,
    /// The direct needs, each once, in file order and in the spelling of the needed job's key.
    pub needs: Vec<JobName>,
    /// The labels a runner must have, all of them (semantics R2.77); never empty.
    pub runs_on: Vec<String>,
    /// The job's own variables, in file order.
    pub env: Env,
    /// The steps in order; may be empty.
    pub steps: Vec<Step>,
}

impl Job {
    /// The name to show: `name`, or the id without one.
    pub fn display_name(&self) -> &str {
        self.name.as_deref().unwrap_or(self.id.as_str())
    }
}

/// Cuts a name longer than [`MAX_DISPLAY_NAME`] characters to 97 and `...` (semantics R2.42).
pub(crate) fn shortened(name: String) -> String {
    if name.chars().count() <= MAX_DISPLAY_NAME {
        return name;
    }
    let kept: String = name.chars().take(MAX_DISPLAY_NAME - 3).collect();
    kept + "..."
}
