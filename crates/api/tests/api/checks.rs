//! Runs and jobs as checks of a commit.

use crate::{
    fake_runner::{FakeRunner, Offered},
    git::{commit_workflow, git},
    server::{REPO, TestServer},
};
use serde_json::{Value, json};

const REPOSITORY: &str = "/api/v3/repos/admin/open";

async fn get(server: &TestServer, path: &str) -> Value {
    let path = format!("{REPOSITORY}{path}");
    server.get(&path, &server.admin).await.expect(200).json()
}

fn ids(list: &Value, key: &str) -> Vec<i64> {
    let items = list[key].as_array().unwrap().iter();
    items.map(|item| item["id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn a_job_is_a_check_run_with_its_own_id() {
    let server = TestServer::start().await;
    server.repository("admin", "open", true).await;
    let run = server.dispatch("admin/open").await;
    let jobs = get(&server, &format!("/actions/runs/{run}/jobs")).await;
    let job = &jobs["jobs"][0];
    let run = get(&server, &format!("/actions/runs/{run}")).await;
    let check = get(&server, &format!("/check-runs/{}", job["id"])).await;
    for key in [
        "id",
        "name",
        "status",
        "conclusion",
        "html_url",
        "head_sha",
        "node_id",
        "started_at",
    ] {
        assert_eq!(check[key], job[key], "{key}");
    }
    assert_eq!(check["url"], job["check_run_url"]);
    assert_eq!(check["check_suite"]["id"], run["check_suite_id"]);
    assert_eq!(check["app"]["slug"], "github-actions");
    assert_eq!(check["output"]["annotations_count"], 0);
    let suite = get(&server, &format!("/check-suites/{}", run["check_suite_id"])).await;
    assert_eq!(suite["url"], run["check_suite_url"]);
    assert_eq!(suite["node_id"], run["check_suite_node_id"]);
    assert_eq!(suite["latest_check_runs_count"], 1);
    assert_eq!(
        (&suite["status"], &suite["head_branch"]),
        (&json!("queued"), &json!("main"))
    );
    for unknown in [
        "/check-runs/9999",
        "/check-suites/9999",
        "/check-suites/x",
        "/check-suites/9999/check-runs",
    ] {
        let path = format!("{REPOSITORY}{unknown}");
        server.get(&path, &server.admin).await.expect(404);
    }
}

#[tokio::test]
async fn checks_are_listed_by_commit_and_by_suite() {
    let server = TestServer::start().await;
    server.repository("admin", "open", true).await;
    let first = server.dispatch("admin/open").await;
    let runner = FakeRunner::register(&server, "one").await;
    let offered = runner.run_one("key", "failure").await;
    let job = offered.job["job_id"].as_i64().unwrap();
    let second = server.dispatch("admin/open").await;
    let queued = get(&server, &format!("/actions/runs/{second}/jobs")).await;
    let queued = queued["jobs"][0]["id"].as_i64().unwrap();
    let jobs = get(&server, &format!("/actions/runs/{first}/jobs")).await;
    let mut all = ids(&jobs, "jobs");
    assert_eq!(all[0], job);
    all.push(queued);
    all.sort_unstable_by(|one, other| other.cmp(one));

    let sha = git(server.source.path(), &["rev-parse", "HEAD"]);
    let sha = sha.trim();
    for reference in ["main", "heads/main", "refs/heads/main", "heads%2Fmain", sha] {
        let checks = get(&server, &format!("/commits/{reference}/check-runs")).await;
        assert_eq!(ids(&checks, "check_runs"), all, "{reference}");
        assert_eq!(checks["total_count"], all.len());
    }
    let filtered = async |query: &str| {
        let checks = get(&server, &format!("/commits/main/check-runs?{query}")).await;
        ids(&checks, "check_runs")
    };
    assert_eq!(filtered("status=queued").await, [queued]);
    assert_eq!(filtered("check_name=build&status=completed").await, [job]);
    assert_eq!(filtered("check_name=none").await, [0; 0]);
    assert_eq!(filtered("app_id=15368").await, all);
    assert_eq!(filtered("app_id=1").await, [0; 0]);
    let path = format!("{REPOSITORY}/commits/main/check-runs?per_page=1&page=2");
    let page = server.get(&path, &server.admin).await.expect(200);
    assert_eq!(ids(&page.json(), "check_runs"), [all[1]]);
    assert!(page.header("link").unwrap().contains("rel=\"next\""));

    let suites = get(&server, "/commits/main/check-suites").await;
    let suite_of = async |run: i64| {
        let run = get(&server, &format!("/actions/runs/{run}")).await;
        run["check_suite_id"].as_i64().unwrap()
    };
    let (older, newer) = (suite_of(first).await, suite_of(second).await);
    assert_eq!(ids(&suites, "check_suites"), [newer, older]);
    let own = get(&server, &format!("/check-suites/{older}/check-runs")).await;
    assert_eq!(own["total_count"], all.len() - 1);
    let runs = get(&server, &format!("/actions/runs?check_suite_id={older}")).await;
    assert_eq!(ids(&runs, "workflow_runs"), [first]);
    for none in ["0", "999999", "x"] {
        let runs = get(&server, &format!("/actions/runs?check_suite_id={none}")).await;
        assert_eq!(runs["total_count"], 0, "{none}");
    }
    let unknown = format!("{REPOSITORY}/commits/nowhere/check-runs");
    let refusal = server.get(&unknown, &server.admin).await.refusal();
    assert_eq!(
        refusal,
        (422, "No commit found for SHA: nowhere".to_owned())
    );
}

/// A running job whose token may write checks if its file says so.
async fn running(server: &TestServer, permissions: &str) -> (Offered, String) {
    let text = format!(
        "on: workflow_dispatch\n{permissions}jobs:\n  one: {{runs-on: self-hosted, steps: [run: x]}}\n"
    );
    commit_workflow(server.source.path(), &text);
    server.repository("admin", "open", true).await;
    server.dispatch("admin/open").await;
    let runner = FakeRunner::register(server, "one").await;
    let offered = runner.claim_one("key").await;
    runner.start(&offered).await.expect(200);
    let path = format!("{REPOSITORY}/check-runs/{}", offered.job["job_id"]);
    (offered, path)
}

fn remark(line: u32, message: &str) -> Value {
    json!({
        "path": "src/a.rs", "start_line": line, "end_line": line, "annotation_level": "warning",
        "message": message,
    })
}

#[tokio::test]
async fn a_job_says_more_of_its_check_run_each_time() {
    let server = TestServer::start().await;
    let (offered, path) = running(&server, "permissions: {checks: write}\n").await;
    let job = offered.job["github_token"].as_str().unwrap();
    let patch = async |body| server.call("PATCH", &path, job, body).await;
    let output =
        async || server.get(&path, &server.admin).await.expect(200).json()["output"].clone();
    let url = format!("{}{path}/annotations", server.base);
    let said = |title: &Value, summary: &Value, text: &Value, count: u64| {
        json!({
            "title": title, "summary": summary, "text": text, "annotations_count": count,
            "annotations_url": url,
        })
    };
    let nothing = json!(null);
    assert_eq!(output().await, said(&nothing, &nothing, &nothing, 0));
    let mut first = remark(3, "one");
    first["title"] = json!("Careful");
    first["raw_details"] = json!("more");
    first["start_column"] = json!(2);
    first["end_column"] = json!(5);
    let body = json!({ "output": { "title": "T", "summary": "S", "annotations": [first] } });
    let answer = patch(body).await.expect(200).json();
    let expected = said(&json!("T"), &json!("S"), &nothing, 1);
    assert_eq!(answer["output"], expected);
    assert_eq!(answer["status"], "in_progress");
    let body =
        json!({ "output": { "summary": "Two", "text": "X", "annotations": [remark(4, "two")] } });
    patch(body).await.expect(200);
    let expected = said(&json!("T"), &json!("Two"), &json!("X"), 2);
    assert_eq!(output().await, expected);
    patch(json!({})).await.expect(200);
    assert_eq!(output().await, expected);
    let listed = server
        .get(&format!("{path}/annotations"), &server.admin)
        .await;
    let listed = listed.expect(200).json();
    let members = |at: usize| {
        [
            "message",
            "title",
            "raw_details",
            "start_line",
            "end_column",
            "annotation_level",
        ]
        .map(|name| listed[at][name].clone())
    };
    let wanted = json!(["one", "Careful", "more", 3, 5, "warning"]);
    assert_eq!(json!(members(0)), wanted);
    assert_eq!(
        json!(members(1)),
        json!(["two", "", null, 4, null, "warning"])
    );
    let suite = get(&server, "/commits/main/check-runs").await;
    assert_eq!(suite["check_runs"][0]["output"], expected);
}

#[tokio::test]
async fn what_cannot_be_said_of_a_check_run_is_refused_and_changes_nothing() {
    let server = TestServer::start().await;
    let (offered, path) = running(&server, "permissions: {checks: write}\n").await;
    let job = offered.job["github_token"].as_str().unwrap();
    let patch = async |body| server.call("PATCH", &path, job, body).await;
    let with =
        |annotation: Value| json!({ "output": { "summary": "S", "annotations": [annotation] } });
    let changed = |name: &str, value: Value| {
        let mut annotation = remark(3, "x");
        annotation[name] = value;
        with(annotation)
    };
    let many = |count: usize| json!({ "output": { "summary": "S", "annotations": vec![remark(1, "x"); count] } });
    for (body, part) in [
        (json!({ "status": "completed" }), "status:"),
        (json!({ "conclusion": "success" }), "conclusion:"),
        (json!({ "name": "other" }), "name:"),
        (json!({ "output": { "title": "T" } }), "output.summary"),
        (
            json!({ "output": { "summary": "S", "title": "x".repeat(256) } }),
            "at most 255 characters",
        ),
        (
            json!({ "output": { "summary": "x".repeat(65_536) } }),
            "at most 65535 characters",
        ),
        (many(51), "at most 50"),
        (changed("path", json!("")), "output.annotations.path"),
        (changed("start_line", json!(0)), "start_line"),
        (changed("start_line", json!(-1)), "start_line"),
        (changed("end_line", json!(2)), "end_line"),
        (
            changed("annotation_level", json!("bad")),
            "annotation_level",
        ),
        (changed("message", json!("x".repeat(65_537))), "message"),
        (
            changed("raw_details", json!("x".repeat(65_537))),
            "raw_details",
        ),
        (changed("title", json!("x".repeat(256))), "title"),
        (changed("start_column", json!(0)), "start_column"),
    ] {
        let (status, message) = patch(body).await.refusal();
        assert_eq!(status, 422, "{part}: {message}");
        assert!(message.contains(part), "{part}: {message}");
    }
    let mut columns = remark(3, "x");
    columns["end_line"] = json!(4);
    columns["start_column"] = json!(1);
    patch(with(columns)).await.expect(422);
    let shown = server.get(&path, &server.admin).await.expect(200).json();
    assert_eq!(shown["output"]["annotations_count"], 0);
    assert_eq!(shown["output"]["summary"], json!(null));
    // As many as there can be, fifty at a time, and not one more.
    for _ in 0..20 {
        patch(many(50)).await.expect(200);
    }
    let (status, message) = patch(many(1)).await.refusal();
    assert_eq!((status, message.contains("1000")), (422, true), "{message}");
    let shown = server.get(&path, &server.admin).await.expect(200).json();
    assert_eq!(shown["output"]["annotations_count"], 1_000);
    let last = format!("{path}/annotations?per_page=100&page=10");
    let last = server.get(&last, &server.admin).await.expect(200).json();
    assert_eq!(last.as_array().unwrap().len(), 100);
}

#[tokio::test]
async fn only_jobs_that_may_write_checks_say_more_of_them() {
    let server = TestServer::start().await;
    let (offered, path) = running(&server, "permissions: read-all\n").await;
    let body = json!({ "output": { "summary": "S" } });
    let stan = server.user("stan", false, REPO).await;
    let job = offered.job["github_token"].as_str().unwrap();
    let patch = async |token: &str| server.call("PATCH", &path, token, body.clone()).await;
    let said = |sentence: &str| (403, sentence.to_owned());
    assert_eq!(
        patch(job).await.refusal(),
        said("Resource not accessible by integration")
    );
    assert_eq!(
        patch(&server.admin).await.refusal(),
        said("You must authenticate via a GitHub App.")
    );
    patch(&stan).await.expect(404);
    patch("").await.expect(404);
}

const PUSHED: &str = "on: [push, workflow_dispatch]
jobs:
  one: {runs-on: self-hosted, steps: [run: x]}
";

#[tokio::test]
async fn a_suite_says_where_the_branch_was_before_the_push() {
    let server = TestServer::start().await;
    server.repository("admin", "open", true).await;
    let tip = || git(server.source.path(), &["rev-parse", "HEAD"]);
    let before = tip().trim().to_owned();
    commit_workflow(server.source.path(), PUSHED);
    let head = tip();
    let payload = json!({ "ref": "refs/heads/main", "before": before, "after": head.trim() });
    let request = server.request("POST", "/api/v1/repos/admin/open/events", &server.admin);
    let request = request.header("X-GitHub-Event", "push").json(&payload);
    server.send(request).await.expect(202);
    let suites = get(&server, "/commits/main/check-suites").await;
    let suites = suites["check_suites"].as_array().unwrap();
    assert!(!suites.is_empty());
    for suite in suites {
        assert_eq!(
            (&suite["before"], &suite["after"]),
            (&json!(before), &json!(head.trim()))
        );
    }
    let run = server.dispatch("admin/open").await;
    let run = get(&server, &format!("/actions/runs/{run}")).await;
    let suite = get(&server, &format!("/check-suites/{}", run["check_suite_id"])).await;
    assert_eq!(suite["before"], json!(null), "no push made it");
}
