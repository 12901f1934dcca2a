//! `runyard-runner register`: asks the server for a credential and keeps it in a file.

use std::path::absolute;

use runyard_api::runner::messages::RegisterRunner;
use runyard_runner::{Registration, arch, default_labels, os};

use crate::arguments::Register;
use crate::failure::Failure;

/// Registers this machine.
pub(crate) async fn register(wanted: Register) -> Result<(), Failure> {
    let not_saved = |source| Failure::NotSaved {
        file: wanted.config.clone(),
        source,
    };
    let work = absolute(&wanted.work).map_err(not_saved)?;
    let runner = described(&wanted);
    let registered = runyard_runner::register(&wanted.url, &wanted.token, &runner).await?;
    let RegisterRunner {
        name,
        labels,
        capacity,
        ..
    } = runner;
    let (url, further_urls) = named(wanted.url);
    let registration = Registration {
        url,
        further_urls,
        runner_id: registered.runner_id,
        name,
        token: registered.token,
        labels,
        work,
        capacity,
    };
    registration.save(&wanted.config).map_err(not_saved)?;
    println!(
        "registered as {} with the labels {}",
        registration.name,
        registration.labels.join(", ")
    );
    Ok(())
}

/// The first server and the others.
pub(crate) fn named(mut urls: Vec<String>) -> (String, Vec<String>) {
    let first = urls.remove(0);
    (first, urls)
}

fn described(wanted: &Register) -> RegisterRunner {
    let labels = if wanted.labels.is_empty() {
        default_labels()
    } else {
        wanted.labels.clone()
    };
    RegisterRunner {
        name: wanted.name.clone().unwrap_or_else(machine_name),
        labels,
        group: wanted.group.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        os: os().to_owned(),
        arch: arch().to_owned(),
        capacity: wanted.capacity,
        replace: wanted.replace,
    }
}

fn machine_name() -> String {
    let name = nix::unistd::gethostname()
        .ok()
        .and_then(|name| name.into_string().ok());
    name.unwrap_or_else(|| "runner".to_owned())
}
