//! Re-running what failed and one job, and attempts as history that does not change.

use crate::{answer::Answer, fake_runner::FakeRunner, server::TestServer};
use serde_json::{Value, json};
use std::{
    io::{Cursor, Read},
    time::Duration,
};

const REPOSITORY: &str = "/api/v3/repos/admin/open";

async fn post(server: &TestServer, path: &str, body: Value) -> Answer {
    let path = format!("{REPOSITORY}/actions/{path}");
    server.call("POST", &path, &server.admin, body).await
}

async fn get(server: &TestServer, path: &str) -> Value {
    let path = format!("{REPOSITORY}/actions/{path}");
    server.get(&path, "").await.expect(200).json()
}

/// A run of three jobs in a row: the first succeeded, the second failed, the third was skipped.
async fn half_failed(server: &TestServer) -> i64 {
    server.repository("admin", "open", false).await;
    let run = server.dispatch("admin/open").await;
    let runner = FakeRunner::register(server, "one").await;
    runner.run_one("a", "success").await;
    server.pass(Duration::from_secs(10));
    runner.run_one("b", "failure").await;
    run
}

/// Names of the files behind a link to logs, and the text of the first.
async fn archive(server: &TestServer, path: &str) -> (Vec<String>, String) {
    let path = format!("{REPOSITORY}/actions/{path}");
    let link = server.get(&path, "").await.expect(302);
    let zip = server.get(link.header("location").unwrap(), "").await;
    let mut archive = zip::ZipArchive::new(Cursor::new(zip.expect(200).body)).unwrap();
    let names = archive.file_names();
    let mut names: Vec<String> = names.map(|name| name.unwrap().into_owned()).collect();
    names.sort();
    let mut text = String::new();
    let mut first = archive.by_index(0).unwrap();
    first.read_to_string(&mut text).unwrap();
    (names, text)
}

#[tokio::test]
async fn e35_what_failed_is_run_again_and_the_rest_is_carried() {
    let server = TestServer::start().await;
    let run = half_failed(&server).await;
    let old = get(&server, &format!("runs/{run}/jobs")).await;
    server.pass(Duration::from_secs(50));
    let rita = server.user("rita", false, crate::server::REPO).await;
    let repository = server
        .engine
        .repository_by_name("admin", "open")
        .await
        .unwrap();
    server
        .collaborator(&repository, "rita", runyard_domain::repository::Role::Write)
        .await;
    let path = format!("{REPOSITORY}/actions/runs/{run}/rerun-failed-jobs");
    let body = json!({ "enable_debug_logging": true, "what": "nobody knows" });
    let answer = server.call("POST", &path, &rita, body).await;
    assert_eq!(answer.expect(201).text(), "{}");

    let shown = get(&server, &format!("runs/{run}")).await;
    assert_eq!(
        (
            &shown["run_attempt"],
            &shown["status"],
            &shown["conclusion"]
        ),
        (&json!(2), &json!("queued"), &Value::Null)
    );
    assert_eq!(
        (
            &shown["actor"]["login"],
            &shown["triggering_actor"]["login"]
        ),
        (&json!("admin"), &json!("rita")),
        "r4_2"
    );
    let own = server.get(&format!("/api/v1/runs/{run}"), "").await.json();
    assert_eq!(own["debug_logging"], true, "r4_10");
    assert_eq!(own["jobs"][0]["carried_from"], old["jobs"][0]["id"]);
    assert_eq!(own["jobs"][1]["carried_from"], Value::Null);

    let new = get(&server, &format!("runs/{run}/jobs")).await;
    assert_eq!(new["total_count"], 2, "r1_7: what is blocked is not shown");
    let (was, is) = (&old["jobs"][0], &new["jobs"][0]);
    assert_ne!(was["id"], is["id"]);
    for same in [
        "name",
        "conclusion",
        "started_at",
        "completed_at",
        "runner_id",
        "steps",
    ] {
        assert_eq!(was[same], is[same], "{same}");
    }
    assert_eq!(is["run_attempt"], 2);
    assert_eq!(
        is["created_at"], "2026-01-02T03:05:05Z",
        "r4_4: the copy's own"
    );
    assert_eq!(new["jobs"][1]["status"], "queued");

    let carried = is["id"].as_i64().unwrap();
    let path = format!("{REPOSITORY}/actions/jobs/{carried}/logs");
    let link = server.get(&path, "").await.expect(302);
    let log = server.get(link.header("location").unwrap(), "").await;
    assert!(log.expect(200).text().contains("hello"), "r4_11");
    let all = get(&server, &format!("runs/{run}/jobs?filter=all")).await;
    assert_eq!(all["total_count"], 5);
}

