//! Force-cancel, and why a job that has not ended is where it is.

use crate::{fake_runner::FakeRunner, git::commit_workflow, server::TestServer};
use runyard_domain::repository::Role;
use runyard_engine::Settings;
use serde_json::{Value, json};
use std::time::Duration;

const REPOSITORY: &str = "/api/v3/repos/admin/open";

/// Changes `ci.yml` before the repository is registered.
async fn with_workflow(server: &TestServer, text: &str) {
    commit_workflow(server.source.path(), text);
    server.repository("admin", "open", false).await;
}

/// The reasons of a job of a run, by its key.
async fn why(server: &TestServer, run: i64, key: &str) -> Vec<Value> {
    let run = server.get(&format!("/api/v1/runs/{run}"), "").await;
    let run = run.expect(200).json();
    let jobs = run["jobs"].as_array().unwrap().clone();
    let job = jobs.into_iter().find(|job| job["key"] == key).unwrap();
    for why in job["why"].as_array().unwrap() {
        assert!(why["sentence"].as_str().unwrap().ends_with('.'), "{why}");
    }
    job["why"].as_array().unwrap().clone()
}

fn codes(why: &[Value]) -> Vec<&str> {
    why.iter()
        .map(|why| why["code"].as_str().unwrap())
        .collect()
}

async fn post(server: &TestServer, path: &str) -> crate::answer::Answer {
    let path = format!("{REPOSITORY}/actions/{path}");
    server
        .send(server.request("POST", &path, &server.admin))
        .await
}

const JOBS: &str = "on: workflow_dispatch
jobs:
  stubborn:
    if: always()
    runs-on: self-hosted
    steps: [{run: echo}]
  plain:
    runs-on: self-hosted
    steps: [{run: echo}]
  rare:
    runs-on: [a-machine-nobody-has]
    steps: [{run: echo}]
  legs:
    strategy: {max-parallel: 1, matrix: {v: [1, 2]}}
    runs-on: a-machine-nobody-has
    steps: [{run: echo}]
  after:
    needs: [plain, rare]
    runs-on: self-hosted
    steps: [{run: echo}]
";

#[tokio::test]
async fn every_job_that_has_not_ended_says_why() {
    let server = TestServer::start().await;
    with_workflow(&server, JOBS).await;
    let run = server.dispatch("admin/open").await;
    let runner = FakeRunner::register(&server, "one").await;
    let stubborn = why(&server, run, "stubborn").await;
    assert_eq!(
        (&stubborn[0]["code"], &stubborn[0]["runners"]),
        (&json!("queued"), &json!(1))
    );
    assert_eq!(stubborn[0]["since"], "2026-01-02T03:04:05Z");
    let rare = why(&server, run, "rare").await;
    assert_eq!(rare[0]["code"], "no_runner");
    assert_eq!(rare[0]["labels"], json!(["a-machine-nobody-has"]));
    let after = why(&server, run, "after").await;
    assert_eq!(after[0]["needs"], json!(["plain", "rare"]));
    let body = server.get(&format!("/api/v1/runs/{run}"), "").await.json();
    let legs = body["jobs"].as_array().unwrap().iter();
    let legs = legs.filter(|job| job["key"] == "legs");
    let of_legs: Vec<&str> = legs
        .map(|job| job["why"][0]["code"].as_str().unwrap())
        .collect();
    assert_eq!(of_legs, ["no_runner", "max_parallel"], "r2_44");

    let offered = runner.claim_one("a").await;
    server.pass(Duration::from_secs(2));
    let told = why(&server, run, "stubborn").await;
    assert_eq!(
        (&told[0]["code"], &told[0]["runner"]),
        (&json!("offered"), &json!("one"))
    );
    assert_eq!(told[0]["since"], "2026-01-02T03:04:05Z");
    runner.start(&offered).await.expect(200);
    assert!(why(&server, run, "stubborn").await.is_empty(), "it runs");
    let plain = runner.claim_one("b").await;
    runner.start(&plain).await.expect(200);

    post(&server, &format!("runs/{run}/cancel"))
        .await
        .expect(202);
    let told = why(&server, run, "stubborn").await;
    assert_eq!(codes(&told), ["goes_on"]);
    assert_eq!(told[0]["condition"], "always()");
    assert_eq!(told[0]["since"], "2026-01-02T03:04:07Z");
    let told = why(&server, run, "plain").await;
    assert_eq!(codes(&told), ["cancelling"]);
    assert_eq!(told[0]["ended_at"], "2026-01-02T03:09:07Z");
    let body = server.get(&format!("/api/v1/runs/{run}"), "").await.json();
    assert_eq!(body["cancel_requested_at"], "2026-01-02T03:04:07Z");
    assert_eq!(body["force_cancel_at"], Value::Null, "no deadline is set");

    let forced = post(&server, &format!("runs/{run}/force-cancel")).await;
    assert_eq!(forced.expect(202).text(), "{}");
    for key in ["stubborn", "plain", "rare", "legs", "after"] {
        assert!(why(&server, run, key).await.is_empty(), "{key}");
    }
    let run = server
        .get(&format!("{REPOSITORY}/actions/runs/{run}"), "")
        .await
        .json();
    assert_eq!(
        (&run["status"], &run["conclusion"]),
        (&json!("completed"), &json!("cancelled"))
    );
}

