//! A repository that a server knows, and what users do with it. Words for the stories; no story of its own.

use std::collections::BTreeMap;
use std::time::Duration;

use runyard_tests::{Client, Repository, Request, Server, eventually};
use serde_json::{Value, json};

/// Longest time that a story waits for something a job does.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
/// Owner of every repository of the stories.
pub(crate) const OWNER: &str = "octo";
/// Name of it.
pub(crate) const NAME: &str = "harbour";

/// A registered repository, seen by somebody.
#[derive(Debug)]
pub(crate) struct Project {
    pub(crate) repository: Repository,
    pub(crate) client: Client,
}

impl Project {
    /// Registers the bare side of `repository`, as the administrator.
    pub(crate) async fn register(server: &Server, repository: Repository) -> Self {
        let client = server.client();
        add_owner(&client).await;
        let body =
            json!({ "owner": OWNER, "name": NAME, "path": repository.bare(), "private": true });
        let _ = client.post("/api/v1/repos", &body).await.expect(201);
        Self { repository, client }
    }

    /// Registers a repository whose only file is this workflow.
    pub(crate) async fn with_workflow(server: &Server, workflow: &str) -> Self {
        Self::register(server, Repository::with_workflow(workflow)).await
    }

    /// A path of GitHub's API below this repository's `actions`.
    pub(crate) fn actions(&self, rest: &str) -> String {
        format!("/api/v3/repos/{OWNER}/{NAME}/actions/{rest}")
    }

    /// Starts `ci.yml` on `main` and gives the new run's id.
    pub(crate) async fn dispatch(&self) -> i64 {
        let before = self.newest_run().await;
        let path = self.actions("workflows/ci.yml/dispatches");
        let _ = self
            .client
            .post(&path, &json!({ "ref": "main" }))
            .await
            .expect(204);
        let newer = async || self.newest_run().await.filter(|id| Some(*id) != before);
        eventually("the dispatched run is listed", PATIENCE, newer).await
    }

    /// The newest run.
    pub(crate) async fn newest(&self) -> Value {
        let list = self.client.get(&self.actions("runs?per_page=1")).await;
        list.expect(200).json()["workflow_runs"][0].clone()
    }

    async fn newest_run(&self) -> Option<i64> {
        let list = self
            .client
            .get(&self.actions("runs?per_page=1"))
            .await
            .expect(200)
            .json();
        list["workflow_runs"][0]["id"].as_i64()
    }

    /// Tells the server of a push of `main` as GitHub's webhook would; gives the ids of the runs it made.
    pub(crate) async fn tell_of_push(&self, before: &str) -> Vec<i64> {
        let after = self.repository.head();
        let payload = json!({
            "ref": "refs/heads/main",
            "before": before,
            "after": after,
            "created": false,
            "deleted": false,
            "forced": false,
            "repository": { "name": NAME, "full_name": format!("{OWNER}/{NAME}") },
            "head_commit": { "id": after, "message": "Change the harbour" },
            "commits": [],
        });
        self.send_push(&payload).await
    }

    async fn send_push(&self, payload: &Value) -> Vec<i64> {
        self.tell("push", payload).await
    }

    /// Tells the server of something as GitHub's webhook would; gives the ids of the runs it made.
    pub(crate) async fn tell(&self, event: &str, payload: &Value) -> Vec<i64> {
        let path = format!("/api/v1/repos/{OWNER}/{NAME}/events");
        let request = Request::new("POST", &path)
            .header("x-github-event", event)
            .json(payload);
        let answer = self.client.send(request).await.expect(202).json();
        let runs = answer["runs"].as_array().expect("a list of runs");
        runs.iter()
            .map(|run| run["id"].as_i64().expect("an id"))
            .collect()
    }

    /// Tells the server that `git_ref` is new, at the commit `after`; gives the ids of the runs it made.
    pub(crate) async fn tell_of(&self, git_ref: &str, after: &str) -> Vec<i64> {
        let payload = json!({
            "ref": git_ref,
            "before": "0".repeat(40),
            "after": after,
            "created": true,
            "repository": { "name": NAME, "full_name": format!("{OWNER}/{NAME}") },
        });
        self.send_push(&payload).await
    }

    /// The run as it is now.
    pub(crate) async fn run(&self, id: i64) -> Value {
        self.client
            .get(&self.actions(&format!("runs/{id}")))
            .await
            .expect(200)
            .json()
    }

    /// The run, once it is completed.
    pub(crate) async fn completed(&self, id: i64) -> Value {
        let done = async || Some(self.run(id).await).filter(|run| run["status"] == "completed");
        eventually("the run is completed", PATIENCE, done).await
    }

    /// The jobs of the newest attempt by their names.
    pub(crate) async fn jobs(&self, run: i64) -> BTreeMap<String, Value> {
        let path = self.actions(&format!("runs/{run}/jobs?per_page=100"));
        let list = self.client.get(&path).await.expect(200).json();
        let jobs = list["jobs"].as_array().expect("a list of jobs").clone();
        jobs.into_iter()
            .map(|job| (text(&job, "name").to_owned(), job))
            .collect()
    }

    /// The job of this name, once a runner has it.
    pub(crate) async fn started(&self, run: i64, name: &str) -> Value {
        let started = async || {
            let job = self.jobs(run).await.remove(name)?;
            (job["status"] == "in_progress").then_some(job)
        };
        eventually(&format!("the job {name} is in progress"), PATIENCE, started).await
    }

    /// The whole log of a job.
    pub(crate) async fn job_log(&self, job: i64) -> String {
        let link = self
            .client
            .get(&self.actions(&format!("jobs/{job}/logs")))
            .await
            .expect(302);
        self.client.download(&link.location()).await.text()
    }

    /// Names and texts of the log archive of a run's newest attempt.
    pub(crate) async fn run_logs(&self, run: i64) -> Vec<(String, String)> {
        let link = self
            .client
            .get(&self.actions(&format!("runs/{run}/logs")))
            .await
            .expect(302);
        self.client.download(&link.location()).await.zip()
    }
}

/// Makes the user who owns the repositories of the stories.
pub(crate) async fn add_owner(administrator: &Client) {
    let body = json!({ "login": OWNER, "site_admin": false });
    let _ = administrator.post("/api/v1/users", &body).await.expect(201);
}

/// A member that is a string.
pub(crate) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key]
        .as_str()
        .unwrap_or_else(|| panic!("{key} is no text: {value}"))
}

/// A member that is an id.
pub(crate) fn id(value: &Value) -> i64 {
    value["id"]
        .as_i64()
        .unwrap_or_else(|| panic!("no id: {value}"))
}

/// The conclusions of jobs by their names.
pub(crate) fn conclusions(jobs: &BTreeMap<String, Value>) -> BTreeMap<&str, &str> {
    jobs.iter()
        .map(|(name, job)| (name.as_str(), text(job, "conclusion")))
        .collect()
}
