//! Many runs at once on many runner processes: all of them end well, each job ran once, and no run is stuck.

use std::path::Path;
use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use runyard_tests::{Runner, Server, Settings, Store, eventually, stores};

use crate::load::{judge_jobs, number};
use crate::yard::Yard;

stores!(sqlite, postgres => [
    many_runs_at_once_on_many_runners_all_end,
]);

/// Runs when `RUNYARD_CROWD_RUNS` does not say another number.
const RUNS: u64 = 12;
/// Runner processes when `RUNYARD_CROWD_RUNNERS` does not say another number.
const RUNNERS: u64 = 4;
/// Pushes that are told of at one time.
const AT_ONCE: usize = 16;
/// All runs end this long after the first push, 200 of them on 20 runners too.
const LIMIT: Duration = Duration::from_secs(600);
/// What every run consists of.
const JOBS: [&str; 5] = ["build", "lint", "test", "pack", "tidy"];

/// Five jobs in a graph with two ways; each appends the run's id and its name to `file`.
fn workflow(file: &Path) -> String {
    let step = format!(
        "[{{run: 'echo \"$GITHUB_RUN_ID $GITHUB_JOB\" >> {}'}}]",
        file.display()
    );
    let job =
        |name: &str, more: &str| format!("  {name}: {{runs-on: harbour, {more}steps: {step}}}\n");
    [
        "on: push\njobs:\n".to_owned(),
        job("build", ""),
        job("lint", ""),
        job("test", "needs: build, "),
        job("pack", "needs: [lint, test], "),
        job("tidy", "needs: pack, if: always(), "),
    ]
    .concat()
}

async fn many_runs_at_once_on_many_runners_all_end(store: Store) {
    let (runs, runners) = (
        number("RUNYARD_CROWD_RUNS", RUNS),
        number("RUNYARD_CROWD_RUNNERS", RUNNERS),
    );
    let server = Server::start_with(Settings::new(store).without_runner()).await;
    let mut crowd = Vec::new();
    for runner in 0..runners {
        crowd.push(Runner::start(&server, &format!("pier-{runner}"), "harbour").await);
    }
    let file = server.folder().join("the-log-book");
    let (yard, repository) = Yard::new(&server, &workflow(&file)).await;
    let head = repository.head();

    let begun = Instant::now();
    let pushes = (0..runs).map(|run| {
        let (yard, head) = (yard.clone(), head.clone());
        async move { yard.push(&head, &format!("push-{run}")).await }
    });
    let told: Vec<i64> = stream::iter(pushes)
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let over = async || {
        let runs = yard.runs().await;
        let ended = runs.values().all(|(status, _)| status == "completed");
        ended.then_some(runs)
    };
    let ended = eventually("every run has ended", LIMIT, over).await;
    println!(
        "{}: {runs} runs of {} jobs on {runners} runners ended after {:.1} s",
        store.name(),
        JOBS.len(),
        begun.elapsed().as_secs_f64()
    );

    assert_eq!(ended.len(), told.len());
    assert!(ended.values().all(|(_, end)| end == "success"), "{ended:?}");
    judge_jobs(told, &JOBS, &file);
}
