//! GraphQL: what gh asks, who may ask, and what is too much.

use crate::{
    answer::Answer,
    server::{REPO, TestServer},
};
use runyard_domain::{
    account::Scope,
    pull_request::PullRequest,
    repository::{Repository, Role},
};
use serde_json::{Value, json};

/// As gh 2.23 sends it, for `gh workflow run` without `--ref` among others.
const REPOSITORY_INFO: &str = "
    fragment repo on Repository {
        id
        name
        owner { login }
        hasIssuesEnabled
        description
        hasWikiEnabled
        viewerPermission
        defaultBranchRef {
            name
        }
    }

    query RepositoryInfo($owner: String!, $name: String!) {
        repository(owner: $owner, name: $name) {
            ...repo
            parent {
                ...repo
            }
            mergeCommitAllowed
            rebaseMergeAllowed
            squashMergeAllowed
        }
    }";
/// The same, for `gh run view`.
const PULL_REQUEST_FOR_RUN: &str = "
    query PullRequestForRun($owner: String!, $repo: String!, $headRefName: String!) {
        repository(owner: $owner, name: $repo) {
            pullRequests(headRefName: $headRefName, first: 1, orderBy: { field: CREATED_AT, direction: DESC }) {
                nodes {
                    number
                    headRepository {
                        owner {
                            login
                        }
                        name
                    }
                }
            }
        }
    }";

async fn ask(server: &TestServer, token: &str, query: &str, variables: Value) -> Answer {
    let body = json!({ "query": query, "variables": variables });
    server.call("POST", "/api/graphql", token, body).await
}

async fn data(server: &TestServer, query: &str) -> Value {
    let answer = ask(server, &server.admin, query, Value::Null).await;
    let answer = answer.expect(200).json();
    assert_eq!(answer["errors"], Value::Null, "{answer}");
    answer["data"].clone()
}

async fn first_error(server: &TestServer, token: &str, query: &str) -> Value {
    let answer = ask(server, token, query, Value::Null).await;
    answer.expect(200).json()["errors"][0].clone()
}

