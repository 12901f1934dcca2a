//! What the operator is told of requests.

use crate::{
    fake_runner::FakeRunner,
    server::{REPO, TestServer},
};
use log::{Level, LevelFilter, Log, Metadata, Record};
use runyard_api::ApiState;
use runyard_engine::Settings;
use runyard_store::{QueueRow, RowKind, Tries};
use serde_json::json;
use std::{
    sync::{Mutex, Once},
    time::Duration,
};

/// Lines of all tests of this program; each test looks for paths of its own.
static LINES: Mutex<Vec<(Level, String)>> = Mutex::new(Vec::new());

struct Kept;

impl Log for Kept {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "request"
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            let line = (record.level(), record.args().to_string());
            LINES.lock().unwrap().push(line);
        }
    }

    fn flush(&self) {}
}

fn keep_lines() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        log::set_logger(&Kept).unwrap();
        log::set_max_level(LevelFilter::Debug);
    });
}

fn lines_with(part: &str) -> Vec<(Level, String)> {
    let lines = LINES.lock().unwrap();
    let found = lines.iter().filter(|(_, line)| line.contains(part));
    found.cloned().collect()
}

#[tokio::test]
async fn every_request_is_one_line_without_its_query() {
    keep_lines();
    let server = TestServer::start().await;
    let path = "/api/v3/repos/admin/only-in-this-test";
    let answer = server
        .send(server.request("HEAD", &format!("{path}?sig=secret"), &server.admin))
        .await
        .expect(404);
    let id = answer.header("x-github-request-id").unwrap();
    let lines = lines_with(id);
    let [(level, line)] = lines.as_slice() else {
        panic!("{lines:?}")
    };
    assert_eq!(*level, Level::Info);
    let (begin, end) = line.split_once(" ms=").unwrap();
    let route = "/api/v3/repos/{owner}/{repo}";
    let expected = format!("method=HEAD path={path:?} route={route:?} status=404");
    assert_eq!(begin, expected);
    let expected = format!(" id={id} user=admin from=127.0.0.1 bytes=0");
    assert!(end.ends_with(&expected), "{line}");

    let answer = server.get("/no/such/%22path%0A", "").await.expect(404);
    let id = answer.header("x-github-request-id").unwrap();
    let line = lines_with(id).remove(0).1;
    let (length, known) = (answer.body.len(), line.contains("%22path%0A"));
    let expected = "route=\"-\" status=404 ms=";
    assert!(known && line.contains(expected), "{line}");
    let expected = format!(" user=- from=127.0.0.1 bytes={length}");
    assert!(line.ends_with(&expected), "{line}");
}

#[tokio::test]
async fn runners_and_jobs_are_named_and_no_token_is() {
    keep_lines();
    let server = TestServer::start().await;
    server.repository("admin", "open", false).await;
    server.dispatch("admin/open").await;
    let runner = FakeRunner::register(&server, "one").await;
    let offered = runner.claim_one("first").await;
    let answer = runner.start(&offered).await.expect(200);
    let id = answer.header("x-github-request-id").unwrap();
    let line = lines_with(id).remove(0).1;
    let job = &offered.job["job_id"];
    assert!(line.contains(&format!(" user=job:{job} ")), "{line}");
    let claims = lines_with("/api/v1/runners/claim");
    assert!(
        claims
            .iter()
            .any(|(_, line)| line.contains(" user=runner:"))
    );
    for secret in [&server.admin, &runner.token, &offered.token] {
        assert!(secret.len() > 20 && lines_with(secret).is_empty());
    }
}

#[tokio::test]
async fn an_answer_of_unknown_length_is_told_with_what_was_sent() {
    keep_lines();
    let server = TestServer::start().await;
    let request = server.request("GET", "/api/v3/user", &server.admin);
    let packed = server.send(request.header("Accept-Encoding", "gzip")).await;
    let id = packed.header("x-github-request-id").unwrap().to_owned();
    assert_eq!(packed.header("content-length"), None);
    let length = packed.body.len();
    server.stop().await;
    let line = lines_with(&id).remove(0).1;
    assert!(line.ends_with(&format!(" bytes={length}")), "{line}");
}

#[tokio::test]
async fn what_programs_ask_all_the_time_is_said_for_debugging_only() {
    keep_lines();
    let server = TestServer::start().await;
    for path in ["/healthz", "/readyz"] {
        let answer = server.get(path, "").await.expect(200);
        let id = answer.header("x-github-request-id").unwrap();
        assert_eq!(lines_with(id).remove(0).0, Level::Debug, "{path}");
    }
}

/// The value of a metric, named with its labels.
fn value(text: &str, name: &str) -> f64 {
    let found = text.lines().find_map(|line| line.strip_prefix(name));
    let value = found.unwrap_or_else(|| panic!("{name} is missing:\n{text}"));
    value.trim().parse().unwrap()
}

