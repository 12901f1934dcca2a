//! Runs and jobs that share a concurrency group: one goes on, the others wait in line behind it.

use runyard_tests::{Server, Store, eventually, stores};
use serde_json::Value;

use crate::project::{PATIENCE, Project, id, text};

stores!(memory, sqlite, postgres, replicas => [
    e31_a_newcomer_replaces_the_run_that_waits_and_leaves_the_one_that_runs_alone,
    cancel_in_progress_ends_the_run_that_runs,
    runs_of_a_queue_go_on_in_the_order_in_which_they_came,
    jobs_of_two_runs_take_turns_in_one_group,
    a_pending_run_is_cancelled_at_once,
]);

/// A run that goes on until a file appears: the story decides when.
struct Gate {
    folder: tempfile::TempDir,
}

impl Gate {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self { folder }
    }

    /// A step that ends once the gate is open.
    fn step(&self) -> String {
        let path = self.folder.path().join("open").display().to_string();
        format!("- run: while [ ! -e {path} ]; do sleep 0.05; done")
    }

    fn open(&self) {
        std::fs::write(self.folder.path().join("open"), "").expect("the gate opens");
    }
}

fn workflow(concurrency: &str, gate: &Gate) -> String {
    format!(
        "
on: workflow_dispatch
concurrency: {concurrency}
jobs:
  work:
    runs-on: ubuntu-latest
    steps:
      {}
",
        gate.step()
    )
}

impl Project {
    /// The run as Runyard itself shows it.
    async fn shown(&self, run: i64) -> Value {
        let path = format!("/api/v1/runs/{run}");
        self.client.get(&path).await.expect(200).json()
    }

    /// The ids of the runs of this status or conclusion, newest first.
    async fn runs_that_are(&self, word: &str) -> Vec<i64> {
        let path = self.actions(&format!("runs?status={word}"));
        let list = self.client.get(&path).await.expect(200).json();
        let runs = list["workflow_runs"].as_array().expect("a list of runs");
        runs.iter().map(id).collect()
    }
}

async fn e31_a_newcomer_replaces_the_run_that_waits_and_leaves_the_one_that_runs_alone(
    store: Store,
) {
    let server = Server::start(store).await;
    let gate = Gate::new();
    let file = workflow("{group: Prod, cancel-in-progress: false}", &gate);
    let project = Project::with_workflow(&server, &file).await;
    let first = project.dispatch().await;
    project.started(first, "work").await;
    let second = project.dispatch().await;
    assert_eq!(text(&project.run(second).await, "status"), "pending");
    assert!(project.jobs(second).await.is_empty(), "R2.55: no job yet");
    assert_eq!(project.runs_that_are("pending").await, [second]);

    let third = project.dispatch().await;

    // E31: the one that waited is gone, the one that runs is not.
    let replaced = project.completed(second).await;
    assert_eq!(text(&replaced, "conclusion"), "cancelled");
    assert!(project.jobs(second).await.is_empty());
    let why = project.shown(second).await;
    let reason = text(&why, "cancel_reason");
    assert!(reason.contains(&format!("run {third} ")), "{reason}");
    assert_eq!(text(&project.run(first).await, "status"), "in_progress");
    let waits = project.shown(third).await["waits_in_line"].clone();
    assert_eq!(waits["group"], "Prod");
    assert_eq!(waits["position"], 1);
    assert_eq!(waits["behind"]["run_id"], first);
    assert_eq!(project.runs_that_are("pending").await, [third]);

    gate.open();
    for run in [first, third] {
        let run = project.completed(run).await;
        assert_eq!(text(&run, "conclusion"), "success");
    }
    assert_eq!(project.shown(third).await["waits_in_line"], Value::Null);
}

