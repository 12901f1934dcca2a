//! Tokens: made, listed, revoked, expired; by whom, and refused with which words.

use crate::{fake_runner::FakeRunner, server::TestServer};
use runyard_domain::account::Scope;
use serde_json::{Value, json};
use std::time::Duration;

const TOKENS: &str = "/api/v1/tokens";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// The clock of these tests begins at 2026-01-02T03:04:05Z.
const NEXT_DAY: &str = "2026-01-03T03:04:05Z";

async fn made(server: &TestServer, by: &str, body: Value) -> (Value, String) {
    let answer = server.call("POST", TOKENS, by, body).await;
    let body = answer.expect(201).json();
    let text = body["token"].as_str().unwrap().to_owned();
    (body, text)
}

#[tokio::test]
async fn each_kind_is_shown_with_what_it_has_and_its_text_only_once() {
    let server = TestServer::start().await;
    server.repository("admin", "open", false).await;
    let admin = server.admin.clone();
    for (asked, prefix, shown) in [
        (
            json!({ "scopes": ["repo", "repo"] }),
            "ryp_",
            json!({ "kind": "classic", "scopes": ["repo"], "expires_at": null }),
        ),
        (
            json!({ "kind": "oauth", "client_id": "dash", "scopes": ["read:org"] }),
            "ryo_",
            json!({ "kind": "oauth", "client_id": "dash", "scopes": ["read:org"], "expires_at": null }),
        ),
        (
            json!({ "kind": "fine_grained", "repositories": ["Admin/OPEN"], "expires_at": NEXT_DAY,
                "permissions": { "actions": "write", "deployments": "read", "checks": "none" } }),
            "runyard_pat_",
            json!({ "kind": "fine_grained", "repositories": ["admin/open"], "expires_at": NEXT_DAY,
                "permissions": { "actions": "write", "deployments": "read" } }),
        ),
        (
            json!({ "kind": "fine_grained", "owner": "ADMIN", "permissions": {}, "expires_at": NEXT_DAY }),
            "runyard_pat_",
            json!({ "kind": "fine_grained", "owner": "admin", "permissions": {}, "expires_at": NEXT_DAY }),
        ),
        (
            json!({ "kind": "registration" }),
            "ryg_",
            json!({ "kind": "registration", "expires_at": "2026-01-02T04:04:05Z" }),
        ),
    ] {
        let mut asked = asked;
        asked["name"] = json!("laptop");
        let (body, text) = made(&server, &admin, asked).await;
        assert!(text.starts_with(prefix), "{text}");
        let mut wanted = shown;
        wanted["name"] = json!("laptop");
        wanted["user"] = json!("admin");
        wanted["id"] = body["id"].clone();
        wanted["created_at"] = json!("2026-01-02T03:04:05Z");
        let listed = server.get(TOKENS, &admin).await.expect(200);
        assert!(!listed.text().contains(&text), "its text is told again");
        let listed = listed.json();
        assert_eq!(
            listed["tokens"].as_array().unwrap().last(),
            Some(&wanted),
            "{listed}"
        );
        wanted["token"] = json!(text);
        assert_eq!(body, wanted);
    }
}

#[tokio::test]
async fn tokens_are_listed_in_pages() {
    let server = TestServer::start().await;
    let rita = server.user("rita", false, &[Scope::Repo]).await;
    for name in ["second", "third"] {
        made(&server, &rita, json!({ "name": name, "scopes": [] })).await;
    }
    let page = async |query: &str| {
        let path = format!("{TOKENS}?{query}");
        server.get(&path, &rita).await.expect(200).json()
    };
    let first = page("per_page=2").await;
    assert_eq!(first["tokens"].as_array().unwrap().len(), 2);
    let rest = page(&format!("per_page=2&after={}", first["next"])).await;
    assert_eq!(rest["tokens"][0]["name"], "third");
    assert_eq!(rest["next"], Value::Null);
    let of_rita = format!("{TOKENS}?user=rita");
    let told = server.get(&of_rita, &server.admin).await.expect(200);
    assert_eq!(told.json()["tokens"], page("").await["tokens"]);
}

