//! Limits at their edges: what is just allowed passes, one more is refused in GitHub's words.

use crate::{answer::Answer, fake_runner::FakeRunner, server::TestServer};
use flate2::{Compression, write::GzEncoder};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use runyard_api::{ApiLimits, ApiState, TrustedProxies};
use runyard_domain::run::Intake;
use runyard_engine::Settings;
use serde_json::json;
use std::{io::Write, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// A test that waits longer than this has failed.
const PATIENCE: Duration = Duration::from_secs(20);

async fn limited(change: impl FnOnce(&mut ApiLimits)) -> TestServer {
    let change = |state: &mut ApiState| change(&mut state.limits);
    TestServer::start_with(change, Settings::default()).await
}

async fn connect(server: &TestServer) -> TcpStream {
    let address = server.base.trim_start_matches("http://");
    TcpStream::connect(address).await.unwrap()
}

/// Reads one answer, whose end is that of the connection or what its head says.
async fn read(stream: &mut TcpStream) -> Answer {
    let mut bytes = Vec::new();
    let whole = async {
        loop {
            let mut piece = [0; 4096];
            let length = stream.read(&mut piece).await.unwrap();
            bytes.extend_from_slice(&piece[..length]);
            match parsed(&bytes) {
                Some((answer, true)) => return answer,
                Some((answer, false)) if length == 0 => return answer,
                Some(_) | None => assert_ne!(length, 0, "it hung up without an answer"),
            }
        }
    };
    timeout(PATIENCE, whole).await.unwrap()
}

/// The answer as far as it is here, and whether that is all of it.
fn parsed(bytes: &[u8]) -> Option<(Answer, bool)> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).unwrap();
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().unwrap();
    let pairs = lines.filter_map(|line| line.split_once(": "));
    let headers: HeaderMap = pairs
        .map(|(name, value)| {
            let name: HeaderName = name.parse().unwrap();
            (name, HeaderValue::from_str(value).unwrap())
        })
        .collect();
    let body = bytes[end + 4..].to_vec();
    let length = headers.get("content-length");
    let length: Option<usize> = length.map(|length| length.to_str().unwrap().parse().unwrap());
    let whole = length == Some(body.len());
    let answer = Answer {
        status,
        headers,
        body,
    };
    Some((answer, whole))
}

/// Sends this on a connection of its own.
async fn say(server: &TestServer, request: &str) -> Answer {
    let mut stream = connect(server).await;
    stream.write_all(request.as_bytes()).await.unwrap();
    read(&mut stream).await
}

/// A GET with exactly so many headers, whose names and values have exactly so many bytes.
fn get(target: &str, count: usize, bytes: usize) -> String {
    let mut headers = vec!["Host: x".to_owned()];
    headers.extend((2..count).map(|number| format!("X-{number:03}: y")));
    let taken: usize = headers.iter().map(|line| line.len() - 2).sum();
    headers.push(format!("X-Z: {}", "z".repeat(bytes - taken - 3)));
    format!("GET {target} HTTP/1.1\r\n{}\r\n\r\n", headers.join("\r\n"))
}

#[track_caller]
fn check_refusal(answer: &Answer, status: u16, message: &str) {
    assert_eq!(answer.refusal(), (status, message.to_owned()));
    assert!(answer.header("x-github-request-id").is_some());
    assert_eq!(answer.header("x-github-enterprise-version"), Some("3.19.0"));
}

#[tokio::test]
async fn a_head_at_its_limits_passes_and_one_more_is_refused() {
    let server = TestServer::start().await;
    let limits = ApiLimits::default();
    let path = |bytes: usize| format!("/api/v3/{}", "p".repeat(bytes - 8));
    let query = |bytes: usize| format!("/api/v3/users/admin?{}", "q".repeat(bytes));
    let parameters = |count: usize| format!("/api/v3/users/admin?{}", vec!["a=1"; count].join("&"));
    let user = "/api/v3/users/admin";
    for (allowed, most, refused, status, message) in [
        (
            get(&path(limits.path_bytes), 3, 500),
            404,
            get(&path(limits.path_bytes + 1), 3, 500),
            414,
            "The path has 4097 bytes, at most 4096 are allowed.",
        ),
        (
            get(&query(limits.query_bytes), 3, 500),
            200,
            get(&query(limits.query_bytes + 1), 3, 500),
            414,
            "The query has 8193 bytes, at most 8192 are allowed.",
        ),
        (
            get(&parameters(limits.query_parameters), 3, 500),
            200,
            get(&parameters(limits.query_parameters + 1), 3, 500),
            400,
            "The query has 101 parameters, at most 100 are allowed.",
        ),
        (
            get(user, limits.header_count, 5000),
            200,
            get(user, limits.header_count + 1, 5000),
            431,
            "The request has 65 headers, at most 64 are allowed.",
        ),
        (
            get(user, 3, limits.header_bytes),
            200,
            get(user, 3, limits.header_bytes + 1),
            431,
            "The headers have 32769 bytes, at most 32768 are allowed.",
        ),
    ] {
        say(&server, &allowed).await.expect(most);
        let answer = say(&server, &refused).await;
        check_refusal(&answer, status, message);
        assert_eq!(answer.header("connection"), Some("close"));
    }
}

