//! What a job says beside its steps and its log: outputs, annotations, summaries; and reading them.

use crate::{Engine, EngineError};
use runyard_domain::{
    Execution, JobId, Refusal,
    execution::{ANNOTATIONS_MAX, Annotation, CHECK_ANNOTATIONS_MAX},
    run::{OUTPUT_UNITS_PER_JOB, output_units},
};
use runyard_store::{JobOutputs, JobView, Listed, Page, Summary};

/// Largest summary of one step, in bytes (semantics R8.8).
pub const SUMMARY_BYTES_MAX: usize = 1024 * 1024;
/// Summaries that a job keeps and shows at most (semantics R8.8).
pub const SUMMARIES_MAX: u32 = 20;
/// Number of the server's own remark, behind those of the runner.
const OWN_NUMBER: u32 = ANNOTATIONS_MAX + 1;
/// Bytes of a UTF-16 unit: people are told of bytes.
const UTF_16_BYTES: u64 = 2;

impl Engine {
    /// What the end of a job gives: nothing, and a remark that says so, when it is more than a job or its run may
    /// (semantics R2.21). Runs whose jobs end at the same time may pass their limit by what those give.
    pub(crate) async fn given(
        &self,
        execution: &Execution,
        outputs: Vec<(String, String)>,
    ) -> Result<(JobOutputs, Option<Annotation>), EngineError> {
        let job = execution.job;
        if outputs.is_empty() {
            return Ok((JobOutputs { job, outputs }, None));
        }
        let units = output_units(&outputs);
        let kept = self.store.output_units(execution.run).await?;
        let limit = self.settings.run_output_units;
        let (whose, found, allowed) = match units {
            _ if units > OUTPUT_UNITS_PER_JOB => ("they", units, OUTPUT_UNITS_PER_JOB),
            _ if kept + units > limit => ("those of the run", kept + units, limit),
            _ => return Ok((JobOutputs { job, outputs }, None)),
        };
        let (found, allowed) = (found * UTF_16_BYTES, allowed * UTF_16_BYTES);
        let message = format!(
            "The outputs of this job are dropped: {whose} would have {found} bytes in UTF-16, allowed are {allowed}."
        );
        let outputs = Vec::new();
        let remark = Annotation::of_job(OWN_NUMBER, &message);
        Ok((JobOutputs { job, outputs }, Some(remark)))
    }

    /// Keeps remarks of a runner, as many as a job may have, and one of the server's own.
    pub(crate) async fn annotate(
        &self,
        execution: &Execution,
        annotations: Vec<Annotation>,
        own: Option<Annotation>,
    ) -> Result<(), EngineError> {
        let numbered = |annotation: &Annotation| (1..=ANNOTATIONS_MAX).contains(&annotation.number);
        let kept: Vec<Annotation> = annotations
            .into_iter()
            .filter(numbered)
            .map(Annotation::cut)
            .chain(own)
            .collect();
        if !kept.is_empty() {
            let job = (execution.run, execution.job);
            self.store.add_annotations(job, &kept).await?;
        }
        Ok(())
    }

    /// Remarks about a job: why it ended when no runner said it, then the runner's, then those of requests.
    ///
    /// # Errors
    /// When the store cannot be reached.
    pub async fn annotations(
        &self,
        job: &JobView,
        page: Page,
    ) -> Result<Listed<Annotation>, EngineError> {
        let all = Page {
            number: 1,
            per_page: OWN_NUMBER + CHECK_ANNOTATIONS_MAX,
        };
        let told = self.store.annotations(job.id, all).await?.items;
        let reason = job.state.reason();
        let own = reason.map(|reason| Annotation::of_job(0, &reason.sentence()));
        let annotations: Vec<Annotation> = own.into_iter().chain(told).collect();
        let total = annotations.len() as u64;
        let skipped = usize::try_from(page.offset()).unwrap_or(usize::MAX);
        let items = annotations.into_iter().skip(skipped);
        Ok(Listed {
            items: items.take(page.per_page as usize).collect(),
            total,
        })
    }

    /// How many remarks each of these jobs has, as [`Engine::annotations`] counts them.
    ///
    /// # Errors
    /// When the store cannot be reached.
    pub async fn count_annotations(&self, jobs: &[JobView]) -> Result<Vec<u64>, EngineError> {
        let ids: Vec<JobId> = jobs.iter().map(|job| job.id).collect();
        let told = self.store.count_annotations(&ids).await?;
        let counts = jobs.iter().map(|job| {
            let own = u64::from(job.state.reason().is_some());
            own + told.get(&job.id).copied().unwrap_or_default()
        });
        Ok(counts.collect())
    }

    /// Keeps the summary of a step.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] when it is too long or no UTF-8, or the job has as many as it may; refused when the
    /// execution is over.
    pub async fn put_summary(
        &self,
        execution: &Execution,
        step: u32,
        text: &[u8],
    ) -> Result<(), EngineError> {
        let id = execution.id;
        if execution.is_ended() {
            return Err(Refusal::ExecutionEnded { execution: id }.into());
        }
        self.renew(execution).await?;
        let invalid = |problem: String| EngineError::Invalid {
            field: "summary",
            value: format!("{} bytes", text.len()),
            problem,
        };
        if text.len() > SUMMARY_BYTES_MAX {
            let problem = format!("must have at most {SUMMARY_BYTES_MAX} bytes");
            return Err(invalid(problem));
        }
        let text = std::str::from_utf8(text).map_err(|_| invalid("must be UTF-8".to_owned()))?;
        let known = self.store.summaries(execution.job, SUMMARIES_MAX).await?;
        let is_new = known.iter().all(|summary| summary.step != step);
        if is_new && known.len() >= SUMMARIES_MAX as usize {
            let problem = format!("cannot be kept: a job has at most {SUMMARIES_MAX} summaries");
            return Err(invalid(problem));
        }
        let summary = Summary {
            step,
            text: text.to_owned(),
        };
        let job = (execution.run, execution.job);
        Ok(self.store.put_summary(job, &summary).await?)
    }

    /// Summaries of a job, by step.
    ///
    /// # Errors
    /// When the store cannot be reached.
    pub async fn summaries(&self, job: &JobView) -> Result<Vec<Summary>, EngineError> {
        Ok(self.store.summaries(job.id, SUMMARIES_MAX).await?)
    }
}
