//! Many requests at once.

use std::time::{Duration, Instant};

use futures_util::future::join_all;

use super::CLIENTS;
use super::connection::Connection;
use super::kinds::Kind;
use super::site::Site;

/// How long so many requests took, of all clients together.
pub(crate) async fn times(site: &Site, kind: Kind, count: usize) -> Vec<Duration> {
    let of_one = |first: usize| async move {
        let mut connection = Connection::to(site).await;
        let mut times = Vec::new();
        for number in 0..count / CLIENTS {
            let path = kind.path(site, first + number * CLIENTS);
            let begun = Instant::now();
            connection.ask(&path).await;
            times.push(begun.elapsed());
        }
        times
    };
    join_all((0..CLIENTS).map(of_one)).await.concat()
}

/// Requests per second.
pub(crate) async fn rate(site: &Site, kind: Kind, time: Duration) -> f64 {
    let begun = Instant::now();
    let of_one = |first: usize| async move {
        let mut connection = Connection::to(site).await;
        let mut number = first;
        while begun.elapsed() < time {
            connection.ask(&kind.path(site, number)).await;
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
