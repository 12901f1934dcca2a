//! Logs behind links that work for one minute (contract 8).

use crate::{fake_runner::FakeRunner, server::TestServer};
use runyard_engine::Settings;
use std::{
    io::{Cursor, Read},
    time::Duration,
};

const REPOSITORY: &str = "/api/v3/repos/admin/closed";

#[tokio::test]
async fn a_log_link_works_for_one_minute_without_a_token_and_then_not() {
    let server = TestServer::start().await;
    server.repository("admin", "closed", true).await;
    let run = server.dispatch("admin/closed").await;
    let runner = FakeRunner::register(&server, "one").await;
    let offered = runner.run_one("a", "failure").await;
    let job = &offered.job["job_id"];

    let path = format!("{REPOSITORY}/actions/jobs/{job}/logs");
    let redirect = server.get(&path, &server.admin).await.expect(302);
    assert!(redirect.body.is_empty());
    let link = redirect.header("location").unwrap().to_owned();
    assert!(link.starts_with(&format!("{}/api/", server.base)), "{link}");
    let log = server.get(&link, "").await.expect(200);
    assert_eq!(log.text(), "2026-01-02T03:04:05.1230000Z hello\n");
    assert_eq!(
        log.header("content-type"),
        Some("text/plain; charset=utf-8")
    );

    server.get(&link, &server.admin).await.expect(200);
    server.get(&link, "some other token").await.expect(200);
    server
        .get(&link.replace("/jobs/1/", "/jobs/2/"), "")
        .await
        .expect(403);
    server
        .get(link.split('?').next().unwrap(), "")
        .await
        .expect(403);
    server.pass(Duration::from_secs(59));
    server.get(&link, "").await.expect(200);
    server.pass(Duration::from_secs(1));
    assert_eq!(server.get(&link, "").await.refusal().0, 403);

    let path = format!("{REPOSITORY}/actions/runs/{run}/logs");
    assert_eq!(server.get(&path, "").await.status, 404);
    let redirect = server.get(&path, &server.admin).await.expect(302);
    let link = redirect.header("location").unwrap().to_owned();
    let conditional = server.request("GET", &link, "").header("If-Match", "\"1\"");
    let (status, sentence) = server.send(conditional).await.refusal();
    assert_eq!(status, 412);
    assert!(sentence.contains("If-Match"), "{sentence}");
    let beyond = server
        .request("GET", &link, "")
        .header("Range", "bytes=5-2");
    let refused = server.send(beyond).await;
    let length = refused.header("content-range").unwrap().to_owned();
    assert!(length.starts_with("bytes */"), "{length}");
    assert_eq!(refused.refusal().0, 416);
    let zip = server.get(&link, "").await.expect(200);
    assert_eq!(zip.header("content-type"), Some("application/zip"));
    let mut archive = zip::ZipArchive::new(Cursor::new(zip.body)).unwrap();
    let mut text = String::new();
    archive
        .by_name("build/2_Make.txt")
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!(text, "2026-01-02T03:04:05.1230000Z hello\n");
    assert!(archive.by_name("0_build.txt").is_ok());
}

#[tokio::test]
async fn there_is_no_log_before_the_end_and_none_of_skipped_jobs() {
    let server = TestServer::start().await;
    server.repository("admin", "closed", true).await;
    let run = server.dispatch("admin/closed").await;
    let runner = FakeRunner::register(&server, "one").await;
    let offered = runner.claim_one("a").await;
    let of_run = format!("{REPOSITORY}/actions/runs/{run}/logs");
    let of_job = |job: &str| format!("{REPOSITORY}/actions/jobs/{job}/logs");
    let id = offered.job["job_id"].to_string();
    server.get(&of_run, &server.admin).await.expect(404);
    server.get(&of_job(&id), &server.admin).await.expect(404);
    server.get(&of_job("999"), &server.admin).await.expect(404);
    runner.start(&offered).await.expect(200);
    runner.finish(&offered, "failure", 0).await.expect(200);
    server.get(&of_job(&id), &server.admin).await.expect(302);
    let jobs = server
        .get(
            &format!("{REPOSITORY}/actions/runs/{run}/jobs"),
            &server.admin,
        )
        .await
        .json();
    let skipped = &jobs["jobs"][1];
    assert_eq!(skipped["conclusion"], "skipped");
    server
        .get(&of_job(&skipped["id"].to_string()), &server.admin)
        .await
        .expect(404);
}

#[tokio::test]
async fn a_log_that_is_as_long_as_it_may_be_ends_with_a_whole_row() {
    let row = b"[2,1767323045123,\"hello\"]\n";
    let settings = Settings {
        job_log_bytes: row.len() as u64 * 2 - 1,
        ..Settings::default()
    };
    let server = TestServer::start_with(|_| {}, settings).await;
    server.repository("admin", "closed", true).await;
    server.dispatch("admin/closed").await;
    let runner = FakeRunner::register(&server, "one").await;
    let offered = runner.claim_one("a").await;
    runner.start(&offered).await.expect(200);
    let full = runner.log(&offered, 0, &row.repeat(2)).await.expect(413);
    assert_eq!(full.json()["ack"], row.len() * 2 - 1);
    runner
        .finish(&offered, "success", row.len() * 2)
        .await
        .expect(200);
    let path = format!("{REPOSITORY}/actions/jobs/{}/logs", offered.job["job_id"]);
    let link = server.get(&path, &server.admin).await.expect(302);
    let log = server
        .get(link.header("location").unwrap(), "")
        .await
        .expect(200);
    assert_eq!(log.text(), "2026-01-02T03:04:05.1230000Z hello\n");
}