async fn keep_pulls(server: &TestServer, repository: &Repository) {
    for (number, head) in [(7, "topic"), (8, "topic"), (9, "late")] {
        let pull = PullRequest {
            id: number * 10,
            number,
            head_branch: head.to_owned(),
            head_sha: "a".repeat(40),
            base_branch: "main".to_owned(),
            base_sha: "b".repeat(40),
        };
        let store = server.engine.store();
        store
            .put_pull_request(repository.id, &pull, 99)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn gh_learns_who_it_is_and_what_a_repository_is() {
    let server = TestServer::start().await;
    server.repository("admin", "open", true).await;
    let viewer = data(&server, "query UserCurrent{viewer{login}}").await;
    assert_eq!(viewer, json!({ "viewer": { "login": "admin" } }));

    let variables = json!({ "owner": "ADMIN", "name": "Open" });
    let answer = ask(&server, &server.admin, REPOSITORY_INFO, variables).await;
    let repository = answer.expect(200).json()["data"]["repository"].clone();
    let id = repository["id"].as_str().unwrap();
    assert!(id.starts_with("R_"), "{id}");
    let expected = json!({
        "id": id, "name": "open", "owner": { "login": "admin" }, "hasIssuesEnabled": false,
        "description": null, "hasWikiEnabled": false, "viewerPermission": "ADMIN",
        "defaultBranchRef": { "name": "main" }, "parent": null, "mergeCommitAllowed": false,
        "rebaseMergeAllowed": false, "squashMergeAllowed": false,
    });
    assert_eq!(repository, expected, "only what was selected is answered");
    let rest = server.get("/api/v3/repos/admin/open", &server.admin).await;
    assert_eq!(rest.json()["node_id"], id);
}

#[tokio::test]
async fn gh_finds_the_pull_request_of_a_run() {
    let server = TestServer::start().await;
    let repository = server.repository("admin", "open", true).await;
    keep_pulls(&server, &repository).await;
    let variables = json!({ "owner": "admin", "repo": "open", "headRefName": "topic" });
    let answer = ask(&server, &server.admin, PULL_REQUEST_FOR_RUN, variables).await;
    let nodes = &answer.expect(200).json()["data"]["repository"]["pullRequests"]["nodes"];
    let head = json!({ "owner": { "login": "admin" }, "name": "open" });
    assert_eq!(nodes, &json!([{ "number": 8, "headRepository": head }]));
}

#[tokio::test]
async fn pull_requests_come_in_pages() {
    let server = TestServer::start().await;
    let repository = server.repository("admin", "open", true).await;
    keep_pulls(&server, &repository).await;
    let page = async |arguments: &str| {
        let query = format!(
            "{{ repository(owner: \"admin\", name: \"open\") {{ pullRequests({arguments}) {{ totalCount nodes {{ \
             number }} pageInfo {{ startCursor endCursor hasNextPage hasPreviousPage }} }} }} }}"
        );
        data(&server, &query).await["repository"]["pullRequests"].clone()
    };
    let numbers = |page: &Value| -> Vec<i64> {
        let nodes = page["nodes"].as_array().unwrap().iter();
        nodes.map(|node| node["number"].as_i64().unwrap()).collect()
    };
    let first = page("first: 2").await;
    assert_eq!(
        (numbers(&first), &first["totalCount"]),
        (vec![7, 8], &json!(3))
    );
    assert_eq!(first["pageInfo"]["hasNextPage"], true);
    assert_eq!(first["pageInfo"]["hasPreviousPage"], false);
    let end = first["pageInfo"]["endCursor"].as_str().unwrap();
    let second = page(&format!("first: 2, after: \"{end}\"")).await;
    assert_eq!(numbers(&second), [9]);
    assert_eq!(second["pageInfo"]["hasNextPage"], false);
    assert_eq!(second["pageInfo"]["hasPreviousPage"], true);
    let last = page("last: 1").await;
    assert_eq!(numbers(&last), [9]);
    let start = last["pageInfo"]["startCursor"].as_str().unwrap();
    let before = page(&format!("last: 5, before: \"{start}\"")).await;
    assert_eq!(numbers(&before), [7, 8]);
    assert_eq!(
        numbers(&page("first: 9, states: [CLOSED, MERGED]").await),
        [0; 0]
    );
    assert_eq!(
        numbers(&page("first: 9, states: OPEN, baseRefName: \"main\"").await),
        [7, 8, 9]
    );
    assert_eq!(
        numbers(&page("first: 9, baseRefName: \"topic\"").await),
        [0; 0]
    );
    assert_eq!(numbers(&page("first: 0").await), [0; 0]);
}

#[tokio::test]
async fn what_is_hidden_is_not_found_and_said_in_githubs_form() {
    let server = TestServer::start().await;
    server.repository("admin", "open", true).await;
    let stranger = server.user("stan", false, REPO).await;
    let query = "query { repository(owner: \"admin\", name: \"open\") { name } }";
    for (token, query) in [
        (&stranger, query.to_owned()),
        (&server.admin, query.replace("open", "none")),
    ] {
        let name = if query.contains("none") {
            "none"
        } else {
            "open"
        };
        let answer = ask(&server, token, &query, Value::Null).await;
        let expected = json!({
            "data": { "repository": null },
            "errors": [{
                "type": "NOT_FOUND", "path": ["repository"],
                "locations": [{ "line": 1, "column": 9 }],
                "message": format!("Could not resolve to a Repository with the name 'admin/{name}'."),
            }],
        });
        assert_eq!(answer.expect(200).json(), expected);
    }
    let error = first_error(&server, &stranger, "{ user(login: \"nobody\") { login } }").await;
    assert_eq!(error["type"], "NOT_FOUND");
    let pull =
        "{ repository(owner: \"admin\", name: \"open\") { pullRequest(number: 5) { number } } }";
    let error = first_error(&server, &server.admin, pull).await;
    assert_eq!(error["path"], json!(["repository", "pullRequest"]));
    assert_eq!(
        error["message"],
        "Could not resolve to a PullRequest with the number of 5."
    );
}

#[tokio::test]
async fn the_viewer_sees_their_own_permission() {
    let server = TestServer::start().await;
    let private = server.repository("admin", "open", true).await;
    server.repository("admin", "public", false).await;
    let reader = server.user("rita", false, REPO).await;
    server.collaborator(&private, "rita", Role::Read).await;
    let permission = async |name: &str| {
        let query = format!(
            "{{ repository(owner: \"admin\", name: \"{name}\") {{ viewerPermission viewerCanAdminister \
             isPrivate visibility }} }}"
        );
        let answer = ask(&server, &reader, &query, Value::Null).await;
        answer.expect(200).json()["data"]["repository"].clone()
    };
    let shown = |private: bool| {
        let visibility = if private { "PRIVATE" } else { "PUBLIC" };
        json!({ "viewerPermission": "READ", "viewerCanAdminister": false, "isPrivate": private,
            "visibility": visibility })
    };
    assert_eq!(permission("open").await, shown(true));
    assert_eq!(permission("public").await, shown(false));
}

#[tokio::test]
async fn nobody_asks_without_a_token_that_opens_something() {
    let server = TestServer::start().await;
    let query = "{ viewer { login } }";
    let nobody = ask(&server, "", query, Value::Null).await;
    assert_eq!(
        nobody.refusal(),
        (401, "Requires authentication".to_owned())
    );
    let wrong = ask(&server, "no-such-token", query, Value::Null).await;
    assert_eq!(wrong.refusal(), (401, "Bad credentials".to_owned()));
    let good = ask(&server, &server.admin, query, Value::Null)
        .await
        .expect(200);
    assert_eq!(
        good.header("x-github-media-type"),
        Some("github.v4; format=json")
    );
    assert_eq!(good.header("x-github-enterprise-version"), Some("3.19.0"));
    let scopes = good.header("x-oauth-scopes").unwrap();
    assert!(scopes.contains(Scope::Repo.name()), "{scopes}");
    let get = server.get("/api/graphql", &server.admin).await;
    assert_eq!(get.refusal(), (404, "Not Found".to_owned()));
}

#[tokio::test]
async fn bad_queries_are_answered_as_errors() {
    let server = TestServer::start().await;
    let answer = server
        .call("POST", "/api/graphql", &server.admin, json!({}))
        .await;
    let message = "A query attribute must be specified and must be a string.";
    let expected = json!({ "errors": [{ "message": message }] });
    assert_eq!(answer.expect(200).json(), expected);
    for query in [
        "",
        "{",
        "{ nothing }",
        "{ viewer }",
        "mutation { x }",
        "{ viewer { login(x: 1) } }",
    ] {
        let answer = ask(&server, &server.admin, query, Value::Null).await;
        let answer = answer.expect(200).json();
        let message = answer["errors"][0]["message"].as_str().unwrap();
        assert!(!message.is_empty(), "{query:?}");
        assert_eq!(answer.get("data"), None, "{query:?}");
    }
    let broken = server.request("POST", "/api/graphql", &server.admin);
    let broken = server.send(broken.body("{")).await;
    assert_eq!(broken.refusal(), (400, "Problems parsing JSON".to_owned()));
    let page =
        "{ repository(owner: \"admin\", name: \"open\") { pullRequests(X) { totalCount } } }";
    server.repository("admin", "open", true).await;
    for (arguments, kind) in [
        ("headRefName: \"x\"", "MISSING_PAGINATION_BOUNDARIES"),
        ("first: 1, last: 1", "MISSING_PAGINATION_BOUNDARIES"),
        ("first: 101", "EXCESSIVE_PAGINATION"),
        ("last: -1", "EXCESSIVE_PAGINATION"),
        ("first: 1, after: \"x\"", "INVALID_CURSOR_ARGUMENTS"),
    ] {
        let query = page.replace('X', arguments);
        let error = first_error(&server, &server.admin, &query).await;
        assert_eq!(error["type"], kind, "{arguments}: {error}");
    }
}

#[tokio::test]
async fn a_query_that_is_too_much_is_refused_before_anything_is_looked_up() {
    let server = TestServer::start().await;
    server.repository("admin", "open", true).await;
    let pulls = |inner: &str| {
        format!("pullRequests(first: 100) {{ nodes {{ headRepository {{ {inner} }} }} }}")
    };
    let wide = pulls(&pulls("name"));
    let deep = (0..20).fold("name".to_owned(), |inner, _| {
        format!("pullRequest(number: 1) {{ repository {{ {inner} }} }}")
    });
    let many: String = (0..300)
        .map(|number| {
            format!("a{number}: repository(owner: \"admin\", name: \"open\") {{ name }} ")
        })
        .collect();
    let inside =
        |inner: &str| format!("{{ repository(owner: \"admin\", name: \"open\") {{ {inner} }} }}");
    let page = format!(
        "pullRequests(first: {}) {{ nodes {{ repository {{ X }} }} }}",
        i32::MAX
    );
    let huge = (0..15).fold("name".to_owned(), |inner, _| page.replace('X', &inner));
    for query in [
        inside(&wide),
        inside(&deep),
        inside(&huge),
        format!("{{ {many} }}"),
    ] {
        let answer = ask(&server, &server.admin, &query, Value::Null).await;
        let answer = answer.expect(200).json();
        assert_eq!(answer.get("data"), None, "{answer}");
        let message = answer["errors"][0]["message"].as_str().unwrap();
        assert!(message.starts_with("Query is "), "{message}");
    }
    let once = inside(&pulls("name"));
    assert!(data(&server, &once).await["repository"].is_object());
}
