//! How a repository's source is opened and tells of pushes: credentials, signed events, looks.

use crate::{
    git::git,
    server::{REPO, TestServer},
};
use hmac::{Hmac, KeyInit, Mac};
use runyard_domain::{RepositoryId, repository::Source};
use runyard_engine::{SealingKey, Settings};
use runyard_store::{IdKind, SecretUse};
use serde_json::{Value, json};
use sha2::Sha256;
use std::{path::Path, time::Duration};

const EVENTS: &str = "/api/v1/repos/admin/open/events";
const POLLING: &str = "/api/v1/repos/admin/open/polling";
/// How often the source is looked at: the least.
const EACH: Duration = Duration::from_secs(30);
/// After so long another server may do a look again.
const GIVEN_UP: Duration = Duration::from_secs(30 * 60);
/// Workflows of the source that a push starts.
const WORKFLOWS: i64 = 2;

async fn server() -> TestServer {
    let settings = Settings {
        sealing_key: Some(SealingKey::generate()),
        ..Settings::default()
    };
    TestServer::start_with(|_| {}, settings).await
}

fn signature(secret: &str, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    let bytes = mac.finalize().into_bytes();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={hex}")
}

async fn new_secret(server: &TestServer) -> String {
    let path = format!("{EVENTS}/secret");
    let made = server.call("PUT", &path, &server.admin, json!({})).await;
    made.expect(200).json()["secret"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn a_signed_event_is_taken_and_any_other_changes_nothing() {
    let server = server().await;
    server.repository("admin", "open", true).await;
    let head = git(server.source.path(), &["rev-parse", "HEAD"]);
    let body = json!({ "ref": "refs/heads/main", "after": head.trim() }).to_string();
    let deliver = async |path: &str, event: &str, delivery: &str, signature: Option<String>| {
        let mut request = server.request("POST", path, "");
        if let Some(signature) = signature {
            request = request.header("X-Hub-Signature-256", signature);
        }
        let request = request
            .header("X-GitHub-Event", event)
            .header("X-GitHub-Delivery", delivery);
        server.send(request.body(body.clone())).await
    };
    let before = deliver(EVENTS, "push", "one", Some(signature("", &body))).await;
    let secret = new_secret(&server).await;
    let wrong = deliver(EVENTS, "push", "one", Some(signature("wrong", &body))).await;
    let nowhere = "/api/v1/repos/admin/nowhere/events";
    let unknown = deliver(nowhere, "push", "one", Some(signature(&secret, &body))).await;
    let odd = deliver(EVENTS, "push", "one", Some("sha1=00".to_owned())).await;
    let missing = deliver(EVENTS, "push", "one", None).await;
    let told = wrong.refusal().1;
    assert!(told.contains("X-Hub-Signature-256"), "{told}");
    for refused in [&before, &wrong, &unknown, &odd] {
        assert_eq!(refused.refusal(), (401, told.clone()));
    }
    assert_eq!(missing.refusal().0, 401);

    let fits = || Some(signature(&secret, &body));
    let made = deliver(EVENTS, "push", "one", fits())
        .await
        .expect(202)
        .json();
    assert_eq!(made["runs"].as_array().unwrap().len(), 2);
    assert_eq!(made["runs"][0]["id"], 1, "nothing was made before");
    let again = deliver(EVENTS, "push", "one", fits()).await.expect(202);
    assert_eq!(again.json(), made);
    deliver(EVENTS, "ping", "two", fits()).await.expect(200);
    let ignored = deliver(EVENTS, "installation", "three", fits()).await;
    let ignored = ignored.expect(202);
    assert_eq!(ignored.json()["runs"], json!([]));
    assert!(ignored.text().contains("is ignored"));
    let odd = deliver(EVENTS, "push", &"x".repeat(129), fits()).await;
    assert_eq!(odd.refusal().0, 422);

    new_secret(&server).await;
    let rotated = deliver(EVENTS, "push", "four", fits()).await;
    assert_eq!(rotated.refusal().0, 401);
}

#[tokio::test]
async fn the_secret_of_events_is_shown_once_and_kept_encrypted() {
    let server = server().await;
    let repository = server.repository("admin", "open", true).await;
    let path = format!("{EVENTS}/secret");
    server.get(&path, &server.admin).await.expect(404);
    let secret = new_secret(&server).await;
    let shown = server.get(&path, &server.admin).await.expect(200);
    assert!(!shown.text().contains(&secret));
    let store = server.engine.store();
    let kept = store.secret(repository.id, SecretUse::EventSignature).await;
    let kept = kept.unwrap().unwrap();
    let plain = kept
        .sealed
        .windows(secret.len())
        .any(|part| part == secret.as_bytes());
    assert!(!plain && !format!("{kept:?}").contains(&secret));
    let remove = server.request("DELETE", &path, &server.admin);
    server.send(remove).await.expect(204);
    server.get(&path, &server.admin).await.expect(404);
}

#[tokio::test]
async fn credentials_are_given_by_administrators_and_never_read_back() {
    let server = server().await;
    let mut repository = server.repository("admin", "open", false).await;
    let id = server.engine.store().reserve(IdKind::Repository, 1).await;
    repository.id = RepositoryId::new(id.unwrap().start);
    repository.name = "far".to_owned();
    repository.source = Source::Url("https://git.invalid/far".to_owned());
    server
        .engine
        .store()
        .insert_repository(&repository)
        .await
        .unwrap();
    let path = "/api/v1/repos/admin/far/credentials";
    let rita = server.user("rita", false, REPO).await;
    let body = json!({ "kind": "token", "username": "me", "token": "hunter2-hunter2" });
    server
        .call("PUT", path, &rita, body.clone())
        .await
        .expect(403);
    server.get(path, &server.admin).await.expect(404);
    let put = server
        .call("PUT", path, &server.admin, body)
        .await
        .expect(200);
    let shown = server.get(path, &server.admin).await.expect(200);
    assert_eq!(put.json(), shown.json());
    assert_eq!(
        (&shown.json()["kind"], &shown.json()["username"]),
        (&json!("token"), &json!("me"))
    );
    assert!(!shown.text().contains("hunter2"));
    let kept = server
        .engine
        .store()
        .secret(repository.id, SecretUse::GitCredential)
        .await;
    let kept = kept.unwrap().unwrap();
    assert!(!String::from_utf8_lossy(&kept.sealed).contains("hunter2"));
    let wrong: [(Value, &str); 4] = [
        (json!({ "kind": "token", "token": "" }), "token must be"),
        (
            json!({ "kind": "token", "token": "a\nhunter3" }),
            "token must be",
        ),
        (
            json!({ "kind": "ssh_key", "private_key": "hunter3" }),
            "private_key is not",
        ),
        (json!({ "kind": "password" }), "kind"),
    ];
    for (body, part) in wrong {
        let (status, message) = server
            .call("PUT", path, &server.admin, body)
            .await
            .refusal();
        assert_eq!(status, 422);
        assert!(
            message.contains(part) && !message.contains("hunter3"),
            "{message}"
        );
    }
    let local = "/api/v1/repos/admin/open/credentials";
    let body = json!({ "kind": "token", "token": "hunter2" });
    let (status, message) = server
        .call("PUT", local, &server.admin, body)
        .await
        .refusal();
    assert_eq!(status, 422);
    assert!(message.contains("https sources only"), "{message}");
    let remove = || server.request("DELETE", path, &server.admin);
    server.send(remove()).await.expect(204);
    server.send(remove()).await.expect(404);
}

#[tokio::test]
async fn a_server_without_a_key_keeps_no_secret_and_says_so() {
    let server = TestServer::start().await;
    server.repository("admin", "open", true).await;
    let path = format!("{EVENTS}/secret");
    let refused = server.call("PUT", &path, &server.admin, json!({})).await;
    let (status, message) = refused.refusal();
    assert_eq!(status, 409);
    assert!(message.contains("secrets.key"), "{message}");
}

async fn runs(server: &TestServer) -> i64 {
    let path = "/api/v3/repos/admin/open/actions/runs";
    let runs = server.get(path, &server.admin).await.expect(200).json();
    runs["total_count"].as_i64().unwrap()
}

fn commit(source: &Path) {
    let message = "--message=another";
    git(source, &["commit", "--quiet", "--allow-empty", message]);
}

#[tokio::test]
async fn a_source_that_is_looked_at_starts_runs_of_what_changed_since() {
    let server = server().await;
    server.repository("admin", "open", true).await;
    let path = POLLING;
    let put = async |seconds: u32| {
        let body = json!({ "seconds": seconds });
        server.call("PUT", path, &server.admin, body).await
    };
    for wrong in [29, 604_801] {
        assert_eq!(put(wrong).await.refusal().0, 422, "{wrong}");
    }
    put(604_800).await.expect(200);
    let on = put(30).await.expect(200).json();
    assert_eq!(
        (&on["seconds"], &on["looked_at"]),
        (&json!(30), &Value::Null)
    );
    let look = async || server.engine.look(9).await.unwrap();
    let runs = async || runs(&server).await;
    let due = || server.pass(EACH);
    assert_eq!((look().await, look().await, runs().await), (1, 0, 0));
    let source = server.source.path();
    commit(source);
    git(source, &["tag", "v1"]);
    due();
    // The first push and a new tag, each for two workflows.
    assert_eq!((look().await, runs().await), (1, 4));
    due();
    assert_eq!((look().await, runs().await), (1, 4));
    git(source, &["tag", "--delete", "v1"]);
    due();
    assert_eq!((look().await, runs().await), (1, 4));
    let shown = server.get(path, &server.admin).await.expect(200).json();
    assert_eq!(
        (&shown["refs"], &shown["problem"]),
        (&json!(1), &Value::Null)
    );
    let off = put(0).await.expect(200).json();
    assert_eq!(off["seconds"], 0);
    due();
    assert_eq!(look().await, 0);
}

/// Its source was looked at once, and a commit came since.
async fn polled(server: &TestServer) -> RepositoryId {
    let repository = server.repository("admin", "open", true).await;
    let body = json!({ "seconds": EACH.as_secs() });
    let put = server.call("PUT", POLLING, &server.admin, body).await;
    put.expect(200);
    assert_eq!(server.engine.look(9).await.unwrap(), 1);
    commit(server.source.path());
    server.pass(EACH);
    repository.id
}

#[tokio::test]
async fn of_two_servers_one_looks_and_each_run_starts_once() {
    let server = server().await;
    polled(&server).await;
    let other = server.replica().await;
    for looked in 1..=3 {
        let (one, two) = tokio::join!(server.engine.look(9), other.look(9));
        assert_eq!(one.unwrap() + two.unwrap(), 1);
        assert_eq!(runs(&server).await, looked * WORKFLOWS);
        commit(server.source.path());
        server.pass(EACH);
    }
}

#[tokio::test]
async fn a_look_that_another_server_took_over_starts_nothing_twice() {
    let server = server().await;
    let id = polled(&server).await;
    let other = server.replica().await;
    let due_at = async || {
        let poll = server.engine.store().poll(id).await.unwrap();
        poll.unwrap().due_at
    };
    let before = due_at().await;
    let mut stalled = Box::pin(server.engine.look(9));
    let taken = async {
        while due_at().await == before {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        biased;
        looked = &mut stalled => unreachable!("it asks a program, which takes longer: {looked:?}"),
        () = taken => {}
    }
    assert_eq!(other.look(9).await.unwrap(), 0, "it was just taken");
    server.pass(GIVEN_UP);
    assert_eq!(other.look(9).await.unwrap(), 1);
    assert_eq!(runs(&server).await, WORKFLOWS);
    assert_eq!(stalled.await.unwrap(), 1);
    assert_eq!(runs(&server).await, WORKFLOWS);
}
