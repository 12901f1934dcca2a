//! What clients ask for beside runs: files, checks, runners, what Actions may do, GraphQL. The client holds every answer
//! against GitHub's description.

use runyard_tests::{Repository, Server, Settings, Store, stores};
use serde_json::{Value, json};

use crate::project::{NAME, OWNER, Project, id, text};

stores!(memory, sqlite, postgres => [
    the_files_of_a_repository_are_read,
    a_run_is_a_check_suite_with_a_check_run_for_each_job,
    runners_are_listed_and_labelled_through_a_repository,
    a_repository_whose_actions_are_off_starts_nothing,
    a_repository_says_what_its_workflows_may_use_and_who_may_call_them,
    a_pull_request_is_found_by_its_branch,
    a_token_can_ask_so_often_in_an_hour,
]);

const CHECKED: &str = "
name: Checked
on: [push, pull_request, workflow_dispatch]
jobs:
  good:
    runs-on: ubuntu-latest
    steps:
      - run: echo '::warning file=cargo.txt,line=1::not much'
  bad:
    runs-on: ubuntu-latest
    steps:
      - run: exit 3
";

fn path(rest: &str) -> String {
    format!("/api/v3/repos/{OWNER}/{NAME}{rest}")
}

impl Project {
    async fn reads(&self, rest: &str) -> Value {
        self.client.get(&path(rest)).await.expect(200).json()
    }
}

async fn the_files_of_a_repository_are_read(store: Store) {
    let server = Server::start_with(Settings::new(store).without_runner()).await;
    let project = Project::with_workflow(&server, CHECKED).await;
    let file = project.reads("/contents/.github/workflows/ci.yml").await;
    assert_eq!(text(&file, "encoding"), "base64");
    assert_eq!(file["size"], CHECKED.len());
    let folder = project.reads("/contents/.github/workflows?ref=main").await;
    assert_eq!(folder[0]["sha"], file["sha"]);
    let root = project.reads("/contents").await;
    assert_eq!(text(&root[0], "type"), "dir");
    let missing = project.client.get(&path("/contents/none")).await;
    assert_eq!(missing.expect(404).message(), "Not Found");
    for tag in ["/api/v3/meta", "/api/v3/versions"] {
        let _ = project.client.anonymous().get(tag).await.expect(200);
    }
}

async fn a_run_is_a_check_suite_with_a_check_run_for_each_job(store: Store) {
    let server = Server::start(store).await;
    let project = Project::with_workflow(&server, CHECKED).await;
    let run = project.dispatch().await;
    let run = project.completed(run).await;
    let jobs = project.jobs(id(&run)).await;
    let suite = &run["check_suite_id"];
    let shown = project.reads(&format!("/check-suites/{suite}")).await;
    assert_eq!(text(&shown, "conclusion"), "failure");
    assert_eq!(shown["latest_check_runs_count"], 2);
    let by_commit = project.reads("/commits/main/check-suites").await;
    assert_eq!(by_commit["check_suites"][0], shown);

    let good = &jobs["good"];
    let check = project.reads(&format!("/check-runs/{}", id(good))).await;
    assert_eq!(check["output"]["annotations_count"], 1);
    assert_eq!(&check["check_suite"]["id"], suite);
    for list in [
        format!("/check-suites/{suite}/check-runs?check_name=good"),
        "/commits/main/check-runs?check_name=good&status=completed".to_owned(),
    ] {
        let listed = project.reads(&list).await;
        assert_eq!(listed["total_count"], 1, "{list}");
        assert_eq!(listed["check_runs"][0], check, "{list}");
    }
    let listed = project
        .reads(&format!("/actions/runs?check_suite_id={suite}"))
        .await;
    assert_eq!(id(&listed["workflow_runs"][0]), id(&run));
}

