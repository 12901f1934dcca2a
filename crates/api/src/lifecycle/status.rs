//! How the server is doing, for its administrators.

use crate::{
    ApiState,
    auth::SiteAdmin,
    error::ApiError,
    wire::{ok, seconds},
};
use actix_web::{HttpResponse, web::Data};
use runyard_domain::{Execution, RunnerId, runner::Runner};
use schemars::JsonSchema;
use serde::Serialize;

/// Runners and running jobs that are shown at most.
const SHOWN_MAX: u32 = 100;
const MICROS_PER_SECOND: i64 = 1_000_000;

/// How the server is doing.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Status")]
pub(super) struct StatusBody {
    version: &'static str,
    store: &'static str,
    /// What `/readyz` says.
    ready: bool,
    queue: QueueBody,
    /// Rows that could not be applied and that nobody tries any more; `runyard doctor` says which.
    set_aside: u64,
    /// At most [`SHOWN_MAX`], by their numbers.
    runners: Vec<RunnerBody>,
    /// At most [`SHOWN_MAX`], those that are due first.
    running: Vec<RunningBody>,
}

/// Jobs that are ready and that nobody was offered.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Queue")]
pub(super) struct QueueBody {
    jobs: u64,
    /// Age of the oldest; null when there is none.
    oldest_seconds: Option<i64>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "StatusOfRunner")]
pub(super) struct RunnerBody {
    id: i64,
    name: String,
    labels: Vec<String>,
    capacity: u32,
    draining: bool,
}

impl From<Runner> for RunnerBody {
    fn from(runner: Runner) -> Self {
        Self {
            id: runner.id.get(),
            name: runner.name,
            labels: runner.labels,
            capacity: runner.capacity,
            draining: runner.draining,
        }
    }
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RunningJob")]
pub(super) struct RunningBody {
    run_id: i64,
    job_id: i64,
    runner_id: i64,
    runner_name: String,
    /// The job is lost unless its runner is heard of before.
    lease_until: Option<String>,
}

impl From<Execution> for RunningBody {
    fn from(execution: Execution) -> Self {
        Self {
            run_id: execution.run.get(),
            job_id: execution.job.get(),
            runner_id: execution.runner.id.get(),
            lease_until: execution.lease_until().map(seconds),
            runner_name: execution.runner.name,
        }
    }
}

/// GET /status
pub(super) async fn show(_: SiteAdmin, state: Data<ApiState>) -> Result<HttpResponse, ApiError> {
    let store = state.engine.store();
    let depth = store.depth().await?;
    let now = store.now().await?.unix_micros();
    let age = |oldest: i64| (now - oldest).max(0) / MICROS_PER_SECOND;
    let runners = store.runners(RunnerId::new(0), SHOWN_MAX).await?;
    let running = store.running(SHOWN_MAX).await?;
    Ok(ok(&StatusBody {
        version: env!("CARGO_PKG_VERSION"),
        store: state.store_name,
        ready: !state.is_stopping() && store.ready().await.is_ok(),
        queue: QueueBody {
            jobs: depth.ready,
            oldest_seconds: depth.oldest.map(|oldest| age(oldest.unix_micros())),
        },
        set_aside: store.count_set_aside().await?,
        runners: runners.into_iter().map(RunnerBody::from).collect(),
        running: running.into_iter().map(RunningBody::from).collect(),
    }))
}
