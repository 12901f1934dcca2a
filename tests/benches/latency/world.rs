//! A server or two, somebody who makes and cancels runs, and a runner that waits. Words for the bench.

use std::time::{Duration, Instant};

use runyard_tests::{Client, Repository, Server, eventually};
use serde_json::{Value, json};

/// Time for a long poll to arrive at the server before something happens: the runner is to wait for it.
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
/// Legs of the matrix beside it.
pub(crate) const LEGS: usize = 256;
/// Legs that may run beside each other.
pub(crate) const BESIDE: usize = 16;

/// A file whose only job has [`LEGS`] legs.
fn matrix() -> String {
    let side = "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]";
    format!(
        "
on: workflow_dispatch
jobs:
  legs:
    runs-on: bench
    strategy:
      fail-fast: true
      max-parallel: {BESIDE}
      matrix:
        row: {side}
        column: {side}
    steps:
      - run: echo never run here
"
    )
}

/// One completed run, which all others repeat, and one registered runner.
pub(crate) struct World {
    user: Client,
    runner: Client,
    first_run: i64,
    _repository: Repository,
}

impl World {
    pub(crate) async fn new(people: &Server, runners: &Server) -> Self {
        let user = people.client();
        let repository = Repository::with_workflow(WORKFLOW);
        repository.write(".github/workflows/matrix.yml", &matrix());
        repository.commit("Add a matrix");
        repository.push();
        let (owner, name) = REPOSITORY.split_once('/').expect("owner/name");
        let body = json!({ "login": owner, "site_admin": false });
        let _ = user.post("/api/v1/users", &body).await.expect(201);
        let path = repository.bare();
        let body = json!({ "owner": owner, "name": name, "path": path, "private": true });
        let _ = user.post("/api/v1/repos", &body).await.expect(201);
        let mut world = Self {
            runner: register(&runners.client()).await,
            user,
            first_run: 0,
            _repository: repository,
        };
        world.first_run = world.dispatch().await;
        world
    }

    /// Dispatches the run that all others repeat, and ends it.
    async fn dispatch(&self) -> i64 {
        let path = format!("/api/v3/repos/{REPOSITORY}/actions/workflows/ci.yml/dispatches");
        let body = json!({ "ref": "main" });
        let _ = self.user.post(&path, &body).await.expect(204);
        let offer = self.claim("first").await;
        self.start(&offer).await;
        self.finish(&offer, "success").await;
        let run = offer["job"]["run_id"].as_i64().expect("an id");
        let path = format!("/api/v3/repos/{REPOSITORY}/actions/runs/{run}");
        let done = async || {
            let status = self.user.get(&path).await.expect(200).json()["status"].clone();
            (status == "completed").then_some(run)
        };
        eventually("the first run is completed", PATIENCE, done).await
    }

    /// Repeats the first run as a new one while the runner waits: how long its job took to arrive there.
    pub(crate) async fn claimed(&self, key: &str) -> Duration {
        let (wait, offer) = self.offered(key).await;
        self.start(&offer).await;
        self.finish(&offer, "success").await;
        wait
    }

    /// Cancels a run whose runner waits to hear of that: how long it took to arrive there.
    pub(crate) async fn told(&self, key: &str) -> Duration {
        let (_, offer) = self.offered(key).await;
        self.start(&offer).await;
        let run = &offer["job"]["run_id"];
        let cancel = format!("/api/v3/repos/{REPOSITORY}/actions/runs/{run}/cancel");
        let cancelling = async {
            tokio::time::sleep(SETTLE).await;
            let sent = Instant::now();
            let _ = self.user.post_empty(&cancel).await.expect(202);
            sent
        };
        let hearing = async {
            let path = format!(
                "/api/v1/jobs/{}/cancel-check?wait_s=20",
                offer["job"]["job_id"]
            );
            let heard = self.job(&offer).post_empty(&path).await.expect(200).json();
            assert_eq!(heard["cancelled"], true, "{heard}");
            Instant::now()
        };
        let (sent, heard) = tokio::join!(cancelling, hearing);
        self.finish(&offer, "cancelled").await;
        heard.duration_since(sent)
    }