async fn runners_are_listed_and_labelled_through_a_repository(store: Store) {
    let server = Server::start_with(Settings::new(store).without_runner()).await;
    let project = Project::register(&server, Repository::with_workflow(CHECKED)).await;
    let made = project
        .client
        .post(&path("/actions/runners/registration-token"), &json!({}))
        .await;
    let token = made.expect(201).json();
    let body = json!({
        "name": "crane", "labels": ["self-hosted", "Linux", "X64", "ubuntu-latest"], "version": "1", "os": "Linux",
        "arch": "X64", "capacity": 1,
    });
    let registrar = project.client.with_token(text(&token, "token"));
    let _ = registrar
        .post("/api/v1/runners/register", &body)
        .await
        .expect(201);
    let listed = project.reads("/actions/runners?name=crane").await;
    let runner = &listed["runners"][0];
    assert_eq!(
        (text(runner, "status"), &runner["busy"]),
        ("offline", &json!(false))
    );
    let labels = format!("/actions/runners/{}/labels", id(runner));
    let added = project
        .client
        .post(&path(&labels), &json!({ "labels": ["gpu"] }))
        .await;
    assert_eq!(added.expect(200).json()["total_count"], 5);
    let set = project
        .client
        .put(&path(&labels), &json!({ "labels": ["gpu", "big"] }))
        .await;
    let set = set.expect(200).json();
    assert_eq!(project.reads(&labels).await, set);
    let without = project.client.delete(&path(&format!("{labels}/gpu"))).await;
    assert_eq!(without.expect(200).json()["total_count"], 4);
    let _ = project.client.delete(&path(&labels)).await.expect(200);
    let one = format!("/actions/runners/{}", id(runner));
    assert_eq!(
        project.reads(&one).await["labels"].as_array().map(Vec::len),
        Some(3)
    );
    let made = project
        .client
        .post(&path("/actions/runners/remove-token"), &json!({}))
        .await;
    let made = made.expect(201).json();
    let remover = project.client.with_token(text(&made, "token"));
    let by_token = format!("/api/v1/runners/{}", id(runner));
    let _ = remover.delete(&by_token).await.expect(204);
    let _ = remover.delete(&by_token).await.expect(401);
    let _ = project.client.get(&path(&one)).await.expect(404);
    let _ = project.client.delete(&path(&one)).await.expect(404);
}

async fn a_repository_whose_actions_are_off_starts_nothing(store: Store) {
    let server = Server::start_with(Settings::new(store).without_runner()).await;
    let project = Project::with_workflow(&server, CHECKED).await;
    let permissions = path("/actions/permissions");
    let put = async |enabled: bool| {
        let body = json!({ "enabled": enabled });
        let _ = project.client.put(&permissions, &body).await.expect(204);
    };
    put(false).await;
    assert_eq!(
        project.reads("/actions/permissions").await["enabled"],
        false
    );
    let silent = path("/actions/permissions/workflow");
    for level in ["read", "write", "read"] {
        let body = json!({ "default_workflow_permissions": level });
        let _ = project.client.put(&silent, &body).await.expect(204);
        let shown = project.reads("/actions/permissions/workflow").await;
        assert_eq!(shown["default_workflow_permissions"], level);
    }
    for body in [
        json!({ "default_workflow_permissions": "admin" }),
        json!({ "can_approve_pull_request_reviews": true }),
    ] {
        let _ = project.client.put(&silent, &body).await.expect(422);
    }
    let before = project.repository.head();
    assert_eq!(project.tell_of_push(&before).await, [0; 0]);
    let dispatches = path("/actions/workflows/ci.yml/dispatches");
    let refused = project
        .client
        .post(&dispatches, &json!({ "ref": "main" }))
        .await;
    let said = refused.expect(403).message();
    assert_eq!(said, "Actions are disabled for this repository.");
    put(true).await;
    assert_eq!(project.tell_of_push(&before).await.len(), 1);
}

const USING: &str = "
name: Using
on: [push, workflow_dispatch]
jobs:
  one:
    runs-on: ubuntu-latest
    steps:
      - uses: mona/tools@v1
";

