//! Variables of repositories, and the `vars` that jobs get.

use crate::{answer::Answer, fake_runner::FakeRunner, server::TestServer};
use runyard_domain::configuration::{VARIABLE_BYTES_MAX, VARIABLES_MAX};
use serde_json::{Value, json};
use std::time::Duration;

const VARIABLES: &str = "/api/v3/repos/admin/yard/actions/variables";

async fn server() -> TestServer {
    let server = TestServer::start().await;
    server.repository("admin", "yard", true).await;
    server
}

async fn create(server: &TestServer, name: &str, value: &str) -> Answer {
    let body = json!({ "name": name, "value": value });
    server.call("POST", VARIABLES, &server.admin, body).await
}

async fn change(server: &TestServer, name: &str, body: Value) -> Answer {
    let path = format!("{VARIABLES}/{name}");
    server.call("PATCH", &path, &server.admin, body).await
}

async fn shown(server: &TestServer, name: &str) -> Answer {
    let path = format!("{VARIABLES}/{name}");
    server.get(&path, &server.admin).await
}

#[tokio::test]
async fn a_variable_is_created_changed_renamed_and_deleted() {
    let server = server().await;
    let made = create(&server, "Place", "harb\u{f6}r").await.expect(201);
    assert_eq!(made.text(), "{}");
    let taken = create(&server, "PLACE", "x").await.refusal();
    let exists = (409, "Already exists - Variable already exists".to_owned());
    assert_eq!(taken, exists);
    server.pass(Duration::from_secs(60));
    change(&server, "place", json!({ "value": "pier" }))
        .await
        .expect(204);
    assert_eq!(
        shown(&server, "pLaCe").await.expect(200).json(),
        json!({ "name": "PLACE", "value": "pier", "created_at": "2026-01-02T03:04:05Z",
            "updated_at": "2026-01-02T03:05:05Z" })
    );
    create(&server, "OTHER", "").await.expect(201);
    let taken = change(&server, "PLACE", json!({ "name": "other" })).await;
    assert_eq!(taken.refusal(), exists);
    change(&server, "PLACE", json!({ "name": "spot" }))
        .await
        .expect(204);
    assert_eq!(
        shown(&server, "SPOT").await.expect(200).json()["value"],
        "pier"
    );
    shown(&server, "PLACE").await.expect(404);
    change(&server, "PLACE", json!({ "value": "x" }))
        .await
        .expect(404);
    change(&server, "SPOT", json!({})).await.expect(204);
    for status in [204, 404] {
        let path = format!("{VARIABLES}/spot");
        let request = server.request("DELETE", &path, &server.admin);
        server.send(request).await.expect(status);
    }
}

#[tokio::test]
async fn variables_come_in_pages_of_ten_and_at_most_thirty() {
    let server = server().await;
    for number in 0..31 {
        create(&server, &format!("V{number:02}"), "x")
            .await
            .expect(201);
    }
    for (query, length, first) in [
        ("", 10, "V00"),
        ("?per_page=100", 30, "V00"),
        ("?per_page=100&page=2", 1, "V30"),
        ("?per_page=0", 10, "V00"),
        ("?page=4", 1, "V30"),
    ] {
        let answer = server
            .get(&format!("{VARIABLES}{query}"), &server.admin)
            .await;
        let list = answer.expect(200).json();
        let items = list["variables"].as_array().unwrap();
        assert_eq!(list["total_count"], 31);
        assert_eq!(
            (items.len(), &items[0]["name"]),
            (length, &json!(first)),
            "{query}"
        );
    }
    let answer = server
        .get(&format!("{VARIABLES}?page=2"), &server.admin)
        .await;
    let link = answer.header("link").unwrap();
    assert!(
        link.contains("/actions/variables?page=4>; rel=\"last\""),
        "{link}"
    );
}

#[tokio::test]
async fn names_values_and_numbers_of_variables_have_limits() {
    let server = server().await;
    for (name, told) in [
        (
            "1a",
            "Variable names can only contain alphanumeric characters",
        ),
        (
            "",
            "Variable names can only contain alphanumeric characters",
        ),
        ("GitHub_x", "Variable names must not start with GITHUB_."),
    ] {
        let (status, message) = create(&server, name, "x").await.refusal();
        assert!(status == 422 && message.contains(told), "{name}: {message}");
    }
    for (body, told) in [
        (json!({ "value": "x" }), "\"name\" wasn't supplied."),
        (json!({ "name": "A" }), "\"value\" wasn't supplied."),
        (json!({ "name": "A", "value": 1 }), "For 'value', "),
    ] {
        let answer = server.call("POST", VARIABLES, &server.admin, body).await;
        let (status, message) = answer.refusal();
        assert!(status == 422 && message.contains(told), "{message}");
    }
    let largest = "x".repeat(VARIABLE_BYTES_MAX);
    create(&server, "A", &largest).await.expect(201);
    let larger = largest + "x";
    let refused = (422, "value has more than 49152 bytes".to_owned());
    assert_eq!(create(&server, "B", &larger).await.refusal(), refused);
    let answer = change(&server, "A", json!({ "value": larger })).await;
    assert_eq!(answer.refusal(), refused);
    for number in 1..VARIABLES_MAX {
        create(&server, &format!("V{number}"), "x")
            .await
            .expect(201);
    }
    let full = create(&server, "ONE_MORE", "x").await.refusal();
    assert_eq!(full, (422, "variables: at most 500 are allowed".to_owned()));
}

#[tokio::test]
async fn a_job_gets_the_variables_that_are_set_when_it_is_claimed() {
    let server = server().await;
    let runner = FakeRunner::register(&server, "one").await;
    create(&server, "A", "before").await.expect(201);
    create(&server, "GONE", "x").await.expect(201);
    server.dispatch("admin/yard").await;
    change(&server, "A", json!({ "value": "after" }))
        .await
        .expect(204);
    let path = format!("{VARIABLES}/GONE");
    let request = server.request("DELETE", &path, &server.admin);
    server.send(request).await.expect(204);
    let offered = runner.run_one("a", "success").await;
    assert_eq!(offered.job["contexts"]["vars"], json!({ "A": "after" }));
    create(&server, "B", "new").await.expect(201);
    let next = runner.claim_one("b").await;
    assert_eq!(
        next.job["contexts"]["vars"],
        json!({ "A": "after", "B": "new" })
    );
}
