//! Writes the rows of a run again, as its events make them.

use super::{
    Connection,
    aggregates::lock_row,
    dialect,
    inspections::{events, executions_of_interest, queued},
    save::{add_ready, save_attempt, save_jobs},
};
use crate::{
    JobWrite, Queued,
    sql::{
        failure::Failure,
        rows::{RunChange, json},
        schema::{attempts, jobs, queue, runs},
    },
};
use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::RunQueryDsl;
use runyard_domain::{
    Run, RunId,
    execution::ExecutionState,
    run::{JobState, PlannedJob},
};

pub(super) async fn rebuild(connection: &mut Connection, run: &RunId) -> Result<bool, Failure> {
    let Some(row) = lock_row(connection, *run).await? else {
        diesel::delete(queue::table.filter(queue::run_id.eq(run.get())))
            .execute(connection)
            .await?;
        return Ok(true);
    };
    let events = events(connection, *run).await?;
    if events.len() as u64 != row.newest_change()?.0 {
        return Ok(false);
    }
    let Ok(replayed) = Run::replay(&events) else {
        return Ok(false);
    };
    write_again(connection, &replayed).await?;
    queue_again(connection, &replayed).await?;
    Ok(true)
}

/// All rows of the run and of its newest attempt, with the columns that no command changes and that must be readable.
async fn write_again(connection: &mut Connection, run: &Run) -> Result<(), Failure> {
    let (id, attempt) = (run.id().get(), run.attempt());
    let number = i64::from(attempt.number);
    diesel::update(runs::table.find(id))
        .set((
            RunChange::of(run),
            runs::referenced.eq(json(&run.identity().referenced)),
            runs::cause.eq(json(&run.identity().cause)),
        ))
        .execute(connection)
        .await?;
    save_attempt(connection, run, None).await?;
    diesel::update(attempts::table.find((id, number)))
        .set(attempts::referenced.eq(attempt.referenced.as_ref().map(json)))
        .execute(connection)
        .await?;
    let places = (0..).zip(attempt.jobs.iter().cloned());
    let writes: Vec<JobWrite> = places.map(|(place, job)| JobWrite { place, job }).collect();
    let count = i64::try_from(writes.len()).unwrap_or(i64::MAX);
    let beyond = jobs::table
        .filter(jobs::run_id.eq(id))
        .filter(jobs::attempt.eq(number))
        .filter(jobs::place.ge(count));
    diesel::delete(beyond).execute(connection).await?;
    save_jobs(connection, run, &writes).await?;
    for JobWrite { place, job } in &writes {
        let row = jobs::table.find((id, number, i64::from(*place)));
        diesel::update(row)
            .set((
                jobs::name.eq(job.node().to_string()),
                jobs::needs.eq(json(job.needs())),
            ))
            .execute(connection)
            .await?;
    }
    Ok(())
}

/// Has the queue hold the jobs that wait for a runner, and no others of the run.
async fn queue_again(connection: &mut Connection, run: &Run) -> Result<(), Failure> {
    let now = dialect::now(connection).await?;
    let waiting = run.attempt().planned();
    let waiting: Vec<&PlannedJob> = waiting
        .filter(|job| job.state == JobState::Queued)
        .collect();
    let ids: Vec<i64> = waiting.iter().map(|job| job.id.get()).collect();
    let others = queue::table
        .filter(queue::run_id.eq(run.id().get()))
        .filter(diesel::dsl::not(queue::job_id.eq_any(ids)));
    diesel::delete(others).execute(connection).await?;
    let known = queued(connection, run.id()).await?;
    let missing = waiting
        .iter()
        .filter(|job| !known.iter().any(|row| row.job == job.id));
    let missing: Vec<Queued> = missing
        .map(|job| Queued {
            job: job.id,
            labels: job.label_set(),
        })
        .collect();
    add_ready(connection, run.id(), &missing, now).await?;
    let (open, _) = executions_of_interest(connection, run.id()).await?;
    for job in waiting {
        let mut open = open.iter();
        let offer =
            open.find(|it| it.job == job.id && matches!(it.state, ExecutionState::Offered { .. }));
        diesel::update(queue::table.filter(queue::job_id.eq(job.id.get())))
            .set(queue::execution_id.eq(offer.map(|it| it.id.get())))
            .execute(connection)
            .await?;
    }
    Ok(())
}
