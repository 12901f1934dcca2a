//! Who may see and do what: strangers, readers, writers.

use runyard_tests::{Client, Server, Store, stores};
use serde_json::json;

use crate::project::{NAME, OWNER, Project, text};

stores!(memory, sqlite, postgres => [
    a_private_repository_is_not_there_for_strangers,
    a_reader_may_look_but_not_touch,
    a_wrong_token_is_refused_everywhere,
]);

const WAITING: &str = "
on: workflow_dispatch
jobs:
  wait:
    runs-on: a-machine-nobody-has
    steps:
      - run: echo never said
";

/// A new user with a classic token of these scopes.
async fn user(server: &Server, login: &str, scopes: &[&str]) -> Client {
    let admin = server.client();
    let body = json!({ "login": login, "site_admin": false });
    let _ = admin.post("/api/v1/users", &body).await.expect(201);
    let body = json!({ "user": login, "name": "laptop", "scopes": scopes });
    let token = admin.post("/api/v1/tokens", &body).await.expect(201).json();
    server.client().with_token(text(&token, "token"))
}

async fn a_private_repository_is_not_there_for_strangers(store: Store) {
    let server = Server::start(store).await;
    let project = Project::with_workflow(&server, WAITING).await;
    let run = project.dispatch().await;
    let stranger = user(&server, "mallory", &["repo"]).await;
    let cancel = project.actions(&format!("runs/{run}/cancel"));

    for client in [stranger, server.client().anonymous()] {
        let repository = format!("/api/v3/repos/{OWNER}/{NAME}");
        for path in [
            &repository,
            &project.actions("runs"),
            &project.actions(&format!("runs/{run}")),
        ] {
            assert_eq!(client.get(path).await.expect(404).message(), "Not Found");
        }
        assert_eq!(
            client.post_empty(&cancel).await.expect(404).message(),
            "Not Found"
        );
    }
    assert_eq!(text(&project.run(run).await, "status"), "queued");
}

async fn a_reader_may_look_but_not_touch(store: Store) {
    let server = Server::start(store).await;
    let project = Project::with_workflow(&server, WAITING).await;
    let run = project.dispatch().await;
    let reader = user(&server, "rita", &["repo"]).await;
    let role = |role: &str| json!({ "role": role });
    let path = format!("/api/v1/repos/{OWNER}/{NAME}/collaborators/rita");
    let given = server.client().put(&path, &role("read")).await;
    assert!(given.status < 300, "{given:?}");
    let cancel = project.actions(&format!("runs/{run}/cancel"));

    let seen = reader
        .get(&project.actions(&format!("runs/{run}")))
        .await
        .expect(200)
        .json();
    assert_eq!(text(&seen, "status"), "queued");
    let refused = reader.post_empty(&cancel).await.expect(403);
    assert_eq!(refused.message(), "Must have admin rights to Repository.");

    let given = server.client().put(&path, &role("write")).await;
    assert!(given.status < 300, "{given:?}");
    let _ = reader.post_empty(&cancel).await.expect(202);
}

async fn a_wrong_token_is_refused_everywhere(store: Store) {
    let server = Server::start(store).await;
    let client = server.client().with_token("no-such-token");
    for path in [
        "/api/v3/",
        "/api/v3/user",
        "/api/v3/repos/a/b/actions/runs",
        "/api/v1/repos",
    ] {
        assert_eq!(
            client.get(path).await.expect(401).message(),
            "Bad credentials",
            "{path}"
        );
    }
}
