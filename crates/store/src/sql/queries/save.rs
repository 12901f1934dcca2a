//! Saves what a decision wrote: only the rows that it names. Decides nothing.

use super::{
    Connection,
    concurrency::{add_messages, drop_message, save_groups},
    dialect,
    follow_ups::keep_moments,
    labels::ensure_set,
    purges::mark,
    reports::save_outputs,
    repositories::lock_live_repository,
};
use crate::{
    Created, ExecutionWrite, JobWrite, Loaded, Queued, StoreError, Writes,
    sql::{
        columns::DbTime,
        failure::{Failure, reference},
        rows::{
            AttemptRow, EventRow, ExecutionChange, JobRow, JobStateRow, PayloadRow, RunChange,
            RunRow, json,
        },
        schema::{
            attempts, executions, jobs, queue, repositories, run_events, run_payloads, runs,
            workflows,
        },
    },
};
use diesel::{ExpressionMethods, QueryDsl, upsert::excluded};
use diesel_async::RunQueryDsl;
use runyard_domain::{
    Event, JobId, Run, RunId, Timestamp,
    run::{CommitFacts, Job},
    runner::LabelSet,
};
use runyard_workflow::Diagnostic;
use std::collections::BTreeMap;

/// What a new run has beside its aggregate.
pub(super) struct Birth {
    commit: CommitFacts,
    payload: serde_json::Value,
}

impl Birth {
    /// What was created, if a run was.
    pub(super) fn of(before: &Loaded, after: &Loaded) -> Result<Option<Self>, StoreError> {
        let Loaded::NewRun {
            created: Some(created),
            ..
        } = after
        else {
            return Ok(None);
        };
        if let Loaded::NewRun {
            duplicate: Some(known),
            ..
        } = before
        {
            return Err(StoreError::Internal(anyhow::anyhow!(
                "a run was created although its trigger key made run {known}"
            )));
        }
        let Created {
            commit, payload, ..
        } = created.as_ref().clone();
        Ok(Some(Self { commit, payload }))
    }
}

pub(super) async fn save(
    connection: &mut Connection,
    writes: Writes,
    birth: Option<Birth>,
    now: Timestamp,
) -> Result<(), Failure> {
    if let Some(run) = &writes.run {
        match &birth {
            Some(birth) => insert_run(connection, run, birth).await?,
            None => update_run(connection, run, &writes.events).await?,
        }
        save_attempt(connection, run, writes.diagnostics.as_deref()).await?;
        let is_planned = |(_, event): &(u64, Event)| matches!(event, Event::AttemptPlanned { .. });
        if writes.events.iter().any(is_planned) {
            insert_jobs(connection, run, &writes.jobs).await?;
        } else {
            save_jobs(connection, run, &writes.jobs).await?;
        }
        move_jobs(connection, run, &writes.moved).await?;
        save_events(connection, run.id(), &writes.events).await?;
        remove_ready(connection, &writes.unqueued).await?;
        add_ready(connection, run.id(), &writes.queued, now).await?;
        keep_moments(connection, run, &writes.moments).await?;
        if let Some(deleted) = writes.deleted {
            mark(connection, run, deleted).await?;
        }
    }
    save_groups(connection, &writes.groups).await?;
    add_messages(connection, &writes.messages, now).await?;
    if let Some(applied) = &writes.applied {
        drop_message(connection, applied).await?;
    }
    for write in &writes.executions {
        save_execution(connection, write).await?;
    }
    if let (Some(run), Some(given)) = (&writes.run, &writes.outputs) {
        save_outputs(connection, run.id(), given).await?;
    }
    Ok(())
}

async fn insert_run(connection: &mut Connection, run: &Run, birth: &Birth) -> Result<(), Failure> {
    let identity = run.identity();
    diesel::insert_into(runs::table)
        .values(RunRow::new(run, &birth.commit))
        .execute(connection)
        .await
        .map_err(reference)?;
    diesel::insert_into(run_payloads::table)
        .values(PayloadRow::new(run.id(), &birth.payload))
        .execute(connection)
        .await?;
    diesel::update(repositories::table.find(identity.repository.get()))
        .set(repositories::run_count.eq(identity.index))
        .execute(connection)
        .await?;
    diesel::update(workflows::table.find(identity.workflow.get()))
        .set(workflows::run_count.eq(identity.number))
        .execute(connection)
        .await?;
    Ok(())
}