#[tokio::test]
async fn limits_that_are_at_their_most_are_still_refused_with_a_body() {
    let most = |limits: &mut ApiLimits| {
        limits.header_count = runyard_api::HEADER_COUNT_MAX;
        limits.header_bytes = runyard_api::HEADER_BYTES_MAX;
        limits.path_bytes = runyard_api::PATH_BYTES_MAX;
        limits.query_bytes = runyard_api::QUERY_BYTES_MAX;
    };
    let server = limited(most).await;
    let (path, query) = (
        "p".repeat(runyard_api::PATH_BYTES_MAX - 8),
        "q".repeat(runyard_api::QUERY_BYTES_MAX),
    );
    let bytes = runyard_api::HEADER_BYTES_MAX;
    let all = get(
        &format!("/api/v3/{path}?{query}"),
        runyard_api::HEADER_COUNT_MAX,
        bytes,
    );
    say(&server, &all).await.expect(404);
    for (target, count, status) in [
        (
            "/api/v3/users/admin".to_owned(),
            runyard_api::HEADER_COUNT_MAX + 1,
            431,
        ),
        (format!("/api/v3/{path}p?{query}"), 3, 414),
        (format!("/api/v3/{path}?{query}q"), 3, 414),
    ] {
        let answer = say(&server, &get(&target, count, bytes)).await;
        assert_eq!(answer.refusal().0, status);
    }
}

fn packed(body: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(body).unwrap();
    packer.finish().unwrap()
}

