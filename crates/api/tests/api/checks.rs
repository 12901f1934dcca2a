//! Runs and jobs as checks of a commit.

use crate::{fake_runner::FakeRunner, git::git, server::TestServer};
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