async fn a_repository_says_what_its_workflows_may_use_and_who_may_call_them(store: Store) {
    let server = Server::start_with(Settings::new(store).without_runner()).await;
    let project = Project::with_workflow(&server, USING).await;
    let put = async |rest: &str, body: Value| {
        let path = path(&format!("/actions/permissions{rest}"));
        let _ = project.client.put(&path, &body).await.expect(204);
    };
    let selecting = json!({ "enabled": true, "allowed_actions": "selected" });
    put("", selecting).await;
    let shown = project.reads("/actions/permissions").await;
    assert_eq!(text(&shown, "allowed_actions"), "selected");
    let url = text(&shown, "selected_actions_url");
    assert!(
        url.ends_with("/actions/permissions/selected-actions"),
        "{url}"
    );
    let selected = json!({
        "github_owned_allowed": true, "verified_allowed": false, "patterns_allowed": ["mona/cat@*"],
    });
    put("/selected-actions", selected.clone()).await;
    let kept = project.reads("/actions/permissions/selected-actions").await;
    assert_eq!(kept, selected);

    let run = project.dispatch().await;
    let run = project.run(run).await;
    assert_eq!(text(&run, "conclusion"), "startup_failure");
    let own = format!("/api/v1/runs/{}", id(&run));
    let own = project.client.get(&own).await.expect(200).text();
    for words in [
        ".github/workflows/ci.yml",
        "9",
        "mona/tools@v1 is not allowed",
    ] {
        assert!(own.contains(words), "{words:?} is not in {own}");
    }
    put(
        "/selected-actions",
        json!({ "patterns_allowed": ["mona/*"] }),
    )
    .await;
    let run = project.dispatch().await;
    assert_eq!(text(&project.run(run).await, "status"), "queued");

    for (rest, body) in [
        ("/access", json!({ "access_level": "user" })),
        ("/artifact-and-log-retention", json!({ "days": 30 })),
    ] {
        put(rest, body.clone()).await;
        let shown = project.reads(&format!("/actions/permissions{rest}")).await;
        let (name, value) = body
            .as_object()
            .and_then(|body| body.iter().next())
            .expect("one");
        assert_eq!(&shown[name], value);
    }
}

async fn a_pull_request_is_found_by_its_branch(store: Store) {
    let server = Server::start_with(Settings::new(store).without_runner()).await;
    let project = Project::with_workflow(&server, CHECKED).await;
    let head = project
        .repository
        .branch("topic", "cargo.txt", "forty crates\n");
    let repo = json!({ "id": 1, "full_name": format!("{OWNER}/{NAME}") });
    let payload = json!({
        "action": "opened", "number": 7,
        "pull_request": {
            "id": 70, "number": 7, "state": "open", "title": "Load the ship",
            "head": { "ref": "topic", "sha": head, "repo": repo },
            "base": { "ref": "main", "sha": project.repository.head(), "repo": repo },
        },
    });
    let runs = project.tell("pull_request", &payload).await;
    let run = project.run(runs[0]).await;
    assert_eq!(run["pull_requests"][0]["number"], 7);
    let without = project.actions(&format!("runs/{}?exclude_pull_requests=true", runs[0]));
    let without = project.client.get(&without).await.expect(200).json();
    assert_eq!(without["pull_requests"], json!([]));
    let suite = project
        .reads(&format!("/check-suites/{}", run["check_suite_id"]))
        .await;
    assert_eq!(suite["pull_requests"], run["pull_requests"]);

    let ask = async |fields: &str| {
        let query = format!(
            "query($owner: String!, $name: String!) {{ repository(owner: $owner, name: $name) {{ {fields} }} }}"
        );
        let body = json!({ "query": query, "variables": { "owner": OWNER, "name": NAME } });
        let answer = project
            .client
            .post("/api/graphql", &body)
            .await
            .expect(200)
            .json();
        assert_eq!(answer["errors"], Value::Null, "{answer}");
        answer["data"]["repository"].clone()
    };
    let found =
        ask("pullRequests(headRefName: \"topic\", first: 1) { nodes { number headRefOid } }").await;
    let node = json!({ "number": 7, "headRefOid": head });
    assert_eq!(found, json!({ "pullRequests": { "nodes": [node] } }));
    let all = ask("pullRequests(first: 5, states: OPEN) { totalCount } pullRequest(number: 7) { baseRefName }").await;
    let expected =
        json!({ "pullRequests": { "totalCount": 1 }, "pullRequest": { "baseRefName": "main" } });
    assert_eq!(all, expected);
}

async fn a_token_can_ask_so_often_in_an_hour(store: Store) {
    let settings = Settings::new(store).without_runner();
    let settings = settings.variable("RUNYARD__LIMITS__REQUESTS_PER_HOUR", "1000");
    let server = Server::start_with(settings).await;
    let client = server.client();
    let first = client.get("/api/v3/rate_limit").await.expect(200).json();
    let _ = client.get("/api/v3/user").await.expect(200);
    let second = client.get("/api/v3/rate_limit").await.expect(200).json();
    let used = |body: &Value| {
        body["resources"]["core"]["used"]
            .as_i64()
            .expect("a number")
    };
    assert_eq!(used(&second), used(&first) + 1);
    assert_eq!(second["rate"]["limit"], 1000);
}
