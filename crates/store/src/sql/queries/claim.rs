//! Handing out jobs. Only the queue and executions are touched: a claim never waits for whoever changes a run.

use super::{
    Connection, dialect,
    troubles::{is_tried, set_unreadable_aside},
};
use crate::{
    ClaimRequest, NewExecution, QueueRow, RowKind,
    sql::{
        failure::{Failure, raced},
        rows::{ExecutionRow, OfferRow},
        schema::{executions, label_sets, queue},
    },
};
use diesel::{ExpressionMethods, QueryDsl, QueryResult, SelectableHelper};
use diesel_async::RunQueryDsl;
use runyard_domain::{Execution, JobId, RunId, Timestamp, execution::Patience};

/// Label sets with jobs that nobody was offered, the one with the oldest job first. Locks nothing.
pub(super) async fn ready_sets(
    connection: &mut Connection,
    covered: &[i64],
) -> Result<Vec<i64>, Failure> {
    let oldest = queue::table
        .filter(queue::label_set_id.eq(label_sets::id))
        .filter(queue::execution_id.is_null())
        .filter(is_tried!(Job, queue::job_id))
        .order(queue::position)
        .limit(1)
        .select(queue::position)
        .single_value();
    let rows: Vec<(i64, Option<i64>)> = label_sets::table
        .filter(label_sets::id.eq_any(covered))
        .select((label_sets::id, oldest))
        .load(connection)
        .await?;
    let mut ready: Vec<(i64, i64)> = rows
        .into_iter()
        .filter_map(|(set, oldest)| Some((oldest?, set)))
        .collect();
    ready.sort_unstable();
    Ok(ready.into_iter().map(|(_, set)| set).collect())
}

/// Whether an earlier call with the same key has offers that stand.
pub(super) async fn has_offers(
    connection: &mut Connection,
    request: &ClaimRequest,
) -> Result<bool, Failure> {
    let standing = executions::table
        .filter(executions::runner_id.eq(request.runner.id.get()))
        .filter(executions::request_key.eq(&request.request_key))
        .filter(executions::offered_until.is_not_null());
    Ok(standing.count().get_result::<i64>(connection).await? > 0)
}

/// Offers again what an earlier call with the same key was offered, or else the oldest jobs of these label sets.
pub(super) async fn claim(
    connection: &mut Connection,
    request: &ClaimRequest,
    ready: &[i64],
) -> Result<Vec<Execution>, Failure> {
    let known = standing_offers(connection, request).await?;
    if known.is_empty() {
        offer_ready(connection, request, ready).await
    } else {
        offer_again(connection, known, &request.executions).await
    }
}

async fn standing_offers(
    connection: &mut Connection,
    request: &ClaimRequest,
) -> Result<Vec<ExecutionRow>, Failure> {
    let standing = executions::table
        .filter(executions::runner_id.eq(request.runner.id.get()))
        .filter(executions::request_key.eq(&request.request_key))
        .filter(executions::offered_until.is_not_null())
        .order(executions::request_place)
        .select(ExecutionRow::as_select());
    Ok(dialect::locked!(standing).load(connection).await?)
}

async fn offer_again(
    connection: &mut Connection,
    known: Vec<ExecutionRow>,
    tokens: &[NewExecution],
) -> Result<Vec<Execution>, Failure> {
    let mut offers = Vec::with_capacity(known.len());
    for (row, tokens) in known.into_iter().zip(tokens) {
        let (id, run) = (row.id, row.run_id);
        let offer = match Execution::try_from(row) {
            Ok(offer) => offer,
            Err(error) => {
                let kind = RowKind::Execution;
                let unreadable = QueueRow { kind, id };
                set_unreadable_aside(connection, unreadable, Some(run), &error).await?;
                continue;
            }
        };
        diesel::update(executions::table.find(id))
            .set((
                executions::token.eq(tokens.token.as_bytes().to_vec()),
                executions::github_token.eq(tokens.github_token.as_bytes().to_vec()),
            ))
            .execute(connection)
            .await?;
        offers.push(offer);
    }
    Ok(offers)
}

