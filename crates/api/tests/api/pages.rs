//! Pages of lists (contract 4).

use crate::server::TestServer;
use serde_json::Value;

struct Runs {
    server: TestServer,
    ids: Vec<i64>,
}

async fn five_runs() -> Runs {
    let server = TestServer::start().await;
    server.repository("admin", "open", false).await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(server.dispatch("admin/open").await);
    }
    ids.reverse();
    Runs { server, ids }
}

fn ids_of(body: &Value) -> Vec<i64> {
    let runs = body["workflow_runs"].as_array().unwrap();
    runs.iter().map(|run| run["id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn pages_and_their_links_are_githubs() {
    let Runs { server, ids } = five_runs().await;
    let all = 0..5;
    for (query, shown, links) in [
        ("", all.clone(), ""),
        ("?per_page=0", all.clone(), ""),
        ("?per_page=-1", all.clone(), ""),
        ("?per_page=1.5", all.clone(), ""),
        ("?per_page=abc&page=x", all.clone(), ""),
        ("?per_page=99999999999999999999", all.clone(), ""),
        ("?per_page=5", all.clone(), ""),
        (
            "?per_page=2",
            0..2,
            "next=?per_page=2&page=2 last=?per_page=2&page=3",
        ),
        (
            "?per_page=2&page=2",
            2..4,
            "prev=?per_page=2&page=1 next=?per_page=2&page=3 last=?per_page=2&page=3 first=?per_page=2&page=1",
        ),
        (
            "?page=3&x=%20y&per_page=2",
            4..5,
            "prev=?page=2&x=%20y&per_page=2 first=?page=1&x=%20y&per_page=2",
        ),
        (
            "?per_page=2&page=9",
            0..0,
            "prev=?per_page=2&page=3 last=?per_page=2&page=3 first=?per_page=2&page=1",
        ),
    ] {
        let path = format!("/api/v3/repos/admin/open/actions/runs{query}");
        let answer = server.get(&path, "").await.expect(200);
        assert_eq!(answer.json()["total_count"], 5, "{query}");
        assert_eq!(ids_of(&answer.json()), &ids[shown], "{query}");
        let prefix = format!("{}/api/v3/repositories/1/actions/runs", server.base);
        assert_eq!(
            short(answer.header("link").unwrap_or_default(), &prefix),
            links,
            "{query}"
        );
    }
}

/// `next=?page=2 ...` of a `Link` header.
fn short(header: &str, prefix: &str) -> String {
    let links = header.split(", ").filter(|link| !link.is_empty());
    let links = links.map(|link| {
        let (url, relation) = link.split_once(">; rel=\"").unwrap();
        let url = url.trim_start_matches('<');
        let query = url.strip_prefix(prefix).unwrap_or_else(|| panic!("{url}"));
        format!("{}={query}", relation.trim_end_matches('"'))
    });
    links.collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn a_link_leads_to_the_next_page() {
    let Runs { server, ids } = five_runs().await;
    let mut next = Some("/api/v3/repos/admin/open/actions/runs?per_page=2".to_owned());
    let mut seen = Vec::new();
    while let Some(path) = next {
        let answer = server.get(&path, "").await.expect(200);
        seen.extend(ids_of(&answer.json()));
        let link = answer.header("link").unwrap_or_default();
        let found = link.split(", ").find(|link| link.ends_with("rel=\"next\""));
        next = found.map(|link| link[1..link.find('>').unwrap()].to_owned());
    }
    assert_eq!(seen, ids);
}

#[tokio::test]
async fn r1_4_filters_are_combined_and_an_unknown_word_matches_nothing() {
    let Runs { server, ids } = five_runs().await;
    let cancel = format!("/api/v3/repos/admin/open/actions/runs/{}/cancel", ids[0]);
    server
        .send(server.request("POST", &cancel, &server.admin))
        .await
        .expect(202);
    for (query, total) in [
        ("?status=completed", 1),
        ("?status=cancelled", 1),
        ("?status=queued", 4),
        ("?status=success", 0),
        ("?status=startup_failure", 0),
        ("?status=neutral", 0),
        ("?status=nonsense", 0),
        ("?status=nonsense&status=queued", 4),
        ("?actor=ADMIN&event=workflow_dispatch&branch=main", 5),
        ("?actor=nobody", 0),
        ("?event=push", 0),
        ("?branch=other", 0),
        ("?status=&unknown=1&exclude_pull_requests=true", 5),
    ] {
        let path = format!("/api/v3/repos/admin/open/actions/runs{query}");
        assert_eq!(
            server.get(&path, "").await.expect(200).json()["total_count"],
            total,
            "{query}"
        );
        let path = format!("/api/v3/repos/admin/open/actions/workflows/ci.yml/runs{query}");
        assert_eq!(
            server.get(&path, "").await.expect(200).json()["total_count"],
            total,
            "{query}"
        );
    }
}