async fn cancel_in_progress_ends_the_run_that_runs(store: Store) {
    let server = Server::start(store).await;
    let gate = Gate::new();
    let file = workflow(
        "{group: \"${{ github.workflow }}\", cancel-in-progress: \"${{ github.ref_name == 'main' }}\"}",
        &gate,
    );
    let project = Project::with_workflow(&server, &file).await;
    let first = project.dispatch().await;
    project.started(first, "work").await;

    let second = project.dispatch().await;

    let ended = project.completed(first).await;
    assert_eq!(text(&ended, "conclusion"), "cancelled");
    let why = project.shown(first).await;
    let reason = text(&why, "cancel_reason");
    assert!(reason.contains("cancel-in-progress"), "{reason}");
    project.started(second, "work").await;
    gate.open();
    let done = project.completed(second).await;
    assert_eq!(text(&done, "conclusion"), "success");
}

async fn runs_of_a_queue_go_on_in_the_order_in_which_they_came(store: Store) {
    let server = Server::start(store).await;
    let gate = Gate::new();
    let file = workflow("{group: deploy, queue: max}", &gate);
    let project = Project::with_workflow(&server, &file).await;
    let mut runs = Vec::new();
    for _ in 0..4 {
        runs.push(project.dispatch().await);
    }
    for (place, run) in runs.iter().enumerate().skip(1) {
        let waits = project.shown(*run).await["waits_in_line"].clone();
        assert_eq!(waits["position"], place);
        assert_eq!(waits["behind"]["run_id"], runs[0]);
    }

    gate.open();

    let mut started = Vec::new();
    for run in &runs {
        let done = project.completed(*run).await;
        assert_eq!(text(&done, "conclusion"), "success");
        let job = project.jobs(*run).await.remove("work").expect("its job");
        started.push((
            text(&job, "started_at").to_owned(),
            text(&job, "completed_at").to_owned(),
        ));
    }
    for pair in started.windows(2) {
        assert!(
            pair[0].1 <= pair[1].0,
            "one began before the other ended: {started:?}"
        );
    }
}

async fn jobs_of_two_runs_take_turns_in_one_group(store: Store) {
    let server = Server::start(store).await;
    let gate = Gate::new();
    let file = format!(
        "
on: workflow_dispatch
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: echo built
  deploy:
    needs: build
    runs-on: ubuntu-latest
    concurrency: production
    steps:
      {}
",
        gate.step()
    );
    let project = Project::with_workflow(&server, &file).await;
    let first = project.dispatch().await;
    let holder = id(&project.started(first, "deploy").await);
    let second = project.dispatch().await;
    let pending = async || {
        let job = project.jobs(second).await.remove("deploy")?;
        (job["status"] == "pending").then_some(job)
    };
    eventually("the second deploy is pending", PATIENCE, pending).await;
    assert_eq!(text(&project.run(second).await, "status"), "pending");
    let shown = project.shown(second).await;
    let jobs = shown["jobs"].as_array().expect("a list of jobs");
    let waits = &jobs[1]["waits_in_line"][0];
    assert_eq!(waits["group"], "production");
    assert_eq!(waits["behind"]["run_id"], first);
    assert_eq!(waits["behind"]["job_id"], holder);

    gate.open();

    for run in [first, second] {
        let done = project.completed(run).await;
        assert_eq!(text(&done, "conclusion"), "success");
    }
}

async fn a_pending_run_is_cancelled_at_once(store: Store) {
    let server = Server::start(store).await;
    let gate = Gate::new();
    let project = Project::with_workflow(&server, &workflow("one", &gate)).await;
    let first = project.dispatch().await;
    project.started(first, "work").await;
    let second = project.dispatch().await;

    let path = project.actions(&format!("runs/{second}/cancel"));
    let _ = project.client.post_empty(&path).await.expect(202);

    let run = project.run(second).await;
    assert_eq!(
        (text(&run, "status"), text(&run, "conclusion")),
        ("completed", "cancelled")
    );
    gate.open();
    let done = project.completed(first).await;
    assert_eq!(text(&done, "conclusion"), "success");
}
