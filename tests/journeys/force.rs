//! Somebody ends by force what does not want to end, and a deadline does it for them.

use std::time::Instant;

use runyard_tests::{Marker, Server, Settings, Store, eventually, stores};
use serde_json::{Value, json};

use crate::project::{PATIENCE, Project, conclusions, text};
use crate::sleeper::{CANCEL_LIMIT, nobody_left};

stores!(memory, sqlite, postgres, replicas => [
    a_job_that_ignores_everything_is_ended_by_force,
    a_run_whose_runner_never_comes_is_ended_run_again_and_deleted,
]);

/// A job that goes on whatever happens, and ignores what it is told.
fn stubborn(marker: &Marker) -> String {
    format!(
        "
on: workflow_dispatch
jobs:
  stubborn:
    if: always()
    runs-on: ubuntu-latest
    env:
      {}
    steps:
      - run: |
          trap '' INT TERM
          while true; do sleep 1; done
  after:
    needs: stubborn
    if: always()
    runs-on: ubuntu-latest
    steps:
      - run: echo never said
",
        marker.env_line()
    )
}

async fn a_job_that_ignores_everything_is_ended_by_force(store: Store) {
    let server = Server::start(store).await;
    let marker = Marker::new();
    let project = Project::with_workflow(&server, &stubborn(&marker)).await;
    let run = project.dispatch().await;
    project.started(run, "stubborn").await;
    let awake = async || (!marker.processes().is_empty()).then_some(());
    eventually("the step runs", PATIENCE, awake).await;
    let cancel = project.actions(&format!("runs/{run}/cancel"));
    let _ = project.client.post_empty(&cancel).await.expect(202);
    let own = format!("/api/v1/runs/{run}");
    let shown = project.client.get(&own).await.expect(200).json();
    assert_eq!(text(&shown, "status"), "in_progress", "R3.1: it goes on");
    let why = &shown["jobs"][0]["why"][0];
    assert_eq!(
        (&why["code"], &why["condition"]),
        (&json!("goes_on"), &json!("always()"))
    );

    let forced = Instant::now();
    let force = project.actions(&format!("runs/{run}/force-cancel"));
    let _ = project.client.post_empty(&force).await.expect(202);

    let ended = project.run(run).await;
    assert_eq!(
        (text(&ended, "status"), text(&ended, "conclusion")),
        ("completed", "cancelled"),
        "R3.4: at once"
    );
    let jobs = project.jobs(run).await;
    let wanted = [("stubborn", "cancelled"), ("after", "cancelled")];
    assert_eq!(conclusions(&jobs), wanted.into());
    nobody_left(&marker).await;
    assert!(forced.elapsed() < CANCEL_LIMIT, "{:?}", forced.elapsed());
    // Whatever the runner said of it meanwhile changed nothing.
    let later = project.run(run).await;
    assert_eq!(later["updated_at"], ended["updated_at"]);
    assert_eq!(project.jobs(run).await, jobs);
    let again = project.client.post_empty(&force).await.expect(409);
    assert_eq!(
        again.message(),
        "Cannot cancel a workflow run that is completed."
    );
}

const NOBODY_TAKES_IT: &str = "
on: workflow_dispatch
jobs:
  wait:
    runs-on: a-machine-nobody-has
    steps:
      - run: echo never said
  after:
    needs: wait
    runs-on: a-machine-nobody-has
    steps:
      - run: echo never said
";

/// asks 1: no state shuts every door.
async fn a_run_whose_runner_never_comes_is_ended_run_again_and_deleted(store: Store) {
    let server = Server::start_with(Settings::new(store).without_runner()).await;
    let project = Project::with_workflow(&server, NOBODY_TAKES_IT).await;
    let run = project.dispatch().await;
    let at = |what: &str| project.actions(&format!("runs/{run}{what}"));
    let why = async || {
        let own = format!("/api/v1/runs/{run}");
        let shown = project.client.get(&own).await.expect(200).json();
        shown["jobs"][0]["why"].clone()
    };
    assert_eq!(why().await[0]["code"], "no_runner");
    let refused = project.client.delete(&at("")).await.expect(403);
    assert_eq!(refused.message(), "Could not delete the workflow run");

    let _ = project
        .client
        .post_empty(&at("/force-cancel"))
        .await
        .expect(202);
    assert_eq!(text(&project.run(run).await, "conclusion"), "cancelled");
    assert_eq!(why().await, Value::Array(Vec::new()));
    let _ = project
        .client
        .post_empty(&at("/rerun-failed-jobs"))
        .await
        .expect(201);
    assert_eq!(text(&project.run(run).await, "status"), "queued");
    let _ = project.client.post_empty(&at("/cancel")).await.expect(202);
    let _ = project.client.delete(&at("")).await.expect(204);
    for what in ["", "/jobs", "/attempts/1", "/logs"] {
        let _ = project.client.get(&at(what)).await.expect(404);
    }
    let list = project.actions("runs");
    let listed = project.client.get(&list).await.expect(200).json();
    assert_eq!(listed["total_count"], 0);
}
