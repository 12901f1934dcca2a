//! Outputs, annotations and summaries in memory.

use super::{
    MemoryStore,
    runs::cut,
    state::{State, broken_reference},
};
use crate::{JobOutputs, Listed, Page, Reports, StoreError, Summary};
use async_trait::async_trait;
use runyard_domain::{
    JobId, RunId,
    execution::{Annotation, CheckOutput, FIRST_CHECK_ANNOTATION},
    run::output_units,
};
use std::collections::BTreeMap;

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

    async fn put_check(
        &self,
        (run, job): (RunId, JobId),
        output: &CheckOutput,
        annotations: &[Annotation],
        most: u32,
    ) -> Result<bool, StoreError> {
        let mut state = self.state();
        state.live_run(run).ok_or_else(broken_reference)?;
        let added = state
            .annotations
            .range((job, FIRST_CHECK_ANNOTATION)..=(job, u32::MAX));
        let added = u32::try_from(added.count()).unwrap_or(u32::MAX);
        let count = u32::try_from(annotations.len()).unwrap_or(u32::MAX);
        if added.saturating_add(count) > most {
            return Ok(false);
        }
        let numbers = FIRST_CHECK_ANNOTATION.saturating_add(added)..;
        for (number, annotation) in numbers.zip(annotations) {
            let annotation = Annotation {
                number,
                ..annotation.clone()
            };
            state.annotations.insert((job, number), annotation);
        }
        if *output != CheckOutput::default() {
            let kept = state.check_outputs.entry(job).or_default();
            *kept = std::mem::take(kept).and(output);
        }
        Ok(true)
    }

    async fn check_outputs(
        &self,
        jobs: &[JobId],
    ) -> Result<BTreeMap<JobId, CheckOutput>, StoreError> {
        let state = self.state();
        let said = jobs.iter().filter_map(|job| {
            let output = state.check_outputs.get(job)?;
            Some((*job, output.clone()))
        });
        Ok(said.collect())
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
