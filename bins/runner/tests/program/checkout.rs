//! The built-in checkout, from a repository behind smart HTTP that wants the job's token.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use runyard_api::runner::messages::{JobResult, StepActionMessage};
use tokio::io::AsyncWriteExt;

use crate::support::{FakeServer, JobText, Program, TestFolder, pairs, run, uses};

/// `x-access-token:github-token-of-this-job` in base64.
const CREDENTIAL: &str = "basic eC1hY2Nlc3MtdG9rZW46Z2l0aHViLXRva2VuLW9mLXRoaXMtam9i";

/// Runs git in a folder and says what it printed.
fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args([
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@example.com",
            "-c",
            "init.defaultBranch=main",
        ])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A repository with two commits; the first one's hash.
fn repository(folder: &Path) -> String {
    std::fs::create_dir_all(folder).unwrap();
    git(folder, &["init", "--quiet"]);
    std::fs::write(folder.join("hello.txt"), "one").unwrap();
    git(folder, &["add", "."]);
    git(folder, &["commit", "--quiet", "-m", "one"]);
    let first = git(folder, &["rev-parse", "HEAD"]);
    git(folder, &["tag", "-a", "v1", "-m", "one"]);
    std::fs::write(folder.join("hello.txt"), "two").unwrap();
    git(folder, &["commit", "--quiet", "-am", "two"]);
    first
}

/// Serves the repositories below a folder as a git server does, to the right credential only.
fn git_routes(root: PathBuf) -> Router {
    Router::new().fallback(serve_git).with_state(Arc::new(root))
}

