//! Outputs, annotations and summaries in memory.

use super::{
    MemoryStore,
    runs::cut,
    state::{State, broken_reference},
};
use crate::{JobOutputs, Listed, Page, Reports, StoreError, Summary};
use async_trait::async_trait;
use runyard_domain::{JobId, RunId, execution::Annotation, run::output_units};

#[async_trait]
impl Reports for MemoryStore {
    async fn outputs(&self, jobs: &[JobId]) -> Result<Vec<JobOutputs>, StoreError> {
        let state = self.state();
        let all = state.outputs.iter();
        let asked = all.filter(|(job, outputs)| jobs.contains(job) && !outputs.is_empty());
        let given = asked.map(|(job, outputs)| JobOutputs {
            job: *job,
            outputs: outputs.clone(),
        });
        Ok(given.collect())
    }

    async fn output_units(&self, run: RunId) -> Result<u64, StoreError> {
        let state = self.state();
        let of_run = |job: &JobId| state.jobs.get(job).is_some_and(|(of, _)| *of == run);
        let given = state.outputs.iter().filter(|(job, _)| of_run(job));
        Ok(given.map(|(_, outputs)| output_units(outputs)).sum())
    }

    async fn add_annotations(
        &self,
        (run, job): (RunId, JobId),
        annotations: &[Annotation],
    ) -> Result<(), StoreError> {
        let mut state = self.state();
        state.require_run(run)?;
        for annotation in annotations {
            let kept = state.annotations.entry((job, annotation.number));
            kept.or_insert_with(|| annotation.clone());
        }
        Ok(())
    }

    async fn annotations(&self, job: JobId, page: Page) -> Result<Listed<Annotation>, StoreError> {
        let state = self.state();
        let of_job = state.annotations.range((job, 0)..=(job, u32::MAX));
        Ok(cut(of_job.map(|(_, annotation)| annotation.clone()), page))
    }

    async fn put_summary(
        &self,
        (run, job): (RunId, JobId),
        summary: &Summary,
    ) -> Result<(), StoreError> {
        let mut state = self.state();
        state.require_run(run)?;
        let text = summary.text.clone();
        state.summaries.insert((job, summary.step), text);
        Ok(())
    }

    async fn summaries(&self, job: JobId, limit: u32) -> Result<Vec<Summary>, StoreError> {
        let state = self.state();
        let of_job = state.summaries.range((job, 0)..=(job, u32::MAX));
        let summary = |((_, step), text): (&(JobId, u32), &String)| Summary {
            step: *step,
            text: text.clone(),
        };
        Ok(of_job.map(summary).take(limit as usize).collect())
    }
}

impl State {
    fn require_run(&self, run: RunId) -> Result<(), StoreError> {
        let known = self.runs.contains_key(&run);
        known.then_some(()).ok_or_else(broken_reference)
    }
}
