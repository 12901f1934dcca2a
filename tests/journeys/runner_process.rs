//! A machine of its own takes the jobs: `runyard-runner register` and `run`.

use runyard_tests::{Marker, Runner, Server, Settings, Store, stores};

use crate::project::{Project, id, text};
use crate::sleeper::{self, asleep, nobody_left};

stores!(memory, sqlite, postgres, replicas => [
    a_registered_runner_takes_the_jobs_of_its_labels,
    a_job_sees_nothing_of_the_runners_own_environment,
    a_killed_runner_leaves_no_process_behind,
]);

const LABELLED: &str = "
on: workflow_dispatch
jobs:
  unload:
    runs-on: [self-hosted, crane]
    steps:
      - run: echo unloaded by $RUNNER_NAME
";

async fn a_registered_runner_takes_the_jobs_of_its_labels(store: Store) {
    let server = Server::start_with(Settings::new(store).without_runner()).await;
    let project = Project::with_workflow(&server, LABELLED).await;
    let run = project.dispatch().await;
    assert_eq!(text(&project.run(run).await, "status"), "queued");

    let mut runner = Runner::start(&server, "pier-4", "self-hosted,crane").await;

    assert_eq!(text(&project.completed(run).await, "conclusion"), "success");
    let job = project.jobs(run).await["unload"].clone();
    assert_eq!(text(&job, "runner_name"), "pier-4");
    assert!(
        project
            .job_log(id(&job))
            .await
            .contains("unloaded by pier-4")
    );
    runner.stop().await;
}

const CURIOUS: &str = "
on: workflow_dispatch
jobs:
  look:
    runs-on: harbour
    steps:
      - run: env | cut -d= -f1 | sort
";

async fn a_job_sees_nothing_of_the_runners_own_environment(store: Store) {
    let server = Server::start_with(Settings::new(store).without_runner()).await;
    let _runner = Runner::start(&server, "pier", "harbour").await;
    let project = Project::with_workflow(&server, CURIOUS).await;
    let run = project.dispatch().await;
    assert_eq!(text(&project.completed(run).await, "conclusion"), "success");

    let log = project.job_log(id(&project.jobs(run).await["look"])).await;

    let has = |name: &str| log.lines().any(|line| line.ends_with(&format!("Z {name}")));
    assert!(
        has("GITHUB_SHA") && has("RUNNER_OS") && has("PATH") && has("CI"),
        "{log}"
    );
    // Set by these tests for the runner's own process.
    assert!(!has("RUST_LOG") && !has("RUST_BACKTRACE"), "{log}");
}

async fn a_killed_runner_leaves_no_process_behind(store: Store) {
    let server = Server::start_with(Settings::new(store).without_runner()).await;
    let mut runner = Runner::start(&server, "pier", "harbour").await;
    let marker = Marker::new();
    let project = Project::with_workflow(&server, &sleeper::workflow(&marker, "harbour")).await;
    let run = project.dispatch().await;
    project.started(run, "sleep").await;
    asleep(&marker).await;

    runner.kill().await;

    nobody_left(&marker).await;
}
