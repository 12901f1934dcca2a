//! The server is started a second time, after a proper end and after none, and knows what it knew.

use runyard_tests::{Runner, Server, Settings, Store, stores};

use crate::project::{Project, id, text};

stores!(sqlite, postgres => [
    a_second_start_finds_runs_and_logs_again,
    a_job_survives_a_server_that_is_killed_under_it,
]);

const GREETING: &str = "
on: workflow_dispatch
jobs:
  greet:
    runs-on: ubuntu-latest
    steps:
      - run: echo good morning
";

async fn a_second_start_finds_runs_and_logs_again(store: Store) {
    let mut server = Server::start(store).await;
    let project = Project::with_workflow(&server, GREETING).await;
    let run = project.dispatch().await;
    let before = project.completed(run).await;
    let log = project.job_log(id(&project.jobs(run).await["greet"])).await;

    server.stop().await;
    server.start_again().await;

    assert_eq!(project.run(run).await, before);
    assert_eq!(
        project.job_log(id(&project.jobs(run).await["greet"])).await,
        log
    );
    assert!(
        !server.output().contains("token: "),
        "a token is printed once:\n{}",
        server.output()
    );
    let next = project.dispatch().await;
    assert!(next > run);
    assert_eq!(
        text(&project.completed(next).await, "conclusion"),
        "success"
    );
}

/// Says a line, waits until a file is there, and says another.
fn patient(file: &str) -> String {
    format!(
        "
on: workflow_dispatch
jobs:
  wait:
    runs-on: harbour
    steps:
      - run: |
          echo waiting
          while [ ! -e {file} ]; do sleep 0.1; done
          echo the ship is in
"
    )
}

async fn a_job_survives_a_server_that_is_killed_under_it(store: Store) {
    let mut server = Server::start_with(Settings::new(store).without_runner()).await;
    let _runner = Runner::start(&server, "pier", "harbour").await;
    let file = server.folder().join("the-ship");
    let project = Project::with_workflow(&server, &patient(&file.display().to_string())).await;
    let run = project.dispatch().await;
    let job = id(&project.started(run, "wait").await);

    server.kill().await;
    std::fs::write(&file, "").expect("a new file");
    server.start_again().await;

    assert_eq!(text(&project.completed(run).await, "conclusion"), "success");
    assert_eq!(id(&project.jobs(run).await["wait"]), job);
    let log = project.job_log(job).await;
    for words in ["Z waiting\n", "Z the ship is in\n"] {
        assert_eq!(log.matches(words).count(), 1, "{words:?} in {log}");
    }
}
