//! Two servers on one PostgreSQL: the runner talks to one, people to the other, and neither notices.

use std::time::{Duration, Instant};

use runyard_tests::{Client, Server, Store, eventually, stores};
use serde_json::{Value, json};

use crate::load::{lines, workflow};
use crate::pair::{Door, Pair};
use crate::yard::{PATIENCE, id};

stores!(postgres => [
    a_push_to_one_server_is_run_by_the_runner_of_the_other,
    a_cancel_through_one_server_reaches_the_runner_of_the_other,
    the_log_of_one_server_is_read_through_the_other,
    leases_and_offers_end_once,
]);

/// Runs whose hand-over is timed.
const TIMED: u32 = 10;
/// Half of the hand-overs are faster; a lost signal would cost seconds.
const CLAIMED_WITHIN: Duration = Duration::from_millis(500);
/// A cancel is through within this time, though nobody asks twice within it.
const CANCELLED_WITHIN: Duration = Duration::from_secs(5);
/// A log is sealed soon after its job has ended.
const SEALED_WITHIN: Duration = Duration::from_secs(20);

async fn a_push_to_one_server_is_run_by_the_runner_of_the_other(store: Store) {
    let pair = Pair::start(store, &[]).await;
    let _worker = pair.runner(Door::First).await;
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
    let pair = Pair::start(store, &[]).await;
    let _worker = pair.runner(Door::First).await;
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
    let pair = Pair::start(store, &[]).await;
    let _worker = pair.runner(Door::First).await;
    let (yard, repository) = pair.yard(SPEAKING).await;
    let run = yard.push(&repository.head(), "one").await;
    let run = yard.completed(run).await;
    assert_eq!(run["conclusion"], "success", "{run}");
    let job = id(&run["jobs"][0]);
    for seen in [&yard, &yard.through(&pair.runners)] {
        whole(&seen.log(job).await);
    }
    // Read before it was sealed, perhaps, and after that for certain.
    let rows = "SELECT count(*)::text FROM log_chunks";
    let sealed = async || (pair.people.database().ask(rows).await == ["0"]).then_some(());
    eventually("the log is sealed", SEALED_WITHIN, sealed).await;
    for seen in [&yard, &yard.through(&pair.runners)] {
        whole(&seen.log(job).await);
    }
}

fn whole(log: &str) {
    assert_eq!(log.matches(" of the log\n").count(), 200, "{log}");
}

/// Jobs whose runner falls silent.
const LOST: usize = 10;
/// Jobs that are offered to a runner that never starts them.
const LAPSED: usize = 10;
/// Seconds until either happens.
const SHORT: &str = "3";

async fn leases_and_offers_end_once(store: Store) {
    let short = [
        ("RUNYARD__JOBS__LEASE_SECONDS", SHORT),
        ("RUNYARD__JOBS__OFFER_SECONDS", SHORT),
    ];
    let pair = Pair::start(store, &short).await;
    let (yard, repository) = pair.yard(SLEEPING).await;
    let runner = register(&yard.client).await;
    let mut runs = Vec::new();
    for number in 0..LOST + LAPSED {
        runs.push(yard.push(&repository.head(), &number.to_string()).await);
    }
    for offer in claim(&runner, "started", LOST).await {
        start(&runner, &offer).await;
    }
    assert_eq!(claim(&runner, "never started", LAPSED).await.len(), LAPSED);

    let servers = [&pair.people, &pair.runners];
    let over = async || {
        let lapsed = summed(servers, "runyard_offers_lapsed_total").await;
        let lost = summed(servers, "runyard_leases_lost_total").await;
        (lapsed >= LAPSED && lost >= LOST).then_some(())
    };
    eventually("all of them are over", PATIENCE, over).await;
    // Both servers look once more for what is over, or over again.
    let again = claim(&runner, "again", LAPSED).await;
    assert_eq!(again.len(), LAPSED, "each went back to the queue once");
    for offer in again {
        start(&runner, &offer).await;
    }
    for run in runs {
        let run = yard.completed(run).await;
        let reason = run["jobs"][0]["reason"].as_str().unwrap_or_default();
        assert!(reason.starts_with("runner lost"), "{run}");
    }
    let lost = summed(servers, "runyard_leases_lost_total").await;
    assert_eq!(lost, LOST + LAPSED, "each was lost once");
    let lapsed = summed(servers, "runyard_offers_lapsed_total").await;
    assert_eq!(lapsed, LAPSED, "each lapsed once");
}

/// A runner that a test plays itself.
async fn register(client: &Client) -> Client {
    let path = "/api/v1/runners/registration-token";
    let answer = client.post(path, &json!({})).await.expect(201).json();
    let registration = client.with_token(answer["token"].as_str().expect("a token"));
    let body = json!({
        "name": "ghost", "labels": ["harbour"], "version": "0", "os": "Linux", "arch": "X64",
        "capacity": LOST + LAPSED,
    });
    let answer = registration.post("/api/v1/runners/register", &body).await;
    let token = answer.expect(201).json()["token"].clone();
    client.with_token(token.as_str().expect("a token"))
}

async fn claim(runner: &Client, key: &str, slots: usize) -> Vec<Value> {
    let body = json!({ "request_key": key, "free_slots": slots, "wait_s": 10 });
    let answer = runner
        .post("/api/v1/runners/claim", &body)
        .await
        .expect(200);
    let offers = answer.json()["executions"].clone();
    offers.as_array().expect("a list").clone()
}

async fn start(runner: &Client, offer: &Value) {
    let job = runner.with_token(offer["token"].as_str().expect("a job token"));
    let path = format!("/api/v1/executions/{}/start", offer["execution_id"]);
    let _ = job
        .put(&path, &json!({ "started_at_ms": 0 }))
        .await
        .expect(200);
}

/// The sum of a counter over servers.
async fn summed(servers: [&Server; 2], name: &str) -> usize {
    let mut sum = 0;
    for server in servers {
        let text = server.client().get("/metrics").await.expect(200).text();
        let value = text.lines().find_map(|line| line.strip_prefix(name));
        let value = value.unwrap_or_else(|| panic!("no {name} in {text}"));
        sum += value.trim().parse::<usize>().expect("a number");
    }
    sum
}
