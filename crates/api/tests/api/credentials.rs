//! Who is let in, and in which order things are checked (contract 2).

use crate::server::{REPO, TestServer};
use runyard_domain::{account::Scope, repository::Role};
use serde_json::json;

#[tokio::test]
async fn every_form_of_a_token_opens_the_same_door() {
    let server = TestServer::start().await;
    let token = &server.admin;
    let request = || server.request("GET", "/api/v3/user", "");
    for request in [
        request().header("Authorization", format!("Bearer {token}")),
        request().header("Authorization", format!("token {token}")),
        request().basic_auth("whoever", Some(token)),
        request().basic_auth(token, Some("x-oauth-basic")),
    ] {
        let body = server.send(request).await.expect(200).json();
        assert_eq!(body["login"], "admin");
        assert_eq!(body["user_view_type"], "private");
    }
    let answer = server
        .send(request().header("Authorization", "Nonsense"))
        .await;
    assert_eq!(
        answer.refusal(),
        (401, "Requires authentication".to_owned())
    );
}

#[tokio::test]
async fn checks_come_in_the_order_of_the_contract() {
    let server = TestServer::start().await;
    server.repository("admin", "open", false).await;
    let reader = server.user("rita", false, REPO).await;
    let dispatch = "/api/v3/repos/admin/open/actions/workflows/ci.yml/dispatches";
    let nowhere = "/api/v3/nowhere";
    let old = Some("1999-01-01");
    for (path, token, version, status) in [
        (nowhere, "wrong", old, 401),
        (nowhere, "", old, 400),
        (nowhere, "", None, 404),
        (
            "/api/v3/repos/admin/none/actions/workflows/x/dispatches",
            reader.as_str(),
            None,
            404,
        ),
        (dispatch, reader.as_str(), None, 403),
        (dispatch, server.admin.as_str(), None, 400),
    ] {
        let mut request = server.request("POST", path, token).body("{broken");
        if let Some(version) = version {
            request = request.header("X-GitHub-Api-Version", version);
        }
        assert_eq!(
            server.send(request).await.status,
            status,
            "{path} {version:?}"
        );
    }
}

#[tokio::test]
async fn strangers_get_404_readers_403_and_writers_through() {
    let server = TestServer::start().await;
    let repository = server.repository("admin", "closed", true).await;
    let run = server.dispatch("admin/closed").await;
    let cancel = format!("/api/v3/repos/admin/closed/actions/runs/{run}/cancel");
    let show = format!("/api/v3/repos/admin/closed/actions/runs/{run}");

    let stranger = server.user("stan", false, REPO).await;
    let reader = server.user("rita", false, REPO).await;
    let writer = server.user("wim", false, REPO).await;
    let weak = server.token("wim", &[Scope::PublicRepo]).await;
    server.collaborator(&repository, "rita", Role::Read).await;
    server.collaborator(&repository, "wim", Role::Write).await;

    for (token, read, write) in [
        ("", 404, 404),
        (stranger.as_str(), 404, 404),
        (weak.as_str(), 404, 404),
        (reader.as_str(), 200, 403),
        (writer.as_str(), 200, 202),
    ] {
        assert_eq!(server.get(&show, token).await.status, read);
        assert_eq!(
            server.call("POST", &cancel, token, json!({})).await.status,
            write
        );
    }
    let hidden = server.get(&show, &stranger).await;
    let absent = server
        .get("/api/v3/repos/admin/none/actions/runs/1", &stranger)
        .await;
    assert_eq!(hidden.body, absent.body);
    let refused = server.call("POST", &cancel, &reader, json!({})).await;
    let sentence = "Must have admin rights to Repository.".to_owned();
    assert_eq!(refused.refusal(), (403, sentence));
}

