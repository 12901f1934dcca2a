//! PostgreSQL goes away and comes back, or ends its connections: 503 meanwhile, and work goes on by itself afterwards.

use std::time::{Duration, Instant};

use runyard_tests::{Request, Runner, Server, Settings, Store, eventually, stores};

use crate::load::{Load, lines, workflow};
use crate::relay::{Relay, Wire};
use crate::yard::{PATIENCE, Yard};

stores!(postgres => [
    ended_connections_cost_answers_of_503_and_nothing_else,
    a_database_that_is_stopped_makes_the_server_unready_until_it_is_back,
    a_database_that_is_silent_makes_the_server_unready_until_it_speaks,
]);

/// How often all connections are ended.
const CUTS: usize = 20;
/// Between two of them.
const PAUSE: Duration = Duration::from_millis(200);
/// A server that cannot reach its database says so within this time.
const SAID_WITHIN: Duration = Duration::from_secs(15);
/// And serves again this long after the database is back.
const BACK_WITHIN: Duration = Duration::from_secs(15);

async fn ended_connections_cost_answers_of_503_and_nothing_else(store: Store) {
    let server = Server::start_with(Settings::new(store).without_runner()).await;
    let _runner = Runner::start(&server, "pier", "harbour").await;
    let file = server.folder().join("the-log-book");
    let (yard, repository) = Yard::new(&server, &workflow(&file)).await;
    let load = Load::start(&yard, &repository.head(), &file);

    let mut cut = 0;
    for _ in 0..CUTS {
        tokio::time::sleep(PAUSE).await;
        cut += server.database().cut_connections().await;
    }
    let before = load.promised();
    eventually("runs are promised again", PATIENCE, async || {
        (load.promised() > before).then_some(())
    })
    .await;
    let promises = load.stop().await;

    println!(
        "{cut} connections ended; {} pushes, {} answers of 503",
        promises.pushes, promises.turned_away
    );
    assert_eq!(promises.others, [], "answers beside success and 503");
    let over = async || {
        let runs = yard.client.attempt(Request::new("GET", "/readyz")).await;
        runs.filter(|answer| answer.status == 200)?;
        let runs = yard.runs().await;
        let ended = runs.values().all(|(status, _)| status == "completed");
        ended.then_some(runs)
    };
    let runs = eventually("every run has ended", PATIENCE, over).await;
    assert!(runs.values().all(|(_, end)| end == "success"), "{runs:?}");
    assert_eq!(runs.len(), promises.pushes);
    assert_eq!(lines(&file).len(), runs.len() * crate::load::JOBS);
}

async fn a_database_that_is_stopped_makes_the_server_unready_until_it_is_back(store: Store) {
    goes_away_and_comes_back(store, Wire::Cut).await;
}

async fn a_database_that_is_silent_makes_the_server_unready_until_it_speaks(store: Store) {
    goes_away_and_comes_back(store, Wire::Silent).await;
}

async fn goes_away_and_comes_back(store: Store, away: Wire) {
    let relay = Relay::start().await;
    let settings = Settings::new(store).without_runner();
    let server = Server::start_with(settings.database_at(relay.address())).await;
    let _runner = Runner::start(&server, "pier", "harbour").await;
    let file = server.folder().join("the-log-book");
    let (yard, repository) = Yard::new(&server, &workflow(&file)).await;
    let before = yard.push(&repository.head(), "before").await;
    let _ = yard.completed(before).await;

    relay.set(away);
    let started = Instant::now();
    for path in ["/readyz", &format!("/api/v1/runs/{before}")] {
        let answer = yard.client.attempt(Request::new("GET", path)).await;
        let answer = answer.expect("the server still answers");
        assert_eq!(answer.status, 503, "{path}: {}", answer.text());
        assert_eq!(answer.header("retry-after"), Some("1"), "{path}");
    }
    println!("{away:?}: two answers within {:?}", started.elapsed());
    assert!(started.elapsed() < SAID_WITHIN, "{:?}", started.elapsed());
    let alive = yard.client.send(Request::new("GET", "/healthz")).await;
    assert_eq!(alive.status, 200);

    relay.set(Wire::Open);
    let back = Instant::now();
    let ready = async || {
        yard.client
            .anonymous()
            .answers("/readyz")
            .await
            .then_some(())
    };
    eventually("the server is ready again", BACK_WITHIN, ready).await;
    println!("{away:?}: ready after {:?}", back.elapsed());
    let after = yard.push(&repository.head(), "after").await;
    assert_eq!(yard.completed(after).await["conclusion"], "success");
}
