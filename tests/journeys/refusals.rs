//! What goes wrong on a first day: each gives one clear sentence and the right status or exit code.

use std::net::TcpListener;

use runyard_tests::{Finished, Repository, Server, Settings, Store, stores};
use serde_json::json;

use crate::project::{NAME, OWNER, Project, add_owner, id, text};

stores!(memory, sqlite, postgres, replicas => [
    a_broken_workflow_file_is_a_startup_failure_that_says_where,
    an_unknown_ref_is_named,
    a_path_without_a_repository_is_named,
]);

const BROKEN: &str = "
on: push
jobs:
  build:
    runs_on: ubuntu-latest
    steps:
      - run: echo never said
";

async fn a_broken_workflow_file_is_a_startup_failure_that_says_where(store: Store) {
    let server = Server::start(store).await;
    let project = Project::register(&server, Repository::new()).await;
    project.repository.write(".github/workflows/ci.yml", BROKEN);
    project.repository.commit("Break the workflow");
    project.repository.push();

    let runs = project.tell_of_push(&"0".repeat(40)).await;

    assert_eq!(runs.len(), 1);
    let run = project.completed(runs[0]).await;
    assert_eq!(text(&run, "conclusion"), "startup_failure");
    assert!(project.jobs(id(&run)).await.is_empty());
    let own = project
        .client
        .get(&format!("/api/v1/runs/{}", runs[0]))
        .await
        .expect(200)
        .text();
    for words in [".github/workflows/ci.yml", "5", "runs_on"] {
        assert!(own.contains(words), "{words:?} is not in {own}");
    }
    let refused = project
        .client
        .post_empty(&project.actions(&format!("runs/{}/rerun", runs[0])))
        .await;
    assert_eq!(
        refused.expect(403).message(),
        "This workflow run cannot be retried"
    );
}

const GREETING: &str = "
on: workflow_dispatch
jobs:
  greet:
    runs-on: ubuntu-latest
    steps:
      - run: echo good morning
";

async fn an_unknown_ref_is_named(store: Store) {
    let server = Server::start(store).await;
    let project = Project::with_workflow(&server, GREETING).await;
    let path = project.actions("workflows/ci.yml/dispatches");

    let refused = project
        .client
        .post(&path, &json!({ "ref": "no-such-branch" }))
        .await
        .expect(422);

    assert!(
        refused.message().contains("no-such-branch"),
        "{}",
        refused.text()
    );
}

async fn a_path_without_a_repository_is_named(store: Store) {
    let server = Server::start(store).await;
    add_owner(&server.client()).await;
    let body = json!({ "owner": OWNER, "name": NAME, "path": "/no/such/folder", "private": false });

    let refused = server
        .client()
        .post("/api/v1/repos", &body)
        .await
        .expect(422);

    assert!(
        refused.message().contains("/no/such/folder"),
        "{}",
        refused.text()
    );
    let gone = server
        .client()
        .get(&format!("/api/v3/repos/{OWNER}/{NAME}"))
        .await;
    let _ = gone.expect(404);
}

/// A failed start: not success, not a panic, one sentence that holds `words`.
fn assert_says(finished: &Finished, words: &str) {
    assert!(
        finished.code.is_some_and(|code| code != 0 && code != 101),
        "{finished:?}"
    );
    let lines: Vec<_> = finished
        .stderr
        .lines()
        .filter(|line| line.contains(words))
        .collect();
    assert_eq!(lines.len(), 1, "{finished:?}");
    assert!(!finished.stderr.contains("panicked"), "{finished:?}");
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound").to_string();

    let finished = Server::fails_to_start(Settings::new(Store::Memory), &address).await;

    assert_says(&finished, &address);
}

#[tokio::test]
async fn an_unreachable_database_is_named_without_its_password() {
    let closed = TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a free port");
    let url = format!("postgres://crane:hook-7@{closed}/harbour");
    let settings = Settings::new(Store::Postgres).variable("RUNYARD__DATABASE__URL", &url);

    let finished = Server::fails_to_start(settings, "127.0.0.1:0").await;

    assert_says(&finished, &closed.to_string());
    assert!(!finished.stderr.contains("hook-7"), "{finished:?}");
}

#[tokio::test]
async fn an_unknown_setting_is_named() {
    let settings = Settings::new(Store::Memory).variable("RUNYARD__SERVER__LISTENN", "x");

    let finished = Server::fails_to_start(settings, "127.0.0.1:0").await;

    assert_says(&finished, "listenn");
}
