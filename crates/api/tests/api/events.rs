//! What starts workflows beside a push and a dispatch, and what a run tells of it.

use crate::{
    answer::Answer,
    git::git,
    server::{REPO, TestServer},
};
use runyard_api::WebhookPayloads;
use runyard_domain::repository::Role;
use serde_json::{Value, json};
use std::fs;

const EVENTS: &str = "/api/v1/repos/admin/open/events";
const API: &str = "/api/v3/repos/admin/open";

const PULLED: &str = "
name: Pulled
on:
  pull_request:
  repository_dispatch:
    types: [deploy]
jobs:
  a: {runs-on: x, steps: [{run: x}]}
";
const FOLLOWER: &str = "
name: Follower
on:
  workflow_run: {workflows: [Pulled], types: [requested]}
jobs:
  a: {runs-on: x, steps: [{run: x}]}
";

/// The commit of a branch `topic` of the source, whose default branch has these files too.
async fn with_files(server: &TestServer) -> String {
    let source = server.source.path();
    let write = |name: &str, text| fs::write(source.join(name), text).unwrap();
    write(".github/workflows/pulled.yml", PULLED);
    write(".github/workflows/follower.yml", FOLLOWER);
    git(source, &["add", "--all"]);
    git(source, &["commit", "--quiet", "--message", "More"]);
    git(source, &["checkout", "--quiet", "-b", "topic"]);
    write("code.txt", "x");
    git(source, &["add", "--all"]);
    git(source, &["commit", "--quiet", "--message", "Code"]);
    let head = git(source, &["rev-parse", "HEAD"]);
    git(source, &["checkout", "--quiet", "main"]);
    server.repository("admin", "open", false).await;
    head.trim().to_owned()
}

async fn deliver(server: &TestServer, event: &str, payload: &Value) -> Answer {
    let request = server.request("POST", EVENTS, &server.admin);
    let request = request.header("X-GitHub-Event", event).json(payload);
    server.send(request).await
}

fn opened(head: &str, repository: Value) -> Value {
    json!({
        "action": "opened",
        "pull_request": {
            "id": 70, "number": 7, "state": "open", "title": "Add code",
            "head": { "ref": "topic", "sha": head, "repo": repository },
            "base": { "ref": "main", "sha": head, "repo": { "full_name": "admin/open" } },
        },
    })
}

fn own() -> Value {
    json!({ "id": 1, "full_name": "admin/open" })
}

async fn run(server: &TestServer, answer: Answer, query: &str) -> Value {
    let made = answer.expect(202).json();
    let id = made["runs"][0]["id"].as_i64().unwrap();
    let path = format!("{API}/actions/runs/{id}{query}");
    server.get(&path, "").await.expect(200).json()
}

#[tokio::test]
async fn a_run_of_a_pull_request_shows_it_while_it_is_open() {
    let server = TestServer::start().await;
    let head = with_files(&server).await;
    let made = deliver(&server, "pull_request", &opened(&head, own())).await;
    let run = run(&server, made, "").await;
    assert_eq!(run["event"], "pull_request");
    assert_eq!(
        (&run["head_sha"], &run["head_branch"]),
        (&json!(head), &json!("topic"))
    );
    assert_eq!(run["display_title"], "Add code");
    assert_eq!(run["head_commit"]["message"], "Code");
    assert_eq!(run["head_repository"]["full_name"], "admin/open");
    let url = format!("{}{API}", server.base);
    let repo = json!({ "id": 1, "url": url, "name": "open" });
    let wanted = json!([{
        "id": 70, "number": 7, "url": format!("{url}/pulls/7"),
        "head": { "ref": "topic", "sha": head, "repo": repo },
        "base": { "ref": "main", "sha": head, "repo": repo },
    }]);
    assert_eq!(run["pull_requests"], wanted);
    let path = format!("{API}/actions/runs/{}", run["id"]);
    for (path, shown) in [
        (path.clone(), true),
        (format!("{path}/attempts/1"), true),
        (format!("{path}?exclude_pull_requests=false"), true),
        (format!("{path}?exclude_pull_requests=true"), false),
        (format!("{path}/attempts/1?exclude_pull_requests=1"), false),
    ] {
        let run = server.get(&path, "").await.expect(200).json();
        let expected = if shown { wanted.clone() } else { json!([]) };
        assert_eq!(run["pull_requests"], expected, "{path}");
    }
    for (query, count) in [("", 1), ("?exclude_pull_requests=1", 0)] {
        for list in ["actions/runs", "actions/workflows/pulled.yml/runs"] {
            let listed = server.get(&format!("{API}/{list}{query}"), "").await;
            let pulls = listed.expect(200).json()["workflow_runs"][0]["pull_requests"].clone();
            assert_eq!(pulls.as_array().unwrap().len(), count, "{list}{query}");
        }
    }
    let mut closed = opened(&head, own());
    closed["action"] = json!("closed");
    closed["pull_request"]["state"] = json!("closed");
    deliver(&server, "pull_request", &closed).await.expect(202);
    let run = server.get(&path, "").await.expect(200).json();
    assert_eq!(run["pull_requests"], json!([]));
}