/// Names the field, the value, and what is allowed there.
#[tokio::test]
async fn what_cannot_be_is_refused_with_field_value_and_what_is_allowed() {
    let server = TestServer::start().await;
    server.user("rita", false, &[]).await;
    server.repository("admin", "closed", true).await;
    let fine = |member: &str, value: Value| {
        let mut body = json!({ "kind": "fine_grained", "owner": "admin", "expires_at": NEXT_DAY,
            "permissions": { "actions": "read" } });
        body[member] = value;
        body
    };
    for (mut body, said) in [
        (
            json!({ "kind": "runner" }),
            "For 'kind', \"runner\" is not one of classic, fine_grained, oauth, registration.",
        ),
        (json!({}), "\"scopes\" wasn't supplied."),
        (
            json!({ "scopes": ["all"] }),
            "For 'scopes', \"all\" is not one of repo, public_repo, ",
        ),
        (
            json!({ "scopes": [], "owner": "admin" }),
            "\"owner\" is not for a token of the kind \"classic\", which takes: user, name, expires_at, scopes.",
        ),
        (
            json!({ "kind": "oauth", "scopes": [] }),
            "\"client_id\" wasn't supplied.",
        ),
        (
            json!({ "kind": "oauth", "scopes": [], "client_id": "" }),
            "client_id: \"\" must have 1 to 255 characters",
        ),
        (
            json!({ "scopes": [], "expires_at": "tomorrow" }),
            "For 'expires_at', \"tomorrow\" is not a time such as",
        ),
        (
            json!({ "scopes": [], "expires_at": "2026-01-02T03:04:05Z" }),
            "expires_at: \"2026-01-02T03:04:05",
        ),
        (
            fine("expires_at", Value::Null),
            "expires_at: \"\" must be given: a fine-grained token ends after 366 days",
        ),
        (
            fine("expires_at", json!("2027-01-03T03:04:06Z")),
            "is too late: a fine-grained token ends after 366 days",
        ),
        (
            fine("permissions", json!({ "action": "read" })),
            "For 'permissions', \"action\" is not one of actions, actions_variables, administration, ",
        ),
        (
            fine("permissions", json!({ "actions": "admin" })),
            "For 'permissions.actions', \"admin\" is not one of none, read, write.",
        ),
        (
            fine("permissions", Value::Null),
            "\"permissions\" wasn't supplied.",
        ),
        (
            fine("scopes", json!(["repo"])),
            "\"scopes\" is not for a token of the kind \"fine_grained\"",
        ),
        (
            fine("repositories", json!(["admin/closed"])),
            "Exactly one of \"repositories\" and \"owner\" must be supplied.",
        ),
        (
            fine("owner", Value::Null),
            "Exactly one of \"repositories\" and \"owner\" must be supplied.",
        ),
        (
            fine("owner", json!("nobody")),
            "owner: \"nobody\" is not the login of a user",
        ),
        (
            json!({ "kind": "registration", "user": "rita" }),
            "kind: \"registration\" can only be given to an administrator of this server, rita is none",
        ),
        (
            json!({ "scopes": ["site_admin"], "user": "rita" }),
            "scopes: \"site_admin\" can only be given to an administrator",
        ),
        (
            json!({ "scopes": [], "user": "nobody" }),
            "user: \"nobody\" is not the login of a user",
        ),
    ] {
        body["name"] = json!("x");
        let answer = server
            .call("POST", TOKENS, &server.admin, body.clone())
            .await;
        let (status, message) = answer.refusal();
        assert_eq!(status, 422, "{body}");
        assert!(message.contains(said), "{body}: {message}");
    }
    let listed = server.get(TOKENS, &server.admin).await.json();
    assert_eq!(listed["tokens"].as_array().unwrap().len(), 1, "{listed}");
}

