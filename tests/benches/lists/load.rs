//! Many requests at once. An answer that is no success ends the bench.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use reqwest::Client;

use super::CLIENTS;
use super::kinds::Kind;
use super::site::Site;

/// One request, until its body is there.
async fn ask(client: &Client, site: &Site, url: &str) {
    let answer = client.get(url).bearer_auth(site.token()).send().await;
    let answer = answer.unwrap_or_else(|error| panic!("{url}: {error:?}"));
    let status = answer.status();
    let body = answer.bytes().await.expect("a whole answer");
    assert!(
        status.is_success(),
        "{url}: {status} {}",
        String::from_utf8_lossy(&body)
    );
}

/// One connection each.
fn client() -> Client {
    let builder = Client::builder().no_proxy();
    builder
        .build()
        .expect("a client without certificates of its own")
}

/// How long so many requests took, of all clients together.
pub(crate) async fn times(site: &Site, kind: Kind, count: usize) -> Vec<Duration> {
    let of_one = |first: usize| async move {
        let client = client();
        let mut times = Vec::new();
        for number in 0..count / CLIENTS {
            let url = kind.url(site, first + number * CLIENTS);
            let begun = Instant::now();
            ask(&client, site, &url).await;
            times.push(begun.elapsed());
        }
        // The first one makes the connection.
        times.split_off(1)
    };
    join_all((0..CLIENTS).map(of_one)).await.concat()
}

/// Requests per second.
pub(crate) async fn rate(site: &Site, kind: Kind, time: Duration) -> f64 {
    let begun = Instant::now();
    let of_one = |first: usize| async move {
        let client = client();
        let mut number = first;
        while begun.elapsed() < time {
            ask(&client, site, &kind.url(site, number)).await;
            number += CLIENTS;
        }
        (number - first) / CLIENTS
    };
    let counts = join_all((0..CLIENTS).map(of_one)).await;
    per_second(counts.iter().sum(), begun.elapsed())
}

pub(crate) fn per_second(count: usize, time: Duration) -> f64 {
    let count = u32::try_from(count).expect("few");
    f64::from(count) / time.as_secs_f64()
}