#[tokio::test]
async fn a_deadline_is_shown_while_a_cancel_goes_on() {
    let settings = Settings {
        cancel_deadline: Some(Duration::from_secs(600)),
        ..Settings::default()
    };
    let server = TestServer::start_with(|_| {}, settings).await;
    with_workflow(&server, JOBS).await;
    let run = server.dispatch("admin/open").await;
    post(&server, &format!("runs/{run}/cancel"))
        .await
        .expect(202);
    let shown = async || {
        let run = server.get(&format!("/api/v1/runs/{run}"), "").await.json();
        (run["status"].clone(), run["force_cancel_at"].clone())
    };
    let waiting = (json!("queued"), json!("2026-01-02T03:14:05Z"));
    assert_eq!(shown().await, waiting);
    server.pass(Duration::from_secs(600));
    server.engine.force_overdue_cancels().await.unwrap();
    assert_eq!(shown().await, (json!("completed"), Value::Null));
}

#[tokio::test]
async fn a_force_cancel_tells_the_runner_and_takes_nothing_from_it_any_more() {
    let server = TestServer::start().await;
    let repository = server.repository("admin", "open", false).await;
    let run = server.dispatch("admin/open").await;
    let runner = FakeRunner::register(&server, "one").await;
    let offered = runner.claim_one("a").await;
    runner.start(&offered).await.expect(200);
    let rita = server.user("rita", false, crate::server::REPO).await;
    server.collaborator(&repository, "rita", Role::Read).await;
    let path = format!("{REPOSITORY}/actions/runs/{run}/force-cancel");
    assert_eq!(
        server.call("POST", &path, &rita, json!({})).await.status,
        403
    );

    let job = &offered.job["job_id"];
    let check = format!("/api/v1/jobs/{job}/cancel-check?wait_s=50");
    let checking = server.send(server.request("POST", &check, &offered.token));
    let forcing = post(&server, &format!("runs/{run}/force-cancel")).await;
    forcing.expect(202);
    let order = json!({ "cancelled": true, "force": true });
    assert_eq!(checking.await.expect(200).json(), order);
    runner.start(&offered).await.expect(410);
    runner
        .log(&offered, 0, b"[2,1,\"late\"]\n")
        .await
        .expect(410);
    runner.finish(&offered, "success", 0).await.expect(410);
    let sync = json!({ "rev": 1, "steps": [] });
    runner
        .call("POST", &offered, "sync", sync)
        .await
        .expect(410);
    let again = post(&server, &format!("runs/{run}/force-cancel")).await;
    let completed = "Cannot cancel a workflow run that is completed.".to_owned();
    assert_eq!(again.refusal(), (409, completed));
    let jobs = server
        .get(&format!("{REPOSITORY}/actions/runs/{run}/jobs"), "")
        .await
        .json();
    assert_eq!(jobs["total_count"], 3, "what was blocked was ended too");
}