#[tokio::test]
async fn a_fine_grained_token_lists_one_to_fifty_repositories_that_its_user_sees() {
    let server = TestServer::start().await;
    server.repository("admin", "open", false).await;
    server.repository("admin", "closed", true).await;
    let rita = server.user("rita", false, &[Scope::Repo]).await;
    let unseen = |name: &str| {
        format!("repositories: {name:?} is not the OWNER/NAME of a repository that rita sees")
    };
    let many = |count: usize| vec!["admin/open"; count];
    for (names, refused) in [
        (json!(["admin/open"]), None),
        (json!(many(50)), None),
        (
            json!(many(51)),
            Some("repositories: \"51\" must be 1 to 50".to_owned()),
        ),
        (
            json!([]),
            Some("repositories: \"0\" must be 1 to 50".to_owned()),
        ),
        // The same sentence whether it is hidden or not there at all.
        (json!(["admin/closed"]), Some(unseen("admin/closed"))),
        (json!(["admin/nothing"]), Some(unseen("admin/nothing"))),
        (json!(["harbour"]), Some(unseen("harbour"))),
    ] {
        let body = json!({ "kind": "fine_grained", "name": "x", "repositories": names, "permissions": {},
            "expires_at": NEXT_DAY });
        let answer = server.call("POST", TOKENS, &rita, body).await;
        match refused {
            None => drop(answer.expect(201)),
            Some(said) => assert_eq!(answer.refusal(), (422, said)),
        }
    }
}

#[tokio::test]
async fn no_token_makes_a_stronger_or_a_longer_one() {
    let server = TestServer::start().await;
    let rita = server
        .user("rita", false, &[Scope::Repo, Scope::ReadOrg])
        .await;
    let weak = server.token("rita", &[Scope::ReadOrg]).await;
    let short = json!({ "name": "x", "scopes": ["repo"], "expires_at": NEXT_DAY });
    let (_, short) = made(&server, &rita, short).await;
    let fine = json!({ "kind": "fine_grained", "owner": "rita", "permissions": {}, "expires_at": NEXT_DAY });
    for (by, mut body, status) in [
        (&rita, json!({ "scopes": ["repo:write"] }), 201),
        (&rita, json!({ "scopes": ["workflow"] }), 422),
        (&rita, json!({ "scopes": ["site_admin"] }), 422),
        (
            &rita,
            json!({ "kind": "oauth", "client_id": "x", "scopes": ["workflow"] }),
            422,
        ),
        (&rita, json!({ "kind": "registration" }), 422),
        (&rita, fine.clone(), 201),
        (&weak, fine, 422),
        (&weak, json!({ "scopes": ["repo"] }), 422),
        (&short, json!({ "scopes": [] }), 422),
        (
            &short,
            json!({ "scopes": [], "expires_at": "2026-01-03T03:04:06Z" }),
            422,
        ),
        (&short, json!({ "scopes": [], "expires_at": NEXT_DAY }), 201),
        (&rita, json!({ "scopes": [], "user": "admin" }), 403),
    ] {
        body["name"] = json!("second");
        let answer = server.call("POST", TOKENS, by, body.clone()).await;
        assert_eq!(answer.status, status, "{body}: {}", answer.text());
    }
}

#[tokio::test]
async fn tokens_are_managed_with_a_classic_one_and_by_their_user_or_an_administrator() {
    let server = TestServer::start().await;
    let rita = server.user("rita", false, &[Scope::Repo]).await;
    let stan = server.user("stan", false, &[Scope::Repo]).await;
    let fine = json!({ "kind": "fine_grained", "name": "x", "owner": "rita", "permissions": {},
        "expires_at": NEXT_DAY });
    let (fine_body, fine) = made(&server, &rita, fine).await;
    let app = json!({ "kind": "oauth", "name": "x", "client_id": "dash", "scopes": ["repo"] });
    let (app_body, app) = made(&server, &rita, app).await;
    let sentence = "Must have a classic personal access token to list, make or revoke tokens";
    for token in [&fine, &app] {
        let own = format!("{TOKENS}/{}", app_body["id"]);
        for (method, path) in [("GET", TOKENS), ("POST", TOKENS), ("DELETE", &own)] {
            let answer = server.call(method, path, token, json!({})).await;
            assert_eq!(answer.refusal(), (403, sentence.to_owned()), "{method}");
        }
        server.get("/api/v1/user", token).await.expect(200);
    }
    for (body, text) in [(fine_body, fine), (app_body, app)] {
        let path = format!("{TOKENS}/{}", body["id"]);
        let delete = |by: String| server.send(server.request("DELETE", &path, &by));
        assert_eq!(delete(stan.clone()).await.refusal().0, 404, "another's");
        delete(server.admin.clone()).await.expect(204);
        assert_eq!(delete(server.admin.clone()).await.refusal().0, 404, "twice");
        let answer = server.get("/api/v3/user", &text).await;
        assert_eq!(answer.refusal(), (401, "Bad credentials".to_owned()));
    }
}

