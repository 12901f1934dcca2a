//! Runners through GitHub's API: who sees them, who changes them, what labels become.

use crate::{
    fake_runner::FakeRunner,
    server::{REPO, TestServer},
};
use runyard_domain::repository::Role;
use serde_json::{Value, json};
use std::time::Duration;

const RUNNERS: &str = "/api/v3/repos/admin/open/actions/runners";

async fn get(server: &TestServer, path: &str) -> Value {
    let path = format!("{RUNNERS}{path}");
    server.get(&path, &server.admin).await.expect(200).json()
}

fn labels(shown: &Value) -> Vec<(&str, &str)> {
    let labels = shown["labels"].as_array().unwrap().iter();
    labels
        .map(|label| {
            (
                label["name"].as_str().unwrap(),
                label["type"].as_str().unwrap(),
            )
        })
        .collect()
}

#[tokio::test]
async fn a_repository_lists_the_runners_of_the_server() {
    let server = TestServer::start().await;
    server.repository("admin", "open", true).await;
    assert_eq!(
        get(&server, "").await,
        json!({ "total_count": 0, "runners": [] })
    );
    FakeRunner::register(&server, "one").await;
    FakeRunner::register(&server, "two").await;
    let listed = get(&server, "").await;
    assert_eq!(listed["total_count"], 2);
    let one = &listed["runners"][0];
    let expected = json!({
        "id": one["id"], "name": "one", "os": "Linux", "status": "offline", "busy": false,
        "runner_group_id": 1, "ephemeral": false, "version": "0.1.0",
        "labels": [
            { "name": "self-hosted", "type": "read-only" }, { "name": "Linux", "type": "read-only" },
        ],
    });
    assert_eq!(one, &expected);
    assert_eq!(&get(&server, &format!("/{}", one["id"])).await, one);
    assert_eq!(get(&server, "?name=two").await["runners"][0]["name"], "two");
    assert_eq!(get(&server, "?name=t").await["total_count"], 0);
    let path = format!("{RUNNERS}?per_page=1&page=2");
    let page = server.get(&path, &server.admin).await.expect(200);
    assert_eq!(page.json()["runners"][0]["name"], "two");
    assert!(
        page.header("link")
            .unwrap()
            .contains("/api/v3/repositories/1/actions/runners?")
    );
    for unknown in ["/9999", "/x", "/9999/labels", "/registration-token"] {
        let path = format!("{RUNNERS}{unknown}");
        server.get(&path, &server.admin).await.expect(404);
    }
}

#[tokio::test]
async fn a_runner_is_online_while_it_is_heard_of_and_busy_while_it_has_a_job() {
    let server = TestServer::start().await;
    server.repository("admin", "open", true).await;
    let runner = FakeRunner::register(&server, "one").await;
    let state = async || {
        let one = get(&server, "").await["runners"][0].clone();
        (
            one["status"].as_str().unwrap().to_owned(),
            one["busy"] == true,
        )
    };
    runner.claim("first").await.expect(204);
    assert_eq!(state().await, ("online".to_owned(), false));
    server.pass(Duration::from_secs(181));
    assert_eq!(state().await, ("offline".to_owned(), false));
    server.dispatch("admin/open").await;
    let offered = runner.claim_one("second").await;
    runner.start(&offered).await.expect(200);
    assert_eq!(state().await, ("online".to_owned(), true));
    let id = get(&server, "").await["runners"][0]["id"].clone();
    let path = format!("{RUNNERS}/{id}");
    let refused = server.call("DELETE", &path, &server.admin, json!({})).await;
    let said = "Runner \"one\" is currently running a job and cannot be deleted.";
    assert_eq!(refused.refusal(), (422, said.to_owned()));
    runner.finish(&offered, "success", 0).await.expect(200);
    assert!(!state().await.1);
    server
        .call("DELETE", &path, &server.admin, json!({}))
        .await
        .expect(204);
    server
        .call("DELETE", &path, &server.admin, json!({}))
        .await
        .expect(404);
    assert_eq!(get(&server, "").await["total_count"], 0);
}

