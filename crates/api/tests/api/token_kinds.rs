//! What each kind of token opens, and what the headers tell it (contract 2 and 5).

use crate::{answer::Answer, fake_runner::FakeRunner, git::commit_workflow, server::TestServer};
use runyard_domain::{account::Scope, repository::Role};
use serde_json::{Value, json};

const NEXT_DAY: &str = "2026-01-03T03:04:05Z";
const API: &str = "/api/v3/repos/admin/closed";
const RUNS: &str = "/api/v3/repos/admin/closed/actions/runs";

/// `closed`, which is private, and `open`, with a run in each; `wim` may write in both.
async fn world() -> (TestServer, i64) {
    let server = TestServer::start().await;
    let closed = server.repository("admin", "closed", true).await;
    let open = server.repository("admin", "open", false).await;
    server.user("wim", false, &[Scope::Repo]).await;
    for repository in [&closed, &open] {
        server.collaborator(repository, "wim", Role::Write).await;
    }
    let run = server.dispatch("admin/closed").await;
    (server, run)
}

/// A token of wim's.
async fn token(server: &TestServer, mut body: Value) -> String {
    body["name"] = json!("x");
    body["user"] = json!("wim");
    let answer = server.call("POST", "/api/v1/tokens", &server.admin, body);
    let body = answer.await.expect(201).json();
    body["token"].as_str().unwrap().to_owned()
}

async fn fine_grained(server: &TestServer, repositories: &[&str], permissions: Value) -> String {
    let body = json!({ "kind": "fine_grained", "repositories": repositories, "permissions": permissions,
        "expires_at": NEXT_DAY });
    token(server, body).await
}

fn told<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    answer.header(name)
}

#[tokio::test]
async fn a_fine_grained_token_is_told_what_an_operation_needs_and_refused_in_its_own_words() {
    let (server, run) = world().await;
    let cancel = format!("{RUNS}/{run}/cancel");
    let here = "/api/v3/repos/admin/closed";
    let refusal = Some("Resource not accessible by personal access token");
    let hidden = Some("Not Found");
    let closed = &["admin/closed"][..];
    for (repositories, permissions, method, path, status, message, need) in [
        (closed, json!({}), "GET", here, 200, None, "metadata=read"),
        (closed, json!({}), "GET", RUNS, 403, refusal, "actions=read"),
        (
            closed,
            json!({ "deployments": "write" }),
            "GET",
            RUNS,
            403,
            refusal,
            "actions=read",
        ),
        (
            closed,
            json!({ "actions": "read" }),
            "GET",
            RUNS,
            200,
            None,
            "actions=read",
        ),
        (
            closed,
            json!({ "actions": "read" }),
            "POST",
            &cancel,
            403,
            refusal,
            "actions=write",
        ),
        (
            &["admin/open"],
            json!({ "actions": "write" }),
            "GET",
            here,
            404,
            hidden,
            "metadata=read",
        ),
        (
            &["admin/open"],
            json!({ "actions": "write" }),
            "GET",
            RUNS,
            404,
            hidden,
            "actions=read",
        ),
        (
            &["admin/open"],
            json!({ "actions": "write" }),
            "POST",
            &cancel,
            404,
            hidden,
            "actions=write",
        ),
        (
            closed,
            json!({ "actions": "write" }),
            "POST",
            &cancel,
            202,
            None,
            "actions=write",
        ),
    ] {
        let what = format!("{repositories:?} {permissions} {method} {path}");
        let token = fine_grained(&server, repositories, permissions).await;
        let answer = server.call(method, path, &token, json!({})).await;
        assert_eq!(answer.status, status, "{what}: {}", answer.text());
        assert_eq!(
            answer.json()["message"].as_str().filter(|_| status > 299),
            message
        );
        assert_eq!(
            told(&answer, "x-accepted-github-permissions"),
            Some(need),
            "{what}"
        );
        assert_eq!(told(&answer, "x-oauth-scopes"), None, "{what}");
        assert_eq!(told(&answer, "x-accepted-oauth-scopes"), None, "{what}");
        let ends = told(&answer, "github-authentication-token-expiration");
        assert_eq!(ends, Some("2026-01-03 03:04:05 UTC"), "{what}");
    }
}