#[tokio::test]
async fn a_body_at_its_limit_is_read_and_one_more_byte_is_refused_packed_or_not() {
    let small = |limits: &mut ApiLimits| {
        limits.json_bytes = 1000;
        limits.event_bytes = 2000;
        limits.git_request_bytes = 3000;
    };
    let server = limited(small).await;
    server.repository("admin", "open", false).await;
    let dispatch = "/api/v3/repos/admin/open/actions/workflows/ci.yml/dispatches";
    for (path, limit) in [
        (dispatch, 1000),
        ("/api/v1/repos/admin/open/events", 2000),
        ("/admin/open/git-upload-pack", 3000),
    ] {
        for (bytes, is_refused) in [(limit, false), (limit + 1, true)] {
            let body = vec![b'x'; bytes];
            let plain = server.request("POST", path, &server.admin);
            let gzip = server.request("POST", path, &server.admin);
            let gzip = gzip.header("Content-Encoding", "gzip").body(packed(&body));
            for request in [plain.body(body), gzip] {
                // What becomes of a body that was read is not asked here; a pack of nonsense breaks off.
                let response = request.send().await.unwrap();
                assert_eq!(response.status() == 413, is_refused, "{path} {bytes}");
                if is_refused {
                    let message = Answer::of(response).await.refusal().1;
                    assert_eq!(message, "The body is larger than is taken");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let hasty = |limits: &mut ApiLimits| limits.body_time = Duration::from_secs(1);
    let server = limited(hasty).await;
    let head = format!(
        "POST /api/v3/repos/admin/open/actions/workflows/ci.yml/dispatches HTTP/1.1\r\nHost: x\r\n\
         Authorization: Bearer {}\r\nContent-Length: 9\r\n\r\n12345678",
        server.admin
    );
    server.repository("admin", "open", false).await;
    let answer = say(&server, &head).await;
    check_refusal(&answer, 408, "The body was not here after 1 seconds.");
}

#[tokio::test]
async fn a_body_that_nobody_reads_ends_the_connection() {
    let server = TestServer::start().await;
    for framing in [
        "Transfer-Encoding: chunked\r\n\r\nff\r\n{",
        "Content-Length: 9\r\n\r\n{",
    ] {
        let mut stream = connect(&server).await;
        let request = format!("GET /api/v3/users/admin HTTP/1.1\r\nHost: x\r\n{framing}");
        stream.write_all(request.as_bytes()).await.unwrap();
        let answer = read(&mut stream).await.expect(200);
        assert_eq!(answer.header("connection"), Some("close"), "{framing:?}");
        let ended = timeout(PATIENCE, stream.read(&mut [0])).await.unwrap();
        assert!(matches!(ended, Ok(0) | Err(_)), "{framing:?}");
    }
}

#[tokio::test]
async fn a_path_that_is_encoded_is_refused_as_the_one_that_it_is() {
    let server = TestServer::start().await;
    let query = "q".repeat(ApiLimits::default().query_bytes + 1);
    let answer = say(&server, &get(&format!("/api/%76%33?{query}"), 3, 500)).await;
    let message = "The query has 8193 bytes, at most 8192 are allowed.";
    check_refusal(&answer, 414, message);
}

#[tokio::test]
async fn a_head_that_does_not_come_is_not_waited_for() {
    let server = TestServer::start().await;
    let mut stream = connect(&server).await;
    stream.write_all(b"GET / HTTP/1.1\r\nHo").await.unwrap();
    assert_eq!(read(&mut stream).await.status, 408);
}

const HELLO: &[u8] = b"GET /api/v3/users/admin HTTP/1.1\r\nHost: x\r\n\r\n";

/// A connection on which one request was answered so.
async fn connected(server: &TestServer) -> (TcpStream, Answer) {
    let mut stream = connect(server).await;
    stream.write_all(HELLO).await.unwrap();
    let answer = read(&mut stream).await;
    (stream, answer)
}

#[tokio::test]
async fn an_address_has_so_many_connections_and_no_more_until_one_ends() {
    let server = limited(|limits| limits.connections_per_address = 2).await;
    let (first, answer) = connected(&server).await;
    answer.expect(200);
    let (_second, answer) = connected(&server).await;
    answer.expect(200);
    let (_, answer) = connected(&server).await;
    let message = "This address has more than 2 connections.";
    check_refusal(&answer, 503, message);
    assert_eq!(answer.header("retry-after"), Some("5"));
    assert_eq!(answer.header("connection"), Some("close"));
    drop(first);
    let again = async { while connected(&server).await.1.status != 200 {} };
    timeout(PATIENCE, again).await.unwrap();
}

#[tokio::test]
async fn the_connections_of_a_trusted_proxy_are_not_counted() {
    let behind = |state: &mut ApiState| {
        state.limits.connections_per_address = 1;
        state.trusted_proxies = TrustedProxies::parse(&["127.0.0.0/8"]).unwrap();
    };
    let server = TestServer::start_with(behind, Settings::default()).await;
    let (_first, answer) = connected(&server).await;
    answer.expect(200);
    let (_second, answer) = connected(&server).await;
    answer.expect(200);
}

fn claim(key: &str) -> serde_json::Value {
    json!({ "request_key": key, "free_slots": 1, "wait_s": 30 })
}

#[tokio::test]
async fn a_claim_that_finds_no_place_to_wait_is_asked_to_come_again() {
    let server = limited(|limits| limits.waiting_calls = 1).await;
    server.repository("admin", "open", false).await;
    let runner = FakeRunner::register(&server, "one").await;
    let path = "/api/v1/runners/claim";
    let first = server.call("POST", path, &runner.token, claim("first"));
    let meanwhile = async {
        let waits = async || {
            let text = server.get("/metrics", "").await.text();
            text.contains("\nrunyard_waiting_claims 1\n")
        };
        while !waits().await {}
        let second = server.call("POST", path, &runner.token, claim("second"));
        let answer = second.await;
        let message = "Nothing is there yet, and 1 calls wait already. Ask again.";
        assert_eq!(answer.refusal(), (503, message.to_owned()));
        assert_eq!(answer.header("retry-after"), Some("5"));
        server.dispatch("admin/open").await;
    };
    let both = async { tokio::join!(first, meanwhile).0 };
    timeout(PATIENCE, both).await.unwrap().expect(200);
}

#[tokio::test]
async fn what_is_there_is_given_without_a_place_to_wait() {
    let server = limited(|limits| limits.waiting_calls = 0).await;
    server.repository("admin", "open", false).await;
    server.dispatch("admin/open").await;
    let runner = FakeRunner::register(&server, "one").await;
    let path = "/api/v1/runners/claim";
    let answer = server.call("POST", path, &runner.token, claim("key")).await;
    let answer = answer.expect(200).json();
    let offer = &answer["executions"][0];
    let token = offer["token"].as_str().unwrap();
    let start = format!("/api/v1/executions/{}/start", offer["execution_id"]);
    let body = json!({ "started_at_ms": 1 });
    server.call("PUT", &start, token, body).await.expect(200);

    let job = &offer["job"]["job_id"];
    let check = async |wait: u64| {
        let path = format!("/api/v1/jobs/{job}/cancel-check?wait_s={wait}");
        server.send(server.request("POST", &path, token)).await
    };
    check(0).await.expect(200);
    assert_eq!(check(30).await.refusal().0, 503);
    let run = &offer["job"]["run_id"];
    let cancel = format!("/api/v3/repos/admin/open/actions/runs/{run}/cancel");
    let cancel = server.request("POST", &cancel, &server.admin);
    server.send(cancel).await.expect(202);
    assert_eq!(check(30).await.expect(200).json()["cancelled"], true);
}

#[tokio::test]
async fn a_repository_takes_so_many_runs_and_no_more_until_one_ends_or_time_passes() {
    let full = "2 runs of the repository have not ended, which is the limit";
    let fast = "2 runs of the repository came within 10 seconds, which is the limit";
    for (open, burst, limit) in [(2, 100, full), (100, 2, fast)] {
        let settings = Settings {
            intake: Intake { open, burst },
            ..Settings::default()
        };
        let server = TestServer::start_with(|_| {}, settings).await;
        server.repository("admin", "open", false).await;
        server.repository("admin", "other", false).await;
        let first = server.dispatch("admin/open").await;
        server.dispatch("admin/open").await;
        let dispatch = "/api/v3/repos/admin/open/actions/workflows/ci.yml/dispatches";
        let body = json!({ "ref": "main" });
        let third = server.call("POST", dispatch, &server.admin, body);
        let answer = third.await;
        let message = format!("You have exceeded a limit: {limit}. Try again later.");
        check_refusal(&answer, 429, &message);
        assert_eq!(answer.header("retry-after"), Some("10"));
        let list = "/api/v3/repos/admin/open/actions/runs";
        let count = async || server.get(list, "").await.json()["total_count"].clone();
        assert_eq!(count().await, 2);

        server.dispatch("admin/other").await;
        if limit == full {
            let cancel = format!("{list}/{first}/cancel");
            let cancel = server.request("POST", &cancel, &server.admin);
            server.send(cancel).await.expect(202);
        } else {
            server.pass(Duration::from_secs(10));
        }
        server.dispatch("admin/open").await;
        assert_eq!(count().await, 3);
    }
}

#[tokio::test]
async fn a_page_has_a_hundred_items_at_most_whatever_is_asked() {
    let server = TestServer::start().await;
    server.repository("admin", "open", false).await;
    for _ in 0..101 {
        server.dispatch("admin/open").await;
    }
    for (asked, items) in [(99, 99), (100, 100), (101, 100), (100_000, 100)] {
        let path = format!("/api/v3/repos/admin/open/actions/runs?per_page={asked}");
        let list = server.get(&path, &server.admin).await.expect(200).json();
        let listed = list["workflow_runs"].as_array().unwrap().len();
        assert_eq!((listed, &list["total_count"]), (items, &json!(101)));
    }
}

#[tokio::test]
async fn monitoring_reads_on_while_the_server_stops() {
    let server = TestServer::start().await;
    server.begin_to_stop();
    let stopping = async { while server.get("/readyz", "").await.status != 503 {} };
    timeout(PATIENCE, stopping).await.unwrap();
    for path in ["/metrics", "/healthz"] {
        server.get(path, "").await.expect(200);
    }
    let text = server.get("/metrics", "").await.text();
    assert!(text.contains("\nrunyard_http_connections 1.0\n"), "{text}");
}