#[tokio::test]
async fn labels_are_added_set_and_taken_away_and_decide_what_a_runner_is_offered() {
    let server = TestServer::start().await;
    server.repository("admin", "open", true).await;
    let runner = FakeRunner::register(&server, "one").await;
    let id = get(&server, "").await["runners"][0]["id"].clone();
    let path = format!("{RUNNERS}/{id}/labels");
    let change = async |method: &str, below: &str, body: Value| {
        server
            .call(method, &format!("{path}{below}"), &server.admin, body)
            .await
    };
    let fixed = [("self-hosted", "read-only"), ("Linux", "read-only")];
    let with = |others: &[&'static str]| {
        let others = others.iter().map(|name| (*name, "custom"));
        fixed.into_iter().chain(others).collect::<Vec<_>>()
    };
    let added = change("POST", "", json!({ "labels": ["gpu", "LINUX", "big"] })).await;
    assert_eq!(labels(&added.expect(200).json()), with(&["gpu", "big"]));
    let again = change("POST", "", json!({ "labels": ["GPU", "fast"] })).await;
    assert_eq!(
        labels(&again.expect(200).json()),
        with(&["gpu", "big", "fast"])
    );
    let without = change("DELETE", "/GPU", json!({})).await;
    assert_eq!(labels(&without.expect(200).json()), with(&["big", "fast"]));
    change("DELETE", "/gpu", json!({})).await.expect(404);
    change("DELETE", "/linux", json!({})).await.expect(422);
    let set = change("PUT", "", json!({ "labels": ["only"] })).await;
    assert_eq!(labels(&set.expect(200).json()), with(&["only"]));
    let shown = get(&server, &format!("/{id}")).await;
    assert_eq!(labels(&shown), with(&["only"]));
    let shown = get(&server, &format!("/{id}/labels")).await;
    assert_eq!(
        (labels(&shown), &shown["total_count"]),
        (with(&["only"]), &json!(3))
    );
    // What the runner says of itself takes none of it back.
    let body = json!({ "labels": ["self-hosted", "Linux"], "version": "2", "capacity": 1, "state": "ready" });
    let told = server
        .call("PUT", "/api/v1/runners/self", &runner.token, body)
        .await;
    told.expect(200);
    assert_eq!(
        labels(&get(&server, &format!("/{id}")).await),
        with(&["only"])
    );
    for (method, body) in [
        ("POST", json!({ "labels": [] })),
        ("POST", json!({})),
        ("PUT", json!({ "labels": "x" })),
        ("POST", json!({ "labels": [""] })),
        ("POST", json!({ "labels": ["x".repeat(65)] })),
        (
            "PUT",
            json!({ "labels": (0..100).map(|n| n.to_string()).collect::<Vec<_>>() }),
        ),
    ] {
        change(method, "", body).await.expect(422);
    }
    let most: Vec<String> = (0..98).map(|number| number.to_string()).collect();
    change("PUT", "", json!({ "labels": most }))
        .await
        .expect(200);
    let none = change("DELETE", "", json!({})).await;
    assert_eq!(labels(&none.expect(200).json()), with(&[]));
}

#[tokio::test]
async fn a_job_goes_to_a_runner_that_was_given_its_label() {
    let server = TestServer::start().await;
    server.repository("admin", "open", true).await;
    let workflow = "on: push\njobs:\n  one:\n    runs-on: gpu\n    steps:\n      - run: echo\n";
    let workflow = workflow.replace("push", "workflow_dispatch");
    let file = server.source.path().join(".github/workflows/ci.yml");
    std::fs::write(file, workflow).unwrap();
    crate::git::git(
        server.source.path(),
        &["commit", "--quiet", "--all", "--message", "gpu"],
    );
    server.dispatch("admin/open").await;
    let runner = FakeRunner::register(&server, "one").await;
    let offers = |body: Value| body["executions"].as_array().unwrap().len();
    runner.claim("first").await.expect(204);
    let id = get(&server, "").await["runners"][0]["id"].clone();
    let path = format!("{RUNNERS}/{id}/labels");
    let body = json!({ "labels": ["GPU"] });
    server
        .call("POST", &path, &server.admin, body)
        .await
        .expect(200);
    assert_eq!(offers(runner.claim("second").await.expect(200).json()), 1);
}

