//! Artifacts of runs and caches of repositories, of which nothing but tests makes any yet.

use crate::{
    answer::Answer,
    fake_runner::FakeRunner,
    server::{REPO, TestServer},
};
use runyard_domain::{
    ArtifactId, CacheId, RunId, Timestamp,
    artifact::Artifact,
    cache::Cache,
    repository::{Repository, Role},
};
use serde_json::{Value, json};
use std::time::Duration;

const ACTIONS: &str = "/api/v3/repos/admin/yard/actions";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A server with a run that ended.
async fn server() -> (TestServer, Repository, i64) {
    let server = TestServer::start().await;
    let repository = server.repository("admin", "yard", true).await;
    let run = server.dispatch("admin/yard").await;
    let runner = FakeRunner::register(&server, "one").await;
    runner.run_one("a", "failure").await;
    (server, repository, run)
}

async fn add(server: &TestServer, repository: &Repository, (id, run, name): (i64, i64, &str)) {
    let now = server.engine.store().now().await.unwrap();
    let artifact = Artifact {
        id: ArtifactId::new(id),
        repository: repository.id,
        run: RunId::new(run),
        attempt: 1,
        name: name.to_owned(),
        size: 7,
        digest: None,
        object_key: format!("artifacts/{id}"),
        created_at: now,
        updated_at: now,
        expires_at: now.plus(DAY),
    };
    server.put_object(&artifact.object_key, b"PK-zip!");
    server.engine.store().add_artifact(&artifact).await.unwrap();
}

async fn delete(server: &TestServer, below: &str) -> Answer {
    let path = format!("{ACTIONS}/{below}");
    let request = server.request("DELETE", &path, &server.admin);
    server.send(request).await
}

async fn get(server: &TestServer, below: &str) -> Answer {
    server
        .get(&format!("{ACTIONS}/{below}"), &server.admin)
        .await
}