async fn offer_ready(
    connection: &mut Connection,
    request: &ClaimRequest,
    ready: &[i64],
) -> Result<Vec<Execution>, Failure> {
    let now = dialect::now(connection).await?;
    let mut left = ready.to_vec();
    let mut offers: Vec<Execution> = Vec::new();
    while offers.len() < request.executions.len() {
        // The next job of the set that the last one came from need not be the next oldest.
        if !offers.is_empty() && left.len() > 1 {
            left = ready_sets(connection, &left).await?;
        }
        let free = &request.executions[offers.len()..];
        // Of one set alone the oldest are the next.
        let most = if left.len() == 1 { free.len() } else { 1 };
        let jobs = take_oldest(connection, &mut left, most).await?;
        if jobs.is_empty() {
            break;
        }
        let made: Vec<_> = jobs
            .iter()
            .zip(free)
            .map(|(job, tokens)| (offer(request, (*job, tokens), now), tokens))
            .collect();
        insert_offers(connection, request, (offers.len(), &made))
            .await
            // The same key at the same time: tried again, this call finds the offers of the other.
            .map_err(raced)?;
        for (job, (offer, _)) in jobs.into_iter().zip(made) {
            mark_offered(connection, (job, &offer)).await?;
            offers.push(offer);
        }
    }
    Ok(offers)
}

/// A row of the queue that is about to be offered.
#[derive(Clone, Copy)]
struct Ready {
    position: i64,
    job: JobId,
    run: RunId,
}

/// At most so many jobs of the first set that has one, the oldest first; sets without are dropped from `left`.
async fn take_oldest(
    connection: &mut Connection,
    left: &mut Vec<i64>,
    most: usize,
) -> Result<Vec<Ready>, Failure> {
    while let [set, ..] = left[..] {
        let jobs = oldest_of(connection, set, most).await?;
        if !jobs.is_empty() {
            return Ok(jobs);
        }
        left.remove(0);
    }
    Ok(Vec::new())
}

async fn oldest_of(
    connection: &mut Connection,
    set: i64,
    most: usize,
) -> Result<Vec<Ready>, Failure> {
    let oldest = queue::table
        .filter(queue::label_set_id.eq(set))
        .filter(queue::execution_id.is_null())
        .filter(is_tried!(Job, queue::job_id))
        .order(queue::position)
        .limit(i64::try_from(most).unwrap_or(i64::MAX))
        .select((queue::position, queue::job_id, queue::run_id));
    let rows: Vec<(i64, i64, i64)> = dialect::locked_if_free!(oldest).load(connection).await?;
    let ready = |(position, job, run)| Ready {
        position,
        job: JobId::new(job),
        run: RunId::new(run),
    };
    Ok(rows.into_iter().map(ready).collect())
}

fn offer(
    request: &ClaimRequest,
    (ready, tokens): (Ready, &NewExecution),
    now: Timestamp,
) -> Execution {
    let patience = Patience {
        offer: request.offer,
        ..Patience::default()
    };
    let runner = request.runner.clone();
    Execution::offer(tokens.id, (ready.run, ready.job), runner, now, patience)
}

async fn insert_offers(
    connection: &mut Connection,
    request: &ClaimRequest,
    (first, offers): (usize, &[(Execution, &NewExecution)]),
) -> QueryResult<()> {
    let rows = (first..).zip(offers).map(|(place, (offer, tokens))| {
        let place = i64::try_from(place).unwrap_or(i64::MAX);
        OfferRow::new(offer, (&request.request_key, place), tokens)
    });
    dialect::insert_all!(connection, executions::table, rows);
    Ok(())
}

async fn mark_offered(
    connection: &mut Connection,
    (ready, offer): (Ready, &Execution),
) -> Result<(), Failure> {
    diesel::update(queue::table.find(ready.position))
        .set(queue::execution_id.eq(Some(offer.id.get())))
        .execute(connection)
        .await?;
    Ok(())
}
