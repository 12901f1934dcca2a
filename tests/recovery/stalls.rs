//! One of two servers stalls: the other does its work, and when it goes on it does no harm.

use std::time::Duration;

use runyard_tests::{Marker, Runner, Store, eventually, stores};

use crate::load::{Load, lines, workflow};
use crate::lost_runner::sleeping;
use crate::pair::{Door, Pair};
use crate::yard::PATIENCE;

stores!(postgres => [
    a_runner_leaves_a_server_that_stalls_and_its_return_does_no_harm,
    a_lease_ends_though_the_server_that_knew_the_runner_stalls,
]);

/// A runner gives a server up after 30 s without an answer; half of that again is for a busy machine.
const LEFT_WITHIN: Duration = Duration::from_secs(90);

async fn a_runner_leaves_a_server_that_stalls_and_its_return_does_no_harm(store: Store) {
    let pair = Pair::start(store, &[]).await;
    let _worker = pair.runner(Door::Both).await;
    let file = pair.people.folder().join("the-log-book");
    let (yard, repository) = pair.yard(&workflow(&file)).await;
    let load = Load::start(&yard, &repository.head(), &file);
    load.goes_on().await;

    pair.runners.pause();
    let stalled = lines(&file).len();
    // One job may have its commit on the way already.
    let beyond = async || (lines(&file).len() > stalled + 4).then_some(());
    eventually("jobs run without it", LEFT_WITHIN, beyond).await;
    pair.runners.resume();

    load.goes_on().await;
    load.ends_well(&yard, &file).await;
}

async fn a_lease_ends_though_the_server_that_knew_the_runner_stalls(store: Store) {
    let pair = Pair::start(store, &[("RUNYARD__JOBS__LEASE_SECONDS", "3")]).await;
    let url = pair.runners.client().base().to_owned();
    let mut runner = Runner::start_at(&pair.people, &url, ("pier", "harbour")).await;
    let marker = Marker::new();
    let (yard, repository) = pair.yard(&sleeping(&marker, 60)).await;
    let run = yard.push(&repository.head(), "one").await;
    let asleep = async || (!marker.processes().is_empty()).then_some(());
    eventually("the job sleeps", PATIENCE, asleep).await;

    pair.runners.pause();
    runner.kill().await;
    let lost = yard.completed(run).await;
    pair.runners.resume();

    let reason = lost["jobs"][0]["reason"].as_str().unwrap_or_default();
    assert!(reason.starts_with("runner lost"), "{lost}");
    let ready = async || pair.runners.client().answers("/readyz").await.then_some(());
    eventually("it is ready again", PATIENCE, ready).await;
    let seen = yard.through(&pair.runners).run(run).await;
    for key in ["status", "conclusion", "attempt", "completed_at", "jobs"] {
        assert_eq!(seen[key], lost[key], "{key}");
    }
}
