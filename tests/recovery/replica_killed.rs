//! One of two servers is killed while a job runs: the runner carries on with the other, no line is missing, and the
//! job ran once.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use runyard_tests::{Server, Store, eventually, stores};
use tempfile::TempDir;

use crate::load::lines;
use crate::pair::{Door, Pair};
use crate::yard::{PATIENCE, Yard, id};

stores!(postgres => [
    a_runner_that_knows_both_servers_carries_on_when_the_one_it_calls_is_killed,
    a_runner_that_knows_both_servers_carries_on_when_the_other_is_killed,
    a_runner_behind_a_proxy_carries_on_when_the_server_it_reaches_is_killed,
    a_runner_behind_a_proxy_carries_on_when_the_other_is_killed,
]);

/// Lines that the job speaks, half of them after the kill.
const LINES: usize = 200;
/// A cancel reaches a runner through the server that is left within this time.
const CANCELLED_WITHIN: Duration = Duration::from_secs(5);

async fn a_runner_that_knows_both_servers_carries_on_when_the_one_it_calls_is_killed(store: Store) {
    carries_on(store, Door::Both, Killed::Runners).await;
}

async fn a_runner_that_knows_both_servers_carries_on_when_the_other_is_killed(store: Store) {
    carries_on(store, Door::Both, Killed::Peoples).await;
}

async fn a_runner_behind_a_proxy_carries_on_when_the_server_it_reaches_is_killed(store: Store) {
    carries_on(store, Door::Proxy, Killed::Runners).await;
}

async fn a_runner_behind_a_proxy_carries_on_when_the_other_is_killed(store: Store) {
    carries_on(store, Door::Proxy, Killed::Peoples).await;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Killed {
    Runners,
    Peoples,
}

/// Files that the job writes.
struct Files {
    folder: TempDir,
}

impl Files {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self { folder }
    }

    /// A line for each time the job ran.
    fn book(&self) -> PathBuf {
        self.folder.path().join("the-log-book")
    }

    /// There once half of the lines are spoken; the job goes on once `go` is there.
    fn half(&self) -> PathBuf {
        self.folder.path().join("half")
    }

    fn go(&self) -> PathBuf {
        self.folder.path().join("go")
    }

    /// A job that speaks, then one that fetches the commit and sleeps.
    fn workflow(&self) -> String {
        let [book, half, go] = [self.book(), self.half(), self.go()].map(shown);
        let middle = LINES / 2;
        format!(
            "
on: push
jobs:
  speak:
    runs-on: harbour
    steps:
      - uses: actions/checkout@v4
      - run: |
          echo \"$GITHUB_RUN_ID $GITHUB_JOB\" >> {book}
          for line in $(seq {middle}); do echo \"line $line of the log\"; done
          touch {half}
          until [ -e {go} ]; do sleep 0.05; done
          for line in $(seq {} {LINES}); do echo \"line $line of the log\"; done
  sleep:
    needs: speak
    runs-on: harbour
    steps:
      - uses: actions/checkout@v4
      - run: |
          test -e .github/workflows/ci.yml
          echo asleep >> {book}
          sleep 60
",
            middle + 1
        )
    }
}

fn shown(path: PathBuf) -> String {
    path.display().to_string()
}

async fn carries_on(store: Store, door: Door, killed: Killed) {
    let files = Files::new();
    let mut pair = Pair::start(store, &[]).await;
    let _worker = pair.runner(door).await;
    let (yard, repository) = pair.yard(&files.workflow()).await;
    let run = yard.push(&repository.head(), "one").await;
    there("half of the log is spoken", &files.half()).await;

    let left = match killed {
        Killed::Runners => {
            pair.runners.kill().await;
            yard.through(&pair.people)
        }
        Killed::Peoples => {
            pair.people.kill().await;
            yard.through(&pair.runners)
        }
    };
    std::fs::write(files.go(), "").expect("the folder is there");

    let asleep = async || (lines(&files.book()).len() >= 2).then_some(());
    eventually("the next job sleeps", PATIENCE, asleep).await;
    cancelled_soon(&left, run).await;
    let spoken = &left.run(run).await["jobs"][0];
    assert_eq!(spoken["conclusion"], "success", "{spoken}");
    assert_eq!(
        lines(&files.book()),
        [format!("{run} speak"), "asleep".into()]
    );
    whole_log(&left, id(spoken)).await;

    let back: &Server = match killed {
        Killed::Runners => {
            pair.runners.start_again().await;
            &pair.runners
        }
        Killed::Peoples => {
            pair.people.start_again().await;
            &pair.people
        }
    };
    whole_log(&yard.through(back), id(spoken)).await;
}

async fn there(what: &str, file: &Path) {
    let there = async || file.exists().then_some(());
    eventually(what, PATIENCE, there).await;
}

/// The runner's long poll came back through the server that is left, or its next report tells it.
async fn cancelled_soon(yard: &Yard, run: i64) {
    let asked = Instant::now();
    yard.cancel(run).await;
    assert_eq!(yard.completed(run).await["conclusion"], "cancelled");
    println!(
        "cancelled through the server that is left within {:?}",
        asked.elapsed()
    );
    assert!(asked.elapsed() < CANCELLED_WITHIN, "{:?}", asked.elapsed());
}

/// Every line once, in its order.
async fn whole_log(yard: &Yard, job: i64) {
    let log = yard.log(job).await;
    let spoken = log
        .lines()
        .filter_map(|line| line.strip_suffix(" of the log"));
    let spoken = spoken.filter_map(|line| line.split_once("Z line "));
    let numbers: Vec<usize> = spoken
        .filter_map(|(_, number)| number.parse().ok())
        .collect();
    assert_eq!(numbers, (1..=LINES).collect::<Vec<_>>(), "{log}");
}