fn ids(list: &Value, key: &str) -> Vec<i64> {
    let items = list[key].as_array().unwrap().iter();
    items.map(|item| item["id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn an_artifact_is_shown_with_its_run() {
    let (server, repository, run) = server().await;
    add(&server, &repository, (5, run, "dist")).await;
    let shown = get(&server, "artifacts/5").await.expect(200).json();
    let url = format!("{}{ACTIONS}/artifacts/5", server.base);
    let of_run = get(&server, &format!("runs/{run}")).await.json();
    assert_eq!(
        shown,
        json!({ "id": 5, "node_id": shown["node_id"], "name": "dist", "size_in_bytes": 7, "url": url,
            "archive_download_url": format!("{url}/zip"), "expired": false, "digest": null,
            "created_at": "2026-01-02T03:04:05Z", "updated_at": "2026-01-02T03:04:05Z",
            "expires_at": "2026-01-03T03:04:05Z",
            "workflow_run": { "id": run, "repository_id": repository.id.get(),
                "head_repository_id": repository.id.get(), "head_branch": "main", "head_sha": of_run["head_sha"] } })
    );
    for unknown in [
        "artifacts/6",
        "artifacts/x",
        "artifacts/6/zip",
        "artifacts/5/tar",
    ] {
        get(&server, unknown).await.expect(404);
    }
    server.repository("admin", "open", false).await;
    let elsewhere = "/api/v3/repos/admin/open/actions/artifacts/5";
    server.get(elsewhere, &server.admin).await.expect(404);
}

#[tokio::test]
async fn artifacts_are_listed_for_a_repository_and_for_a_run() {
    let (server, repository, run) = server().await;
    let other = server.dispatch("admin/yard").await;
    for of in [(5, run, "dist"), (6, other, "dist"), (7, run, "docs")] {
        add(&server, &repository, of).await;
    }
    for (below, wanted) in [
        ("artifacts".to_owned(), &[7, 6, 5][..]),
        ("artifacts?name=dist".to_owned(), &[6, 5]),
        ("artifacts?name=Dist".to_owned(), &[]),
        ("artifacts?per_page=2&page=2".to_owned(), &[5]),
        (format!("runs/{run}/artifacts"), &[7, 5]),
        (format!("runs/{run}/artifacts?direction=asc"), &[5, 7]),
        (
            format!("runs/{run}/artifacts?direction=desc&name=docs"),
            &[7],
        ),
    ] {
        let list = get(&server, &below).await.expect(200).json();
        assert_eq!(ids(&list, "artifacts"), wanted, "{below}");
    }
    let page = get(&server, "artifacts?per_page=2").await;
    let link = page.header("link").unwrap();
    let next = format!(
        "/repositories/{}/actions/artifacts?per_page=2&page=2>; rel=\"next\"",
        repository.id
    );
    assert!(link.contains(&next), "{link}");
    let wrong = get(&server, &format!("runs/{run}/artifacts?direction=up")).await;
    let told = "Invalid request.\n\nFor 'direction', \"up\" is not one of asc, desc.";
    assert_eq!(wrong.refusal(), (422, told.to_owned()));
    get(&server, "runs/999/artifacts").await.expect(404);
}

#[tokio::test]
async fn an_archive_is_downloaded_by_a_link_until_it_expires() {
    let (server, repository, run) = server().await;
    add(&server, &repository, (5, run, "d\u{ef}st \"a/b\"")).await;
    let zip = get(&server, "artifacts/5/zip").await.expect(302);
    let link = zip.header("location").unwrap().to_owned();
    assert!(
        link.starts_with(&format!("{}/api/downloads/", server.base)),
        "{link}"
    );
    let archive = server.get(&link, "").await.expect(200);
    assert_eq!(archive.body, b"PK-zip!");
    for (name, value) in [
        ("content-type", "application/zip"),
        ("content-length", "7"),
        ("cache-control", "private, no-store"),
        (
            "content-disposition",
            "attachment; filename=\"d_st _a_b_.zip\"; filename*=UTF-8''d%C3%AFst%20_a_b_.zip",
        ),
    ] {
        assert_eq!(archive.header(name), Some(value), "{name}");
    }
    let forged = link.replace("artifacts/5/", "artifacts/6/");
    server.get(&forged, "").await.expect(403);

    server.pass(DAY);
    server.get(&link, "").await.expect(403);
    let gone = get(&server, "artifacts/5/zip").await.refusal();
    assert_eq!(gone, (410, "Artifact has expired".to_owned()));
    let shown = get(&server, "artifacts/5").await.expect(200).json();
    assert_eq!(shown["expired"], true);
}

#[tokio::test]
async fn a_deleted_artifact_is_gone_and_its_object_follows() {
    let (server, repository, run) = server().await;
    for of in [(5, run, "dist"), (6, run, "docs")] {
        add(&server, &repository, of).await;
    }
    let zip = get(&server, "artifacts/5/zip").await.expect(302);
    let link = zip.header("location").unwrap().to_owned();
    delete(&server, "artifacts/5").await.expect(204);
    delete(&server, "artifacts/5").await.expect(404);
    get(&server, "artifacts/5").await.expect(404);
    server.get(&link, "").await.expect(404);
    assert!(server.has_object("artifacts/5"));
    server.engine.purge_after(Duration::ZERO).await.unwrap();
    assert!(!server.has_object("artifacts/5") && server.has_object("artifacts/6"));

    delete(&server, &format!("runs/{run}")).await.expect(204);
    let list = get(&server, "artifacts").await.expect(200).json();
    assert_eq!(list, json!({ "total_count": 0, "artifacts": [] }));
    get(&server, "artifacts/6").await.expect(404);
    server.engine.purge_after(Duration::ZERO).await.unwrap();
    assert!(!server.has_object("artifacts/6"));
}

#[tokio::test]
async fn an_archive_that_is_not_there_is_not_found() {
    let (server, repository, run) = server().await;
    add(&server, &repository, (5, run, "dist")).await;
    let zip = get(&server, "artifacts/5/zip").await.expect(302);
    let link = zip.header("location").unwrap().to_owned();
    server.remove_object("artifacts/5");
    server.get(&link, "").await.expect(404);
}

async fn add_cache(server: &TestServer, repository: &Repository, id: i64, of: (&str, &str, u64)) {
    let (git_ref, key, size) = of;
    let at =
        |second| Timestamp::from_unix_micros(1_767_323_045_000_000 + second * 1_000_000).unwrap();
    let cache = Cache {
        id: CacheId::new(id),
        repository: repository.id,
        git_ref: git_ref.to_owned(),
        key: key.to_owned(),
        version: "v".to_owned(),
        size,
        object_key: format!("caches/{id}"),
        created_at: at(id),
        last_accessed_at: at(-id),
    };
    server.put_object(&cache.object_key, b"cached");
    server.engine.store().add_cache(&cache).await.unwrap();
}

#[tokio::test]
async fn caches_are_listed_counted_and_deleted() {
    let (server, repository, _) = server().await;
    let (main, pull) = ("refs/heads/main", "refs/pull/1/merge");
    for (id, of) in [
        (1, (main, "npm-1", 30)),
        (2, (main, "npm-2", 10)),
        (3, (pull, "npm-1", 20)),
    ] {
        add_cache(&server, &repository, id, of).await;
    }
    let list = get(&server, "caches?per_page=1").await.expect(200);
    assert_eq!(
        list.json(),
        json!({ "total_count": 3, "actions_caches": [{ "id": 1, "ref": main, "key": "npm-1", "version": "v",
            "last_accessed_at": "2026-01-02T03:04:04Z", "created_at": "2026-01-02T03:04:06Z",
            "size_in_bytes": 30 }] })
    );
    assert!(
        list.header("link")
            .unwrap()
            .contains("/actions/caches?per_page=1&page=2>; rel=\"next\"")
    );
    for (query, wanted) in [
        ("", &[1, 2, 3][..]),
        ("direction=asc", &[3, 2, 1]),
        ("sort=created_at", &[3, 2, 1]),
        ("sort=size_in_bytes&direction=asc", &[2, 3, 1]),
        ("ref=refs/heads/main", &[1, 2]),
        ("key=npm-1", &[1, 3]),
        ("key=npm&ref=refs/pull/1/merge", &[3]),
        ("key=pip", &[]),
    ] {
        let list = get(&server, &format!("caches?{query}"))
            .await
            .expect(200)
            .json();
        assert_eq!(ids(&list, "actions_caches"), wanted, "{query}");
    }
    let wrong = get(&server, "caches?sort=age").await.refusal();
    let told = "Invalid request.\n\nFor 'sort', \"age\" is not one of created_at, last_accessed_at, size_in_bytes.";
    assert_eq!(wrong, (422, told.to_owned()));
    let usage = async || get(&server, "cache/usage").await.expect(200).json();
    assert_eq!(
        usage().await,
        json!({ "full_name": "admin/yard", "active_caches_size_in_bytes": 60, "active_caches_count": 3 })
    );

    let without = delete(&server, "caches").await.refusal();
    assert_eq!(
        without,
        (
            422,
            "Invalid request.\n\n\"key\" wasn't supplied.".to_owned()
        )
    );
    delete(&server, "caches?key=npm").await.expect(404);
    let deleted = delete(&server, "caches?key=npm-1&ref=refs/pull/1/merge").await;
    assert_eq!(ids(&deleted.expect(200).json(), "actions_caches"), [3]);
    delete(&server, "caches/2").await.expect(204);
    delete(&server, "caches/2").await.expect(404);
    assert_eq!(usage().await["active_caches_count"], 1);
    server.engine.purge_after(Duration::ZERO).await.unwrap();
    let kept = [1, 2, 3].map(|id| server.has_object(&format!("caches/{id}")));
    assert_eq!(kept, [true, false, false]);
}

#[tokio::test]
async fn whoever_reads_sees_them_and_whoever_writes_deletes_them() {
    let (server, repository, run) = server().await;
    add(&server, &repository, (5, run, "dist")).await;
    add_cache(&server, &repository, 1, ("refs/heads/main", "k", 1)).await;
    let reader = server.user("rita", false, REPO).await;
    let stranger = server.user("stan", false, REPO).await;
    server.collaborator(&repository, "rita", Role::Read).await;
    for (below, status) in [
        ("artifacts", 200),
        ("artifacts/5", 200),
        ("artifacts/5/zip", 302),
        ("caches", 200),
        ("cache/usage", 200),
    ] {
        let path = format!("{ACTIONS}/{below}");
        server.get(&path, &reader).await.expect(status);
        server.get(&path, &stranger).await.expect(404);
        server.get(&path, "").await.expect(404);
    }
    for below in ["artifacts/5", "caches/1", "caches?key=k"] {
        let path = format!("{ACTIONS}/{below}");
        let request = server.request("DELETE", &path, &reader);
        let refused = server.send(request).await.refusal();
        assert_eq!(
            refused,
            (403, "Must have admin rights to Repository.".to_owned())
        );
    }
}
