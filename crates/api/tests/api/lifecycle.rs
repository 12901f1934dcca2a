//! Runyard's own API: exact bodies of contract 12, and the records that administrators keep.

use crate::{
    fake_runner::FakeRunner,
    git::git,
    server::{REPO, TestServer},
};
use runyard_domain::{account::Scope, repository::Role};
use serde_json::json;

#[tokio::test]
async fn cancelling_a_queued_job_ends_it_at_once() {
    let server = TestServer::start().await;
    let repository = server.repository("admin", "open", true).await;
    let run = server.dispatch("admin/open").await;
    let own = server
        .get(&format!("/api/v1/runs/{run}"), &server.admin)
        .await
        .json();
    let job = own["jobs"][0]["id"].as_i64().unwrap();
    let path = format!("/api/v1/jobs/{job}/cancel");
    let stranger = server.user("stan", false, REPO).await;
    let reader = server.user("rita", false, REPO).await;
    server.collaborator(&repository, "rita", Role::Read).await;
    assert_eq!(
        server
            .call("POST", &path, &stranger, json!({}))
            .await
            .status,
        404
    );
    assert_eq!(
        server.call("POST", &path, &reader, json!({})).await.status,
        403
    );
    assert_eq!(
        server
            .call("POST", "/api/v1/jobs/99/cancel", &server.admin, json!({}))
            .await
            .status,
        404
    );

    let writer = server.user("wim", false, &[Scope::RepoWrite]).await;
    server.collaborator(&repository, "wim", Role::Write).await;
    let expected = |changed: u32, completed: bool, conclusion: &str| {
        json!({
            "job_id": job, "run_id": run, "repo_id": repository.id.get(), "changed_jobs": changed,
            "run_completed": completed, "run_conclusion": conclusion,
        })
    };
    let answer = server
        .send(server.request("POST", &path, &writer))
        .await
        .expect(202);
    let first = answer.json();
    assert_eq!(first["run_completed"], true);
    assert_eq!(
        first,
        expected(
            first["changed_jobs"].as_u64().unwrap() as u32,
            true,
            "cancelled"
        )
    );
    let answer = server
        .send(server.request("POST", &path, &writer))
        .await
        .expect(202);
    assert_eq!(answer.json(), expected(0, false, ""));
}

#[tokio::test]
async fn a_rerun_as_a_new_run_is_linked_to_the_one_it_came_from() {
    let server = TestServer::start().await;
    let repository = server.repository("admin", "open", false).await;
    let run = server.dispatch("admin/open").await;
    let path = format!("/api/v1/runs/{run}/rerun");
    let live = server
        .send(server.request("POST", &path, &server.admin))
        .await;
    assert_eq!(live.refusal().0, 409);
    let runner = FakeRunner::register(&server, "one").await;
    runner.run_one("a", "failure").await;
    let made = server
        .send(server.request("POST", &path, &server.admin))
        .await
        .expect(201)
        .json();
    let head = git(server.source.path(), &["rev-parse", "HEAD"]);
    assert_eq!(
        made,
        json!({
            "run_id": made["run_id"], "run_index": 2, "parent_run_id": run, "repo_id": repository.id.get(),
            "workflow_file": ".github/workflows/ci.yml", "head_sha": head.trim(),
        })
    );
    assert_ne!(made["run_id"], run);
    let path = format!("/api/v1/runs/{}", made["run_id"]);
    let own = server.get(&path, "").await.expect(200).json();
    assert_eq!(
        (&own["parent_run_id"], &own["attempt"]),
        (&json!(run), &json!(1))
    );
    assert_eq!(
        server
            .call("POST", "/api/v1/runs/99/rerun", &server.admin, json!({}))
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn a_push_that_is_delivered_starts_runs_once() {
    let server = TestServer::start().await;
    server.repository("admin", "open", false).await;
    let head = git(server.source.path(), &["rev-parse", "HEAD"]);
    let body = json!({ "ref": "refs/heads/main", "after": head.trim() });
    let deliver = async |event: &str, delivery: &str| {
        let request = server.request("POST", "/api/v1/repos/admin/open/events", &server.admin);
        let request = request
            .header("X-GitHub-Event", event)
            .header("X-GitHub-Delivery", delivery);
        server.send(request.json(&body)).await
    };
    let made = deliver("push", "one").await.expect(202).json();
    assert_eq!(made["runs"].as_array().unwrap().len(), 2);
    let run = server
        .get(made["runs"][0]["url"].as_str().unwrap(), "")
        .await
        .expect(200)
        .json();
    assert_eq!(run["display_title"], "Add a workflow");
    assert_eq!(deliver("push", "one").await.expect(202).json(), made);
    assert_ne!(deliver("push", "two").await.expect(202).json(), made);
    deliver("ping", "three").await.expect(200);
    let ignored = deliver("installation", "four").await.expect(202).text();
    assert!(ignored.contains("is ignored"), "{ignored}");
    let bad = json!({ "ref": "main", "after": head.trim() });
    let request = server.request("POST", "/api/v1/repos/admin/open/events", &server.admin);
    let answer = server
        .send(request.header("X-GitHub-Event", "push").json(&bad))
        .await;
    assert_eq!(answer.refusal().0, 422);
}

#[tokio::test]
async fn repositories_are_registered_by_their_owners_and_paths_by_administrators() {
    let server = TestServer::start().await;
    let owner = server.user("olga", false, REPO).await;
    let weak = server.token("olga", &[Scope::ReadOrg]).await;
    let path = server.source.path().display().to_string();
    let by_path = json!({ "owner": "olga", "name": "app", "path": path, "private": true });
    let file = json!({ "owner": "olga", "name": "app", "url": format!("file://{path}") });
    let nowhere = json!({ "owner": "olga", "name": "app", "path": "/nowhere/at/all" });
    let both =
        json!({ "owner": "olga", "name": "app", "path": path, "url": "https://example.com/x" });
    let other = json!({ "owner": "admin", "name": "app", "url": "https://example.com/x" });
    let unknown = json!({ "owner": "ghost", "name": "app", "path": path });
    for (token, body, status) in [
        (&owner, &by_path, 403),
        (&owner, &file, 403),
        (&owner, &other, 403),
        (&owner, &both, 422),
        (&weak, &by_path, 403),
        (&String::new(), &by_path, 401),
        (&server.admin, &nowhere, 422),
        (&server.admin, &unknown, 422),
        (&server.admin, &by_path, 201),
        (&server.admin, &by_path, 409),
    ] {
        let answer = server
            .call("POST", "/api/v1/repos", token, body.clone())
            .await;
        assert_eq!(answer.status, status, "{}", answer.text());
    }
    let stranger = server.user("stan", false, REPO).await;
    let names = async |token: &str| {
        let body = server.get("/api/v1/repos", token).await.expect(200).json();
        body["repositories"].as_array().unwrap().len()
    };
    assert_eq!(
        (names(&owner).await, names(&stranger).await, names("").await),
        (1, 0, 0)
    );
    let shown = server
        .get("/api/v1/repos/olga/app", &owner)
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&shown["path"], &shown["default_branch"]),
        (&json!(path), &json!("main"))
    );
    let full = server
        .get("/api/v3/repos/olga/app", &owner)
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&full["private"], &full["permissions"]["admin"]),
        (&json!(true), &json!(true))
    );

    server
        .send(server.request("DELETE", "/api/v1/repos/olga/app", &stranger))
        .await
        .expect(404);
    server
        .send(server.request("DELETE", "/api/v1/repos/olga/app", &owner))
        .await
        .expect(204);
    server
        .get("/api/v3/repos/olga/app", &owner)
        .await
        .expect(404);
}

