//! A whole workflow file as a value; it must not hold anything that a run decides.

use super::{Job, JobName, Triggers};
use serde::{Deserialize, Serialize};

/// Variables in the order of the file; names are unique whatever their case (semantics R7.61).
pub type Env = Vec<(String, String)>;

/// A valid workflow file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workflow {
    /// `name`; an empty one counts as absent, and the file's path is shown instead.
    pub name: Option<String>,
    /// The events that start it.
    pub on: Triggers,
    /// The variables of every job, in file order.
    pub env: Env,
    /// The jobs in file order; at least one, and at least one without needs.
    pub jobs: Vec<Job>,
}

impl Workflow {
    /// The job with this id, if the file has it.
    pub fn job(&self, id: &JobName) -> Option<&Job> {
        self.jobs.iter().find(|job| &job.id == id)
    }
}