#[tokio::test]
async fn metrics_count_requests_claims_and_what_waits() {
    let server = TestServer::start().await;
    server.repository("admin", "open", false).await;
    let run = server.dispatch("admin/open").await;
    server.pass(Duration::from_secs(90));
    let path = format!("/api/v3/repos/admin/open/actions/runs/{run}");
    server.get(&path, &server.admin).await.expect(200);
    server.get(&path, &server.admin).await.expect(200);
    server.get("/no/such/path", "").await.expect(404);

    let text = server.get("/metrics", "").await.expect(200).text();
    assert!(text.ends_with("# EOF\n"), "{text}");
    let runs = "/api/v3/repos/{owner}/{repo}/actions/runs/{run_id}";
    let counted = |method: &str, route: &str, status: u16| {
        let labels = format!("{{method=\"{method}\",route=\"{route}\",status=\"{status}\"}}");
        value(
            &text,
            &format!("runyard_http_request_seconds_count{labels}"),
        )
    };
    assert_eq!(
        (counted("GET", runs, 200), counted("GET", "none", 404)),
        (2.0, 1.0)
    );
    assert_eq!(value(&text, "runyard_queue_jobs "), 1.0);
    assert_eq!(value(&text, "runyard_queue_oldest_seconds "), 90.0);
    assert_eq!(value(&text, "runyard_waiting_claims "), 0.0);
    assert_eq!(value(&text, "runyard_set_aside "), 0.0);
    set_aside_a_job(&server).await;
    let text = server.get("/metrics", "").await.expect(200).text();
    assert_eq!(value(&text, "runyard_set_aside "), 1.0);

    let runner = FakeRunner::register(&server, "one").await;
    runner.claim_one("first").await;
    // Nobody takes the offer; the next one is taken, and then its runner is silent.
    server.pass(Duration::from_secs(31));
    server.engine.expire().await.unwrap();
    let offered = runner.claim_one("second").await;
    runner.start(&offered).await.expect(200);
    server.pass(Duration::from_secs(61));
    server.engine.expire().await.unwrap();

    let text = server.get("/metrics", "").await.expect(200).text();
    assert_eq!(value(&text, "runyard_queue_jobs "), 0.0);
    assert_eq!(value(&text, "runyard_queue_oldest_seconds "), 0.0);
    assert_eq!(value(&text, "runyard_claim_seconds_count "), 2.0);
    assert_eq!(value(&text, "runyard_job_wait_seconds_sum "), 90.0 + 121.0);
    assert_eq!(value(&text, "runyard_offers_lapsed_total "), 1.0);
    assert_eq!(value(&text, "runyard_leases_lost_total "), 1.0);
}

/// Has one job, that is not there, set aside.
async fn set_aside_a_job(server: &TestServer) {
    let (kind, id) = (RowKind::Job, i64::MAX);
    let at_once = Tries {
        most: 1,
        apart: Duration::ZERO,
    };
    let store = server.engine.store();
    let row = QueueRow { kind, id };
    let noted = store.note_trouble(row, None, "a test", at_once).await;
    assert!(noted.unwrap());
}

#[tokio::test]
async fn metrics_that_are_switched_off_are_not_there() {
    let off = |state: &mut ApiState| state.serves_metrics = false;
    let server = TestServer::start_with(off, Settings::default()).await;
    server.get("/metrics", &server.admin).await.expect(404);
}

#[tokio::test]
async fn administrators_see_what_waits_and_what_runs() {
    let server = TestServer::start().await;
    let path = "/api/v1/status";
    let idle = server.get(path, &server.admin).await.expect(200).json();
    assert_eq!(idle["ready"], true);
    let empty = json!({ "jobs": 0, "oldest_seconds": null });
    assert_eq!(idle["queue"], empty);
    assert_eq!(idle["set_aside"], 0);
    set_aside_a_job(&server).await;
    let told = server.get(path, &server.admin).await.expect(200).json();
    assert_eq!(told["set_aside"], 1);
    server.repository("admin", "open", false).await;
    server.dispatch("admin/open").await;
    server.pass(Duration::from_secs(90));
    let waits = server.get(path, &server.admin).await.expect(200).json();
    assert_eq!(waits["queue"], json!({ "jobs": 1, "oldest_seconds": 90 }));
    let runner = FakeRunner::register(&server, "one").await;
    let offered = runner.claim_one("first").await;
    runner.start(&offered).await.expect(200);
    let runs = server.get(path, &server.admin).await.expect(200).json();
    assert_eq!(runs["queue"], empty);
    assert_eq!(runs["runners"][0]["name"], "one");
    assert_eq!(runs["running"][0]["job_id"], offered.job["job_id"]);
    assert_eq!(runs["running"][0]["runner_name"], "one");

    server.get(path, "").await.expect(401);
    let other = server.user("other", false, REPO).await;
    server.get(path, &other).await.expect(403);
}