#[tokio::test]
async fn collaborators_are_given_roles_and_lose_them() {
    let server = TestServer::start().await;
    server.repository("admin", "closed", true).await;
    let rita = server.user("rita", false, REPO).await;
    let path = "/api/v1/repos/admin/closed/collaborators/rita";
    server
        .get("/api/v3/repos/admin/closed", &rita)
        .await
        .expect(404);
    let put = server
        .call("PUT", path, &server.admin, json!({ "role": "read" }))
        .await
        .expect(200);
    assert_eq!(put.json()["role"], "read");
    server
        .get("/api/v3/repos/admin/closed", &rita)
        .await
        .expect(200);
    server
        .call("PUT", path, &rita, json!({ "role": "admin" }))
        .await
        .expect(403);
    let (status, message) = server
        .call("PUT", path, &server.admin, json!({ "role": "god" }))
        .await
        .refusal();
    assert_eq!(status, 422);
    assert!(message.contains("read, write, admin"), "{message}");
    let list = server
        .get("/api/v1/repos/admin/closed/collaborators", &server.admin)
        .await
        .expect(200);
    assert_eq!(list.json()["collaborators"][0]["login"], "rita");
    server
        .send(server.request("DELETE", path, &server.admin))
        .await
        .expect(204);
    server
        .send(server.request("DELETE", path, &server.admin))
        .await
        .expect(404);
    server
        .get("/api/v3/repos/admin/closed", &rita)
        .await
        .expect(404);
}

#[tokio::test]
async fn users_and_tokens_are_kept_by_administrators_and_by_oneself() {
    let server = TestServer::start().await;
    let admin = server.admin.clone();
    let body = json!({ "login": "rita", "name": "Rita" });
    let made = server
        .call("POST", "/api/v1/users", &admin, body.clone())
        .await
        .expect(201)
        .json();
    assert_eq!(
        (&made["login"], &made["site_admin"]),
        (&json!("rita"), &json!(false))
    );
    server
        .call("POST", "/api/v1/users", &admin, body)
        .await
        .expect(409);
    server
        .call("POST", "/api/v1/users", &admin, json!({ "login": "-x" }))
        .await
        .expect(422);
    server
        .call("POST", "/api/v1/users", &admin, json!({}))
        .await
        .expect(422);

    let body = json!({ "user": "rita", "name": "laptop", "scopes": ["repo", "read:org"] });
    let token = server
        .call("POST", "/api/v1/tokens", &admin, body)
        .await
        .expect(201)
        .json();
    let rita = token["token"].as_str().unwrap().to_owned();
    let me = server.get("/api/v1/user", &rita).await.expect(200).json();
    assert_eq!(me["scopes"], json!(["repo", "read:org"]));
    server.get("/api/v1/users", &rita).await.expect(403);
    server
        .call("POST", "/api/v1/users", &rita, json!({ "login": "x" }))
        .await
        .expect(403);

    let own = format!("/api/v1/tokens/{}", token["id"]);
    server
        .send(server.request("DELETE", &own, &rita))
        .await
        .expect(204);
    server.get("/api/v1/user", &rita).await.expect(401);
    server
        .send(server.request("DELETE", "/api/v1/users/rita", &admin))
        .await
        .expect(204);
    server.get("/api/v1/users/rita", &admin).await.expect(404);
    let users = server
        .get("/api/v1/users?per_page=1", &admin)
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&users["users"][0]["login"], &users["next"]),
        (&json!("admin"), &json!(1))
    );
}

#[tokio::test]
async fn operators_hear_that_the_server_lives_and_is_ready() {
    let server = TestServer::start().await;
    for path in ["/healthz", "/readyz"] {
        server.get(path, "").await.expect(200);
    }
}
