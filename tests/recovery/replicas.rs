//! Two servers on one PostgreSQL: the runner talks to one, people to the other, and neither notices.

use std::time::{Duration, Instant};

use runyard_tests::{Repository, Runner, Server, Settings, Store, stores};
use tempfile::TempDir;

use crate::load::{lines, workflow};
use crate::yard::{Yard, id};

stores!(postgres => [
    a_push_to_one_server_is_run_by_the_runner_of_the_other,
    a_cancel_through_one_server_reaches_the_runner_of_the_other,
    the_log_of_one_server_is_read_through_the_other,
]);

/// Runs whose hand-over is timed.
const TIMED: u32 = 10;
/// Half of the hand-overs are faster; a lost signal would cost seconds.
const CLAIMED_WITHIN: Duration = Duration::from_millis(500);
/// A cancel is through within this time, though nobody asks twice within it.
const CANCELLED_WITHIN: Duration = Duration::from_secs(5);

/// Two servers with data folders of their own, but for the logs, and a runner at the first.
struct Pair {
    _logs: TempDir,
    runners: Server,
    people: Server,
    _runner: Runner,
}

impl Pair {
    async fn start(store: Store) -> Self {
        let logs = tempfile::tempdir().expect("a temporary folder");
        let folder = logs.path().display().to_string();
        let settings = Settings::new(store).without_runner();
        let settings = settings.variable("RUNYARD__LOGS__DIR", &folder);
        let runners = Server::start_with(settings.clone()).await;
        let people = Server::start_beside(&runners, settings).await;
        let runner = Runner::start(&runners, "pier", "harbour").await;
        Self {
            _logs: logs,
            runners,
            people,
            _runner: runner,
        }
    }

    async fn yard(&self, workflow: &str) -> (Yard, Repository) {
        Yard::new(&self.people, workflow).await
    }
}

async fn a_push_to_one_server_is_run_by_the_runner_of_the_other(store: Store) {
    let pair = Pair::start(store).await;
    let file = pair.people.folder().join("the-log-book");
    let (yard, repository) = pair.yard(&workflow(&file)).await;
    let mut waits = Vec::new();
    for number in 0..TIMED {
        let run = yard.push(&repository.head(), &number.to_string()).await;
        let pushed = Instant::now();
        let _ = yard.taken(run).await;
        waits.push(pushed.elapsed());
        assert_eq!(yard.completed(run).await["conclusion"], "success");
    }
    waits.sort();
    println!("pushed at one, taken at the other: {waits:?}");
    assert!(waits[waits.len() / 2] < CLAIMED_WITHIN, "{waits:?}");
    assert_eq!(lines(&file).len(), crate::load::JOBS * TIMED as usize);
}

const SLEEPING: &str = "
on: push
jobs:
  sleep:
    runs-on: harbour
    steps:
      - run: sleep 60
";

async fn a_cancel_through_one_server_reaches_the_runner_of_the_other(store: Store) {
    let pair = Pair::start(store).await;
    let (yard, repository) = pair.yard(SLEEPING).await;
    let run = yard.push(&repository.head(), "one").await;
    let _ = yard.taken(run).await;
    let asked = Instant::now();
    yard.cancel(run).await;
    assert_eq!(yard.completed(run).await["conclusion"], "cancelled");
    println!("cancelled through the other within {:?}", asked.elapsed());
    assert!(asked.elapsed() < CANCELLED_WITHIN, "{:?}", asked.elapsed());
}

const SPEAKING: &str = "
on: push
jobs:
  speak:
    runs-on: harbour
    steps:
      - uses: actions/checkout@v4
      - run: |
          test -e .github/workflows/ci.yml
          for line in $(seq 200); do echo \"line $line of the log\"; done
";

async fn the_log_of_one_server_is_read_through_the_other(store: Store) {
    let pair = Pair::start(store).await;
    let (yard, repository) = pair.yard(SPEAKING).await;
    let run = yard.push(&repository.head(), "one").await;
    let run = yard.completed(run).await;
    assert_eq!(run["conclusion"], "success", "{run}");
    let job = id(&run["jobs"][0]);
    for seen in [&yard, &yard.through(&pair.runners)] {
        // Sealed soon after the end, and read before and after that.
        for _ in 0..20 {
            let log = seen.log(job).await;
            assert_eq!(log.matches(" of the log\n").count(), 200, "{log}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}
