//! The calls about one hand-over of a job: claim, start, sync, log, cancel-check, finish, release.

use super::{
    assignment::offer,
    messages::{
        CancelCheck, CancelOrder, Claim, Claimed, FinishExecution, LogAck, ReleaseExecution,
        Started, SyncExecution, Synced, WAIT_SECONDS_MAX,
    },
    reports,
};
use crate::{
    ApiState,
    auth::{JobCaller, RunnerCaller},
    error::ApiError,
    wire::{Body, Empty, Excess, Origin, accepted, json, ok, waiting::Place},
};
use actix_web::{
    HttpResponse,
    http::StatusCode,
    web::{Data, Path, Query},
};
use futures_util::future::{Either, select};
use runyard_engine::{Finish, Finished, StopOrder};
use runyard_store::Appended;
use serde::Deserialize;
use std::{pin::pin, time::Duration};

/// POST /runners/claim
pub(super) async fn claim(
    RunnerCaller(runner): RunnerCaller,
    body: Body,
    origin: Origin,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let message: Claim = body.parse()?;
    if state.is_stopping() {
        return Ok(HttpResponse::NoContent().finish());
    }
    let asked = Duration::from_secs(message.wait_s.min(WAIT_SECONDS_MAX));
    let (place, wait) = place_to_wait(&state, asked);
    let claiming = state
        .engine
        .claim(&runner, &message.request_key, message.free_slots, wait);
    let offers = match select(pin!(claiming), pin!(state.stopped())).await {
        Either::Left((offers, _)) => offers?,
        Either::Right(_) => Vec::new(),
    };
    if offers.is_empty() {
        place?;
        return Ok(HttpResponse::NoContent().finish());
    }
    let executions = offers.iter().map(|one| offer(one, &origin)).collect();
    Ok(ok(&Claimed { executions }))
}

/// A place to wait, and how long: not at all where there is none. Without it nothing is answered but good news.
fn place_to_wait(state: &ApiState, asked: Duration) -> (Result<Option<Place>, Excess>, Duration) {
    if asked.is_zero() {
        return (Ok(None), asked);
    }
    match state.place_to_wait() {
        Some(place) => (Ok(Some(place)), asked),
        None => {
            let allowed = state.limits.waiting_calls;
            (Err(Excess::Waiting { allowed }), Duration::ZERO)
        }
    }
}

/// PUT /executions/{execution_id}/start
pub(super) async fn start(
    JobCaller(execution): JobCaller,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let lease = state.engine.start(&execution).await?;
    Ok(ok(&Started {
        lease_until_ms: lease.unix_millis(),
    }))
}

/// POST /executions/{execution_id}/sync
pub(super) async fn sync(
    JobCaller(execution): JobCaller,
    body: Body,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let message: SyncExecution = body.parse()?;
    let steps = reports::steps(message.steps)?;
    let annotations = reports::annotations(message.annotations);
    let heard = state
        .engine
        .sync(&execution, message.rev, steps, annotations)
        .await?;
    let next_sync = state.engine.settings().report_interval().as_millis();
    Ok(ok(&Synced {
        lease_until_ms: heard.lease_until.unix_millis(),
        cancel: match heard.cancelled {
            true => CancelOrder::Cancel,
            false => CancelOrder::None,
        },
        next_sync_ms: u64::try_from(next_sync).unwrap_or(u64::MAX),
    }))
}

/// Query of the log call; `seal` is a hint that this version does not need.
#[derive(Deserialize)]
pub(super) struct LogQuery {
    offset: u64,
}

/// PUT /executions/{execution_id}/log
pub(super) async fn log(
    JobCaller(execution): JobCaller,
    query: Query<LogQuery>,
    body: Body,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let appended = state
        .engine
        .append_log(&execution, query.offset, body.bytes())
        .await?;
    match appended {
        Appended::Stored { bytes } => Ok(ok(&LogAck { ack: bytes })),
        Appended::Gap { bytes } => Ok(json(
            StatusCode::RANGE_NOT_SATISFIABLE,
            &LogAck { ack: bytes },
        )),
        Appended::Full { bytes } => Err(ApiError::TooLarge {
            message: format!("The log of a job may have {bytes} bytes, the rest is not kept"),
            ack: Some(bytes),
        }),
    }
}

/// Query of the calls that wait.
#[derive(Deserialize)]
pub(super) struct WaitQuery {
    #[serde(default)]
    wait_s: u64,
}

/// POST /jobs/{job_id}/cancel-check
pub(super) async fn cancel_check(
    JobCaller(execution): JobCaller,
    query: Query<WaitQuery>,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let asked = Duration::from_secs(query.wait_s.min(WAIT_SECONDS_MAX));
    let (place, wait) = place_to_wait(&state, asked);
    let checking = state.engine.cancel_check(&execution, wait);
    let order = match select(pin!(checking), pin!(state.stopped())).await {
        Either::Left((order, _)) => order?,
        Either::Right(_) => StopOrder::None,
    };
    if order == StopOrder::None {
        place?;
    }
    Ok(ok(&CancelCheck {
        cancelled: order != StopOrder::None,
        force: order == StopOrder::Force,
    }))
}

/// PUT /executions/{execution_id}/finish
pub(super) async fn finish(
    JobCaller(execution): JobCaller,
    body: Body,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let message: FinishExecution = body.parse()?;
    let finish = Finish {
        result: reports::conclusion(message.result),
        steps: reports::steps(message.steps)?,
        log_bytes: message.log_bytes,
        outputs: message.outputs,
        annotations: reports::annotations(message.annotations),
    };
    match state.engine.finish(&execution, finish).await? {
        Finished::Done => Ok(ok(&Empty {})),
        Finished::LogIncomplete { stored } => Ok(accepted(&LogAck { ack: stored })),
    }
}

/// PUT /executions/{execution_id}/summaries/{step}
pub(super) async fn summary(
    JobCaller(execution): JobCaller,
    path: Path<(i64, u32)>,
    body: Body,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let (_, step) = *path;
    let kept = state.engine.put_summary(&execution, step, body.bytes());
    kept.await?;
    Ok(ok(&Empty {}))
}

/// POST /executions/{execution_id}/release
pub(super) async fn release(
    JobCaller(execution): JobCaller,
    body: Body,
    state: Data<ApiState>,
) -> Result<HttpResponse, ApiError> {
    let ReleaseExecution { reason } = body.parse()?;
    state.engine.release(execution.id).await?;
    log::info!(
        "run {}, job {}: runner {} gave it back: {reason:?}",
        execution.run,
        execution.job,
        execution.runner.name
    );
    Ok(ok(&Empty {}))
}
