//! Retention by the API, and deleting many runs at once: who may, what is answered, what is refused.

use crate::{
    answer::Answer,
    fake_runner::FakeRunner,
    server::{REPO, TestServer},
};
use runyard_domain::{
    repository::Role,
    retention::{Kept, Retention},
};
use runyard_engine::Settings;
use serde_json::{Value, json};
use std::time::Duration;

const RETENTION: &str = "/api/v1/repos/admin/open/retention";
const DELETE: &str = "/api/v1/repos/admin/open/runs/delete";
const RUNS: &str = "/api/v3/repos/admin/open/actions/runs";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

async fn put(server: &TestServer, body: Value) -> Answer {
    server.call("PUT", RETENTION, &server.admin, body).await
}

async fn delete(server: &TestServer, body: Value) -> Answer {
    server.call("POST", DELETE, &server.admin, body).await
}

#[tokio::test]
async fn what_a_repository_says_is_shown_with_what_holds() {
    let server = TestServer::start().await;
    server.repository("admin", "open", false).await;
    let nothing = json!({
        "run_days": null, "log_days": null, "in_force": { "run_days": 90, "log_days": 0 },
        "workflows": [],
    });
    let show = async || {
        server
            .get(RETENTION, &server.admin)
            .await
            .expect(200)
            .json()
    };
    assert_eq!(show().await, nothing);
    let ci = ".github/workflows/ci.yml";
    let said = json!({
        "run_days": 30, "workflows": [{ "path": ci, "run_days": 0, "log_days": 3 }],
    });
    let shown = json!({
        "run_days": 30, "log_days": null, "in_force": { "run_days": 30, "log_days": 0 },
        "workflows": [{
            "path": ci, "run_days": 0, "log_days": 3, "in_force": { "run_days": 0, "log_days": 3 },
        }],
    });
    assert_eq!(put(&server, said).await.expect(200).json(), shown);
    assert_eq!(show().await, shown);
    assert_eq!(put(&server, json!({})).await.expect(200).json(), nothing);
    put(&server, json!({ "run_days": 400, "log_days": 1 }))
        .await
        .expect(200);
    for _ in 0..2 {
        server
            .send(server.request("DELETE", RETENTION, &server.admin))
            .await
            .expect(204);
        assert_eq!(show().await, nothing);
    }
}

#[tokio::test]
async fn a_retention_that_cannot_be_is_refused_by_member_value_and_what_is_allowed() {
    let server = TestServer::start().await;
    server.repository("admin", "open", false).await;
    for (body, words) in [
        (json!({ "run_days": 401 }), ["run_days", "401", "1 to 400"]),
        (json!({ "log_days": -1 }), ["log_days", "-1", "u32"]),
        (
            json!({ "run_day": 3 }),
            ["run_day", "unknown field", "run_days"],
        ),
        (
            json!({ "workflows": [{ "path": "a.yml" }, { "path": "b.yml", "log_days": 500 }] }),
            ["workflows[1].log_days", "500", "1 to 400"],
        ),
        (
            json!({ "workflows": [{ "run_days": 1 }] }),
            ["workflows[0].path", "wasn't supplied", ""],
        ),
        (
            json!({ "workflows": [{ "path": "ci" }] }),
            ["workflows.path", "\"ci\"", "path of a workflow file"],
        ),
    ] {
        let (status, said) = put(&server, body).await.refusal();
        assert_eq!(status, 422, "{said}");
        for word in words {
            assert!(said.contains(word), "{word}: {said}");
        }
    }
    let writer = server.user("writer", false, REPO).await;
    let repository = server.engine.repository_by_name("admin", "open").await;
    let repository = repository.unwrap();
    server
        .collaborator(&repository, "writer", Role::Write)
        .await;
    for method in ["GET", "PUT", "DELETE"] {
        let refused = server.call(method, RETENTION, &writer, json!({})).await;
        assert_eq!(refused.status, 403, "{method}");
    }
}