async fn update_run(
    connection: &mut Connection,
    run: &Run,
    events: &[(u64, Event)],
) -> Result<(), Failure> {
    let begins_again = |(_, event): &(u64, Event)| matches!(event, Event::AttemptRequested { .. });
    if events.iter().any(begins_again) {
        // Whoever deletes the repository at the same time sees a live run, or this sees no repository.
        let live = lock_live_repository(connection, run.identity().repository).await?;
        live.ok_or_else(|| Failure::not_found("run"))?;
    }
    diesel::update(runs::table.find(run.id().get()))
        .set(RunChange::of(run))
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn save_attempt(
    connection: &mut Connection,
    run: &Run,
    diagnostics: Option<&[Diagnostic]>,
) -> Result<(), Failure> {
    diesel::insert_into(attempts::table)
        .values(AttemptRow::newest(run, diagnostics))
        .on_conflict((attempts::run_id, attempts::number))
        .do_update()
        .set((
            attempts::updated_at.eq(excluded(attempts::updated_at)),
            attempts::cancelled_at.eq(excluded(attempts::cancelled_at)),
            attempts::cancelled_with_run.eq(excluded(attempts::cancelled_with_run)),
            attempts::status.eq(excluded(attempts::status)),
            attempts::conclusion.eq(excluded(attempts::conclusion)),
            attempts::completed_at.eq(excluded(attempts::completed_at)),
            attempts::concurrency_group.eq(excluded(attempts::concurrency_group)),
            attempts::cancel_reason.eq(excluded(attempts::cancel_reason)),
        ))
        .execute(connection)
        .await
        .map_err(reference)?;
    if let Some(diagnostics) = diagnostics {
        let number = i64::from(run.attempt().number);
        diesel::update(attempts::table.find((run.id().get(), number)))
            .set(attempts::diagnostics.eq(json(diagnostics)))
            .execute(connection)
            .await?;
    }
    Ok(())
}

/// The jobs of an attempt that has none yet. Apart from [`save_jobs`], as only this statement stays prepared, and an
/// attempt may have a thousand jobs.
async fn insert_jobs(
    connection: &mut Connection,
    run: &Run,
    writes: &[JobWrite],
) -> Result<(), Failure> {
    let attempt = run.attempt().number;
    let rows = writes.iter().map(|job| JobRow::new(run.id(), attempt, job));
    dialect::insert_all!(connection, jobs::table, rows);
    Ok(())
}

pub(super) async fn save_jobs(
    connection: &mut Connection,
    run: &Run,
    writes: &[JobWrite],
) -> Result<(), Failure> {
    let attempt = run.attempt().number;
    let rows = writes.iter().map(|job| JobRow::new(run.id(), attempt, job));
    let set = || {
        (
            jobs::state.eq(excluded(jobs::state)),
            jobs::id.eq(excluded(jobs::id)),
            jobs::display_name.eq(excluded(jobs::display_name)),
            jobs::labels.eq(excluded(jobs::labels)),
            jobs::leg.eq(excluded(jobs::leg)),
            jobs::continue_on_error.eq(excluded(jobs::continue_on_error)),
            jobs::timeout_minutes.eq(excluded(jobs::timeout_minutes)),
            jobs::cancel_timeout_minutes.eq(excluded(jobs::cancel_timeout_minutes)),
            jobs::calls.eq(excluded(jobs::calls)),
            jobs::reason.eq(excluded(jobs::reason)),
            jobs::carried_from.eq(excluded(jobs::carried_from)),
            jobs::concurrency.eq(excluded(jobs::concurrency)),
            jobs::is_pending.eq(excluded(jobs::is_pending)),
            jobs::wanted_group.eq(excluded(jobs::wanted_group)),
            jobs::runner_group.eq(excluded(jobs::runner_group)),
            jobs::cancel_reason.eq(excluded(jobs::cancel_reason)),
            jobs::created_at.eq(excluded(jobs::created_at)),
            jobs::conclusion.eq(excluded(jobs::conclusion)),
            jobs::execution_id.eq(excluded(jobs::execution_id)),
            jobs::runner_id.eq(excluded(jobs::runner_id)),
            jobs::runner_name.eq(excluded(jobs::runner_name)),
            jobs::started_at.eq(excluded(jobs::started_at)),
            jobs::completed_at.eq(excluded(jobs::completed_at)),
            jobs::cancel_requested_at.eq(excluded(jobs::cancel_requested_at)),
        )
    };
    let key = (jobs::run_id, jobs::attempt, jobs::place);
    dialect::upsert_all!(connection, jobs::table, rows, key, set());
    Ok(())
}

/// The states of jobs. Commands on a run often leave many of its jobs alike: those are written together.
async fn move_jobs(
    connection: &mut Connection,
    run: &Run,
    moved: &[JobWrite],
) -> Result<(), Failure> {
    let mut alike: BTreeMap<JobStateRow, Vec<&JobWrite>> = BTreeMap::new();
    for write in moved {
        if let Job::Planned(job) = &write.job {
            let same = alike.entry(JobStateRow::of(&job.state));
            same.or_default().push(write);
        }
    }
    if alike.len() > dialect::UPDATES_MAX {
        return save_jobs(connection, run, moved).await;
    }
    for (state, same) in alike {
        let places = same.iter().map(|write| i64::from(write.place));
        let rows = jobs::table
            .filter(jobs::run_id.eq(run.id().get()))
            .filter(jobs::attempt.eq(i64::from(run.attempt().number)))
            .filter(jobs::place.eq_any(places.collect::<Vec<_>>()));
        diesel::update(rows).set(state).execute(connection).await?;
    }
    Ok(())
}

async fn save_events(
    connection: &mut Connection,
    run: RunId,
    events: &[(u64, Event)],
) -> Result<(), Failure> {
    let rows = events
        .iter()
        .map(|(seq, event)| EventRow::new(run, (*seq, event)));
    dialect::insert_all!(connection, run_events::table, rows);
    Ok(())
}

async fn remove_ready(connection: &mut Connection, ended: &[JobId]) -> Result<(), Failure> {
    if ended.is_empty() {
        return Ok(());
    }
    let ids = ended.iter().map(|job| job.get()).collect::<Vec<_>>();
    diesel::delete(queue::table.filter(queue::job_id.eq_any(ids)))
        .execute(connection)
        .await?;
    Ok(())
}

/// Adds the jobs in their order, which is the order in which they are handed out.
pub(super) async fn add_ready(
    connection: &mut Connection,
    run: RunId,
    queued: &[Queued],
    now: Timestamp,
) -> Result<(), Failure> {
    let mut sets: BTreeMap<&LabelSet, i64> = BTreeMap::new();
    for job in queued {
        if !sets.contains_key(&job.labels) {
            sets.insert(&job.labels, ensure_set(connection, &job.labels).await?);
        }
    }
    let rows = queued.iter().map(|job| {
        (
            queue::job_id.eq(job.job.get()),
            queue::run_id.eq(run.get()),
            queue::label_set_id.eq(sets[&job.labels]),
            queue::queued_at.eq(Some(DbTime(now))),
        )
    });
    dialect::insert_all!(connection, queue::table, rows);
    Ok(())
}

async fn save_execution(
    connection: &mut Connection,
    write: &ExecutionWrite,
) -> Result<(), Failure> {
    let id = write.execution.id.get();
    diesel::update(executions::table.find(id))
        .set(ExecutionChange::of(&write.execution))
        .execute(connection)
        .await?;
    if write.requeue {
        diesel::update(queue::table.filter(queue::job_id.eq(write.execution.job.get())))
            .filter(queue::execution_id.eq(id))
            .set(queue::execution_id.eq(None::<i64>))
            .execute(connection)
            .await?;
    }
    Ok(())
}
