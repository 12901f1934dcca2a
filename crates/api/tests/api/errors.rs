//! Errors: one shape, the right sentence, the page of the operation (contract 3 and 6).

use crate::server::{REPO, TestServer};
use serde_json::json;

#[tokio::test]
async fn unknown_routes_and_methods_are_404_in_json_at_every_door() {
    let server = TestServer::start().await;
    for (method, path) in [
        ("POST", "/"),
        ("GET", "/nothing/at/all"),
        ("GET", "/api"),
        ("GET", "/api/v3/nothing"),
        ("DELETE", "/api/v3/user"),
        ("GET", "/api/v3/user/"),
        ("PUT", "/api/v1/user"),
        ("GET", "/api/v1/nothing"),
        ("GET", "/api/v1/executions/1/log"),
        ("GET", "/api/v1/repos/o/r/events"),
        ("GET", "/api/v3/repos/o/r/actions/runs/abc"),
    ] {
        let answer = server.send(server.request(method, path, "")).await;
        assert_eq!(
            answer.refusal(),
            (404, "Not Found".to_owned()),
            "{method} {path}"
        );
        assert_eq!(
            answer.header("content-type"),
            Some("application/json; charset=utf-8")
        );
        assert!(
            answer.header("x-github-request-id").is_some(),
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn an_error_names_the_page_of_its_operation() {
    let server = TestServer::start().await;
    server.repository("admin", "open", false).await;
    let rest = "https://docs.github.com/enterprise-server@3.19/rest";
    let page = async |path: &str, token: &str| {
        let body = server.get(path, token).await.json();
        body["documentation_url"].as_str().unwrap().to_owned()
    };
    let runs = format!("{rest}/actions/workflow-runs#get-a-workflow-run");
    assert_eq!(
        page("/api/v3/repos/admin/open/actions/runs/9", "").await,
        runs
    );
    assert_eq!(
        page("/api/v3/repositories/1/actions/runs/9", "").await,
        runs
    );
    assert_eq!(page("/api/v3/nothing", "").await, rest);
    assert_eq!(
        page("/api/v3/repos/admin/open/actions/runs/9", "wrong").await,
        rest
    );
}

#[tokio::test]
async fn bad_bodies_are_refused_by_name() {
    let server = TestServer::start().await;
    server.repository("admin", "open", false).await;
    let path = "/api/v3/repos/admin/open/actions/workflows/ci.yml/dispatches";
    // Longer than a file's name can be.
    let name = "a".repeat(5000);
    let (long, unknown) = (
        format!("{{\"ref\":\"{name}\"}}"),
        format!("No ref found for: {name}"),
    );
    for (body, status, message) in [
        ("{broken", 400, "Problems parsing JSON"),
        ("", 400, "Problems parsing JSON"),
        ("[1]", 400, "Body should be a JSON object"),
        ("{}", 422, "Invalid request.\n\n\"ref\" wasn't supplied."),
        (
            "{\"ref\":1}",
            422,
            "Invalid request.\n\nFor 'ref', invalid type: integer `1`, expected a string.",
        ),
        ("{\"ref\":\"none\"}", 422, "No ref found for: none"),
        (long.as_str(), 422, unknown.as_str()),
        (
            "{\"ref\":\"main\",\"inputs\":{\"a\":\"b\\u0000\"}}",
            422,
            "Invalid request.\n\nFor 'inputs.a', a NUL character (U+0000) is not allowed.",
        ),
    ] {
        let request = server
            .request("POST", path, &server.admin)
            .body(body.to_owned());
        let answer = server.send(request).await;
        assert_eq!(answer.refusal(), (status, message.to_owned()), "{body}");
    }
    let large = "x".repeat(1024 * 1024 + 1);
    let answer = server
        .send(server.request("POST", path, &server.admin).body(large))
        .await;
    assert_eq!(answer.refusal().0, 413);
}

#[tokio::test]
async fn nothing_is_named_with_a_nul_and_no_query_may_hold_one() {
    let server = TestServer::start().await;
    server.repository("admin", "open", false).await;
    let refused = "Invalid request.\n\nFor 'actor', a NUL character (U+0000) is not allowed.";
    for (path, status, message) in [
        ("/api/v3/repos/%00/open", 404, "Not Found"),
        ("/api/v1/users/a%00b", 404, "Not Found"),
        (
            "/admin/open%00/info/refs?service=git-upload-pack",
            404,
            "Not Found",
        ),
        (
            "/api/v3/repos/admin/open/actions/runs?actor=%00",
            422,
            refused,
        ),
        ("/api/v1/users?a=1&actor=x%00", 422, refused),
    ] {
        let answer = server.get(path, &server.admin).await;
        assert_eq!(answer.refusal(), (status, message.to_owned()), "{path}");
        let version = answer.header("x-github-enterprise-version");
        assert_eq!(version.is_some(), path.starts_with("/api/v3"), "{path}");
    }
}

#[tokio::test]
async fn refused_commands_say_why_in_githubs_words() {
    let server = TestServer::start().await;
    server.repository("admin", "open", false).await;
    let run = server.dispatch("admin/open").await;
    let path = |what: &str| format!("/api/v3/repos/admin/open/actions/runs/{run}/{what}");
    let post = async |what: &str| {
        server
            .send(server.request("POST", &path(what), &server.admin))
            .await
    };
    let running = (403, "This workflow is already running".to_owned());
    assert_eq!(post("rerun").await.refusal(), running);
    assert_eq!(post("cancel").await.expect(202).text(), "{}");
    let completed = "Cannot cancel a workflow run that is completed.".to_owned();
    assert_eq!(post("cancel").await.refusal(), (409, completed));
    server.pass(std::time::Duration::from_secs(31 * 24 * 60 * 60));
    let late =
        "Unable to retry this workflow run because it was created over a month ago".to_owned();
    assert_eq!(post("rerun").await.refusal(), (403, late));

    let dispatch =
        |file: &str| format!("/api/v3/repos/admin/open/actions/workflows/{file}/dispatches");
    let body = json!({ "ref": "main" });
    let answer = server
        .call(
            "POST",
            &dispatch("push%20only.yml"),
            &server.admin,
            body.clone(),
        )
        .await;
    let no_trigger = "Workflow does not have 'workflow_dispatch' trigger".to_owned();
    assert_eq!(answer.refusal(), (422, no_trigger));
    let answer = server
        .call("POST", &dispatch("none.yml"), &server.admin, body)
        .await;
    assert_eq!(answer.refusal().0, 404);
}

#[tokio::test]
async fn json_is_refused_only_to_those_who_cannot_take_it() {
    let server = TestServer::start().await;
    server.user("rita", false, REPO).await;
    for (accept, status) in [
        ("application/vnd.github+json", 200),
        ("*/*", 200),
        ("text/html", 415),
    ] {
        let request = server.request("GET", "/api/v3/users/rita", "");
        assert_eq!(
            server.send(request.header("Accept", accept)).await.status,
            status
        );
    }
}
