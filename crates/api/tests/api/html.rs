//! Pages for people: whatever names and logs hold, they are text; the log is bounded; who is nobody is asked.

use crate::{fake_runner::FakeRunner, git, server::TestServer};
use serde_json::json;
use std::fs;

const HOSTILE: &str = "<script>alert('x')</script>";
const WORKFLOW: &str = "\
name: <script>alert('x')</script>
on: workflow_dispatch
jobs:
  build:
    name: <script>alert('x')</script>
    runs-on: self-hosted
    steps:
      - name: <script>alert('x')</script>
        run: echo
";

/// A server whose only workflow has a hostile name, and a run of it with a hostile log.
async fn hostile(log: &[u8]) -> (TestServer, i64, i64) {
    let server = TestServer::start().await;
    let folder = server.source.path().join(".github/workflows");
    fs::write(folder.join("ci.yml"), WORKFLOW).unwrap();
    git::git(server.source.path(), &["add", "--all"]);
    git::git(
        server.source.path(),
        &["commit", "--quiet", "--message", HOSTILE],
    );
    server.repository("admin", "app", true).await;
    let runner = FakeRunner::register(&server, "<b>runner").await;
    let run = server.dispatch("admin/app").await;
    let offered = runner.claim_one("1").await;
    runner.start(&offered).await.expect(200);
    let remark = json!({ "number": 1, "step": 2, "level": "failure", "message": HOSTILE, "title": HOSTILE,
        "path": HOSTILE });
    let said = json!({ "rev": 1, "steps": [], "annotations": [remark] });
    runner
        .call("POST", &offered, "sync", said)
        .await
        .expect(200);
    runner.log(&offered, 0, log).await.expect(200);
    let job = offered.job["job_id"].as_i64().unwrap();
    runner
        .finish(&offered, "failure", log.len())
        .await
        .expect(200);
    (server, run, job)
}

#[tokio::test]
async fn nothing_that_people_write_becomes_part_of_a_page() {
    let row = json!([2, 1_767_323_045_123_i64, HOSTILE]).to_string() + "\n";
    let (server, run, job) = hostile(row.as_bytes()).await;
    let sha = git::git(server.source.path(), &["rev-parse", "HEAD"]);
    for path in [
        "/admin/app".to_owned(),
        "/admin/app/blob/main/.github/workflows/ci.yml".to_owned(),
        format!("/admin/app/blob/{}/.github/workflows/ci.yml", sha.trim()),
        format!("/admin/app/commit/{}", sha.trim()),
        format!("/admin/app/actions/runs/{run}"),
        format!("/admin/app/actions/runs/{run}/attempts/1"),
        format!("/admin/app/actions/runs/{run}/job/{job}"),
    ] {
        let page = server.get(&path, &server.admin).await.expect(200);
        let page = page.text();
        assert!(
            !page.contains("<script") && !page.contains("<b>"),
            "{path}: {page}"
        );
        assert!(page.contains("&lt;script&gt;alert("), "{path}: {page}");
    }
}

#[tokio::test]
async fn a_page_shows_the_end_of_a_long_log_and_says_how_much_is_before() {
    let row = |number: usize| json!([2, 1_767_323_045_123_i64, format!("line {number}")]);
    let rows: String = (0..2_005)
        .map(|number| row(number).to_string() + "\n")
        .collect();
    let (server, run, job) = hostile(rows.as_bytes()).await;
    let path = format!("/admin/app/actions/runs/{run}/job/{job}");
    let page = server.get(&path, &server.admin).await.expect(200).text();
    assert!(page.contains("The first 5 lines of the log"), "{page}");
    assert!(page.contains("<div>line 5</div>") && page.contains("<div>line 2004</div>"));
    assert!(!page.contains("<div>line 4</div>"));
}

#[tokio::test]
async fn programs_that_meet_a_page_hear_of_errors_as_ever() {
    let (server, ..) = hostile(b"").await;
    let refused = server.get("/admin/app", "").await.expect(401);
    assert!(
        refused
            .header("www-authenticate")
            .is_some_and(|how| how.starts_with("Basic "))
    );
    assert_eq!(refused.json()["message"], "Requires authentication");
    let absent = server
        .get("/admin/nowhere", &server.admin)
        .await
        .expect(404);
    assert_eq!(absent.json()["message"], "Not Found");
    let stranger = server.user("stan", false, &[]).await;
    server.get("/admin/app", &stranger).await.expect(404);
}

#[tokio::test]
async fn what_is_public_is_shown_to_everybody() {
    let server = TestServer::start().await;
    server.repository("admin", "app", false).await;
    let run = server.dispatch("admin/app").await;
    for path in [
        "/",
        "/admin",
        "/admin/app",
        &format!("/admin/app/actions/runs/{run}"),
    ] {
        let page = server.get(path, "").await.expect(200);
        let kind = page.header("content-type").map(str::to_owned);
        assert_eq!(kind.as_deref(), Some("text/html; charset=utf-8"), "{path}");
    }
    let page = server
        .get(&format!("/admin/app/actions/runs/{run}"), "")
        .await
        .text();
    for words in [
        "CI",
        "build",
        "queued",
        "test",
        "blocked",
        "workflow_dispatch",
    ] {
        assert!(page.contains(words), "{words} is not in {page}");
    }
    let docs = server.get("/api/v1/docs", "").await.expect(200).text();
    assert!(docs.contains("/api/v1/runs/{run_id}") && docs.contains("id=\"shape-Run\""));
    let document = server
        .get("/api/v1/openapi.json", "")
        .await
        .expect(200)
        .json();
    assert_eq!(document["openapi"], "3.1.0");
}