    /// A run of the matrix in which the last leg but those beside it fails: how long each command on it took, by what it was.
    pub(crate) async fn matrix_run(&self) -> Vec<(&'static str, Duration)> {
        let mut times = Vec::new();
        let path = format!("/api/v3/repos/{REPOSITORY}/actions/workflows/matrix.yml/dispatches");
        let body = json!({ "ref": "main" });
        let dispatched = self.user.post(&path, &body);
        let dispatched = timed("dispatch with git", &mut times, dispatched);
        let _ = dispatched.await.expect(204);
        let mut finished = 0;
        while finished < LEGS - 2 * BESIDE {
            for offer in self
                .claim_many(&format!("round-{finished}"), &mut times)
                .await
            {
                timed("start", &mut times, self.start(&offer)).await;
                timed("finish", &mut times, self.finish(&offer, "success")).await;
                finished += 1;
            }
        }
        let offers = self.claim_many("last", &mut times).await;
        for offer in &offers {
            timed("start", &mut times, self.start(offer)).await;
        }
        let mut offers = offers.into_iter();
        let failing = offers.next().expect("a leg is left");
        timed("fail fast", &mut times, self.finish(&failing, "failure")).await;
        for offer in offers {
            timed("finish", &mut times, self.finish(&offer, "cancelled")).await;
        }
        let run = failing["job"]["run_id"].as_i64().expect("an id");
        let path = format!("/api/v3/repos/{REPOSITORY}/actions/runs/{run}");
        let run = self.user.get(&path).await.expect(200).json();
        assert_eq!(run["conclusion"], "failure", "{run}");
        let (again, force) = (format!("{path}/rerun"), format!("{path}/force-cancel"));
        let rerun = self.user.post_empty(&again);
        let _ = timed("rerun", &mut times, rerun).await.expect(201);
        let cancel = self.user.post_empty(&force);
        let _ = timed("force-cancel", &mut times, cancel).await.expect(202);
        times
    }

    /// As many jobs as may run beside each other.
    async fn claim_many(&self, key: &str, times: &mut Vec<(&'static str, Duration)>) -> Vec<Value> {
        let body = json!({ "request_key": key, "free_slots": BESIDE, "wait_s": 20 });
        let answer = self.runner.post("/api/v1/runners/claim", &body);
        let answer = timed("claim", times, answer).await.expect(200).json();
        answer["executions"].as_array().expect("a list").clone()
    }

    async fn offered(&self, key: &str) -> (Duration, Value) {
        let path = format!("/api/v1/runs/{}/rerun", self.first_run);
        let queue = async {
            tokio::time::sleep(SETTLE).await;
            let sent = Instant::now();
            let _ = self.user.post_empty(&path).await.expect(201);
            sent
        };
        let claim = async { (self.claim(key).await, Instant::now()) };
        let (sent, (offer, claimed)) = tokio::join!(queue, claim);
        (claimed.duration_since(sent), offer)
    }

    async fn claim(&self, request_key: &str) -> Value {
        let body = json!({ "request_key": request_key, "free_slots": 1, "wait_s": 20 });
        let answer = self.runner.post("/api/v1/runners/claim", &body).await;
        answer.expect(200).json()["executions"][0].clone()
    }

    async fn start(&self, offer: &Value) {
        let path = format!("/api/v1/executions/{}/start", offer["execution_id"]);
        let body = json!({ "started_at_ms": 0 });
        let _ = self.job(offer).put(&path, &body).await.expect(200);
    }

    async fn finish(&self, offer: &Value, result: &str) {
        let path = format!("/api/v1/executions/{}/finish", offer["execution_id"]);
        let end = json!({ "result": result, "steps": [], "log_bytes": 0, "stopped_at_ms": 1 });
        let _ = self.job(offer).put(&path, &end).await.expect(200);
    }

    fn job(&self, offer: &Value) -> Client {
        let token = offer["token"].as_str().expect("a job token");
        self.runner.with_token(token)
    }
}

async fn timed<T>(
    what: &'static str,
    times: &mut Vec<(&'static str, Duration)>,
    call: impl Future<Output = T>,
) -> T {
    let begun = Instant::now();
    let answer = call.await;
    times.push((what, begun.elapsed()));
    answer
}

/// A client with the token of a new runner.
async fn register(user: &Client) -> Client {
    let path = "/api/v1/runners/registration-token";
    let answer = user.post(path, &json!({})).await.expect(201).json();
    let registration = user.with_token(answer["token"].as_str().expect("a token"));
    let body = json!({
        "name": "bench", "labels": ["bench"], "version": "0", "os": "Linux", "arch": "X64",
        "capacity": BESIDE,
    });
    let answer = registration.post("/api/v1/runners/register", &body).await;
    let token = answer.expect(201).json()["token"].clone();
    user.with_token(token.as_str().expect("a token"))
}
