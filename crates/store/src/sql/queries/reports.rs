//! Outputs, annotations and summaries of jobs.

use super::{Connection, SqlStore, aggregates::lock_row};
use crate::{
    Conflict, JobOutputs, Listed, Page, Reports, StoreError, Summary,
    sql::{
        columns::JsonText,
        failure::{Failure, reference},
        perform::perform,
        rows::{Place, json},
        schema::{annotations, check_outputs, job_outputs, job_summaries},
    },
};
use async_trait::async_trait;
use diesel::{ExpressionMethods, QueryDsl, upsert::excluded};
use diesel_async::RunQueryDsl;
use runyard_domain::{
    JobId, RunId,
    execution::{Annotation, CheckOutput, FIRST_CHECK_ANNOTATION},
    run::output_units as units_of,
};
use std::collections::BTreeMap;

/// Jobs that one query names at most; SQLite has a limit.
const JOBS_PER_QUERY: usize = 1_000;
/// Jobs whose reports one bit of a purge removes at most.
const JOBS_PER_PURGE: i64 = 50;

#[async_trait]
impl Reports for SqlStore {
    async fn outputs(&self, jobs: &[JobId]) -> Result<Vec<JobOutputs>, StoreError> {
        perform!(self.read, outputs_of(jobs))
    }

    async fn output_units(&self, run: RunId) -> Result<u64, StoreError> {
        perform!(self.read, output_units(run))
    }

    async fn add_annotations(
        &self,
        job: (RunId, JobId),
        annotations: &[Annotation],
    ) -> Result<(), StoreError> {
        perform!(self.write, add_annotations(job, annotations))
    }

    async fn annotations(&self, job: JobId, page: Page) -> Result<Listed<Annotation>, StoreError> {
        perform!(self.snapshot, annotations_of(job, page))
    }

    async fn put_summary(&self, job: (RunId, JobId), summary: &Summary) -> Result<(), StoreError> {
        perform!(self.write, put_summary(job, summary))
    }

    async fn put_check(
        &self,
        job: (RunId, JobId),
        output: &CheckOutput,
        annotations: &[Annotation],
        most: u32,
    ) -> Result<bool, StoreError> {
        perform!(self.write, put_check(job, output, annotations, most))
    }

    async fn check_outputs(
        &self,
        jobs: &[JobId],
    ) -> Result<BTreeMap<JobId, CheckOutput>, StoreError> {
        perform!(self.read, check_outputs_of(jobs))
    }

    async fn summaries(&self, job: JobId, limit: u32) -> Result<Vec<Summary>, StoreError> {
        perform!(self.read, summaries_of(job, limit))
    }
}

