//! Clones with the real git program, and what strangers get.

use crate::{
    git::{command, git},
    server::{REPO, TestServer},
};

async fn clone(server: &TestServer, url: &str, succeeds: bool) -> String {
    let folder = tempfile::tempdir().unwrap();
    let (url, path) = (url.replace("http://", ""), folder.path().to_owned());
    let url = format!("http://{url}");
    let head = tokio::task::spawn_blocking(move || {
        let mut clone = command(&path, &["clone", "--quiet", &url, "copy"]);
        let output = clone.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.success(), succeeds, "{said}");
        match succeeds {
            true => git(&path.join("copy"), &["log", "--format=%H %s"]),
            false => said,
        }
    });
    let _ = server;
    head.await.unwrap()
}

#[tokio::test]
async fn git_clones_public_repositories_without_and_private_ones_with_a_credential() {
    let server = TestServer::start().await;
    server.repository("admin", "open", false).await;
    server.repository("admin", "closed", true).await;
    let stranger = server.user("stan", false, REPO).await;
    let host = server.base.trim_start_matches("http://").to_owned();

    for name in ["open", "open.git"] {
        let log = clone(&server, &format!("http://{host}/admin/{name}"), true).await;
        assert!(log.contains("Add a workflow"), "{log}");
    }
    let admin = &server.admin;
    clone(
        &server,
        &format!("http://x-access-token:{admin}@{host}/admin/closed.git"),
        true,
    )
    .await;
    clone(&server, &format!("http://{host}/admin/closed.git"), false).await;
    let said = clone(
        &server,
        &format!("http://x:{stranger}@{host}/admin/closed.git"),
        false,
    )
    .await;
    assert!(said.contains("not found"), "{said}");
}

#[tokio::test]
async fn a_stranger_cannot_tell_a_private_repository_from_none() {
    let server = TestServer::start().await;
    server.repository("admin", "closed", true).await;
    for name in ["closed", "nothing"] {
        let path = format!("/admin/{name}/info/refs?service=git-upload-pack");
        let answer = server.get(&path, "").await;
        assert_eq!(
            answer.refusal(),
            (401, "Requires authentication".to_owned())
        );
        assert_eq!(
            answer.header("www-authenticate"),
            Some("Basic realm=\"Runyard\"")
        );
    }
    let path = "/admin/closed/info/refs?service=git-upload-pack";
    let answer = server.get(path, "wrong").await.expect(401);
    assert!(answer.header("www-authenticate").is_some());
}

#[tokio::test]
async fn a_request_that_git_does_not_understand_is_refused_in_words() {
    let server = TestServer::start().await;
    server.repository("admin", "open", false).await;
    let info = "/admin/open/info/refs?service=git-upload-pack";
    let _ = server.get(info, "").await.expect(200);
    let request = server.request("POST", "/admin/open/git-upload-pack", "");
    let answer = server.send(request.body("xxxx")).await;
    let said = "git does not understand the request".to_owned();
    assert_eq!(answer.refusal(), (422, said));
}

#[tokio::test]
async fn pushes_and_dumb_clients_are_refused() {
    let server = TestServer::start().await;
    server.repository("admin", "open", false).await;
    let push = "/admin/open.git/info/refs?service=git-receive-pack";
    assert_eq!(server.get(push, &server.admin).await.status, 403);
    assert_eq!(
        server.get("/admin/open.git/info/refs", "").await.status,
        403
    );
    let path = "/admin/open.git/git-receive-pack";
    let answer = server
        .call("POST", path, &server.admin, serde_json::json!({}))
        .await;
    assert_eq!(answer.status, 403);
}
