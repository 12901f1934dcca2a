//! What is at a path of a repository.

use crate::{
    git::git,
    server::{REPO, TestServer},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use runyard_domain::repository::Repository;
use serde_json::{Value, json};
use std::os::unix::fs::symlink;

const CONTENTS: &str = "/api/v3/repos/admin/open/contents";

/// Adds these files to the source and has the server fetch them.
async fn commit(server: &TestServer, repository: &Repository, files: &[(&str, &[u8])]) {
    let folder = server.source.path();
    for (path, content) in files {
        let file = folder.join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, content).unwrap();
    }
    git(folder, &["add", "--all"]);
    git(folder, &["commit", "--quiet", "--message", "more"]);
    server.engine.fetch(repository).await.unwrap();
}

async fn get(server: &TestServer, path: &str) -> Value {
    let path = format!("{CONTENTS}{path}");
    server.get(&path, &server.admin).await.expect(200).json()
}

fn decoded(file: &Value) -> Vec<u8> {
    let content = file["content"].as_str().unwrap();
    assert!(content.lines().all(|line| line.len() <= 60), "{content}");
    STANDARD.decode(content.replace('\n', "")).unwrap()
}

#[tokio::test]
async fn a_file_comes_in_base64_with_its_facts_and_links() {
    let server = TestServer::start().await;
    server.repository("admin", "open", true).await;
    let file = get(&server, "/.github/workflows/ci.yml").await;
    assert_eq!(decoded(&file), crate::git::WORKFLOW.as_bytes());
    let sha = git(
        server.source.path(),
        &["rev-parse", "HEAD:.github/workflows/ci.yml"],
    );
    let sha = sha.trim();
    let url = format!(
        "{}{CONTENTS}/.github/workflows/ci.yml?ref=main",
        server.base
    );
    let blob = format!("{}/api/v3/repos/admin/open/git/blobs/{sha}", server.base);
    let page = format!(
        "{}/admin/open/blob/main/.github/workflows/ci.yml",
        server.base
    );
    for (key, value) in [
        ("type", json!("file")),
        ("encoding", json!("base64")),
        ("size", json!(crate::git::WORKFLOW.len())),
        ("name", json!("ci.yml")),
        ("path", json!(".github/workflows/ci.yml")),
        ("sha", json!(sha)),
        ("url", json!(url)),
        ("git_url", json!(blob)),
        ("html_url", json!(page)),
        ("download_url", Value::Null),
        ("_links", json!({ "self": url, "git": blob, "html": page })),
    ] {
        assert_eq!(file[key], value, "{key}");
    }
    let by_id = server
        .get(
            "/api/v3/repositories/1/contents/.github/workflows/ci.yml",
            &server.admin,
        )
        .await;
    assert_eq!(by_id.expect(200).json(), file);
    let spaced = get(&server, "/.github/workflows/push%20only.yml").await;
    assert_eq!(spaced["name"], "push only.yml");
    assert!(spaced["url"].as_str().unwrap().contains("push%20only.yml?"));
}

#[tokio::test]
async fn a_folder_is_a_list_and_an_object_for_whoever_asks_for_one() {
    let server = TestServer::start().await;
    let repository = server.repository("admin", "open", true).await;
    symlink(".github", server.source.path().join("link")).unwrap();
    commit(
        &server,
        &repository,
        &[("docs/a.md", b"a"), ("b.txt", b"bb")],
    )
    .await;
    let kinds = |list: &Value| -> Vec<(String, String, i64)> {
        let entries = list.as_array().unwrap().iter();
        let text = |entry: &Value, key: &str| entry[key].as_str().unwrap().to_owned();
        entries
            .map(|entry| {
                (
                    text(entry, "type"),
                    text(entry, "path"),
                    entry["size"].as_i64().unwrap(),
                )
            })
            .collect()
    };
    let expected = |folder: &str| {
        let at = |name: &str| format!("{folder}{name}");
        [
            ("dir", at(".github"), 0),
            ("file", at("b.txt"), 2),
            ("dir", at("docs"), 0),
            ("symlink", at("link"), 7),
        ]
        .map(|(kind, path, size)| (kind.to_owned(), path, size))
    };
    for root in ["", "/"] {
        assert_eq!(kinds(&get(&server, root).await), expected(""));
    }
    let docs = get(&server, "/docs/").await;
    assert_eq!(
        kinds(&docs),
        [("file".to_owned(), "docs/a.md".to_owned(), 1)]
    );
    assert_eq!(docs[0].get("content"), None);
    let request = server.request("GET", &format!("{CONTENTS}/docs"), &server.admin);
    let request = request.header("accept", "application/vnd.github.object+json");
    let object = server.send(request).await.expect(200).json();
    assert_eq!(
        (&object["type"], &object["entries"]),
        (&json!("dir"), &docs)
    );
    let link = get(&server, "/link").await;
    assert_eq!(
        (&link["type"], &link["target"]),
        (&json!("symlink"), &json!(".github"))
    );
}

