//! A repository with one workflow at a server, and what is asked about its runs. Words for the stories; no story.

use std::collections::BTreeMap;
use std::time::Duration;

use runyard_tests::{Client, Repository, Request, Server, eventually};
use serde_json::{Value, json};

/// Longest time that a story waits for something.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
const REPOSITORY: &str = "octo/harbour";

/// A registered repository, seen by its administrator through one server.
#[derive(Clone, Debug)]
pub(crate) struct Yard {
    pub(crate) client: Client,
}

impl Yard {
    /// Registers a repository whose only file is this workflow.
    pub(crate) async fn new(server: &Server, workflow: &str) -> (Self, Repository) {
        Self::of(server, Repository::with_workflow(workflow)).await
    }

    /// Registers this repository.
    pub(crate) async fn of(server: &Server, repository: Repository) -> (Self, Repository) {
        let client = server.client();
        let owner = json!({ "login": "octo", "site_admin": false });
        let _ = client.post("/api/v1/users", &owner).await.expect(201);
        let path = repository.bare();
        let body = json!({ "owner": "octo", "name": "harbour", "path": path, "private": true });
        let _ = client.post("/api/v1/repos", &body).await.expect(201);
        (Self { client }, repository)
    }

    /// The same repository through another server.
    pub(crate) fn through(&self, server: &Server) -> Self {
        Self {
            client: server.client(),
        }
    }

    /// Tells of a push of `head` and gives the run that it made.
    pub(crate) async fn push(&self, head: &str, delivery: &str) -> i64 {
        let answer = self.client.send(push_request(head, delivery)).await;
        id(&answer.expect(202).json()["runs"][0])
    }

    /// Asks to cancel a run.
    pub(crate) async fn cancel(&self, run: i64) {
        let path = format!("/api/v3/repos/{REPOSITORY}/actions/runs/{run}/cancel");
        let _ = self.client.post_empty(&path).await.expect(202);
    }

    /// The run with its jobs, as Runyard's own door shows it.
    pub(crate) async fn run(&self, run: i64) -> Value {
        let path = format!("/api/v1/runs/{run}");
        self.client.get(&path).await.expect(200).json()
    }

    /// The run once it is completed.
    pub(crate) async fn completed(&self, run: i64) -> Value {
        let done = async || Some(self.run(run).await).filter(|run| run["status"] == "completed");
        eventually("the run is completed", PATIENCE, done).await
    }

    /// The first job once a runner has taken it.
    pub(crate) async fn taken(&self, run: i64) -> Value {
        let taken = async || {
            let job = self.run(run).await["jobs"][0].clone();
            (job["status"] != "queued").then_some(job)
        };
        eventually("the job is taken", PATIENCE, taken).await
    }

    /// Status and conclusion of every run by its id.
    pub(crate) async fn runs(&self) -> BTreeMap<i64, (String, String)> {
        let mut all = BTreeMap::new();
        for page in 1.. {
            let path = format!("/api/v3/repos/{REPOSITORY}/actions/runs?per_page=100&page={page}");
            let list = self.client.get(&path).await.expect(200).json();
            let runs = list["workflow_runs"].as_array().expect("a list").clone();
            all.extend(runs.iter().map(|run| (id(run), state_of(run))));
            if runs.is_empty() {
                break;
            }
        }
        all
    }

    /// The whole log of a job.
    pub(crate) async fn log(&self, job: i64) -> String {
        let path = format!("/api/v3/repos/{REPOSITORY}/actions/jobs/{job}/logs");
        let link = self.client.get(&path).await.expect(302);
        self.client.download(&link.location()).await.text()
    }
}

/// Tells of a push to `main` as GitHub's webhook would; the same `delivery` again is the same push.
pub(crate) fn push_request(head: &str, delivery: &str) -> Request {
    let payload = json!({
        "ref": "refs/heads/main",
        "before": "0".repeat(40),
        "after": head,
        "created": true,
        "deleted": false,
        "forced": false,
        "repository": { "name": "harbour", "full_name": REPOSITORY },
        "head_commit": { "id": head, "message": "Change the harbour" },
        "commits": [],
    });
    Request::new("POST", &format!("/api/v1/repos/{REPOSITORY}/events"))
        .header("x-github-event", "push")
        .header("x-github-delivery", delivery)
        .json(&payload)
}

/// The id of a thing.
pub(crate) fn id(thing: &Value) -> i64 {
    thing["id"].as_i64().expect("an id")
}

fn state_of(run: &Value) -> (String, String) {
    let word = |key: &str| run[key].as_str().unwrap_or_default().to_owned();
    (word("status"), word("conclusion"))
}
