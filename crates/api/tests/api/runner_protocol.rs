//! The native runner protocol, whole lives (`runner-protocols.md` D).

use crate::{
    fake_runner::FakeRunner,
    server::{REPO, TestServer},
};
use flate2::{Compression, write::GzEncoder};
use runyard_api::runner::messages::LOG_REQUEST_BYTES;
use serde_json::{Value, json};
use std::{io::Write, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const ROW: &[u8] = b"[2,1767323045123,\"hello\"]\n";

async fn ready() -> TestServer {
    let server = TestServer::start().await;
    server.repository("admin", "open", true).await;
    server.dispatch("admin/open").await;
    server
}

#[tokio::test]
async fn a_job_lives_from_claim_to_finish() {
    let server = ready().await;
    let runner = FakeRunner::register(&server, "one").await;
    let offered = runner.claim_one("key").await;
    let job = &offered.job;
    assert_eq!(
        job["repository"]["clone_url"],
        format!("{}/admin/open.git", server.base)
    );
    assert_eq!(job["api_url"], format!("{}/api/v3", server.base));
    assert_eq!(job["steps"][0]["action"]["kind"], "uses");
    assert_eq!(job["secrets"]["GITHUB_TOKEN"], job["github_token"]);
    assert_eq!(job["contexts"]["github"]["repository"], "admin/open");
    assert_eq!(job["contexts"]["github"]["event"], Value::Null, "told once");
    assert_eq!(job["steps"][1]["number"], 3);
    assert_eq!(job["masks"][0], job["github_token"]);

    let started = runner.start(&offered).await.expect(200).json();
    assert_eq!(started["lease_until_ms"], 1_767_323_105_000_i64);
    assert_eq!(runner.start(&offered).await.expect(200).json(), started);

    // The job's own token reads its private repository and changes nothing.
    let github = job["github_token"].as_str().unwrap();
    let runs = "/api/v3/repos/admin/open/actions/runs";
    let id =
        server.get(runs, github).await.expect(200).json()["workflow_runs"][0]["id"].to_string();
    let cancel = server
        .call("POST", &format!("{runs}/{id}/cancel"), github, json!({}))
        .await;
    assert_eq!(
        cancel.refusal(),
        (403, "Resource not accessible by integration".to_owned())
    );
    assert_eq!(
        cancel.header("x-accepted-github-permissions"),
        Some("actions=write")
    );

    let step = json!({ "number": 2, "name": "Make", "status": "in_progress", "conclusion": null,
        "started_at_ms": 1_767_323_045_000_i64, "completed_at_ms": null });
    let sync = runner
        .call(
            "POST",
            &offered,
            "sync",
            json!({ "rev": 1, "steps": [step] }),
        )
        .await;
    assert_eq!(sync.expect(200).json()["cancel"], "none");

    assert_eq!(
        runner.log(&offered, 0, ROW).await.expect(200).json()["ack"],
        ROW.len()
    );
    assert_eq!(
        runner.log(&offered, 0, ROW).await.expect(200).json()["ack"],
        ROW.len()
    );
    assert_eq!(
        runner.log(&offered, 99, ROW).await.expect(416).json()["ack"],
        ROW.len()
    );
    let incomplete = runner
        .finish(&offered, "success", ROW.len() * 2)
        .await
        .expect(202);
    assert_eq!(incomplete.json()["ack"], ROW.len());
    let packed = packed(ROW);
    let path = format!(
        "/api/v1/executions/{}/log?offset={}&seal=1",
        offered.execution,
        ROW.len()
    );
    let request = server
        .request("PUT", &path, &offered.token)
        .header("Content-Encoding", "gzip");
    assert_eq!(
        server.send(request.body(packed)).await.expect(200).json()["ack"],
        ROW.len() * 2
    );

    runner
        .finish(&offered, "success", ROW.len() * 2)
        .await
        .expect(200);
    runner
        .finish(&offered, "success", ROW.len() * 2)
        .await
        .expect(200);
    runner
        .finish(&offered, "failure", ROW.len() * 2)
        .await
        .expect(409);
    runner.log(&offered, 0, ROW).await.expect(410);
    runner
        .call("POST", &offered, "sync", json!({ "rev": 2, "steps": [] }))
        .await
        .expect(410);
    let check = format!("/api/v1/jobs/{}/cancel-check?wait_s=0", job["job_id"]);
    server
        .send(server.request("POST", &check, &offered.token))
        .await
        .expect(410);
    assert_eq!(server.get(runs, github).await.status, 401);
}

fn packed(rows: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(rows).unwrap();
    packer.finish().unwrap()
}

#[tokio::test]
async fn a_lost_answer_costs_nothing_and_an_offer_lapses() {
    let server = ready().await;
    let runner = FakeRunner::register(&server, "one").await;
    let first = runner.claim_one("key").await;
    let again = runner.claim_one("key").await;
    assert_eq!(first.execution, again.execution);
    assert_ne!(first.token, again.token);
    runner.start(&first).await.expect(401);
    assert_eq!(runner.claim("other").await.expect(204).body, b"");

    server.pass(Duration::from_secs(31));
    server.engine.expire().await.unwrap();
    runner.start(&again).await.expect(410);
    let next = runner.claim_one("third").await;
    assert_ne!(next.execution, first.execution);
    runner
        .call("POST", &next, "release", json!({ "reason": "draining" }))
        .await
        .expect(200);
    let next = runner.claim_one("fourth").await;
    runner.start(&next).await.expect(200);
    let release = runner
        .call("POST", &next, "release", json!({ "reason": "no_disk" }))
        .await;
    assert_eq!(release.refusal().0, 409);
}

#[tokio::test]
async fn a_silent_runner_loses_its_job() {
    let server = ready().await;
    let runner = FakeRunner::register(&server, "one").await;
    let offered = runner.claim_one("key").await;
    runner.start(&offered).await.expect(200);
    server.pass(Duration::from_secs(66));
    server.engine.expire().await.unwrap();
    runner.log(&offered, 0, ROW).await.expect(410);
    runner.finish(&offered, "success", 0).await.expect(410);
}

#[tokio::test]
async fn a_waiting_cancel_check_hears_of_the_cancel_at_once() {
    let server = ready().await;
    let runner = FakeRunner::register(&server, "one").await;
    let offered = runner.claim_one("key").await;
    runner.start(&offered).await.expect(200);
    let job = &offered.job["job_id"];
    let path = format!("/api/v1/jobs/{job}/cancel-check?wait_s=50");
    let check = server.send(server.request("POST", &path, &offered.token));
    let cancel = async {
        let path = format!("/api/v1/jobs/{job}/cancel");
        server
            .call("POST", &path, &server.admin, json!({}))
            .await
            .expect(202)
    };
    let (checked, cancelled) = tokio::join!(check, cancel);
    assert_eq!(
        checked.expect(200).json(),
        json!({ "cancelled": true, "force": false })
    );
    assert_eq!(cancelled.json()["changed_jobs"], 1);
    assert_eq!(cancelled.json()["run_completed"], false);
    assert_eq!(cancelled.json()["run_conclusion"], "");
    let sync = runner
        .call("POST", &offered, "sync", json!({ "rev": 1, "steps": [] }))
        .await;
    assert_eq!(sync.expect(200).json()["cancel"], "cancel");
    runner.finish(&offered, "cancelled", 0).await.expect(200);
}

#[tokio::test]
async fn each_token_opens_its_own_door_only() {
    let server = ready().await;
    let runner = FakeRunner::register(&server, "one").await;
    let user = server.user("rita", false, REPO).await;
    let offered = runner.claim_one("key").await;
    let start = format!("/api/v1/executions/{}/start", offered.execution);
    let job = offered.job["job_id"].clone();
    let check = format!("/api/v1/jobs/{job}/cancel-check");
    let cancel = format!("/api/v1/jobs/{job}/cancel");
    for (method, path, token, status) in [
        (
            "POST",
            "/api/v1/runners/registration-token",
            user.as_str(),
            403,
        ),
        ("POST", "/api/v1/runners/registration-token", "", 401),
        (
            "POST",
            "/api/v1/runners/register",
            server.admin.as_str(),
            401,
        ),
        ("POST", "/api/v1/runners/claim", offered.token.as_str(), 401),
        ("POST", "/api/v1/runners/claim", "", 401),
        ("PUT", start.as_str(), runner.token.as_str(), 401),
        (
            "PUT",
            "/api/v1/executions/999/start",
            offered.token.as_str(),
            401,
        ),
        ("POST", check.as_str(), server.admin.as_str(), 401),
        ("POST", cancel.as_str(), offered.token.as_str(), 401),
        ("GET", "/api/v3/user", runner.token.as_str(), 401),
        ("GET", "/api/v1/runners", user.as_str(), 403),
    ] {
        let answer = server.call(method, path, token, json!({})).await;
        assert_eq!(answer.refusal().0, status, "{method} {path}");
    }
}

#[tokio::test]
async fn what_cannot_be_is_refused_by_name() {
    let server = ready().await;
    let runner = FakeRunner::register(&server, "one").await;
    let offered = runner.claim_one("key").await;
    runner.start(&offered).await.expect(200);
    let step = |status: &str, conclusion: Value| json!({ "rev": 1, "steps": [{ "number": 2, "name": "x", "status": status, "conclusion": conclusion }] });
    for body in [
        step("completed", Value::Null),
        step("pending", json!("success")),
        step("in_progress", Value::Null),
        step("sleeping", Value::Null),
        json!({ "steps": [] }),
    ] {
        let answer = runner.call("POST", &offered, "sync", body.clone()).await;
        assert_eq!(answer.refusal().0, 422, "{body}");
    }
    runner.log(&offered, 0, b"no row\n").await.expect(422);
    runner
        .log(&offered, 0, &vec![b'x'; LOG_REQUEST_BYTES + 1])
        .await
        .expect(413);
    let bomb = packed(&vec![b'x'; LOG_REQUEST_BYTES + 1]);
    let path = format!("/api/v1/executions/{}/log?offset=0", offered.execution);
    let request = server
        .request("PUT", &path, &offered.token)
        .header("Content-Encoding", "gzip");
    server.send(request.body(bomb)).await.expect(413);
    let path = format!("/api/v1/executions/{}/log", offered.execution);
    server
        .send(server.request("PUT", &path, &offered.token).body(""))
        .await
        .expect(422);
    let claim = json!({ "request_key": "k", "free_slots": 0, "wait_s": 0 });
    let answer = server
        .call("POST", "/api/v1/runners/claim", &runner.token, claim)
        .await;
    assert_eq!(answer.refusal().0, 422);
}

#[tokio::test]
async fn runners_say_what_they_are_and_leave() {
    let server = ready().await;
    let runner = FakeRunner::register(&server, "one").await;
    let declare = json!({ "labels": ["self-hosted"], "version": "0.2.0", "capacity": 1, "state": "draining" });
    let path = "/api/v1/runners/self";
    let declared = server
        .call("PUT", path, &runner.token, declare)
        .await
        .expect(200)
        .json();
    assert_eq!(declared["intervals"]["lease_seconds"], 60);
    runner.claim("key").await.expect(204);
    let listed = server
        .get("/api/v1/runners", &server.admin)
        .await
        .expect(200)
        .json();
    assert_eq!(listed["runners"][0]["version"], "0.2.0");
    assert_eq!(listed["runners"][0]["draining"], true);

    let token = server
        .call(
            "POST",
            "/api/v1/runners/registration-token",
            &server.admin,
            json!({}),
        )
        .await;
    let token = token.expect(201).json()["token"]
        .as_str()
        .unwrap()
        .to_owned();
    let register = |replace: bool| {
        json!({ "name": "one", "labels": ["x"], "version": "1", "os": "Linux", "arch": "X64", "capacity": 1,
            "replace": replace })
    };
    let path = "/api/v1/runners/register";
    server
        .call("POST", path, &token, register(false))
        .await
        .expect(409);
    let other = server
        .call("POST", path, &token, register(true))
        .await
        .expect(201)
        .json();
    runner.claim("key").await.expect(401);
    let other = other["token"].as_str().unwrap();
    server
        .send(server.request("DELETE", "/api/v1/runners/self", other))
        .await
        .expect(204);
    server
        .send(server.request("DELETE", "/api/v1/runners/self", other))
        .await
        .expect(401);
    server.pass(Duration::from_secs(60 * 60));
    server
        .call("POST", path, &token, register(true))
        .await
        .expect(401);
}

#[tokio::test]
async fn a_server_that_stops_answers_those_who_wait() {
    let server = TestServer::start().await;
    let runner = FakeRunner::register(&server, "one").await;
    let body = json!({ "request_key": "k", "free_slots": 1, "wait_s": 50 }).to_string();
    let address = server.base.trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(&address).await.unwrap();
    let head = format!(
        "POST /api/v1/runners/claim HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\n\
         Content-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        runner.token,
        body.len(),
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // The server says that it goes on: from now on it has the request.
    let mut answer = [0; 4096];
    let read = stream.read(&mut answer).await.unwrap();
    assert!(answer[..read].starts_with(b"HTTP/1.1 100"));
    stream.write_all(body.as_bytes()).await.unwrap();
    let stopping = std::time::Instant::now();
    server.stop().await;
    let read = stream.read(&mut answer).await.unwrap();
    assert!(
        answer[..read].starts_with(b"HTTP/1.1 204"),
        "{:?}",
        &answer[..read]
    );
    assert!(stopping.elapsed() < Duration::from_secs(20));
}

#[tokio::test]
async fn a_server_that_is_about_to_stop_is_not_ready_and_hands_out_nothing() {
    let server = ready().await;
    let runner = FakeRunner::register(&server, "one").await;
    let offered = runner.claim_one("first").await;
    server.dispatch("admin/open").await;
    server.get("/readyz", "").await.expect(200);

    server.begin_to_stop();
    let mut answer = server.get("/readyz", "").await;
    while answer.status == 200 {
        answer = server.get("/readyz", "").await;
    }
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert_eq!(answer.expect(503).json()["message"], "Service Unavailable");
    let body = json!({ "request_key": "k", "free_slots": 1, "wait_s": 0 });
    let path = "/api/v1/runners/claim";
    let claim = server.call("POST", path, &runner.token, body).await;
    claim.expect(204);
    // What runs goes on: the process lives, and a job that was offered can be started.
    server.get("/healthz", "").await.expect(200);
    runner.start(&offered).await.expect(200);
    server.stop().await;
}
