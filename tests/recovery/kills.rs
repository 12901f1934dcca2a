//! The server is killed again and again under load: nothing acknowledged is lost, nothing runs twice, no run is stuck.

use std::collections::BTreeSet;
use std::path::Path;

use runyard_tests::{Repository, Runner, Server, Settings, Store, eventually, stores};

use crate::everything;
use crate::load::{DRAIN, JOBS, Load, Promises, judge_jobs, number, workflow};
use crate::random::Random;
use crate::yard::{Yard, id};

stores!(sqlite, postgres => [
    a_server_that_is_killed_again_and_again_loses_nothing_and_runs_nothing_twice,
    workflows_that_use_everything_survive_a_server_that_is_killed_again_and_again,
]);

/// Kills when `RUNYARD_KILLS` does not say another number.
const KILLS: u64 = 4;
/// Seed when `RUNYARD_SEED` does not say another.
const SEED: u64 = 20_260_101;
/// Milliseconds from a start to the next kill.
const ALIVE: std::ops::Range<u64> = 1_000..5_001;
/// One start in so many is killed while it starts.
const KILLED_WHILE_STARTING: u64 = 4;
/// Milliseconds from such a start to its kill.
const STARTING: std::ops::Range<u64> = 1..250;

async fn a_server_that_is_killed_again_and_again_loses_nothing_and_runs_nothing_twice(
    store: Store,
) {
    let jobs = ["first", "second"];
    assert_eq!(jobs.len(), JOBS);
    let yard = |file: &Path| Repository::with_workflow(&workflow(file));
    let (_server, yard, runs) = survives(store, yard, &jobs).await;
    judge_logs(&yard, &runs).await;
}

async fn workflows_that_use_everything_survive_a_server_that_is_killed_again_and_again(
    store: Store,
) {
    let (_server, yard, runs) = survives(store, everything::repository, &everything::JOBS).await;
    for run in runs {
        everything::judge(&yard.run(run).await);
    }
}

/// Kills the server under a load of runs of these jobs; gives all runs, none of which is lost or ran twice.
async fn survives(
    store: Store,
    repository: impl Fn(&Path) -> Repository,
    jobs: &[&str],
) -> (Server, Yard, BTreeSet<i64>) {
    let mut server = Server::start_with(Settings::new(store).without_runner()).await;
    let _pier = Runner::start(&server, "pier", "harbour").await;
    let _quay = Runner::start(&server, "quay", "harbour").await;
    let file = server.folder().join("the-log-book");
    let (yard, repository) = Yard::of(&server, repository(&file)).await;

    let load = Load::start_of(&yard, &repository.head(), (&file, jobs.len()));
    let kills = kill_again_and_again(&mut server).await;
    load.goes_on().await;
    let promises = load.stop().await;

    let runs = ended(&yard).await;
    println!(
        "{}: {kills} kills; {} runs promised, {} there; {} tries unanswered, {} turned away",
        store.name(),
        promises.runs.len(),
        runs.len(),
        promises.unanswered,
        promises.turned_away
    );
    judge(&promises, &runs);
    judge_jobs(runs.iter().copied(), jobs, &file);
    (server, yard, runs)
}

async fn kill_again_and_again(server: &mut Server) -> u64 {
    let (kills, seed) = (number("RUNYARD_KILLS", KILLS), number("RUNYARD_SEED", SEED));
    println!("RUNYARD_SEED={seed}");
    let mut random = Random::new(seed);
    for _ in 0..kills {
        tokio::time::sleep(random.moment(ALIVE)).await;
        server.kill().await;
        if random.once_in(KILLED_WHILE_STARTING) {
            let _ = tokio::time::timeout(random.moment(STARTING), server.start_again()).await;
            server.kill().await;
        }
        server.start_again().await;
    }
    kills
}

/// All runs, once every one of them has ended.
async fn ended(yard: &Yard) -> BTreeSet<i64> {
    let all = eventually("every run has ended", DRAIN, async || {
        let runs = yard.runs().await;
        let over = runs.values().all(|(status, _)| status == "completed");
        over.then_some(runs)
    });
    let all = all.await;
    // The lease is much longer than any pause of the server, so no runner was lost either.
    let bad: Vec<_> = all
        .iter()
        .filter(|(_, (_, end))| end != "success")
        .collect();
    assert!(bad.is_empty(), "these runs did not succeed: {bad:?}");
    all.into_keys().collect()
}

fn judge(promises: &Promises, runs: &BTreeSet<i64>) {
    assert_eq!(promises.others, [], "answers beside success and 503");
    assert_eq!(promises.runs.len(), promises.pushes, "a run for each push");
    assert_eq!(&promises.runs, runs, "those promised, those there");
}

async fn judge_logs(yard: &Yard, runs: &BTreeSet<i64>) {
    for run in runs {
        let job = id(&yard.run(*run).await["jobs"][0]);
        let log = yard.log(job).await;
        assert_eq!(log.matches("Z unloaded\n").count(), 1, "run {run}: {log}");
    }
}
