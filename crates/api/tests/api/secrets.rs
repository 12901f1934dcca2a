//! Secrets of repositories: sealed by clients as libsodium does, and never seen again.

use crate::{
    answer::Answer,
    server::{REPO, TestServer},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use crypto_box::{PublicKey, aead::OsRng};
use runyard_domain::{
    account::Scope,
    configuration::{SECRET_BYTES_MAX, SECRETS_MAX},
    repository::Role,
};
use runyard_engine::{SealingKey, Settings};
use serde_json::{Value, json};
use std::time::Duration;

const SECRETS: &str = "/api/v3/repos/admin/yard/actions/secrets";

async fn server() -> TestServer {
    let settings = Settings {
        sealing_key: Some(SealingKey::generate()),
        ..Settings::default()
    };
    let server = TestServer::start_with(|_| {}, settings).await;
    server.repository("admin", "yard", true).await;
    server
}

async fn key(server: &TestServer) -> (String, PublicKey) {
    let key = server
        .get(&format!("{SECRETS}/public-key"), &server.admin)
        .await
        .expect(200)
        .json();
    let text = |member: &str| key[member].as_str().unwrap().to_owned();
    let bytes: [u8; 32] = STANDARD.decode(text("key")).unwrap().try_into().unwrap();
    (text("key_id"), PublicKey::from_bytes(bytes))
}

fn sealed(key: &PublicKey, plain: &[u8]) -> String {
    STANDARD.encode(key.seal(&mut OsRng, plain).unwrap())
}

async fn put(server: &TestServer, name: &str, body: Value) -> Answer {
    let path = format!("{SECRETS}/{name}");
    server.call("PUT", &path, &server.admin, body).await
}

async fn give(server: &TestServer, name: &str, plain: &[u8]) -> Answer {
    let (key_id, key) = key(server).await;
    let body = json!({ "encrypted_value": sealed(&key, plain), "key_id": key_id });
    put(server, name, body).await
}

#[tokio::test]
async fn a_secret_is_given_told_of_and_forgotten_but_never_shown() {
    let server = server().await;
    let made = give(&server, "Deploy_Key", b"hunter2").await.expect(201);
    assert_eq!(made.text(), "{}");
    server.pass(Duration::from_secs(60));
    let again = give(&server, "DEPLOY_KEY", b"hunter3").await.expect(204);
    assert!(again.body.is_empty());
    give(&server, "A", b"").await.expect(201);

    let shown = server
        .get(&format!("{SECRETS}/deploy_key"), &server.admin)
        .await
        .expect(200)
        .json();
    let wanted = json!({ "name": "DEPLOY_KEY", "created_at": "2026-01-02T03:04:05Z",
        "updated_at": "2026-01-02T03:05:05Z" });
    assert_eq!(shown, wanted);
    let listed = server.get(SECRETS, &server.admin).await.expect(200);
    assert_eq!(
        listed.json(),
        json!({ "total_count": 2, "secrets": [
            { "name": "A", "created_at": "2026-01-02T03:05:05Z", "updated_at": "2026-01-02T03:05:05Z" },
            wanted,
        ] })
    );
    let page = server
        .get(&format!("{SECRETS}?per_page=1&page=2"), &server.admin)
        .await
        .expect(200);
    assert_eq!(page.json()["secrets"][0]["name"], "DEPLOY_KEY");
    assert!(page.header("link").unwrap().contains("rel=\"prev\""));

    for status in [204, 404] {
        let path = format!("{SECRETS}/Deploy_key");
        let request = server.request("DELETE", &path, &server.admin);
        server.send(request).await.expect(status);
        server.get(&path, &server.admin).await.expect(404);
    }
}

#[tokio::test]
async fn a_box_that_cannot_be_opened_is_refused_without_a_word_of_it() {
    let server = server().await;
    let (key_id, key) = key(&server).await;
    let good = sealed(&key, b"hunter2");
    let stranger = crypto_box::SecretKey::from_bytes([7; 32]).public_key();
    for (encrypted_value, id, told) in [
        (good.clone(), "1", "key_id is not that of the public key"),
        (good.clone(), "", "key_id is not that of the public key"),
        (
            "hunter2!".to_owned(),
            &key_id,
            "encrypted_value is not Base64",
        ),
        (String::new(), &key_id, "encrypted_value cannot be opened"),
        (
            STANDARD.encode("hunter2"),
            &key_id,
            "encrypted_value cannot be opened",
        ),
        (
            sealed(&stranger, b"hunter2"),
            &key_id,
            "encrypted_value cannot be opened",
        ),
        (
            sealed(&key, &[0xff]),
            &key_id,
            "is of a secret that is not UTF-8",
        ),
    ] {
        let body = json!({ "encrypted_value": encrypted_value, "key_id": id });
        let (status, message) = put(&server, "A", body).await.refusal();
        assert!(
            status == 422 && message.contains(told),
            "{status} {message}"
        );
        assert!(!message.contains("hunter2"), "{message}");
    }
    for (body, told) in [
        (
            json!({ "key_id": key_id }),
            "\"encrypted_value\" wasn't supplied.",
        ),
        (
            json!({ "encrypted_value": good }),
            "\"key_id\" wasn't supplied.",
        ),
        (
            json!({ "encrypted_value": 1, "key_id": key_id }),
            "For 'encrypted_value', ",
        ),
    ] {
        let (status, message) = put(&server, "A", body).await.refusal();
        assert!(
            status == 422 && message.contains(told),
            "{status} {message}"
        );
    }
    server
        .get(&format!("{SECRETS}/A"), &server.admin)
        .await
        .expect(404);
}

#[tokio::test]
async fn names_and_sizes_of_secrets_have_limits() {
    let server = server().await;
    for (name, told) in [
        (
            "1a",
            "Secret names can only contain alphanumeric characters",
        ),
        (
            "a-b",
            "Secret names can only contain alphanumeric characters",
        ),
        (
            "a%20b",
            "Secret names can only contain alphanumeric characters",
        ),
        ("github_x", "Secret names must not start with GITHUB_."),
        (
            &"a".repeat(256),
            "Secret names must not have more than 255 characters.",
        ),
    ] {
        let (status, message) = give(&server, name, b"x").await.refusal();
        assert!(status == 422 && message.contains(told), "{name}: {message}");
        server
            .get(&format!("{SECRETS}/{name}"), &server.admin)
            .await
            .expect(404);
    }
    let largest = vec![b'x'; SECRET_BYTES_MAX];
    give(&server, "LARGE", &largest).await.expect(201);
    let larger = [&largest[..], b"x"].concat();
    let (status, message) = give(&server, "LARGER", &larger).await.refusal();
    assert!(
        status == 422 && message.contains("more than 49152 bytes"),
        "{message}"
    );

    let (key_id, key) = key(&server).await;
    let body = json!({ "encrypted_value": sealed(&key, b"x"), "key_id": key_id });
    for number in 1..SECRETS_MAX {
        put(&server, &format!("S{number}"), body.clone())
            .await
            .expect(201);
    }
    let full = put(&server, "ONE_MORE", body.clone()).await.refusal();
    assert_eq!(full, (422, "secrets: at most 100 are allowed".to_owned()));
    put(&server, "S1", body).await.expect(204);
}

#[tokio::test]
async fn secrets_are_for_those_who_write_and_their_key_for_those_who_read() {
    let server = server().await;
    let open = server.repository("admin", "open", false).await;
    let reader = server.user("rita", false, REPO).await;
    let writer = server.user("wim", false, REPO).await;
    let weak = server.token("wim", &[Scope::ReadOrg]).await;
    server.collaborator(&open, "rita", Role::Read).await;
    server.collaborator(&open, "wim", Role::Write).await;
    let secrets = SECRETS.replace("yard", "open");
    let key = format!("{secrets}/public-key");
    for (token, list, public) in [
        (writer.as_str(), 200, 200),
        (&reader, 403, 200),
        (&weak, 403, 200),
        ("", 403, 200),
    ] {
        server.get(&secrets, token).await.expect(list);
        server.get(&key, token).await.expect(public);
    }
    let hidden = server.get(SECRETS, &writer).await;
    assert_eq!(hidden.refusal(), (404, "Not Found".to_owned()));
}

#[tokio::test]
async fn all_servers_have_one_key_and_a_server_without_one_says_so() {
    let server = server().await;
    let (id, public) = key(&server).await;
    let other = server.replica().await.secrets_key().await.unwrap();
    assert_eq!(other.key_id, id);
    assert_eq!(other.key, STANDARD.encode(public.as_bytes()));
    assert!(id.bytes().all(|byte| byte.is_ascii_digit()), "{id}");

    let without = TestServer::start().await;
    without.repository("admin", "yard", true).await;
    let answer = without
        .get(&format!("{SECRETS}/public-key"), &without.admin)
        .await;
    let (status, message) = answer.refusal();
    assert!(
        status == 409 && message.contains("secrets.key"),
        "{message}"
    );
}