async fn serve_git(State(root): State<Arc<PathBuf>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let header = |name: &str| {
        head.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    if !header("authorization").eq_ignore_ascii_case(CREDENTIAL) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let mut backend = tokio::process::Command::new("git")
        .arg("http-backend")
        .env("GIT_PROJECT_ROOT", root.as_path())
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("REQUEST_METHOD", head.method.as_str())
        .env("PATH_INFO", head.uri.path())
        .env("QUERY_STRING", head.uri.query().unwrap_or_default())
        .env("CONTENT_TYPE", header("content-type"))
        .env("HTTP_CONTENT_ENCODING", header("content-encoding"))
        .env("GIT_PROTOCOL", header("git-protocol"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let body: Bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    backend
        .stdin
        .take()
        .unwrap()
        .write_all(&body)
        .await
        .unwrap();
    answer(&backend.wait_with_output().await.unwrap().stdout)
}

/// A CGI answer as an HTTP one.
fn answer(output: &[u8]) -> Response {
    let end = output
        .windows(4)
        .position(|bytes| bytes == b"\r\n\r\n")
        .unwrap();
    let mut response = Response::builder();
    for line in String::from_utf8_lossy(&output[..end]).lines() {
        let (name, value) = line.split_once(": ").unwrap();
        response = match name {
            "Status" => response.status(value[..3].parse::<u16>().unwrap()),
            _ => response.header(name, value),
        };
    }
    response.body(output[end + 4..].to_vec().into()).unwrap()
}

struct Project {
    server: FakeServer,
    folder: TestFolder,
    first: String,
}

async fn project() -> Project {
    let folder = TestFolder::new();
    let first = repository(&folder.file("git/octo/demo"));
    git(
        &folder.file("git/octo"),
        &["clone", "--quiet", "--bare", "demo", "demo.git"],
    );
    let server = FakeServer::start_with(git_routes(folder.file("git"))).await;
    Project {
        server,
        folder,
        first,
    }
}

fn job(project: &Project, script: &str) -> JobText {
    let mut job = JobText::of([StepActionMessage::Checkout, run(script)]);
    job.0.sha.clone_from(&project.first);
    job.0.repository.clone_url = format!("{}/octo/demo.git", project.server.url);
    job
}

#[tokio::test]
async fn the_commit_of_the_run_is_checked_out_on_its_branch_without_leaving_the_credential() {
    let project = project().await;
    let script = "cat hello.txt; echo; git status --short --branch; git rev-list --count HEAD; git config --list";
    project.server.offer(job(&project, script).0);
    let _program = Program::start(&project.folder, &project.server.url);
    let done = project.server.finished().await;
    assert_eq!(done.result(), JobResult::Success, "{:?}", done.text(2));
    let rows = done.text(3).join("\n");
    assert!(rows.contains("##[endgroup]\none\n## main\n1\n"), "{rows}");
    let log = String::from_utf8(done.log.clone()).unwrap();
    for secret in ["github-token-of-this-job", &CREDENTIAL[6..], "extraheader"] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
    let commit = format!("Checking out octo/demo at {}", project.first);
    assert!(done.said(2).contains(&commit), "{:?}", done.text(2));
}

#[tokio::test]
async fn a_checkout_obeys_its_inputs() {
    let project = project().await;
    let newest = "github.sha";
    let with = [("ref", "main"), ("path", "sub/dir"), ("fetch-depth", "0")];
    let script = "cd sub/dir; cat hello.txt; echo; git rev-list --count HEAD; git describe --tags
        git rev-parse HEAD; echo \"$REF,$COMMIT\"";
    let mut job = JobText::of([uses("Actions/Checkout@v4", &with), run(script)]).id(2, "it");
    job = job.step(3, |step| {
        step.env = pairs(&[
            ("REF", "${{ steps.it.outputs.ref }}"),
            ("COMMIT", "${{ steps.it.outputs.commit }}"),
        ]);
    });
    job.0.sha.clone_from(&project.first);
    job.0.repository.clone_url = format!("{}/octo/demo.git", project.server.url);
    project.server.offer(job.0);
    let _program = Program::start(&project.folder, &project.server.url);
    let done = project.server.finished().await;
    assert_eq!(done.result(), JobResult::Success, "{:?}", done.text(2));
    let rows = done.said(3);
    assert_eq!(rows[..2], ["two", "2"], "{newest} is older");
    assert!(
        rows[2].starts_with("v1-1-g"),
        "all tags and history: {rows:?}"
    );
    assert_eq!(rows[4], format!("main,{}", rows[3]));
}

#[tokio::test]
async fn a_checkout_of_what_is_not_there_or_not_honoured_says_so() {
    let project = project().await;
    let mut job = JobText::of([
        uses("actions/checkout@v4", &[("ref", "nowhere")]),
        uses("actions/checkout@v4", &[("submodules", "true")]),
    ]);
    job = job.continue_on_error(2);
    job.0.sha.clone_from(&project.first);
    job.0.repository.clone_url = format!("{}/octo/demo.git", project.server.url);
    project.server.offer(job.0);
    let _program = Program::start(&project.folder, &project.server.url);
    let done = project.server.finished().await;
    let last = |step| done.text(step).pop().unwrap();
    assert!(
        last(2).contains("no branch or tag 'nowhere'"),
        "{}",
        last(2)
    );
    assert!(last(3).contains("submodules"), "{}", last(3));
}

#[tokio::test]
async fn a_tag_is_checked_out_detached() {
    let project = project().await;
    let mut job = job(
        &project,
        "git branch --show-current | wc -l; git describe --tags",
    );
    job.0.git_ref = "refs/tags/v1".into();
    project.server.offer(job.0);
    let _program = Program::start(&project.folder, &project.server.url);
    let done = project.server.finished().await;
    assert_eq!(done.result(), JobResult::Success, "{:?}", done.text(2));
    let rows = done.text(3);
    assert_eq!(rows[rows.len() - 2..], ["0", "v1"]);
}

#[tokio::test]
async fn a_refused_credential_fails_the_step_without_asking_anybody() {
    let project = project().await;
    let mut job = job(&project, "echo unreached");
    job.0.github_token = "wrong".into();
    project.server.offer(job.0);
    let _program = Program::start(&project.folder, &project.server.url);
    let done = project.server.finished().await;
    assert_eq!(done.result(), JobResult::Failure);
    assert!(
        done.text(2)
            .last()
            .unwrap()
            .starts_with("##[error]Process completed with exit code")
    );
}