#[tokio::test]
async fn r8_11_expired_logs_are_410_and_the_run_is_404_once_it_goes() {
    let settings = Settings {
        retention: Retention {
            runs: Kept::days(10).unwrap(),
            logs: Kept::days(5).unwrap(),
        },
        ..Settings::default()
    };
    let server = TestServer::start_with(|_| {}, settings).await;
    server.repository("admin", "open", false).await;
    let run = server.dispatch("admin/open").await;
    let runner = FakeRunner::register(&server, "one").await;
    let offered = runner.run_one("a", "failure").await;
    let job = &offered.job["job_id"];
    let logs = [
        format!("{RUNS}/{run}/logs"),
        format!("{RUNS}/{run}/attempts/1/logs"),
        format!("/api/v3/repos/admin/open/actions/jobs/{job}/logs"),
    ];
    let mut paths = logs.to_vec();
    server.pass(DAY * 5);
    for path in &logs {
        let link = server.get(path, "").await.expect(302);
        paths.push(link.header("location").unwrap().to_owned());
    }
    server.engine.enforce_retention().await.unwrap();
    for path in &paths {
        let gone = (410, "Server Error".to_owned());
        assert_eq!(server.get(path, "").await.refusal(), gone, "{path}");
    }
    server.get(&format!("{RUNS}/{run}"), "").await.expect(200);
    server.pass(DAY * 5);
    server.engine.enforce_retention().await.unwrap();
    for path in logs.iter().chain([&format!("{RUNS}/{run}")]) {
        assert_eq!(server.get(path, "").await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn many_runs_are_deleted_by_what_lists_are_filtered_by_and_their_time() {
    let server = TestServer::start().await;
    server.repository("admin", "open", false).await;
    let runner = FakeRunner::register(&server, "one").await;
    let failed = server.dispatch("admin/open").await;
    runner.run_one("a", "failure").await;
    server.pass(DAY);
    let cancelled = server.dispatch("admin/open").await;
    let cancel = format!("{RUNS}/{cancelled}/cancel");
    let cancelling = server.call("POST", &cancel, &server.admin, json!({}));
    cancelling.await.expect(202);
    server.pass(DAY);
    let runs = [failed, cancelled];
    let live = server.dispatch("admin/open").await;
    let asked = async |body: Value| {
        let told = delete(&server, body).await.expect(200).json();
        [&told["matching"], &told["deleted"], &told["not_completed"]].map(|n| n.as_u64().unwrap())
    };
    let dry = |mut body: Value| {
        body["dry_run"] = true.into();
        body
    };
    for (filter, found) in [
        (json!({ "all": true }), [2, 0, 1]),
        (json!({ "workflow": "ci.yml" }), [2, 0, 1]),
        (
            json!({ "branch": "main", "event": "workflow_dispatch" }),
            [2, 0, 1],
        ),
        (json!({ "event": "push" }), [0, 0, 0]),
        (
            json!({ "status": "completed", "actor": "ADMIN" }),
            [2, 0, 0],
        ),
        (json!({ "status": "failure" }), [1, 0, 0]),
        (json!({ "created": "<2026-01-03" }), [1, 0, 0]),
        (json!({ "created": "2026-01-03..*" }), [1, 0, 1]),
    ] {
        assert_eq!(asked(dry(filter.clone())).await, found, "{filter}");
    }
    let told = delete(&server, json!({ "created": "2026-01-02" })).await;
    let whole = json!({
        "dry_run": false, "matching": 1, "deleted": 1, "not_completed": 0, "more": false,
        "deleted_per_call": 200,
    });
    assert_eq!(told.expect(200).json(), whole);
    let there = async |run: &i64| server.get(&format!("{RUNS}/{run}"), "").await.status;
    assert_eq!([there(&runs[0]).await, there(&runs[1]).await], [404, 200]);
    assert_eq!(asked(json!({ "all": true })).await, [1, 1, 1]);
    assert_eq!([there(&runs[1]).await, there(&live).await], [404, 200]);
}

#[tokio::test]
async fn a_wish_to_delete_that_says_nothing_or_what_is_not_known_deletes_nothing() {
    let server = TestServer::start().await;
    server.repository("admin", "open", false).await;
    let run = server.dispatch("admin/open").await;
    let cancel = format!("{RUNS}/{run}/cancel");
    server
        .call("POST", &cancel, &server.admin, json!({}))
        .await
        .expect(202);
    for (body, words) in [
        (json!({}), ["Say which runs", "created", "\"all\": true"]),
        (
            json!({ "all": false, "dry_run": true }),
            ["Say which runs", "", ""],
        ),
        (
            json!({ "all": true, "branch": "main" }),
            ["'all'", "filter", ""],
        ),
        (
            json!({ "brnch": "main" }),
            ["brnch", "unknown field", "branch"],
        ),
        (json!({ "branch": "" }), ["'branch'", "empty", ""]),
        (
            json!({ "status": "queued" }),
            ["'status'", "\"queued\"", "startup_failure"],
        ),
        (
            json!({ "created": "yesterday" }),
            ["'created'", "\"yesterday\"", "2026-01-31"],
        ),
        (
            json!({ "workflow": "no.yml" }),
            ["'workflow'", "\"no.yml\"", "number"],
        ),
        (
            json!({ "workflow": 99 }),
            ["'workflow'", "\"99\"", "file name"],
        ),
        (json!({ "workflow": [] }), ["workflow", "", ""]),
    ] {
        let (status, said) = delete(&server, body).await.refusal();
        assert_eq!(status, 422, "{said}");
        for word in words {
            assert!(said.contains(word), "{word}: {said}");
        }
    }
    let reader = server.user("reader", false, REPO).await;
    let refused = server.call("POST", DELETE, &reader, json!({ "all": true }));
    assert_eq!(refused.await.status, 403);
    server.get(&format!("{RUNS}/{run}"), "").await.expect(200);
}