#[tokio::test]
async fn any_branch_tag_or_commit_can_be_looked_at() {
    let server = TestServer::start().await;
    let repository = server.repository("admin", "open", true).await;
    let folder = server.source.path();
    let first = git(folder, &["rev-parse", "HEAD"]).trim().to_owned();
    git(folder, &["tag", "v1"]);
    git(folder, &["checkout", "--quiet", "-b", "feature/x"]);
    commit(&server, &repository, &[("new.txt", b"new")]).await;
    let second = git(folder, &["rev-parse", "HEAD"]).trim().to_owned();
    for reference in [
        "feature/x",
        "refs/heads/feature/x",
        "heads/feature/x",
        &second,
    ] {
        let file = get(&server, &format!("/new.txt?ref={reference}")).await;
        assert_eq!(decoded(&file), b"new", "{reference}");
    }
    let status = async |path: &str| {
        let path = format!("{CONTENTS}{path}");
        server.get(&path, &server.admin).await.refusal()
    };
    let missing = (404, "Not Found".to_owned());
    for path in [
        "/new.txt",
        "/new.txt?ref=v1",
        &format!("/new.txt?ref={first}"),
        "/a/b/c",
    ] {
        assert_eq!(status(path).await, missing, "{path}");
    }
    let unknown = "No commit found for the ref nowhere".to_owned();
    assert_eq!(status("/b.txt?ref=nowhere").await, (404, unknown));
}

#[tokio::test]
async fn files_come_as_they_are_and_large_ones_only_so() {
    let server = TestServer::start().await;
    let repository = server.repository("admin", "open", true).await;
    let large = vec![b'x'; 1024 * 1024 + 1];
    commit(
        &server,
        &repository,
        &[("large.bin", &large), ("small", b"\0\xff")],
    )
    .await;
    let raw = async |path: &str, accept: &str| {
        let request = server.request("GET", &format!("{CONTENTS}{path}"), &server.admin);
        server
            .send(request.header("accept", accept))
            .await
            .expect(200)
    };
    for accept in [
        "application/vnd.github.raw",
        "application/vnd.github.raw+json",
        "application/vnd.github.v3.raw",
    ] {
        let small = raw("/small", accept).await;
        assert_eq!(small.body, b"\0\xff");
        let kind = small.header("content-type").unwrap();
        assert!(kind.starts_with("application/vnd.github.raw"), "{kind}");
    }
    let whole = raw("/large.bin", "application/vnd.github.raw").await;
    assert!(whole.body == large, "{} bytes came", whole.body.len());
    let facts = get(&server, "/large.bin").await;
    assert_eq!(
        (&facts["content"], &facts["encoding"]),
        (&json!(""), &json!("none"))
    );
    assert_eq!(facts["size"], large.len());
    let list = raw("/", "application/vnd.github.raw").await;
    assert!(list.json().is_array());
}

#[tokio::test]
async fn code_is_shown_to_those_who_may_fetch_it() {
    let server = TestServer::start().await;
    server.repository("admin", "open", true).await;
    server.repository("admin", "public", false).await;
    let stranger = server.user("stan", false, REPO).await;
    for token in [stranger.as_str(), ""] {
        let hidden = server.get(&format!("{CONTENTS}/none"), token).await;
        assert_eq!(hidden.refusal(), (404, "Not Found".to_owned()));
        let path = "/api/v3/repos/admin/public/contents/.github";
        assert!(server.get(path, token).await.expect(200).json().is_array());
    }
}