#[tokio::test]
async fn a_fine_grained_token_reads_what_is_public_without_any_permission_and_changes_nothing() {
    let (server, _) = world().await;
    let run = server.dispatch("admin/open").await;
    let token = fine_grained(&server, &["admin/closed"], json!({ "actions": "write" })).await;
    let runs = "/api/v3/repos/admin/open/actions/runs";
    server.get(runs, &token).await.expect(200);
    let cancel = format!("{runs}/{run}/cancel");
    let answer = server.call("POST", &cancel, &token, json!({})).await;
    let sentence = "Resource not accessible by personal access token".to_owned();
    assert_eq!(answer.refusal(), (403, sentence));
    // An operation that is about no repository asks for no permission.
    let me = server.get("/api/v3/user", &token).await.expect(200);
    assert_eq!(told(&me, "x-accepted-github-permissions"), None);
    let anonymous = server.get(runs, "").await.expect(200);
    assert_eq!(told(&anonymous, "x-accepted-github-permissions"), None);
}

#[tokio::test]
async fn a_fine_grained_token_clones_with_contents_and_administers_with_administration() {
    let (server, _) = world().await;
    let code = "/admin/closed.git/info/refs?service=git-upload-pack";
    let people = "/api/v1/repos/admin/closed/collaborators";
    let owner = async |permissions: Value| {
        let body = json!({ "kind": "fine_grained", "name": "x", "owner": "admin", "permissions": permissions,
            "expires_at": NEXT_DAY });
        let made = server.call("POST", "/api/v1/tokens", &server.admin, body);
        made.await.expect(201).json()["token"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    for (permissions, fetched, listed) in [
        (json!({}), 403, 403),
        (json!({ "actions": "write" }), 403, 403),
        (json!({ "contents": "read" }), 200, 403),
        (json!({ "administration": "read" }), 403, 403),
        (json!({ "administration": "write" }), 403, 200),
    ] {
        let token = owner(permissions.clone()).await;
        assert_eq!(
            server.get(code, &token).await.status,
            fetched,
            "{permissions}"
        );
        assert_eq!(
            server.get(people, &token).await.status,
            listed,
            "{permissions}"
        );
    }
    // Administrators see where the code comes from; whoever cannot use that role does not.
    for (permissions, shown) in [
        (json!({ "actions": "write" }), false),
        (json!({ "administration": "write" }), true),
    ] {
        let token = owner(permissions).await;
        let body = server
            .get("/api/v1/repos/admin/closed", &token)
            .await
            .expect(200)
            .json();
        assert_eq!(body.get("path").is_some(), shown, "{body}");
    }
}

#[tokio::test]
async fn an_oauth_apps_token_is_told_its_scopes_as_a_classic_one_is() {
    let (server, run) = world().await;
    let app = |scopes: Value| json!({ "kind": "oauth", "client_id": "dash", "scopes": scopes });
    let strong = token(&server, app(json!(["repo", "read:org"]))).await;
    let weak = token(&server, app(json!(["public_repo"]))).await;
    let cancel = format!("{RUNS}/{run}/cancel");
    let answer = server
        .get("/api/v3/repos/admin/closed", &strong)
        .await
        .expect(200);
    assert_eq!(told(&answer, "x-oauth-scopes"), Some("repo, read:org"));
    assert_eq!(told(&answer, "x-accepted-oauth-scopes"), Some("repo"));
    assert_eq!(
        told(&answer, "github-authentication-token-expiration"),
        None
    );
    let hidden = server.get(RUNS, &weak).await;
    assert_eq!(hidden.refusal(), (404, "Not Found".to_owned()));
    assert_eq!(told(&hidden, "x-oauth-scopes"), Some("public_repo"));
    assert_eq!(told(&hidden, "x-accepted-oauth-scopes"), Some(""));
    assert_eq!(told(&hidden, "x-accepted-github-permissions"), None);
    let answer = server.call("POST", &cancel, &strong, json!({})).await;
    assert_eq!(
        told(&answer.expect(202), "x-accepted-oauth-scopes"),
        Some("")
    );
}

/// gh asks the root which scopes it has: none at all is how it knows a token without scopes.
#[tokio::test]
async fn the_root_tells_scopes_only_to_tokens_that_have_some_by_their_kind() {
    let (server, _) = world().await;
    let none = server.token("wim", &[]).await;
    let fine = fine_grained(&server, &["admin/closed"], json!({})).await;
    for (token, scopes) in [(&none, Some("")), (&fine, None)] {
        let answer = server.get("/api/v3/", token).await.expect(200);
        assert_eq!(told(&answer, "x-oauth-scopes"), scopes);
        assert_eq!(told(&answer, "x-accepted-github-permissions"), None);
    }
}

#[tokio::test]
async fn a_jobs_token_reads_its_own_repository_and_says_what_it_lacks() {
    let (server, run) = world().await;
    server.repository("admin", "other", true).await;
    let runner = FakeRunner::register(&server, "builder").await;
    let offered = runner.claim_one("k").await;
    runner.start(&offered).await.expect(200);
    let job = offered.job["github_token"].as_str().unwrap();
    let cancel = format!("{RUNS}/{run}/cancel");
    for (method, path, status, need) in [
        ("GET", "/api/v3/repos/admin/closed", 200, "metadata=read"),
        ("GET", RUNS, 200, "actions=read"),
        ("POST", cancel.as_str(), 403, "actions=write"),
        ("GET", "/api/v3/repos/admin/other", 404, "metadata=read"),
    ] {
        let answer = server.call(method, path, job, json!({})).await;
        assert_eq!(answer.status, status, "{method} {path}");
        let told = told(&answer, "x-accepted-github-permissions");
        assert_eq!(told, Some(need), "{method} {path}");
        if status == 403 {
            let sentence = "Resource not accessible by integration".to_owned();
            assert_eq!(answer.refusal(), (403, sentence));
        }
    }
    server
        .get("/admin/closed.git/info/refs?service=git-upload-pack", job)
        .await
        .expect(200);
}

/// What a job whose file says this of `permissions`, in a repository whose default is `silent`, is answered when it reads
/// a file and when it cancels its run.
async fn answered(permissions: &str, silent: &str) -> (u16, u16) {
    let server = TestServer::start().await;
    let text = format!(
        "on: workflow_dispatch\n{permissions}jobs:\n  one:\n    runs-on: self-hosted\n    steps: [run: x]\n"
    );
    commit_workflow(server.source.path(), &text);
    server.repository("admin", "closed", true).await;
    let body = json!({ "default_workflow_permissions": silent });
    let path = format!("{API}/actions/permissions/workflow");
    let put = server.call("PUT", &path, &server.admin, body).await;
    let _ = put.expect(204);
    let run = server.dispatch("admin/closed").await;
    let runner = FakeRunner::register(&server, "builder").await;
    let offered = runner.claim_one("k").await;
    runner.start(&offered).await.expect(200);
    let job = offered.job["github_token"].as_str().unwrap();
    let file = format!("{API}/contents/.github/workflows/ci.yml");
    let read = server.get(&file, job).await;
    let cancel = format!("{RUNS}/{run}/cancel");
    let cancelled = server.call("POST", &cancel, job, json!({})).await;
    (read.status, cancelled.status)
}

#[tokio::test]
async fn r2_80_a_jobs_token_does_what_its_file_lets_it() {
    let file = "permissions: {actions: write}\n";
    assert_eq!(answered(file, "read").await, (403, 202));
    assert_eq!(answered("permissions: {}\n", "write").await, (403, 403));
}

#[tokio::test]
async fn r2_81_where_no_file_says_it_a_jobs_token_does_what_its_repository_lets_it() {
    assert_eq!(answered("", "read").await, (200, 403));
    assert_eq!(answered("", "write").await, (200, 202));
}
