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

/// A client with the token of a new runner.
async fn register(user: &Client) -> Client {
    let path = "/api/v1/runners/registration-token";
    let answer = user.post(path, &json!({})).await.expect(201).json();
    let registration = user.with_token(answer["token"].as_str().expect("a token"));
    let body = json!({
        "name": "bench", "labels": ["bench"], "version": "0", "os": "Linux", "arch": "X64",
        "capacity": 1,
    });
    let answer = registration.post("/api/v1/runners/register", &body).await;
    let token = answer.expect(201).json()["token"].clone();
    user.with_token(token.as_str().expect("a token"))
}
