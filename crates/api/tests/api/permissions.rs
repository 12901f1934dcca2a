//! What Actions may do in a repository, and what this server is.

use crate::{
    fake_runner::FakeRunner,
    server::{REPO, TestServer},
};
use runyard_domain::repository::Role;
use serde_json::json;

const REPOSITORY: &str = "/api/v3/repos/admin/open";

#[tokio::test]
async fn actions_that_are_switched_off_start_nothing_and_say_so() {
    let server = TestServer::start().await;
    server.repository("admin", "open", true).await;
    let before = server.dispatch("admin/open").await;
    let path = format!("{REPOSITORY}/actions/permissions");
    let shown = server.get(&path, &server.admin).await.expect(200).json();
    let on = json!({ "enabled": true, "allowed_actions": "all", "sha_pinning_required": false });
    assert_eq!(shown, on);
    let put = async |body| server.call("PUT", &path, &server.admin, body).await;
    put(json!({ "enabled": false })).await.expect(204);
    let shown = server.get(&path, &server.admin).await.expect(200).json();
    assert_eq!(
        shown,
        json!({ "enabled": false, "sha_pinning_required": false })
    );

    let refused = (403, "Actions are disabled for this repository.".to_owned());
    let dispatch = format!("{REPOSITORY}/actions/workflows/ci.yml/dispatches");
    let body = json!({ "ref": "main" });
    let answer = server
        .call("POST", &dispatch, &server.admin, body.clone())
        .await;
    assert_eq!(answer.refusal(), refused);
    let event = json!({ "event_type": "deploy" });
    let path_of_events = format!("{REPOSITORY}/dispatches");
    server
        .call("POST", &path_of_events, &server.admin, event)
        .await
        .expect(204);
    let runs = async || {
        let path = format!("{REPOSITORY}/actions/runs");
        server.get(&path, &server.admin).await.expect(200).json()["total_count"].clone()
    };
    assert_eq!(runs().await, 1);
    // What is there goes on, and is not made again.
    let runner = FakeRunner::register(&server, "one").await;
    runner.run_one("key", "failure").await;
    let rerun = format!("{REPOSITORY}/actions/runs/{before}/rerun");
    let answer = server.call("POST", &rerun, &server.admin, json!({})).await;
    assert_eq!(answer.refusal(), refused);
    let anew = format!("/api/v1/runs/{before}/rerun");
    server
        .call("POST", &anew, &server.admin, json!({}))
        .await
        .expect(403);

    put(on).await.expect(204);
    server
        .call("POST", &rerun, &server.admin, json!({}))
        .await
        .expect(201);
    server
        .call("POST", &dispatch, &server.admin, body)
        .await
        .expect(204);
    assert_eq!(runs().await, 2);
}

#[tokio::test]
async fn what_is_not_possible_here_is_refused_and_what_holds_is_shown() {
    let server = TestServer::start().await;
    let repository = server.repository("admin", "open", true).await;
    let path = format!("{REPOSITORY}/actions/permissions");
    for body in [
        json!({}),
        json!({ "enabled": "yes" }),
        json!({ "enabled": true, "allowed_actions": "selected" }),
        json!({ "enabled": true, "allowed_actions": "local_only" }),
        json!({ "enabled": true, "sha_pinning_required": true }),
    ] {
        server
            .call("PUT", &path, &server.admin, body)
            .await
            .expect(422);
    }
    let selected = server
        .get(&format!("{path}/selected-actions"), &server.admin)
        .await;
    assert_eq!(selected.refusal().0, 409);
    let workflow = server.get(&format!("{path}/workflow"), &server.admin).await;
    let expected = json!({
        "default_workflow_permissions": "read", "can_approve_pull_request_reviews": false,
    });
    assert_eq!(workflow.expect(200).json(), expected);
    let wim = server.user("wim", false, REPO).await;
    server.collaborator(&repository, "wim", Role::Write).await;
    server.get(&path, &wim).await.expect(403);
    server
        .call("PUT", &path, &wim, json!({ "enabled": false }))
        .await
        .expect(403);
}

#[tokio::test]
async fn clients_learn_which_release_this_is() {
    let server = TestServer::start().await;
    let meta = server.get("/api/v3/meta", "").await.expect(200).json();
    assert_eq!(meta["installed_version"], "3.19.0");
    assert_eq!(meta["verifiable_password_authentication"], false);
    let versions = server.get("/api/v3/versions", "").await.expect(200).json();
    assert_eq!(versions, json!(["2022-11-28"]));
}
