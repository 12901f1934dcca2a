//! What jobs say beside their logs: annotations and summaries.

use crate::{
    fake_runner::{FakeRunner, Offered},
    git::git,
    server::TestServer,
};
use serde_json::{Value, json};

const REPOSITORY: &str = "/api/v3/repos/admin/open";

async fn ready() -> TestServer {
    let server = TestServer::start().await;
    server.repository("admin", "open", false).await;
    server.dispatch("admin/open").await;
    server
}

fn remark(number: u32, message: &str) -> Value {
    json!({ "number": number, "step": 2, "level": "warning", "message": message })
}

async fn annotations(server: &TestServer, job: i64, query: &str) -> Value {
    let path = format!("{REPOSITORY}/check-runs/{job}/annotations{query}");
    server.get(&path, "").await.expect(200).json()
}

fn job_of(offered: &Offered) -> i64 {
    offered.job["job_id"].as_i64().unwrap()
}

#[tokio::test]
async fn r8_4_annotations_are_told_while_a_job_runs_and_at_its_end_and_kept_once() {
    let server = ready().await;
    let runner = FakeRunner::register(&server, "one").await;
    let offered = runner.claim_one("key").await;
    runner.start(&offered).await.expect(200);
    let job = job_of(&offered);
    assert_eq!(annotations(&server, job, "").await, json!([]));
    let first = json!({
        "number": 1, "step": 2, "level": "failure", "message": "no", "title": "T", "path": "src/a.rs",
        "start_line": 3, "end_line": 4, "start_column": 5, "end_column": 6,
    });
    let body = json!({ "rev": 1, "steps": [], "annotations": [first] });
    for _ in 0..2 {
        runner
            .call("POST", &offered, "sync", body.clone())
            .await
            .expect(200);
    }
    let shown = annotations(&server, job, "").await;
    let sha = offered.job["sha"].as_str().unwrap();
    let href = format!("{}/admin/open/blob/{sha}/src/a.rs", server.base);
    let wanted = json!([{
        "path": "src/a.rs", "blob_href": href, "start_line": 3, "end_line": 4, "start_column": 5,
        "end_column": 6, "annotation_level": "failure", "title": "T", "message": "no", "raw_details": null,
    }]);
    assert_eq!(shown, wanted);

    let body = json!({
        "result": "success", "steps": [], "log_bytes": 0, "stopped_at_ms": 1,
        "annotations": [first, remark(2, "two"), remark(50, "last"), remark(51, "too many"), remark(0, "none")],
    });
    runner
        .call("PUT", &offered, "finish", body)
        .await
        .expect(200);
    let shown = annotations(&server, job, "").await;
    let messages: Vec<&str> = shown
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["message"].as_str().unwrap())
        .collect();
    assert_eq!(messages, ["no", "two", "last"]);
    assert_eq!(shown[1]["path"], ".github", "about no file");
    let path = format!("{REPOSITORY}/check-runs/{job}/annotations?per_page=1&page=2");
    let page = server.get(&path, "").await.expect(200);
    assert_eq!(page.json().as_array().unwrap().len(), 1);
    assert!(page.header("link").unwrap().contains("rel=\"next\""));
    server
        .get(&format!("{REPOSITORY}/check-runs/99999/annotations"), "")
        .await
        .expect(404);
}

#[tokio::test]
async fn r6_93_a_job_that_could_not_be_computed_says_why_as_an_annotation() {
    let workflow = "on: workflow_dispatch
jobs:
  bad: {name: \"${{ fromJSON('{') }}\", runs-on: linux, steps: [{run: x}]}
";
    let server = TestServer::start().await;
    let folder = server.source.path();
    std::fs::write(folder.join(".github/workflows/ci.yml"), workflow).unwrap();
    git(
        folder,
        &["commit", "--quiet", "--all", "--message", "Compute a name"],
    );
    server.repository("admin", "open", false).await;
    let run = server.dispatch("admin/open").await;
    let path = format!("{REPOSITORY}/actions/runs/{run}/jobs");
    let jobs = server.get(&path, "").await.expect(200).json();
    let job = jobs["jobs"][0]["id"].as_i64().unwrap();
    let shown = annotations(&server, job, "").await;
    assert_eq!(shown[0]["annotation_level"], "failure");
    let message = shown[0]["message"].as_str().unwrap();
    assert!(message.starts_with("name: "), "{message}");
}

#[tokio::test]
async fn r8_8_a_summary_is_kept_for_each_step_and_shown_by_job() {
    let server = ready().await;
    let runner = FakeRunner::register(&server, "one").await;
    let offered = runner.claim_one("key").await;
    runner.start(&offered).await.expect(200);
    let job = job_of(&offered);
    let put = async |step: u32, text: Vec<u8>| {
        let path = format!("/api/v1/executions/{}/summaries/{step}", offered.execution);
        let request = server.request("PUT", &path, &offered.token);
        server.send(request.body(text)).await
    };
    put(3, b"# old".to_vec()).await.expect(200);
    put(3, b"# new".to_vec()).await.expect(200);
    put(2, vec![b'x'; 1024 * 1024]).await.expect(200);
    put(2, vec![b'x'; 1024 * 1024 + 1]).await.expect(413);
    put(4, vec![0xff]).await.expect(422);
    let path = format!("/api/v1/jobs/{job}/summary");
    let shown = server.get(&path, &server.admin).await.expect(200).json();
    assert_eq!(shown["job_id"], job);
    assert_eq!(shown["summaries"][0]["step"], 2);
    assert_eq!(
        shown["summaries"][1],
        json!({ "step": 3, "markdown": "# new" })
    );
    for step in 4..22 {
        put(step, b"more".to_vec()).await.expect(200);
    }
    put(22, b"one too many".to_vec()).await.expect(422);
    put(3, b"in its place".to_vec()).await.expect(200);

    runner.finish(&offered, "success", 0).await.expect(200);
    put(3, b"late".to_vec()).await.expect(410);
    server
        .get("/api/v1/jobs/99999/summary", &server.admin)
        .await
        .expect(404);
}

#[tokio::test]
async fn r2_21_the_outputs_of_a_job_may_be_a_mebibyte_and_no_more() {
    let server = ready().await;
    let runner = FakeRunner::register(&server, "one").await;
    let offered = runner.claim_one("key").await;
    runner.start(&offered).await.expect(200);
    let end = |outputs: Value| json!({ "result": "success", "steps": [], "log_bytes": 0, "stopped_at_ms": 1, "outputs": outputs });
    // Each control character takes six bytes of JSON and one unit of UTF-16.
    let value = "\u{1}".repeat(512 * 1024);
    let body = end(json!([["a", value]]));
    runner
        .call("PUT", &offered, "finish", body)
        .await
        .expect(200);
    let shown = annotations(&server, job_of(&offered), "").await;
    let message = shown[0]["message"].as_str().unwrap();
    assert!(message.contains("allowed are 1048576"), "{message}");
}
