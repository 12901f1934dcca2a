//! Somebody brings a repository of their own, with a job that fails, and pushes to it.

use std::collections::BTreeMap;

use runyard_tests::{Server, Store, eventually, stores};

use crate::project::{NAME, OWNER, PATIENCE, Project, conclusions, id, text};

stores!(memory, sqlite, postgres, replicas => [
    a_failing_job_fails_the_run_and_skips_its_dependents,
    a_push_told_by_webhook_starts_a_run,
    a_push_told_twice_starts_one_run,
    a_push_through_the_printed_hook_starts_a_run,
]);

const FAILING: &str = "
name: Harbour
on: [push, workflow_dispatch]
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: |
          echo the crane is stuck
          exit 3
      - run: echo never said
  ship:
    needs: build
    runs-on: ubuntu-latest
    steps:
      - run: echo never said
  bill:
    needs: ship
    runs-on: ubuntu-latest
    steps:
      - run: echo never said
  watch:
    runs-on: ubuntu-latest
    steps:
      - run: echo all quiet
";

async fn a_failing_job_fails_the_run_and_skips_its_dependents(store: Store) {
    let server = Server::start(store).await;
    let project = Project::with_workflow(&server, FAILING).await;

    let run = project.dispatch().await;

    assert_eq!(text(&project.completed(run).await, "conclusion"), "failure");
    let jobs = project.jobs(run).await;
    let expected = [
        ("build", "failure"),
        ("ship", "skipped"),
        ("bill", "skipped"),
        ("watch", "success"),
    ];
    assert_eq!(conclusions(&jobs), BTreeMap::from(expected));
    let log = project.job_log(id(&jobs["build"])).await;
    assert!(log.contains("the crane is stuck"), "{log}");
    assert!(
        log.contains("##[error]Process completed with exit code 3."),
        "{log}"
    );
    assert!(!log.contains("Z never said"), "{log}");
}

const QUICK: &str = "
name: Quick
on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: cat cargo.txt
";

async fn a_push_told_by_webhook_starts_a_run(store: Store) {
    let server = Server::start(store).await;
    let project = Project::with_workflow(&server, QUICK).await;
    let before = project.repository.head();
    project.repository.write("cargo.txt", "forty crates\n");
    let after = project.repository.commit("Load the ship");
    project.repository.push();

    let runs = project.tell_of_push(&before).await;

    assert_eq!(runs.len(), 1, "{runs:?}");
    let run = project.completed(runs[0]).await;
    assert_eq!(text(&run, "conclusion"), "success");
    assert_eq!(text(&run, "event"), "push");
    assert_eq!(text(&run, "head_sha"), after);
    assert_eq!(text(&run, "head_branch"), "main");
    let log = project
        .job_log(id(&project.jobs(runs[0]).await["build"]))
        .await;
    assert!(log.contains("Z forty crates"), "{log}");
}

async fn a_push_told_twice_starts_one_run(store: Store) {
    let server = Server::start(store).await;
    let project = Project::with_workflow(&server, QUICK).await;
    let before = project.repository.head();
    project.repository.commit("Load the ship");
    project.repository.push();

    let path = format!("/api/v1/repos/{OWNER}/{NAME}/events");
    let payload = serde_json::json!({
        "ref": "refs/heads/main",
        "before": before,
        "after": project.repository.head(),
        "repository": { "full_name": format!("{OWNER}/{NAME}") },
    });
    for _ in 0..2 {
        let request = runyard_tests::Request::new("POST", &path)
            .header("x-github-event", "push")
            .header("x-github-delivery", "6d0b3c52-8f5e-4a51-9c1e-0a4c5a3f0001")
            .json(&payload);
        let _ = project.client.send(request).await.expect(202);
    }

    let list = project
        .client
        .get(&project.actions("runs"))
        .await
        .expect(200)
        .json();
    assert_eq!(list["total_count"], 1, "{list}");
}

async fn a_push_through_the_printed_hook_starts_a_run(store: Store) {
    let server = Server::start(store).await;
    let project = Project::with_workflow(&server, QUICK).await;
    let printed = server
        .command(&["repo", "hook", &format!("{OWNER}/{NAME}")])
        .await;
    assert_eq!(printed.code, Some(0), "{printed:?}");
    project.repository.install_hook(&printed.stdout);
    project.repository.write("cargo.txt", "one crate\n");
    let after = project.repository.commit("Load one crate");

    project.repository.push();

    let path = project.actions(&format!("runs?head_sha={after}"));
    let listed = async || {
        let list = project.client.get(&path).await.expect(200).json();
        list["workflow_runs"][0]["id"].as_i64()
    };
    let run = eventually("the push made a run", PATIENCE, listed).await;
    assert_eq!(text(&project.completed(run).await, "conclusion"), "success");
}
