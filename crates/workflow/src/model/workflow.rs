//! A whole workflow file as a value; it must not hold anything that a run decides.

use super::{
    Concurrency, Defaults, Field, Job, JobName, Located, Permissions, Triggers, Variables,
};
use serde::Serialize;

/// A workflow file that GitHub would accept: everything it says. What this version does not
/// honour of it, [`crate::unhonoured`] lists.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Workflow {
    /// `name`; an empty one counts as absent, and the file's path is shown instead.
    pub name: Option<String>,
    /// `description`, which nothing reads.
    pub description: Option<String>,
    /// `run-name` (semantics R6.38).
    pub run_name: Option<Field<String>>,
    /// The events that start it.
    pub on: Triggers,
    /// `permissions` of jobs without their own (semantics R2.80).
    pub permissions: Option<Located<Permissions>>,
    /// The variables of every job, in file order.
    pub env: Option<Variables>,
    /// `defaults` of every job (semantics R2.82).
    pub defaults: Option<Defaults>,
    /// `concurrency` of the run (semantics R2.55).
    pub concurrency: Option<Field<Concurrency>>,
    /// The jobs in file order; at least one, and at least one without needs.
    pub jobs: Vec<Job>,
}

impl Workflow {
    /// The job with this id, if the file has it.
    pub fn job(&self, id: &JobName) -> Option<&Job> {
        self.jobs.iter().find(|job| &job.id.value == id)
    }
}