#[tokio::test]
async fn a_run_of_a_fork_names_the_fork_until_that_is_gone() {
    let server = TestServer::start().await;
    let head = with_files(&server).await;
    let fork = json!({ "id": 8, "full_name": "eve/open", "owner": { "id": 9 }, "private": false });
    let made = deliver(&server, "pull_request", &opened(&head, fork)).await;
    let of_fork = run(&server, made, "").await;
    let shown = &of_fork["head_repository"];
    assert_eq!(
        (&shown["full_name"], &shown["fork"]),
        (&json!("eve/open"), &json!(true))
    );
    assert_eq!(
        (&shown["id"], &shown["owner"]["login"]),
        (&json!(8), &json!("eve"))
    );
    assert_eq!(of_fork["repository"]["full_name"], "admin/open");
    assert_eq!(of_fork["pull_requests"], json!([]));
    let made = deliver(&server, "pull_request", &opened(&head, Value::Null)).await;
    assert_eq!(run(&server, made, "").await["head_repository"], Value::Null);
}

#[tokio::test]
async fn an_event_that_says_too_little_is_refused_by_the_field() {
    let server = TestServer::start().await;
    with_files(&server).await;
    let long = "x".repeat(101);
    for (event, payload, part) in [
        (
            "push",
            json!({ "ref": "main", "after": "a".repeat(40) }),
            "ref",
        ),
        (
            "push",
            json!({ "ref": "refs/heads/main", "after": "a" }),
            "after",
        ),
        ("pull_request", json!({}), "pull_request.number"),
        ("release", json!({ "release": {} }), "release.tag_name"),
        (
            "deployment",
            json!({ "deployment": { "ref": "main" } }),
            "deployment.sha",
        ),
        ("create", json!({ "ref": "main" }), "ref"),
        ("merge_group", json!({}), "merge_group.base_ref"),
        ("repository_dispatch", json!({}), "event_type"),
        (
            "repository_dispatch",
            json!({ "action": long }),
            "event_type",
        ),
    ] {
        let (status, message) = deliver(&server, event, &payload).await.refusal();
        assert_eq!(status, 422, "{event} {payload}");
        assert!(message.contains(part), "{event} {payload}: {message}");
    }
    let unknown = json!({ "ref": "refs/heads/main", "after": "a".repeat(40) });
    let (status, message) = deliver(&server, "push", &unknown).await.refusal();
    assert_eq!(status, 422, "{message}");
    for event in ["workflow_run", "schedule", "star", "x y"] {
        let ignored = deliver(&server, event, &json!({})).await.expect(202).json();
        assert_eq!(ignored["runs"], json!([]));
        let said = ignored["ignored"].as_str().unwrap();
        assert!(
            said.contains(event) && said.contains("is ignored: "),
            "{said}"
        );
    }
}