#[tokio::test]
async fn attempts_stay_as_they_ended_with_their_own_logs() {
    let server = TestServer::start().await;
    let run = half_failed(&server).await;
    let before = get(&server, &format!("runs/{run}/attempts/1")).await;
    let jobs_before = get(&server, &format!("runs/{run}/attempts/1/jobs")).await;
    let logs_before = archive(&server, &format!("runs/{run}/attempts/1/logs")).await;
    assert_eq!(logs_before.0.len(), 8, "two jobs of three steps");

    let failed = jobs_before["jobs"][1]["id"].as_i64().unwrap();
    let body = json!({ "enable_debugger": true });
    post(&server, &format!("jobs/{failed}/rerun"), body)
        .await
        .expect(201);
    let path = format!("{REPOSITORY}/actions/runs/{run}/attempts/2/logs");
    assert_eq!(server.get(&path, "").await.status, 404, "it has not ended");
    let runner = FakeRunner {
        token: FakeRunner::register(&server, "two").await.token,
        server: &server,
    };
    runner.run_one("c", "success").await;
    runner.run_one("d", "success").await;

    assert_eq!(
        get(&server, &format!("runs/{run}/attempts/1")).await,
        before
    );
    let same = get(&server, &format!("runs/{run}/attempts/1/jobs")).await;
    assert_eq!(same, jobs_before);
    let same = archive(&server, &format!("runs/{run}/attempts/1/logs")).await;
    assert_eq!(same, logs_before);
    let second = archive(&server, &format!("runs/{run}/attempts/2/logs")).await;
    assert!(
        second.0.iter().all(|name| !name.contains("build")),
        "{second:?}"
    );
    assert_eq!(archive(&server, &format!("runs/{run}/logs")).await, second);
    let shown = get(&server, &format!("runs/{run}/attempts/2")).await;
    assert_eq!(
        shown["previous_attempt_url"],
        format!("{}{REPOSITORY}/actions/runs/{run}/attempts/1", server.base)
    );
    assert_eq!(
        shown["logs_url"],
        format!(
            "{}{REPOSITORY}/actions/runs/{run}/attempts/2/logs",
            server.base
        )
    );
    let path = format!("{REPOSITORY}/actions/runs/{run}/attempts/3/logs");
    assert_eq!(server.get(&path, "").await.status, 404);
}

#[tokio::test]
async fn refusals_give_the_true_reason() {
    let server = TestServer::start().await;
    let run = half_failed(&server).await;
    let jobs = get(&server, &format!("runs/{run}/jobs")).await;
    let job = jobs["jobs"][1]["id"].as_i64().unwrap();
    let said = async |path: String| post(&server, &path, json!({})).await.refusal();
    let bad = json!({ "enable_debug_logging": "yes" });
    for path in [
        format!("runs/{run}/rerun"),
        format!("runs/{run}/rerun-failed-jobs"),
        format!("jobs/{job}/rerun"),
    ] {
        let (status, message) = post(&server, &path, bad.clone()).await.refusal();
        assert_eq!(status, 422, "{path}: {message}");
        assert!(message.contains("enable_debug_logging"), "{message}");
    }

    post(&server, &format!("jobs/{job}/rerun"), json!({}))
        .await
        .expect(201);
    let running = (403, "This workflow is already running".to_owned());
    for what in ["rerun", "rerun-failed-jobs"] {
        assert_eq!(said(format!("runs/{run}/{what}")).await, running, "E36");
    }
    let of_job = "The workflow run containing this job is already running".to_owned();
    assert_eq!(said(format!("jobs/{job}/rerun")).await, (403, of_job));

    let runner = FakeRunner::register(&server, "two").await;
    runner.run_one("c", "success").await;
    runner.run_one("d", "success").await;
    let older = "Only jobs from the current attempt can be re-run".to_owned();
    assert_eq!(said(format!("jobs/{job}/rerun")).await, (403, older));
    let nothing = (403, "This workflow run cannot be retried".to_owned());
    assert_eq!(
        said(format!("runs/{run}/rerun-failed-jobs")).await,
        nothing,
        "R4.9"
    );
    assert_eq!(said("jobs/9999/rerun".to_owned()).await.0, 404);

    server.pass(Duration::from_secs(31 * 24 * 60 * 60));
    let late =
        "Unable to retry this workflow run because it was created over a month ago".to_owned();
    let newest = get(&server, &format!("runs/{run}/jobs")).await;
    let newest = newest["jobs"][0]["id"].as_i64().unwrap();
    for path in [
        format!("runs/{run}/rerun"),
        format!("runs/{run}/rerun-failed-jobs"),
        format!("jobs/{newest}/rerun"),
    ] {
        assert_eq!(said(path).await, (403, late.clone()), "E37");
    }
}
