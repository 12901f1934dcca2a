//! Headers of every answer, tags, and links that lead back (contract 1 and 5).

use crate::server::TestServer;
use runyard_api::{ApiState, TrustedProxies};
use runyard_engine::Settings;

#[tokio::test]
async fn every_answer_of_githubs_api_has_its_headers() {
    let server = TestServer::start().await;
    for (path, token, status, version) in [
        ("/api/v3", "", 200, true),
        ("/api/v3/", server.admin.as_str(), 200, true),
        ("/api/v3/user", "", 401, false),
        ("/api/v3/user", "wrong", 401, false),
        ("/api/v3/nothing", "", 404, false),
        ("/api/v3/repos/o/r", "", 404, true),
    ] {
        let answer = server.get(path, token).await.expect(status);
        assert!(answer.header("x-github-request-id").unwrap().len() >= 32);
        assert_eq!(answer.header("x-github-enterprise-version"), Some("3.19.0"));
        assert_eq!(
            answer.header("x-github-media-type"),
            Some("github.v3; format=json")
        );
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        let selected = answer.header("x-github-api-version-selected");
        assert_eq!(selected.is_some(), version, "{path}");
        let cached = if token.is_empty() {
            "public"
        } else {
            "private"
        };
        assert!(
            answer.header("cache-control").unwrap().starts_with(cached),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_token_hears_its_scopes() {
    let server = TestServer::start().await;
    server.repository("admin", "open", false).await;
    let answer = server.get("/api/v3/repos/admin/open", &server.admin).await;
    let scopes = answer.header("x-oauth-scopes").unwrap();
    assert!(
        scopes.starts_with("repo, public_repo") && scopes.contains("read:org"),
        "{scopes}"
    );
    assert_eq!(answer.header("x-accepted-oauth-scopes"), Some("repo"));
    let answer = server
        .get("/api/v3/repos/admin/open/actions/runs", &server.admin)
        .await;
    assert_eq!(answer.header("x-accepted-oauth-scopes"), Some(""));
    assert_eq!(
        server.get("/api/v3", "").await.header("x-oauth-scopes"),
        None
    );
}

#[tokio::test]
async fn a_body_that_is_known_is_not_sent_again() {
    let server = TestServer::start().await;
    let first = server.get("/api/v3/user", &server.admin).await.expect(200);
    let tag = first.header("etag").unwrap().to_owned();
    assert_eq!(tag.len(), 66);
    for (named, status) in [
        (tag.clone(), 304),
        (format!("W/{tag}"), 304),
        (format!("\"other\", {tag}"), 304),
        ("\"other\"".to_owned(), 200),
    ] {
        let request = server.request("GET", "/api/v3/user", &server.admin);
        let answer = server.send(request.header("If-None-Match", &named)).await;
        assert_eq!(answer.expect(status).header("etag"), Some(tag.as_str()));
    }
    let request = server.request("GET", "/api/v3/user", &server.admin);
    let packed = server
        .send(request.header("Accept-Encoding", "gzip"))
        .await
        .expect(200);
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    assert_eq!(packed.header("etag"), Some(format!("W/{tag}").as_str()));
    assert_eq!(packed.headers.get_all("vary").iter().count(), 1);
}

#[tokio::test]
async fn head_is_get_without_the_body_and_options_is_for_browsers() {
    let server = TestServer::start().await;
    let get = server.get("/api/v3/users/admin", "").await.expect(200);
    let head = server
        .send(server.request("HEAD", "/api/v3/users/admin", ""))
        .await
        .expect(200);
    assert!(head.body.is_empty());
    assert_eq!(
        head.header("content-length"),
        Some(get.body.len().to_string().as_str())
    );
    assert_eq!(head.header("etag"), get.header("etag"));
    let options = server
        .send(server.request("OPTIONS", "/api/v3/anything", ""))
        .await
        .expect(204);
    assert!(
        options
            .header("access-control-allow-headers")
            .unwrap()
            .contains("Authorization")
    );
}

#[tokio::test]
async fn links_begin_with_what_the_client_used() {
    let server = TestServer::start().await;
    let url = async |server: &TestServer, headers: &[(&str, &str)]| {
        let mut request = server.request("GET", "/api/v3/users/admin", "");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        server.send(request).await.json()["url"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(
        url(&server, &[]).await,
        format!("{}/api/v3/users/admin", server.base)
    );
    let named = url(&server, &[("Host", "ci.example.com:8443")]).await;
    assert_eq!(named, "http://ci.example.com:8443/api/v3/users/admin");
    let forwarded = [
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Host", "front.example.com"),
    ];
    assert!(url(&server, &forwarded).await.starts_with(&server.base));

    let trusting = |state: &mut ApiState| {
        state.trusted_proxies = TrustedProxies::parse(&["127.0.0.1"]).unwrap();
    };
    let behind = TestServer::start_with(trusting, Settings::default()).await;
    let expected = "https://front.example.com/api/v3/users/admin";
    assert_eq!(url(&behind, &forwarded).await, expected);

    let public =
        |state: &mut ApiState| state.public_url = Some("https://ci.example.com/".parse().unwrap());
    let public = TestServer::start_with(public, Settings::default()).await;
    assert_eq!(
        url(&public, &[]).await,
        "https://ci.example.com/api/v3/users/admin"
    );
}
