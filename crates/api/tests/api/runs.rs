//! Runs, attempts, jobs and workflows as GitHub's clients read them.

use crate::{fake_runner::FakeRunner, server::TestServer};
use serde_json::{Value, json};

const REPOSITORY: &str = "/api/v3/repos/admin/open";

#[tokio::test]
async fn a_run_shows_what_clients_need() {
    let server = TestServer::start().await;
    server.repository("admin", "open", false).await;
    let id = server.dispatch("admin/open").await;
    let run = server
        .get(&format!("{REPOSITORY}/actions/runs/{id}"), "")
        .await
        .expect(200)
        .json();
    let api = format!("{}{REPOSITORY}/actions/runs/{id}", server.base);
    assert_eq!(run["status"], "queued");
    assert_eq!(run["conclusion"], Value::Null);
    assert_eq!(
        (&run["run_attempt"], &run["run_number"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(run["jobs_url"], format!("{api}/jobs"));
    assert_eq!(
        run["html_url"],
        format!("{}/admin/open/actions/runs/{id}", server.base)
    );
    assert_eq!(run["previous_attempt_url"], Value::Null);
    assert_eq!(run["created_at"], "2026-01-02T03:04:05Z");
    assert_eq!(run["head_commit"]["message"], "Add a workflow\n\nIts body");
    assert_eq!(run["repository"]["full_name"], "admin/open");
    assert_eq!(run["path"], ".github/workflows/ci.yml");
    assert!(run["node_id"].as_str().unwrap().starts_with("WFR_"));
    assert!(
        run["check_suite_node_id"]
            .as_str()
            .unwrap()
            .starts_with("CS_")
    );
    for alias in ["/api/v3/repositories/1", "/api/v3/repos/ADMIN/Open"] {
        let again = server
            .get(&format!("{alias}/actions/runs/{id}"), "")
            .await
            .expect(200);
        assert_eq!(again.json(), run);
    }
}

#[tokio::test]
async fn a_run_has_no_artifacts_yet() {
    let server = TestServer::start().await;
    server.repository("admin", "open", false).await;
    let id = server.dispatch("admin/open").await;
    let path = |id| format!("{REPOSITORY}/actions/runs/{id}/artifacts?per_page=100");
    let listed = server.get(&path(id), "").await.expect(200).json();
    assert_eq!(listed, json!({ "total_count": 0, "artifacts": [] }));
    server.get(&path(id + 1), "").await.expect(404);
}

#[tokio::test]
async fn jobs_appear_when_their_needs_are_complete() {
    let server = TestServer::start().await;
    server.repository("admin", "open", false).await;
    let id = server.dispatch("admin/open").await;
    let jobs = async |query: &str| {
        let path = format!("{REPOSITORY}/actions/runs/{id}/jobs{query}");
        server.get(&path, "").await.expect(200).json()
    };
    let first = jobs("").await;
    assert_eq!(first["total_count"], 1);
    let job = &first["jobs"][0];
    assert_eq!(
        (&job["name"], &job["status"]),
        (&json!("build"), &json!("queued"))
    );
    assert_eq!(job["started_at"], job["created_at"]);
    assert_eq!(
        (&job["runner_id"], &job["steps"]),
        (&Value::Null, &json!([]))
    );
    assert!(job["node_id"].as_str().unwrap().starts_with("CR_"));

    let runner = FakeRunner::register(&server, "one").await;
    runner.run_one("a", "success").await;
    let second = jobs("").await;
    let names: Vec<&Value> = second["jobs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|job| &job["name"])
        .collect();
    assert_eq!(names, ["build", "test"]);
    let built = &second["jobs"][0];
    assert_eq!(
        (&built["conclusion"], &built["runner_name"]),
        (&json!("success"), &json!("one"))
    );
    assert_eq!(built["steps"][1]["name"], "Make");
    assert_eq!(built["steps"][1]["completed_at"], "2026-01-02T03:04:06Z");

    let own = server
        .get(&format!("/api/v1/runs/{id}"), "")
        .await
        .expect(200)
        .json();
    assert_eq!(own["jobs"][2]["status"], "blocked");
    assert_eq!(own["jobs"][2]["id"], Value::Null);
    assert_eq!(own["jobs"][2]["needs"], json!(["build", "test"]));
    assert_eq!(own["jobs"][2]["waits_for"], json!(["test"]));
}

#[tokio::test]
async fn a_rerun_is_a_new_attempt_and_the_old_one_stays() {
    let server = TestServer::start().await;
    server.repository("admin", "open", false).await;
    let id = server.dispatch("admin/open").await;
    let runner = FakeRunner::register(&server, "one").await;
    runner.run_one("a", "failure").await;
    let path = format!("{REPOSITORY}/actions/runs/{id}");
    let run = server.get(&path, "").await.json();
    assert_eq!(
        (&run["status"], &run["conclusion"]),
        (&json!("completed"), &json!("failure"))
    );

    server.pass(std::time::Duration::from_secs(60));
    let rerun = server
        .send(server.request("POST", &format!("{path}/rerun"), &server.admin))
        .await;
    assert_eq!(rerun.expect(201).text(), "{}");
    let run = server.get(&path, "").await.json();
    assert_eq!(
        (&run["run_attempt"], &run["status"]),
        (&json!(2), &json!("queued"))
    );
    assert_eq!(run["created_at"], "2026-01-02T03:04:05Z");
    assert_eq!(run["run_started_at"], "2026-01-02T03:05:05Z");
    assert_eq!(
        run["previous_attempt_url"],
        format!("{}{path}/attempts/1", server.base)
    );

    let old = server
        .get(&format!("{path}/attempts/1"), "")
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&old["conclusion"], &old["run_attempt"]),
        (&json!("failure"), &json!(1))
    );
    assert_eq!(
        old["jobs_url"],
        format!("{}{path}/attempts/1/jobs", server.base)
    );
    assert_eq!(old["cancel_url"], format!("{}{path}/cancel", server.base));
    let new = server
        .get(&format!("{path}/attempts/2"), "")
        .await
        .expect(200)
        .json();
    assert_eq!(new["created_at"], "2026-01-02T03:05:05Z");
    let old_jobs = server
        .get(&format!("{path}/attempts/1/jobs"), "")
        .await
        .json();
    assert_eq!(old_jobs["total_count"], 3);
    let all = server
        .get(&format!("{path}/jobs?filter=all"), "")
        .await
        .json();
    assert_eq!(all["total_count"], 4);
    assert_eq!(
        server.get(&format!("{path}/attempts/3"), "").await.status,
        404
    );
    assert_eq!(
        server.get(&format!("{path}/attempts/0"), "").await.status,
        404
    );
}

#[tokio::test]
async fn workflows_are_found_by_id_and_by_file() {
    let server = TestServer::start().await;
    server.repository("admin", "open", false).await;
    let listed = server
        .get(&format!("{REPOSITORY}/actions/workflows"), "")
        .await
        .expect(200)
        .json();
    assert_eq!(listed["total_count"], 2);
    let workflow = &listed["workflows"][0];
    assert_eq!(
        (&workflow["name"], &workflow["state"]),
        (&json!("CI"), &json!("active"))
    );
    assert_eq!(workflow["created_at"], "2026-01-02T03:04:05.000+00:00");
    let page = format!(
        "{}/admin/open/blob/main/.github/workflows/push%20only.yml",
        server.base
    );
    assert_eq!(listed["workflows"][1]["html_url"], page);
    let id = workflow["id"].to_string();
    for key in [id.as_str(), "ci.yml"] {
        let one = server
            .get(&format!("{REPOSITORY}/actions/workflows/{key}"), "")
            .await;
        assert_eq!(&one.expect(200).json(), workflow);
    }
    assert_eq!(
        server
            .get(&format!("{REPOSITORY}/actions/workflows/99"), "")
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn a_dispatch_answers_204_unless_it_is_asked_for_the_run() {
    let server = TestServer::start().await;
    server.repository("admin", "open", false).await;
    let path = format!("{REPOSITORY}/actions/workflows/ci.yml/dispatches");
    let body = json!({ "ref": "main", "inputs": {} });
    let answer = server
        .call("POST", &path, &server.admin, body)
        .await
        .expect(204);
    assert!(answer.body.is_empty());
    let body = json!({ "ref": "refs/heads/main", "return_run_details": true });
    let answer = server
        .call("POST", &path, &server.admin, body)
        .await
        .expect(200)
        .json();
    let run = answer["workflow_run_id"].as_i64().unwrap();
    assert_eq!(
        answer["run_url"],
        format!("{}{REPOSITORY}/actions/runs/{run}", server.base)
    );
    assert_eq!(
        server
            .get(answer["run_url"].as_str().unwrap(), "")
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn runs_are_found_by_when_they_were_created() {
    let server = TestServer::start().await;
    server.repository("admin", "open", false).await;
    // At 2026-01-02T03:04:05Z.
    let id = server.dispatch("admin/open").await;
    let found = [
        "2026-01-02",
        ">2026-01-01",
        ">=2026-01-02",
        "<=2026-01-02",
        "<2026-01-03",
        "2026-01-02T03:04:05Z",
        "2026-01-01..2026-01-02",
        "2026-01-02..*",
        "*..2026-01-02T05:04:05%2B02:00",
    ];
    let not_found = [
        "2026-01-01",
        ">2026-01-02",
        "<2026-01-02T03:04:05Z",
        "2026-01-03..*",
        "yesterday",
        "2026-13-01",
        "..",
    ];
    for (words, count) in [(&found[..], 1), (&not_found[..], 0)] {
        for created in words {
            let paths = ["actions/runs", "actions/workflows/ci.yml/runs"];
            for path in paths {
                let path = format!("{REPOSITORY}/{path}?created={created}");
                let listed = server.get(&path, "").await.expect(200).json();
                assert_eq!(listed["total_count"], count, "{path}: {listed}");
                let first = &listed["workflow_runs"][0]["id"];
                assert_eq!(*first == json!(id), count == 1, "{path}: {listed}");
            }
        }
    }
}
