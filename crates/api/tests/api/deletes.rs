//! Deleting runs and logs (contract 6): 404 at once, and never while a run is live.

use crate::{answer::Answer, fake_runner::FakeRunner, server::TestServer};
use serde_json::json;
use std::time::Duration;

const REPOSITORY: &str = "/api/v3/repos/admin/open";
const TWO_WEEKS: Duration = Duration::from_secs(14 * 24 * 60 * 60);

async fn delete(server: &TestServer, below: &str) -> Answer {
    let path = format!("{REPOSITORY}/actions/runs/{below}");
    server
        .send(server.request("DELETE", &path, &server.admin))
        .await
}

#[tokio::test]
async fn a_deleted_run_is_not_there_for_anybody() {
    let server = TestServer::start().await;
    server.repository("admin", "open", false).await;
    let run = server.dispatch("admin/open").await;
    let kept = server.dispatch("admin/open").await;
    let runner = FakeRunner::register(&server, "one").await;
    let live = (403, "Could not delete the workflow run".to_owned());
    assert_eq!(delete(&server, &run.to_string()).await.refusal(), live);
    let offered = runner.run_one("a", "failure").await;
    let link = server
        .get(&format!("{REPOSITORY}/actions/runs/{run}/logs"), "")
        .await
        .expect(302);
    let link = link.header("location").unwrap().to_owned();
    server.get(&link, "").await.expect(200);

    let gone = delete(&server, &run.to_string()).await.expect(204);
    assert!(gone.body.is_empty());
    let job = &offered.job["job_id"];
    for path in [
        format!("{REPOSITORY}/actions/runs/{run}"),
        format!("{REPOSITORY}/actions/runs/{run}/jobs"),
        format!("{REPOSITORY}/actions/runs/{run}/attempts/1"),
        format!("{REPOSITORY}/actions/runs/{run}/attempts/1/jobs"),
        format!("{REPOSITORY}/actions/runs/{run}/attempts/1/logs"),
        format!("{REPOSITORY}/actions/runs/{run}/logs"),
        format!("{REPOSITORY}/actions/jobs/{job}"),
        format!("{REPOSITORY}/actions/jobs/{job}/logs"),
        format!("/api/v1/runs/{run}"),
        link,
    ] {
        assert_eq!(server.get(&path, &server.admin).await.status, 404, "{path}");
    }
    for what in ["cancel", "force-cancel", "rerun", "rerun-failed-jobs"] {
        let path = format!("{REPOSITORY}/actions/runs/{run}/{what}");
        let answer = server.call("POST", &path, &server.admin, json!({})).await;
        assert_eq!(answer.status, 404, "{what}");
    }
    delete(&server, &run.to_string()).await.expect(404);
    let listed = server
        .get(&format!("{REPOSITORY}/actions/runs"), "")
        .await
        .json();
    assert_eq!(
        (&listed["total_count"], &listed["workflow_runs"][0]["id"]),
        (&json!(1), &json!(kept))
    );
    let next = server.dispatch("admin/open").await;
    let next = server
        .get(&format!("{REPOSITORY}/actions/runs/{next}"), "")
        .await
        .json();
    assert_eq!(next["run_number"], 3, "no number is given twice");
}

#[tokio::test]
async fn a_live_run_is_deleted_once_it_is_two_weeks_old() {
    let server = TestServer::start().await;
    server.repository("admin", "open", false).await;
    let run = server.dispatch("admin/open").await;
    let runner = FakeRunner::register(&server, "one").await;
    server.pass(TWO_WEEKS);
    let offered = runner.claim_one("a").await;
    runner.start(&offered).await.expect(200);
    delete(&server, &run.to_string()).await.expect(403);
    server.pass(Duration::from_secs(1));
    delete(&server, &run.to_string()).await.expect(204);
    runner.finish(&offered, "success", 0).await.expect(410);
    runner.claim("b").await.expect(204);
}

#[tokio::test]
async fn r8_10_deleted_logs_are_404_and_the_run_stays() {
    let server = TestServer::start().await;
    server.repository("admin", "open", false).await;
    let run = server.dispatch("admin/open").await;
    let runner = FakeRunner::register(&server, "one").await;
    let logs = format!("{run}/logs");
    let live = "Could not delete the logs of a workflow run that is not completed".to_owned();
    assert_eq!(delete(&server, &logs).await.refusal(), (403, live));
    let offered = runner.run_one("a", "failure").await;
    let job = &offered.job["job_id"];
    let paths = [
        format!("{REPOSITORY}/actions/runs/{run}/logs"),
        format!("{REPOSITORY}/actions/runs/{run}/attempts/1/logs"),
        format!("{REPOSITORY}/actions/jobs/{job}/logs"),
    ];
    let mut links = Vec::new();
    for path in &paths {
        let link = server.get(path, "").await.expect(302);
        links.push(link.header("location").unwrap().to_owned());
    }
    for _ in 0..2 {
        delete(&server, &logs).await.expect(204);
        for path in paths.iter().chain(&links) {
            assert_eq!(server.get(path, "").await.status, 404, "{path}");
        }
    }
    let shown = server
        .get(&format!("{REPOSITORY}/actions/runs/{run}"), "")
        .await
        .json();
    assert_eq!(shown["conclusion"], "failure");
    delete(&server, "99/logs").await.expect(404);
}