#[tokio::test]
async fn an_expired_token_is_as_one_that_was_never_made() {
    let server = TestServer::start().await;
    server.repository("admin", "open", false).await;
    let body = |kind: Value| {
        let mut body = kind;
        body["name"] = json!("x");
        body["expires_at"] = json!(NEXT_DAY);
        body
    };
    let admin = server.admin.clone();
    let mut tokens = Vec::new();
    for kind in [
        json!({ "scopes": ["repo"] }),
        json!({ "kind": "oauth", "client_id": "dash", "scopes": ["repo"] }),
        json!({ "kind": "fine_grained", "owner": "admin", "permissions": {} }),
    ] {
        tokens.push(made(&server, &admin, body(kind)).await.1);
    }
    let (_, registration) = made(&server, &admin, body(json!({ "kind": "registration" }))).await;
    let runner = |name: &str| json!({ "name": name, "labels": ["linux"], "version": "1", "os": "Linux", "arch": "X64", "capacity": 1 });
    let register = async |name: &str| {
        let path = "/api/v1/runners/register";
        server.call("POST", path, &registration, runner(name)).await
    };
    let last = DAY - Duration::from_micros(1);
    server.pass(last);
    for token in &tokens {
        let answer = server.get("/api/v3/user", token).await.expect(200);
        let ends = answer.header("github-authentication-token-expiration");
        assert_eq!(ends, Some("2026-01-03 03:04:05 UTC"));
    }
    register("first").await.expect(201);
    server.pass(Duration::from_micros(1));
    for token in &tokens {
        // Public data too (contract 2).
        for path in ["/api/v3/user", "/api/v3/repos/admin/open"] {
            let answer = server.get(path, token).await;
            assert_eq!(answer.refusal(), (401, "Bad credentials".to_owned()));
        }
    }
    let answer = register("second").await;
    assert_eq!(answer.refusal(), (401, "Bad credentials".to_owned()));
}

/// Its jobs bring secrets: whoever is put out while it waits gets none of them.
#[tokio::test]
async fn a_runner_that_is_removed_while_it_waits_gets_no_job_and_is_refused_after() {
    let server = TestServer::start().await;
    server.repository("admin", "open", false).await;
    let runner = FakeRunner::register(&server, "builder").await;
    let body = json!({ "request_key": "k", "free_slots": 1, "wait_s": 3 });
    let claim = server.call("POST", "/api/v1/runners/claim", &runner.token, body);
    let remove = async {
        let waits = "waiting_claims 1";
        while !server.get("/metrics", "").await.text().contains(waits) {
            tokio::task::yield_now().await;
        }
        let listed = server.get("/api/v1/runners", &server.admin).await.json();
        let path = format!("/api/v1/runners/{}", listed["runners"][0]["id"]);
        server
            .send(server.request("DELETE", &path, &server.admin))
            .await
            .expect(204);
        server.dispatch("admin/open").await;
    };
    let (claimed, ()) = tokio::join!(claim, remove);
    claimed.expect(204);
    let next = runner.claim("k2").await;
    assert_eq!(next.refusal(), (401, "Bad credentials".to_owned()));
    let another = FakeRunner::register(&server, "another").await;
    another.claim_one("k3").await;
}