#[tokio::test]
async fn r6_5_an_event_of_one_s_own_starts_what_waits_for_it() {
    let server = TestServer::start().await;
    with_files(&server).await;
    let path = format!("{API}/dispatches");
    let dispatch = async |body: Value| server.call("POST", &path, &server.admin, body).await;
    let keys = |count: usize| {
        let pairs = (0..count).map(|n| (n.to_string(), json!(n)));
        Value::Object(pairs.collect())
    };
    for (body, part) in [
        (json!({}), "event_type"),
        (json!({ "event_type": 1 }), "event_type"),
        (json!({ "event_type": "" }), "event_type"),
        (json!({ "event_type": "x".repeat(101) }), "at most 100"),
        (
            json!({ "event_type": "x", "client_payload": [] }),
            "client_payload",
        ),
        (
            json!({ "event_type": "x", "client_payload": keys(11) }),
            "at most 10",
        ),
        (
            json!({ "event_type": "x", "client_payload": { "a": "x".repeat(65_535) } }),
            "65535",
        ),
    ] {
        let (status, message) = dispatch(body).await.refusal();
        assert_eq!(status, 422);
        assert!(message.contains(part), "{message}");
    }
    let runs = async || {
        let listed = server.get(&format!("{API}/actions/runs"), "").await;
        listed.expect(200).json()
    };
    let other = json!({ "event_type": "x".repeat(100), "client_payload": keys(10) });
    assert_eq!(dispatch(other).await.expect(204).text(), "");
    assert_eq!(runs().await["total_count"], 0);
    dispatch(json!({ "event_type": "deploy", "client_payload": { "to": "production" } }))
        .await
        .expect(204);
    let made = runs().await;
    assert_eq!(made["total_count"], 1);
    let run = &made["workflow_runs"][0];
    assert_eq!(run["event"], "repository_dispatch");
    assert_eq!(
        (&run["head_branch"], &run["display_title"]),
        (&json!("main"), &json!("Pulled"))
    );
    let id = runyard_domain::RunId::new(run["id"].as_i64().unwrap());
    let payload = server.engine.store().payload(id).await.unwrap().unwrap();
    assert_eq!(payload["action"], "deploy");
    assert_eq!(payload["client_payload"], json!({ "to": "production" }));

    let reader = server.user("rita", false, REPO).await;
    let body = json!({ "event_type": "deploy" });
    let refused = server.call("POST", &path, &reader, body).await;
    assert_eq!(refused.refusal().0, 403);
}

#[tokio::test]
async fn r6_10_a_workflow_is_switched_off_and_on() {
    let server = TestServer::start().await;
    let repository = server.repository("admin", "open", false).await;
    let writer = server.user("wim", false, REPO).await;
    server.collaborator(&repository, "wim", Role::Write).await;
    let workflow = format!("{API}/actions/workflows/ci.yml");
    let put = async |word: &str, token: &str| {
        let request = server.request("PUT", &format!("{workflow}/{word}"), token);
        server.send(request).await
    };
    let state = async || {
        let shown = server.get(&workflow, "").await.expect(200).json();
        shown["state"].as_str().unwrap().to_owned()
    };
    put("enable", &writer).await.expect(204);
    assert_eq!(put("disable", &writer).await.expect(204).text(), "");
    assert_eq!(state().await, "disabled_manually");
    let (status, message) = put("disable", &writer).await.refusal();
    assert_eq!(
        (status, &*message),
        (403, "Unable to disable a workflow that is not active.")
    );
    let dispatch = format!("{workflow}/dispatches");
    let refused = server
        .call("POST", &dispatch, &writer, json!({ "ref": "main" }))
        .await;
    let (status, message) = refused.refusal();
    let wanted = "Cannot trigger a 'workflow_dispatch' on a disabled workflow";
    assert_eq!((status, &*message), (422, wanted));
    put("enable", &writer).await.expect(204);
    put("enable", &writer).await.expect(204);
    assert_eq!(state().await, "active");
    server.dispatch("admin/open").await;
    let none = format!("{API}/actions/workflows/none.yml/enable");
    let none = server.send(server.request("PUT", &none, &writer)).await;
    assert_eq!(none.refusal().0, 404);
}

#[tokio::test]
async fn what_follows_a_run_is_told_of_it_as_the_api_shows_it() {
    let server = TestServer::start().await;
    let head = with_files(&server).await;
    let made = deliver(&server, "pull_request", &opened(&head, own())).await;
    let mut shown = run(&server, made, "").await;
    let payloads = WebhookPayloads::new(&format!("{}/", server.base));
    assert_eq!(server.engine.follow_runs(&payloads, 9).await.unwrap(), 1);
    let path = format!("{API}/actions/runs?event=workflow_run");
    let listed = server.get(&path, "").await.expect(200).json();
    assert_eq!(listed["total_count"], 1);
    let follower = &listed["workflow_runs"][0];
    assert_eq!(
        (&follower["head_branch"], &follower["name"]),
        (&json!("main"), &json!("Follower"))
    );
    let id = runyard_domain::RunId::new(follower["id"].as_i64().unwrap());
    let payload = server.engine.store().payload(id).await.unwrap().unwrap();
    assert_eq!(payload["action"], "requested");
    let mut told = payload["workflow_run"].clone();
    told["updated_at"].take();
    shown["updated_at"].take();
    assert_eq!(told, shown);
    assert_eq!(payload["workflow"]["name"], "Pulled");
    assert_eq!(payload["repository"]["full_name"], "admin/open");
    assert_eq!(payload["sender"]["login"], "admin");
}
