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
        json!({ "enabled": true, "allowed_actions": "some" }),
        json!({ "enabled": true, "sha_pinning_required": 1 }),
    ] {
        server
            .call("PUT", &path, &server.admin, body)
            .await
            .expect(422);
    }
    let workflow = server.get(&format!("{path}/workflow"), &server.admin).await;
    let expected = json!({
        "default_workflow_permissions": "read", "can_approve_pull_request_reviews": false,
    });
    assert_eq!(workflow.expect(200).json(), expected);
    let wim = server.user("wim", false, REPO).await;
    server.collaborator(&repository, "wim", Role::Write).await;
    let body = json!({ "enabled": false, "access_level": "user", "days": 3 });
    for below in [
        "",
        "/selected-actions",
        "/access",
        "/artifact-and-log-retention",
        "/workflow",
    ] {
        let path = format!("{path}{below}");
        server.get(&path, &wim).await.expect(403);
        server
            .call("PUT", &path, &wim, body.clone())
            .await
            .expect(403);
    }
}

#[tokio::test]
async fn actions_are_selected_once_the_policy_says_so() {
    let server = TestServer::start().await;
    let repository = server.repository("admin", "open", true).await;
    let path = format!("{REPOSITORY}/actions/permissions");
    let selected = format!("{path}/selected-actions");
    let put = async |path: &str, body| server.call("PUT", path, &server.admin, body).await;
    let get = async |path: &str| server.get(path, &server.admin).await;
    for allowed in ["all", "local_only"] {
        let body = json!({ "enabled": true, "allowed_actions": allowed });
        put(&path, body).await.expect(204);
        let sentence = format!(
            "No actions are selected, as allowed_actions is \"{allowed}\": set it to \"selected\" first."
        );
        let refused = (409, sentence);
        assert_eq!(get(&selected).await.refusal(), refused);
        let body = json!({ "github_owned_allowed": true });
        assert_eq!(put(&selected, body).await.refusal(), refused);
    }
    let body =
        json!({ "enabled": true, "allowed_actions": "selected", "sha_pinning_required": true });
    put(&path, body.clone()).await.expect(204);
    let mut shown = body;
    shown["selected_actions_url"] = json!(format!(
        "{}/api/v3/repositories/{}/actions/permissions/selected-actions",
        server.base, repository.id
    ));
    assert_eq!(get(&path).await.expect(200).json(), shown);
    let nothing = json!({
        "github_owned_allowed": false, "verified_allowed": false, "patterns_allowed": [],
    });
    assert_eq!(get(&selected).await.expect(200).json(), nothing);
    put(&selected, json!({ "github_owned_allowed": true }))
        .await
        .expect(204);
    let body = json!({ "verified_allowed": true, "patterns_allowed": ["mona/*", "!mona/cat@v1"] });
    put(&selected, body).await.expect(204);
    server
        .send(server.request("PUT", &selected, &server.admin))
        .await
        .expect(204);
    let all = json!({
        "github_owned_allowed": true, "verified_allowed": true,
        "patterns_allowed": ["mona/*", "!mona/cat@v1"],
    });
    assert_eq!(get(&selected).await.expect(200).json(), all);
    for (body, part) in [
        (json!({ "patterns_allowed": [""] }), "patterns_allowed[0]"),
        (json!({ "patterns_allowed": ["a b"] }), "blank"),
        (json!({ "patterns_allowed": "a/*" }), "patterns_allowed"),
        (json!({ "github_owned_allowed": 1 }), "github_owned_allowed"),
        (
            json!({ "patterns_allowed": vec!["a/b"; 1_001] }),
            "at most 1000",
        ),
    ] {
        let (status, message) = put(&selected, body).await.refusal();
        assert_eq!(status, 422, "{message}");
        assert!(message.contains(part), "{message}");
    }
    put(&selected, json!({ "patterns_allowed": vec!["a/b"; 1_000] }))
        .await
        .expect(204);
}

#[tokio::test]
async fn a_private_repository_says_who_may_call_it_and_a_public_one_does_not() {
    let server = TestServer::start().await;
    server.repository("admin", "open", true).await;
    server.repository("admin", "public", false).await;
    let path = format!("{REPOSITORY}/actions/permissions/access");
    let level = async || {
        let shown = server.get(&path, &server.admin).await.expect(200).json();
        shown["access_level"].clone()
    };
    assert_eq!(level().await, "none");
    for wanted in ["user", "organization", "enterprise", "none"] {
        let body = json!({ "access_level": wanted });
        server
            .call("PUT", &path, &server.admin, body)
            .await
            .expect(204);
        assert_eq!(level().await, wanted);
    }
    for body in [json!({}), json!({ "access_level": "everybody" })] {
        server
            .call("PUT", &path, &server.admin, body)
            .await
            .expect(422);
    }
    let path = "/api/v3/repos/admin/public/actions/permissions/access";
    let sentence = "Access policy only applies to internal and private repositories.";
    let refused = (422, sentence.to_owned());
    let answer = server.get(path, &server.admin).await;
    assert_eq!(answer.refusal(), refused);
    let body = json!({ "access_level": "user" });
    let answer = server.call("PUT", path, &server.admin, body).await;
    assert_eq!(answer.refusal(), refused);
}

#[tokio::test]
async fn r8_11_days_of_logs_are_part_of_the_retention_of_the_repository() {
    let server = TestServer::start().await;
    server.repository("admin", "open", true).await;
    server.repository("admin", "public", false).await;
    let days = |name: &str| {
        format!("/api/v3/repos/admin/{name}/actions/permissions/artifact-and-log-retention")
    };
    let own = "/api/v1/repos/admin/open/retention";
    let shown = async |name| {
        let answer = server.get(&days(name), &server.admin).await;
        answer.expect(200).json()
    };
    let put = async |name, body| server.call("PUT", &days(name), &server.admin, body).await;
    let both = |days, most| json!({ "days": days, "maximum_allowed_days": most });
    assert_eq!(shown("open").await, both(90, 400));
    assert_eq!(shown("public").await, both(90, 90));

    put("open", json!({ "days": 7 })).await.expect(204);
    assert_eq!(shown("open").await, both(7, 400));
    let kept = server.get(own, &server.admin).await.expect(200).json();
    assert_eq!(kept["log_days"], 7);
    assert_eq!(kept["run_days"], json!(null), "runs stay as long as before");
    // Logs go with their run, so the run must stay as long.
    put("open", json!({ "days": 400 })).await.expect(204);
    let kept = server.get(own, &server.admin).await.expect(200).json();
    assert_eq!(
        (&kept["log_days"], &kept["run_days"]),
        (&json!(400), &json!(400))
    );
    let body = json!({ "run_days": 0, "log_days": 0, "workflows": [] });
    server
        .call("PUT", own, &server.admin, body)
        .await
        .expect(200);
    assert_eq!(shown("open").await, both(0, 400), "without an end");

    for (name, body) in [
        ("open", json!({ "days": 0 })),
        ("open", json!({ "days": 401 })),
        ("open", json!({ "days": -1 })),
        ("open", json!({ "days": "7" })),
        ("open", json!({})),
        ("public", json!({ "days": 91 })),
    ] {
        put(name, body).await.expect(422);
    }
    put("public", json!({ "days": 90 })).await.expect(204);
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
