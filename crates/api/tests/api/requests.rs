//! What the operator is told of requests.

use crate::server::TestServer;
use log::{Level, LevelFilter, Log, Metadata, Record};
use std::sync::{Mutex, Once};

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
    let begin = format!("method=HEAD path={path:?} status=404 ms=");
    assert!(line.starts_with(&begin), "{line}");
    assert!(line.ends_with(&format!(" id={id} user=admin")), "{line}");

    let answer = server.get("/no/such/%22path%0A", "").await.expect(404);
    let id = answer.header("x-github-request-id").unwrap();
    let line = lines_with(id).remove(0).1;
    assert!(
        line.contains("%22path%0A") && line.ends_with("user=-"),
        "{line}"
    );
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
