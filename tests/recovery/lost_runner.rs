//! The runner is killed, or slow to speak: its job ends when its lease does, no sooner, and people are told why.

use std::time::{Duration, Instant};

use runyard_tests::{Marker, Runner, Server, Settings, Store, eventually, stores};

use crate::yard::{PATIENCE, Yard};

stores!(memory, sqlite, postgres, replicas => [
    a_killed_runner_leaves_nothing_and_its_job_fails_with_a_reason,
    a_job_that_is_longer_than_the_lease_is_not_lost,
]);

/// Seconds that a runner may be silent; some less than the time between two of its reports.
const SHORT_LEASE: &str = "3";
const LEASE: Duration = Duration::from_secs(3);

async fn start(store: Store) -> Server {
    let settings = Settings::new(store).without_runner();
    Server::start_with(settings.variable("RUNYARD__JOBS__LEASE_SECONDS", SHORT_LEASE)).await
}

/// A job that sleeps, and a child of it that left its session.
pub(crate) fn sleeping(marker: &Marker, seconds: u64) -> String {
    let marked = marker.env_line();
    format!(
        "
on: push
jobs:
  sleep:
    runs-on: harbour
    env:
      {marked}
    steps:
      - run: |
          setsid sleep {seconds} &
          sleep {seconds}
"
    )
}

async fn a_killed_runner_leaves_nothing_and_its_job_fails_with_a_reason(store: Store) {
    let server = start(store).await;
    let mut runner = Runner::start(&server, "pier", "harbour").await;
    let marker = Marker::new();
    let (yard, repository) = Yard::new(&server, &sleeping(&marker, 60)).await;
    let run = yard.push(&repository.head(), "one").await;
    let asleep = async || (marker.processes().len() >= 3).then_some(());
    eventually("the step and its stray child sleep", PATIENCE, asleep).await;

    runner.kill().await;
    let killed = Instant::now();

    let gone = async || marker.processes().is_empty().then_some(());
    eventually("no process of the job is left", LEASE, gone).await;
    assert_eq!(yard.run(run).await["status"], "in_progress");
    let run = yard.completed(run).await;
    println!("{}: lost after {:?}", store.name(), killed.elapsed());
    assert_eq!(run["conclusion"], "failure");
    let job = &run["jobs"][0];
    assert_eq!(job["conclusion"], "failure");
    let reason = job["reason"].as_str().unwrap_or_default();
    assert!(reason.starts_with("runner lost"), "{job}");
}

async fn a_job_that_is_longer_than_the_lease_is_not_lost(store: Store) {
    let server = start(store).await;
    let _runner = Runner::start(&server, "pier", "harbour").await;
    let seconds = LEASE.as_secs() * 2 + 1;
    let (yard, repository) = Yard::new(&server, &sleeping(&Marker::new(), seconds)).await;
    let run = yard.push(&repository.head(), "one").await;

    let run = yard.completed(run).await;

    assert_eq!(run["conclusion"], "success", "{run}");
    assert!(run["jobs"][0]["reason"].is_null(), "{run}");
}