/// Every route that changes something or shows what is private.
const GUARDED: [(&str, &str); 47] = [
    ("GET", "/api/v3/repos/admin/closed"),
    ("GET", "/api/v3/repositories/1"),
    ("GET", "/api/v3/repos/admin/closed/actions/runs"),
    ("GET", "/api/v3/repos/admin/closed/actions/runs/1"),
    (
        "GET",
        "/api/v3/repos/admin/closed/actions/runs/1/attempts/1",
    ),
    (
        "GET",
        "/api/v3/repos/admin/closed/actions/runs/1/attempts/1/jobs",
    ),
    ("GET", "/api/v3/repos/admin/closed/actions/runs/1/jobs"),
    ("GET", "/api/v3/repos/admin/closed/actions/runs/1/logs"),
    ("POST", "/api/v3/repos/admin/closed/actions/runs/1/cancel"),
    ("POST", "/api/v3/repos/admin/closed/actions/runs/1/rerun"),
    (
        "POST",
        "/api/v3/repos/admin/closed/actions/runs/1/rerun-failed-jobs",
    ),
    (
        "POST",
        "/api/v3/repos/admin/closed/actions/runs/1/force-cancel",
    ),
    ("DELETE", "/api/v3/repos/admin/closed/actions/runs/1"),
    ("DELETE", "/api/v3/repos/admin/closed/actions/runs/1/logs"),
    (
        "GET",
        "/api/v3/repos/admin/closed/actions/runs/1/attempts/1/logs",
    ),
    ("POST", "/api/v3/repos/admin/closed/actions/jobs/1/rerun"),
    ("GET", "/api/v3/repos/admin/closed/actions/jobs/1"),
    ("GET", "/api/v3/repos/admin/closed/actions/jobs/1/logs"),
    ("GET", "/api/v3/repos/admin/closed/actions/workflows"),
    ("GET", "/api/v3/repos/admin/closed/actions/workflows/1"),
    ("GET", "/api/v3/repos/admin/closed/actions/workflows/1/runs"),
    (
        "POST",
        "/api/v3/repos/admin/closed/actions/workflows/1/dispatches",
    ),
    ("GET", "/api/v1/repos/admin/closed"),
    ("DELETE", "/api/v1/repos/admin/closed"),
    ("GET", "/api/v1/repos/admin/closed/collaborators"),
    ("PUT", "/api/v1/repos/admin/closed/collaborators/stan"),
    ("DELETE", "/api/v1/repos/admin/closed/collaborators/stan"),
    ("POST", "/api/v1/repos/admin/closed/events"),
    ("GET", "/api/v1/runs/1"),
    ("POST", "/api/v1/runs/1/rerun"),
    ("POST", "/api/v1/jobs/1/cancel"),
    ("POST", "/api/v1/users"),
    ("GET", "/api/v1/users"),
    ("GET", "/api/v1/users/admin"),
    ("DELETE", "/api/v1/users/admin"),
    ("GET", "/api/v1/tokens?user=admin"),
    ("DELETE", "/api/v1/tokens/1"),
    ("POST", "/api/v1/repos"),
    ("POST", "/api/v1/runners/registration-token"),
    ("GET", "/api/v1/runners"),
    ("DELETE", "/api/v1/runners/1"),
    ("GET", "/api/downloads/runs/1/logs.zip"),
    ("GET", "/api/downloads/runs/1/attempts/1/logs.zip"),
    ("GET", "/api/downloads/jobs/1/log.txt"),
    ("GET", "/admin/closed.git/info/refs?service=git-upload-pack"),
    ("POST", "/admin/closed.git/git-upload-pack"),
    ("POST", "/admin/closed.git/git-receive-pack"),
];

#[tokio::test]
async fn no_route_opens_to_a_stranger() {
    let server = TestServer::start().await;
    server.repository("admin", "closed", true).await;
    server.dispatch("admin/closed").await;
    let stranger = server.user("stan", false, REPO).await;
    for (method, path) in GUARDED {
        for token in ["", stranger.as_str()] {
            let answer = server
                .call(
                    method,
                    path,
                    token,
                    json!({ "owner": "admin", "name": "x", "path": "/" }),
                )
                .await;
            let kept_out = [401, 403, 404].contains(&answer.status);
            assert!(
                kept_out,
                "{method} {path}: {} {}",
                answer.status,
                answer.text()
            );
        }
    }
    let runs = server
        .get("/api/v3/repos/admin/closed/actions/runs", &server.admin)
        .await
        .json();
    assert_eq!(runs["total_count"], 1);
    assert_eq!(runs["workflow_runs"][0]["status"], "queued");
}

#[tokio::test]
async fn a_user_is_shown_with_what_is_theirs() {
    let server = TestServer::start().await;
    let olga = server.user("olga", false, REPO).await;
    for login in ["rita", "wim"] {
        let _ = server.user(login, false, REPO).await;
    }
    for (name, private) in [("one", true), ("two", true), ("three", false)] {
        let repository = server.repository("olga", name, private).await;
        server.collaborator(&repository, "rita", Role::Read).await;
    }
    let own = server.get("/api/v3/user", &olga).await.expect(200).json();
    let counts = |body: &serde_json::Value, names: &[&str]| {
        let counts = names.iter().map(|name| body[*name].clone());
        json!(counts.collect::<Vec<_>>())
    };
    let names = [
        "public_repos",
        "owned_private_repos",
        "total_private_repos",
        "collaborators",
    ];
    assert_eq!(counts(&own, &names), json!([1, 2, 2, 1]));
    let wim = server.token("wim", REPO).await;
    let seen = server.get("/api/v3/users/olga", &wim).await.expect(200);
    assert_eq!(
        counts(&seen.json(), &names),
        json!([1, null, null, null]),
        "nobody else is told of private ones"
    );
}
