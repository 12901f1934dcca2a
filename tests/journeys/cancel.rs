//! Somebody cancels while a job sleeps; nothing of the job is left behind.

use std::time::Instant;

use runyard_tests::{Marker, Server, Store, stores};
use serde_json::json;

use crate::project::{Project, conclusions, id, text};
use crate::sleeper::{self, CANCEL_LIMIT, asleep, nobody_left};

stores!(memory, sqlite, postgres, replicas => [
    cancel_ends_a_sleeping_job_and_all_its_processes,
    a_queued_run_is_cancelled_at_once,
    job_cancel_ends_one_job_and_skips_its_dependents,
]);

async fn cancel_ends_a_sleeping_job_and_all_its_processes(store: Store) {
    let server = Server::start(store).await;
    let marker = Marker::new();
    let project =
        Project::with_workflow(&server, &sleeper::workflow(&marker, "ubuntu-latest")).await;
    let run = project.dispatch().await;
    project.started(run, "sleep").await;
    asleep(&marker).await;
    let cancelled = Instant::now();

    let _ = project
        .client
        .post_empty(&project.actions(&format!("runs/{run}/cancel")))
        .await
        .expect(202);

    assert_eq!(
        text(&project.completed(run).await, "conclusion"),
        "cancelled"
    );
    nobody_left(&marker).await;
    assert!(
        cancelled.elapsed() < CANCEL_LIMIT,
        "it took {:?}",
        cancelled.elapsed()
    );
    let jobs = project.jobs(run).await;
    // R3.1: what was still blocked is skipped.
    let expected = [
        ("quick", "success"),
        ("sleep", "cancelled"),
        ("after", "skipped"),
    ];
    assert_eq!(conclusions(&jobs), expected.into());
    let log = project.job_log(id(&jobs["sleep"])).await;
    assert!(
        log.contains("going to sleep") && !log.contains("Z never said"),
        "{log}"
    );
    let again = project
        .client
        .post_empty(&project.actions(&format!("runs/{run}/cancel")))
        .await
        .expect(409);
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
";

async fn a_queued_run_is_cancelled_at_once(store: Store) {
    let server = Server::start(store).await;
    let project = Project::with_workflow(&server, NOBODY_TAKES_IT).await;
    let run = project.dispatch().await;
    assert_eq!(text(&project.run(run).await, "status"), "queued");

    let _ = project
        .client
        .post_empty(&project.actions(&format!("runs/{run}/cancel")))
        .await
        .expect(202);

    let run = project.run(run).await;
    assert_eq!(
        (text(&run, "status"), text(&run, "conclusion")),
        ("completed", "cancelled")
    );
}

async fn job_cancel_ends_one_job_and_skips_its_dependents(store: Store) {
    let server = Server::start(store).await;
    let marker = Marker::new();
    let project =
        Project::with_workflow(&server, &sleeper::workflow(&marker, "ubuntu-latest")).await;
    let run = project.dispatch().await;
    let job = id(&project.started(run, "sleep").await);
    asleep(&marker).await;
    let cancelled = Instant::now();

    let path = format!("/api/v1/jobs/{job}/cancel");
    let answer = project.client.post_empty(&path).await.expect(202).json();

    let repo_id = answer["repo_id"].clone();
    let expected = json!({
        "job_id": job,
        "run_id": run,
        "repo_id": repo_id,
        "changed_jobs": 1,
        "run_completed": false,
        "run_conclusion": "",
    });
    assert_eq!(answer, expected);
    // R1.16: a job that was cancelled by itself makes the run `cancelled`.
    let done = project.completed(run).await;
    assert_eq!(text(&done, "conclusion"), "cancelled");
    assert_eq!(done["repository"]["id"], repo_id);
    nobody_left(&marker).await;
    assert!(
        cancelled.elapsed() < CANCEL_LIMIT,
        "it took {:?}",
        cancelled.elapsed()
    );
    let jobs = project.jobs(run).await;
    assert_eq!(
        conclusions(&jobs),
        [
            ("quick", "success"),
            ("sleep", "cancelled"),
            ("after", "skipped")
        ]
        .into()
    );

    let again = project.client.post_empty(&path).await.expect(202).json();
    assert_eq!(
        (&again["changed_jobs"], &again["run_completed"]),
        (&json!(0), &json!(false)),
        "r3_8: the second call changed nothing and ended nothing"
    );
    assert_eq!(again["run_conclusion"], "");
}
