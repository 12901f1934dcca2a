//! What runners say about a job beside its steps and its log: outputs, annotations, summaries. Outputs are written
//! with the end of the job, by [`crate::Changes`]; they are only read here.

use crate::{Listed, Page, StoreError};
use async_trait::async_trait;
use runyard_domain::{
    JobId, RunId,
    execution::{Annotation, CheckOutput},
};
use std::collections::BTreeMap;

/// What a job gave, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobOutputs {
    /// Which job.
    pub job: JobId,
    /// Names and values.
    pub outputs: Vec<(String, String)>,
}

/// The summary of one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Number of the step.
    pub step: u32,
    /// Markdown.
    pub text: String,
}

/// What jobs said.
#[async_trait]
pub trait Reports {
    /// What these jobs gave, by id; those that gave nothing are left out.
    async fn outputs(&self, jobs: &[JobId]) -> Result<Vec<JobOutputs>, StoreError>;
    /// UTF-16 units of all that the jobs of a run gave, in all its attempts (semantics R2.21).
    async fn output_units(&self, run: RunId) -> Result<u64, StoreError>;
    /// Keeps annotations of a job of a run; one whose number is there already changes nothing.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when there is no such run.
    async fn add_annotations(
        &self,
        job: (RunId, JobId),
        annotations: &[Annotation],
    ) -> Result<(), StoreError>;
    /// Annotations of a job, by number.
    async fn annotations(&self, job: JobId, page: Page) -> Result<Listed<Annotation>, StoreError>;
    /// Keeps the summary of a step, in place of an earlier one.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when there is no such run.
    async fn put_summary(&self, job: (RunId, JobId), summary: &Summary) -> Result<(), StoreError>;
    /// Says more of a job as a check run: what `output` says takes the place of what was said before, `annotations`
    /// come behind all that were added so, and get their numbers here, from
    /// [`runyard_domain::execution::FIRST_CHECK_ANNOTATION`]. False, and nothing is kept, when there would be more than
    /// `most` of them.
    ///
    /// # Errors
    /// [`crate::Conflict::Reference`] when there is no such run.
    async fn put_check(
        &self,
        job: (RunId, JobId),
        output: &CheckOutput,
        annotations: &[Annotation],
        most: u32,
    ) -> Result<bool, StoreError>;
    /// What was said of these jobs as check runs; those of which nothing was said are left out.
    async fn check_outputs(
        &self,
        jobs: &[JobId],
    ) -> Result<BTreeMap<JobId, CheckOutput>, StoreError>;
    /// Summaries of a job, by step, at most `limit`.
    async fn summaries(&self, job: JobId, limit: u32) -> Result<Vec<Summary>, StoreError>;
}