/// Keeps what a job gave.
pub(super) async fn save_outputs(
    connection: &mut Connection,
    run: RunId,
    given: &JobOutputs,
) -> Result<(), Failure> {
    let units = i64::try_from(units_of(&given.outputs)).unwrap_or(i64::MAX);
    diesel::insert_into(job_outputs::table)
        .values((
            job_outputs::job_id.eq(given.job.get()),
            job_outputs::run_id.eq(run.get()),
            job_outputs::units.eq(units),
            job_outputs::outputs.eq(json(&given.outputs)),
        ))
        .on_conflict(job_outputs::job_id)
        .do_update()
        .set((
            job_outputs::units.eq(excluded(job_outputs::units)),
            job_outputs::outputs.eq(excluded(job_outputs::outputs)),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

async fn outputs_of(
    connection: &mut Connection,
    jobs: &[JobId],
) -> Result<Vec<JobOutputs>, Failure> {
    let mut all = Vec::new();
    for jobs in jobs.chunks(JOBS_PER_QUERY) {
        let ids: Vec<i64> = jobs.iter().map(|job| job.get()).collect();
        let rows: Vec<(i64, JsonText)> = job_outputs::table
            .filter(job_outputs::job_id.eq_any(ids))
            .order(job_outputs::job_id)
            .select((job_outputs::job_id, job_outputs::outputs))
            .load(connection)
            .await?;
        for (job, outputs) in rows {
            let outputs = Place::of("job_outputs", job).json("outputs", &outputs)?;
            let job = JobId::new(job);
            all.push(JobOutputs { job, outputs });
        }
    }
    all.retain(|given| !given.outputs.is_empty());
    all.sort_by_key(|given| given.job);
    Ok(all)
}

async fn output_units(connection: &mut Connection, run: &RunId) -> Result<u64, Failure> {
    let units: Vec<i64> = job_outputs::table
        .filter(job_outputs::run_id.eq(run.get()))
        .select(job_outputs::units)
        .load(connection)
        .await?;
    Ok(units.iter().map(|units| units.unsigned_abs()).sum())
}

async fn add_annotations(
    connection: &mut Connection,
    (run, job): &(RunId, JobId),
    new: &[Annotation],
) -> Result<(), Failure> {
    for annotation in new {
        diesel::insert_into(annotations::table)
            .values((
                annotations::job_id.eq(job.get()),
                annotations::number.eq(i64::from(annotation.number)),
                annotations::run_id.eq(run.get()),
                annotations::annotation.eq(json(annotation)),
            ))
            .on_conflict_do_nothing()
            .execute(connection)
            .await
            .map_err(reference)?;
    }
    Ok(())
}

async fn annotations_of(
    connection: &mut Connection,
    job: &JobId,
    page: &Page,
) -> Result<Listed<Annotation>, Failure> {
    let own = || annotations::table.filter(annotations::job_id.eq(job.get()));
    let rows: Vec<JsonText> = own()
        .order(annotations::number)
        .limit(page.per_page.into())
        .offset(i64::try_from(page.offset()).unwrap_or(i64::MAX))
        .select(annotations::annotation)
        .load(connection)
        .await?;
    let place = Place::of("annotations", job);
    let items = rows.iter().map(|row| place.json("annotation", row));
    let items: Result<Vec<Annotation>, StoreError> = items.collect();
    let total: i64 = own().count().get_result(connection).await?;
    Ok(Listed {
        items: items?,
        total: total.unsigned_abs(),
    })
}

async fn put_summary(
    connection: &mut Connection,
    (run, job): &(RunId, JobId),
    summary: &Summary,
) -> Result<(), Failure> {
    diesel::insert_into(job_summaries::table)
        .values((
            job_summaries::job_id.eq(job.get()),
            job_summaries::step.eq(i64::from(summary.step)),
            job_summaries::run_id.eq(run.get()),
            job_summaries::text.eq(summary.text.as_bytes().to_vec()),
        ))
        .on_conflict((job_summaries::job_id, job_summaries::step))
        .do_update()
        .set(job_summaries::text.eq(excluded(job_summaries::text)))
        .execute(connection)
        .await
        .map_err(reference)?;
    Ok(())
}

/// The lock on the run keeps two requests from giving one number twice.
async fn put_check(
    connection: &mut Connection,
    (run, job): &(RunId, JobId),
    output: &CheckOutput,
    new: &[Annotation],
    most: &u32,
) -> Result<bool, Failure> {
    let locked = lock_row(connection, *run).await?;
    locked.ok_or_else(|| Failure::conflict(Conflict::Reference))?;
    let added: i64 = annotations::table
        .filter(annotations::job_id.eq(job.get()))
        .filter(annotations::number.ge(i64::from(FIRST_CHECK_ANNOTATION)))
        .count()
        .get_result(connection)
        .await?;
    let added = u32::try_from(added).unwrap_or(u32::MAX);
    let count = u32::try_from(new.len()).unwrap_or(u32::MAX);
    if added.saturating_add(count) > *most {
        return Ok(false);
    }
    let numbers = FIRST_CHECK_ANNOTATION.saturating_add(added)..;
    let numbered = numbers.zip(new).map(|(number, annotation)| Annotation {
        number,
        ..annotation.clone()
    });
    let numbered: Vec<Annotation> = numbered.collect();
    add_annotations(connection, &(*run, *job), &numbered).await?;
    if *output != CheckOutput::default() {
        save_check_output(connection, (*run, *job), output).await?;
    }
    Ok(true)
}

async fn save_check_output(
    connection: &mut Connection,
    (run, job): (RunId, JobId),
    new: &CheckOutput,
) -> Result<(), Failure> {
    let mut before = check_outputs_of(connection, &[job]).await?;
    let output = before.remove(&job).unwrap_or_default().and(new);
    diesel::insert_into(check_outputs::table)
        .values((
            check_outputs::job_id.eq(job.get()),
            check_outputs::run_id.eq(run.get()),
            check_outputs::output.eq(json(&output)),
        ))
        .on_conflict(check_outputs::job_id)
        .do_update()
        .set(check_outputs::output.eq(excluded(check_outputs::output)))
        .execute(connection)
        .await?;
    Ok(())
}

async fn check_outputs_of(
    connection: &mut Connection,
    jobs: &[JobId],
) -> Result<BTreeMap<JobId, CheckOutput>, Failure> {
    let mut all = BTreeMap::new();
    for jobs in jobs.chunks(JOBS_PER_QUERY) {
        let ids: Vec<i64> = jobs.iter().map(|job| job.get()).collect();
        let rows: Vec<(i64, JsonText)> = check_outputs::table
            .filter(check_outputs::job_id.eq_any(ids))
            .select((check_outputs::job_id, check_outputs::output))
            .load(connection)
            .await?;
        for (job, output) in rows {
            let output = Place::of("check_outputs", job).json("output", &output)?;
            all.insert(JobId::new(job), output);
        }
    }
    Ok(all)
}

/// Removes what some jobs of a run said, if any said anything.
pub(super) async fn remove_reports_of(
    connection: &mut Connection,
    run: i64,
) -> Result<bool, Failure> {
    let jobs: Vec<i64> = job_outputs::table
        .filter(job_outputs::run_id.eq(run))
        .limit(JOBS_PER_PURGE)
        .select(job_outputs::job_id)
        .load(connection)
        .await?;
    if !jobs.is_empty() {
        let outputs = job_outputs::table.filter(job_outputs::job_id.eq_any(jobs));
        return Ok(diesel::delete(outputs).execute(connection).await? > 0);
    }
    let jobs: Vec<i64> = job_summaries::table
        .filter(job_summaries::run_id.eq(run))
        .limit(JOBS_PER_PURGE)
        .select(job_summaries::job_id)
        .load(connection)
        .await?;
    if !jobs.is_empty() {
        let summaries = job_summaries::table.filter(job_summaries::job_id.eq_any(jobs));
        return Ok(diesel::delete(summaries).execute(connection).await? > 0);
    }
    let jobs: Vec<i64> = check_outputs::table
        .filter(check_outputs::run_id.eq(run))
        .limit(JOBS_PER_PURGE)
        .select(check_outputs::job_id)
        .load(connection)
        .await?;
    if !jobs.is_empty() {
        let outputs = check_outputs::table.filter(check_outputs::job_id.eq_any(jobs));
        return Ok(diesel::delete(outputs).execute(connection).await? > 0);
    }
    let jobs: Vec<i64> = annotations::table
        .filter(annotations::run_id.eq(run))
        .limit(JOBS_PER_PURGE)
        .select(annotations::job_id)
        .load(connection)
        .await?;
    if jobs.is_empty() {
        return Ok(false);
    }
    let remarks = annotations::table.filter(annotations::job_id.eq_any(jobs));
    Ok(diesel::delete(remarks).execute(connection).await? > 0)
}

async fn summaries_of(
    connection: &mut Connection,
    job: &JobId,
    limit: &u32,
) -> Result<Vec<Summary>, Failure> {
    let rows: Vec<(i64, Vec<u8>)> = job_summaries::table
        .filter(job_summaries::job_id.eq(job.get()))
        .order(job_summaries::step)
        .limit(i64::from(*limit))
        .select((job_summaries::step, job_summaries::text))
        .load(connection)
        .await?;
    let place = Place::of("job_summaries", job);
    let summary = |(step, text): (i64, Vec<u8>)| {
        Ok(Summary {
            step: place.number("step", step)?,
            text: String::from_utf8(text).map_err(|_| place.corrupt("text"))?,
        })
    };
    let summaries: Result<Vec<Summary>, StoreError> = rows.into_iter().map(summary).collect();
    Ok(summaries?)
}
