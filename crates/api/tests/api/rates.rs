//! How often a caller may ask in an hour, where the operator says so.

use crate::{
    answer::Answer,
    server::{REPO, TestServer},
};
use runyard_engine::Settings;
use serde_json::json;

async fn limited(requests: u64) -> TestServer {
    let change = |state: &mut runyard_api::ApiState| state.limits.requests_per_hour = requests;
    TestServer::start_with(change, Settings::default()).await
}

fn numbers(answer: &Answer) -> [u64; 3] {
    ["limit", "remaining", "used"].map(|name| {
        let name = format!("x-ratelimit-{name}");
        answer.header(&name).unwrap().parse().unwrap()
    })
}

#[tokio::test]
async fn a_token_that_asked_too_often_is_refused_and_others_are_not() {
    let server = limited(3).await;
    let other = server.user("other", false, REPO).await;
    for used in 1..=3 {
        let answer = server.get("/api/v3/user", &server.admin).await.expect(200);
        assert_eq!(numbers(&answer), [3, 3 - used, used]);
        assert_eq!(answer.header("x-ratelimit-resource"), Some("core"));
        let reset: u64 = answer.header("x-ratelimit-reset").unwrap().parse().unwrap();
        assert!(reset > 1_700_000_000, "{reset}");
    }
    let spent = server.get("/api/v3/user", &server.admin).await;
    assert_eq!(numbers(&spent), [3, 0, 3]);
    let wait: u64 = spent.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=3600).contains(&wait), "{wait}");
    let (status, said) = spent.refusal();
    assert_eq!(status, 403);
    assert!(
        said.starts_with("API rate limit exceeded for user ID "),
        "{said}"
    );
    server.get("/api/v3/user", &other).await.expect(200);
    let nobody = server.get("/api/v3/meta", "").await.expect(200);
    assert_eq!(numbers(&nobody), [3, 2, 1]);
}

#[tokio::test]
async fn where_one_stands_is_told_without_being_counted() {
    let server = limited(5).await;
    server.get("/api/v3/user", &server.admin).await.expect(200);
    let query = json!({ "query": "{ viewer { login } }" });
    let asked = server
        .call("POST", "/api/graphql", &server.admin, query)
        .await;
    assert_eq!(
        asked.expect(200).header("x-ratelimit-resource"),
        Some("graphql")
    );
    for _ in 0..2 {
        let answer = server
            .get("/api/v3/rate_limit", &server.admin)
            .await
            .expect(200);
        assert_eq!(numbers(&answer), [5, 4, 1]);
        let body = answer.json();
        assert_eq!(body["rate"], body["resources"]["core"]);
        assert_eq!(
            (&body["rate"]["used"], &body["rate"]["remaining"]),
            (&json!(1), &json!(4))
        );
        assert_eq!(body["resources"]["graphql"]["used"], 1);
        assert_eq!(body["resources"]["search"]["used"], 0);
    }
}

#[tokio::test]
async fn tokens_that_open_nothing_are_counted_by_address() {
    let server = limited(2).await;
    server.get("/api/v3/user", "wrong-one").await.expect(401);
    server.get("/api/v3/user", "wrong-two").await.expect(401);
    let (status, said) = server.get("/api/v3/user", "wrong-three").await.refusal();
    assert_eq!(
        (status, said.as_str()),
        (403, "API rate limit exceeded for 127.0.0.1.")
    );
    server.get("/api/v3/user", &server.admin).await.expect(200);
}

#[tokio::test]
async fn without_a_limit_nothing_is_told_of_one() {
    let server = TestServer::start().await;
    let answer = server.get("/api/v3/user", &server.admin).await.expect(200);
    assert_eq!(answer.header("x-ratelimit-limit"), None);
    let off = server.get("/api/v3/rate_limit", &server.admin).await;
    assert_eq!(
        off.refusal(),
        (404, "Rate limiting is not enabled.".to_owned())
    );
}
