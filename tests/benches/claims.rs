//! How long a queued job waits for an idle runner: from sending the call that queues it to having the job in hand.
//!
//! The runner here is a loop over the native protocol that only claims and finishes. What is measured holds the
//! whole way: HTTP, the transaction that makes the run, the wake-up, the claim's transaction, HTTP again. So it is
//! an upper bound of queued to claimed.

use std::time::{Duration, Instant};

use runyard_tests::{Client, Repository, Server, Settings, Store, eventually, skips};
use serde_json::{Value, json};

/// Runs before measuring, so that caches and connections are there.
const WARM_UP: usize = 20;
const MEASURED: usize = 300;
/// What an idle runner should wait at most at the median.
const GOAL: Duration = Duration::from_millis(10);
/// Time for the next claim to arrive at the server before a job is queued: the runner is to be idle.
const SETTLE: Duration = Duration::from_millis(5);
const PATIENCE: Duration = Duration::from_secs(30);
const REPOSITORY: &str = "octo/bench";
const WORKFLOW: &str = "
on: workflow_dispatch
jobs:
  only:
    runs-on: bench
    steps:
      - run: echo never run here
";

#[tokio::main]
async fn main() {
    println!("queued to claimed with one idle runner, {MEASURED} jobs, times in ms");
    println!(
        "{:<10}{:>8}{:>8}{:>8}{:>8}",
        "store", "p50", "p90", "p99", "max"
    );
    for store in [Store::Sqlite, Store::Postgres] {
        if !skips(store) {
            report(store, measure(store).await);
        }
    }
}

fn report(store: Store, mut waits: Vec<Duration>) {
    waits.sort_unstable();
    let at = |percent: usize| waits[(waits.len() - 1) * percent / 100];
    let columns =
        [50, 90, 99, 100].map(|percent| format!("{:>8.2}", at(percent).as_secs_f64() * 1e3));
    let verdict = if at(50) < GOAL {
        "p50 within 10 ms"
    } else {
        "p50 ABOVE 10 ms"
    };
    println!("{:<10}{}  {verdict}", store.name(), columns.concat());
}

async fn measure(store: Store) -> Vec<Duration> {
    let server = Server::start_with(Settings::new(store).without_runner()).await;
    let bench = Bench::new(&server).await;
    let mut waits = Vec::new();
    for number in 0..WARM_UP + MEASURED {
        let wait = bench.one_job(number).await;
        if number >= WARM_UP {
            waits.push(wait);
        }
    }
    waits
}

/// A server with one completed run and one registered runner.
struct Bench {
    user: Client,
    runner: Client,
    first_run: i64,
    _repository: Repository,
}

impl Bench {
    async fn new(server: &Server) -> Self {
        let user = server.client();
        let repository = Repository::with_workflow(WORKFLOW);
        let (owner, name) = REPOSITORY.split_once('/').expect("owner/name");
        let body = json!({ "login": owner, "site_admin": false });
        let _ = user.post("/api/v1/users", &body).await.expect(201);
        let body =
            json!({ "owner": owner, "name": name, "path": repository.bare(), "private": true });
        let _ = user.post("/api/v1/repos", &body).await.expect(201);
        let runner = register(&user).await;
        let mut bench = Self {
            user,
            runner,
            first_run: 0,
            _repository: repository,
        };
        bench.first_run = bench.dispatch().await;
        bench
    }

    /// Dispatches the run that all others repeat, and ends it.
    async fn dispatch(&self) -> i64 {
        let path = format!("/api/v3/repos/{REPOSITORY}/actions/workflows/ci.yml/dispatches");
        let _ = self
            .user
            .post(&path, &json!({ "ref": "main" }))
            .await
            .expect(204);
        let offer = self.claim("first".to_owned()).await;
        self.end(&offer).await;
        let run = offer["job"]["run_id"].as_i64().expect("an id");
        let path = format!("/api/v3/repos/{REPOSITORY}/actions/runs/{run}");
        let done = async || {
            let status = self.user.get(&path).await.expect(200).json()["status"].clone();
            (status == "completed").then_some(run)
        };
        eventually("the first run is completed", PATIENCE, done).await
    }

    /// Repeats the first run as a new one while the runner waits; gives how long the runner's job took to arrive.
    async fn one_job(&self, number: usize) -> Duration {
        let path = format!("/api/v1/runs/{}/rerun", self.first_run);
        let queue = async {
            tokio::time::sleep(SETTLE).await;
            let sent = Instant::now();
            let _ = self.user.post_empty(&path).await.expect(201);
            sent
        };
        let claim = async { (self.claim(format!("job-{number}")).await, Instant::now()) };
        let (sent, (offer, claimed)) = tokio::join!(queue, claim);
        self.end(&offer).await;
        claimed.duration_since(sent)
    }

    async fn claim(&self, request_key: String) -> Value {
        let body = json!({ "request_key": request_key, "free_slots": 1, "wait_s": 20 });
        let answer = self
            .runner
            .post("/api/v1/runners/claim", &body)
            .await
            .expect(200)
            .json();
        answer["executions"][0].clone()
    }

    /// Starts and finishes an execution without doing anything.
    async fn end(&self, offer: &Value) {
        let job = self
            .runner
            .with_token(offer["token"].as_str().expect("a job token"));
        let path = format!("/api/v1/executions/{}", offer["execution_id"]);
        let _ = job
            .put(&format!("{path}/start"), &json!({ "started_at_ms": 0 }))
            .await
            .expect(200);
        let end = json!({ "result": "success", "steps": [], "log_bytes": 0, "stopped_at_ms": 1 });
        let _ = job.put(&format!("{path}/finish"), &end).await.expect(200);
    }
}

/// A client with the token of a new runner.
async fn register(user: &Client) -> Client {
    let answer = user
        .post("/api/v1/runners/registration-token", &json!({}))
        .await
        .expect(201)
        .json();
    let registration = user.with_token(answer["token"].as_str().expect("a token"));
    let body = json!({
        "name": "bench", "labels": ["bench"], "version": "0", "os": "Linux", "arch": "X64", "capacity": 1,
    });
    let runner = registration
        .post("/api/v1/runners/register", &body)
        .await
        .expect(201)
        .json();
    user.with_token(runner["token"].as_str().expect("a token"))
}
