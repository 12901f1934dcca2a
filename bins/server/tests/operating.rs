//! The program as an operator starts and stops it. What it does with runs is told elsewhere.
#![expect(clippy::unwrap_used, reason = "tests")]

use nix::{
    fcntl::{FcntlArg, fcntl},
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader, ErrorKind, Read, Write},
    net::TcpStream,
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// A server on the memory store; it is killed when this is dropped.
struct Server {
    child: Child,
    url: String,
    token: String,
    socket: PathBuf,
    folder: TempDir,
}

fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_runyard"));
    command.env_clear().env("HOME", folder).current_dir(folder);
    command.stdin(Stdio::null());
    command
}

impl Server {
    fn start(variables: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("socket");
        let mut command = command(folder.path());
        command
            .args(["serve", "--store", "memory", "--listen", "127.0.0.1:0"])
            .arg("--unix-socket")
            .arg(&socket)
            .env("RUNYARD__RUNNER__IN_PROCESS", "false")
            .envs(variables.iter().copied())
            .stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = |name: &str| {
            let mut lines = lines.by_ref().map(Result::unwrap);
            let found = lines.find_map(|line| line.strip_prefix(name).map(str::to_owned));
            found.unwrap_or_else(|| panic!("it never said {name:?}"))
        };
        let (token, url) = (said("token: "), said("url: "));
        assert_eq!(said("unix socket: "), socket.display().to_string());
        Self {
            child,
            url,
            token,
            socket,
            folder,
        }
    }

    fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// Asks the server to end; its exit code, and how long that took.
    fn stop(&mut self) -> (Option<i32>, Duration) {
        let id = i32::try_from(self.child.id()).unwrap();
        let asked = Instant::now();
        kill(Pid::from_raw(id), Signal::SIGTERM).unwrap();
        (self.child.wait().unwrap().code(), asked.elapsed())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn the_unix_socket_answers_under_the_name_that_it_is_asked_by() {
    let mut server = Server::start(&[]);
    let client = reqwest::Client::builder()
        .unix_socket(server.socket.as_path())
        .build()
        .unwrap();
    let asked = client.get("http://ghes.example:8443/api/v3/user");
    let answer = asked.bearer_auth(&server.token).send().await.unwrap();
    let body: Value = answer.error_for_status().unwrap().json().await.unwrap();
    assert_eq!(body["url"], "http://ghes.example:8443/api/v3/users/admin");
    // gh keeps its connection open; the server does not wait for it.
    let (code, took) = server.stop();
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(20), "{took:?}");
    assert!(!server.socket.exists());
}

#[test]
fn a_request_that_does_not_end_keeps_the_server_no_longer_than_the_setting_says() {
    let mut server = Server::start(&[("RUNYARD__SERVER__DRAIN_SECONDS", "1")]);
    let mut stream = TcpStream::connect(server.address()).unwrap();
    let head = "POST /api/v1/users HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    // From its answer on the server has the request, and waits for a body that does not come.
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 100");
    let (code, took) = server.stop();
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(20), "{took:?}");
    assert!(TcpStream::connect(server.address()).is_err());
}

/// How many folders of memory stores are in the data folder.
fn own_folders(server: &Server) -> usize {
    let parents = ["mirrors", "objects"].map(|name| server.folder.path().join("data").join(name));
    let entries = parents.map(|parent| std::fs::read_dir(parent).unwrap().count());
    entries.iter().sum()
}

#[test]
fn a_stop_is_in_order_from_the_first_answer_on() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("socket");
    // A full pipe keeps the server in the middle of its start: it answers, and cannot say so.
    let (mut reader, mut writer) = std::io::pipe().unwrap();
    let room = fcntl(&writer, FcntlArg::F_GETPIPE_SZ).unwrap();
    writer
        .write_all(&vec![b' '; usize::try_from(room).unwrap()])
        .unwrap();
    let mut command = command(folder.path());
    command.args(["serve", "--store", "memory", "--listen", "127.0.0.1:0"]);
    command.arg("--unix-socket").arg(&socket).stdout(writer);
    let mut child = command.spawn().unwrap();
    drop(command);
    let mut stream = (0..2_000)
        .find_map(|_| {
            std::thread::sleep(Duration::from_millis(10));
            UnixStream::connect(&socket).ok()
        })
        .unwrap();
    let head = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    stream.write_all(head).unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
    let id = i32::try_from(child.id()).unwrap();
    kill(Pid::from_raw(id), Signal::SIGTERM).unwrap();
    std::io::copy(&mut reader, &mut std::io::sink()).unwrap();
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(0), "{status}");
}

#[test]
fn a_server_that_keeps_nothing_leaves_nothing() {
    let mut server = Server::start(&[]);
    assert_eq!(own_folders(&server), 2);
    assert_eq!(server.stop().0, Some(0));
    assert_eq!(own_folders(&server), 0);
}

/// Asks on this connection; the first line of the answer, unless none comes for a while.
fn ask(stream: &mut TcpStream, patience: Duration) -> Option<String> {
    stream.set_read_timeout(Some(patience)).unwrap();
    let mut line = [0; 12];
    match stream.read_exact(&mut line) {
        Ok(()) => Some(String::from_utf8_lossy(&line).into_owned()),
        Err(error) if error.kind() == ErrorKind::WouldBlock => None,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn a_connection_beyond_the_setting_waits_until_another_ends() {
    let server = Server::start(&[
        ("RUNYARD__LIMITS__CONNECTIONS", "1"),
        ("RUNYARD__SERVER__WORKERS", "1"),
    ]);
    let hello = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    let open = || {
        let mut stream = TcpStream::connect(server.address()).unwrap();
        stream.write_all(hello).unwrap();
        stream
    };
    let (long, short) = (Duration::from_secs(20), Duration::from_millis(500));
    let mut first = open();
    assert_eq!(ask(&mut first, long).unwrap(), "HTTP/1.1 200");
    let mut second = open();
    assert_eq!(ask(&mut second, short), None);
    drop(first);
    assert_eq!(ask(&mut second, long).unwrap(), "HTTP/1.1 200");
}

#[test]
fn a_limit_that_cannot_be_keeps_the_server_from_starting() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = command(folder.path());
    command.args(["serve", "--store", "memory"]);
    command.env("RUNYARD__LIMITS__HEADER_COUNT", "96");
    let output = command.output().unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    let expected = "setting limits.header_count is 96, it must be 1 to 95";
    assert!(said.contains(expected), "{said}");
}

#[test]
fn a_bucket_that_cannot_be_used_keeps_the_server_from_starting() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = command(folder.path());
    command.args(["serve", "--store", "sqlite"]);
    for (key, value) in [
        ("BUCKET", "build-logs"),
        ("ENDPOINT", "http://127.0.0.1:1"),
        ("ALLOW_HTTP", "true"),
        ("ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("SECRET_ACCESS_KEY", "hunter2"),
    ] {
        command.env(format!("RUNYARD__LOGS__S3__{key}"), value);
    }
    let output = command.output().unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    let expected =
        "logs.s3.bucket = \"build-logs\": logs cannot be kept there: it cannot be reached";
    assert!(said.contains(expected), "{said}");
    assert!(!said.contains("hunter2"), "{said}");
}
