//! The runner inside the server's process: registers itself anew at each start, and takes jobs through the same
//! protocol as any other.

use crate::settings::Settings;
use anyhow::Result;
use runyard_engine::{Engine, NewRunner};
use runyard_runner::{Runner, RunnerConfig, arch, default_labels, os};
use std::time::Duration;

/// Name of the runner in the server's process.
const NAME: &str = "in-process";
/// The server does not wait longer than this for running jobs when it stops.
const DRAIN: Duration = Duration::from_secs(5);

/// A runner that is registered and not running yet.
pub(crate) async fn register(engine: &Engine, settings: &Settings, url: &str) -> Result<Runner> {
    log::warn!(
        "jobs run inside this server's process and could read its files, the database and the logs included; \
         set runner.in_process = false and use runyard-runner on another machine for code you do not trust"
    );
    let labels = match settings.runner.labels.as_slice() {
        [] => default_labels(),
        labels => labels.to_vec(),
    };
    let new = NewRunner {
        group: None,
        name: NAME.to_owned(),
        labels: labels.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        os: os().to_owned(),
        arch: arch().to_owned(),
        capacity: settings.runner.capacity,
        replace: true,
    };
    let (_, secret) = engine.register_runner(new).await?;
    let work = std::path::absolute(&settings.data.dir)?.join("runner");
    let mut config = RunnerConfig::new(url, secret.reveal(), NAME, work);
    config.labels = labels;
    config.capacity = settings.runner.capacity;
    config.drain_wait = DRAIN.min(settings.server.drain());
    Ok(Runner::new(config))
}