#[tokio::test]
async fn only_administrators_of_the_server_change_runners() {
    let server = TestServer::start().await;
    let repository = server.repository("admin", "open", true).await;
    FakeRunner::register(&server, "one").await;
    let id = get(&server, "").await["runners"][0]["id"].clone();
    let ada = server.user("ada", false, REPO).await;
    server.collaborator(&repository, "ada", Role::Admin).await;
    let wim = server.user("wim", false, REPO).await;
    server.collaborator(&repository, "wim", Role::Write).await;
    server.get(RUNNERS, &ada).await.expect(200);
    let refused = (403, "Must have admin rights to Repository.".to_owned());
    assert_eq!(server.get(RUNNERS, &wim).await.refusal(), refused);
    for (method, below) in [
        ("POST", "/registration-token".to_owned()),
        ("DELETE", format!("/{id}")),
        ("POST", format!("/{id}/labels")),
        ("PUT", format!("/{id}/labels")),
        ("DELETE", format!("/{id}/labels")),
        ("DELETE", format!("/{id}/labels/x")),
    ] {
        let path = format!("{RUNNERS}{below}");
        let body = json!({ "labels": ["x"] });
        for token in [&ada, &wim] {
            let answer = server.call(method, &path, token, body.clone()).await;
            assert_eq!(answer.refusal(), refused, "{method} {below}");
        }
    }
    let path = format!("{RUNNERS}/registration-token");
    let made = server.call("POST", &path, &server.admin, json!({})).await;
    let made = made.expect(201).json();
    assert_eq!(made["expires_at"], "2026-01-02T04:04:05Z");
    let token = made["token"].as_str().unwrap();
    let body = json!({
        "name": "two", "labels": ["x"], "version": "1", "os": "Linux", "arch": "X64", "capacity": 1,
    });
    let path = "/api/v1/runners/register";
    server.call("POST", path, token, body).await.expect(201);
}

#[tokio::test]
async fn a_removal_token_has_one_runner_forgotten_once() {
    let server = TestServer::start().await;
    server.repository("admin", "open", true).await;
    let runner = FakeRunner::register(&server, "one").await;
    FakeRunner::register(&server, "two").await;
    let make = async || {
        let path = format!("{RUNNERS}/remove-token");
        let made = server.call("POST", &path, &server.admin, json!({})).await;
        let made = made.expect(201).json();
        assert_eq!(made["expires_at"], "2026-01-02T04:04:05Z");
        made["token"].as_str().unwrap().to_owned()
    };
    let removal = make().await;
    assert!(removal.starts_with("ryx_"), "{removal}");
    let path = |id: &Value| format!("/api/v1/runners/{id}");
    let remove =
        async |id: &Value, token: &str| server.call("DELETE", &path(id), token, json!({})).await;
    let listed = get(&server, "").await;
    let [one, two] = [0, 1].map(|at| listed["runners"][at]["id"].clone());
    // It opens nothing else, and what fails does not use it up.
    server.get("/api/v3/user", &removal).await.expect(401);
    remove(&json!(9_999), &removal).await.expect(404);
    server.dispatch("admin/open").await;
    let offered = runner.claim_one("first").await;
    runner.start(&offered).await.expect(200);
    remove(&one, &removal).await.expect(422);
    remove(&two, &removal).await.expect(204);
    remove(&one, &removal).await.expect(401);
    assert_eq!(get(&server, "").await["total_count"], 1);
    runner.finish(&offered, "success", 0).await.expect(200);
    // It ends like a registration token.
    let late = make().await;
    server.pass(Duration::from_secs(60 * 60));
    remove(&one, &late).await.expect(401);
    // Not for whoever administers no more than a repository, and not by other means.
    let olga = server.user("olga", false, REPO).await;
    server.repository("olga", "own", false).await;
    let own = "/api/v3/repos/olga/own/actions/runners/remove-token";
    server.call("POST", own, &olga, json!({})).await.expect(403);
    let body = json!({ "name": "mine", "kind": "removal" });
    let made = server.call("POST", "/api/v1/tokens", &server.admin, body);
    made.await.expect(422);
}
