//! PostgreSQL goes away and comes back, or ends its connections: 503 meanwhile, and work goes on by itself afterwards.

use std::time::{Duration, Instant};

use runyard_tests::{Request, Runner, Server, Settings, Store, eventually, stores};

use crate::load::{Load, workflow};
use crate::relay::{Relay, Wire};
use crate::yard::{PATIENCE, Yard};

stores!(postgres => [
    ended_connections_cost_answers_of_503_and_nothing_else,
    a_database_that_is_stopped_makes_the_server_unready_until_it_is_back,
    a_database_that_is_silent_makes_the_server_unready_until_it_speaks,
    a_job_outlives_an_outage_that_is_longer_than_its_lease,
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
    println!("{cut} connections ended");
    load.goes_on().await;
    load.ends_well(&yard, &file).await;
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

/// A lease that is longer than the longest pause of a runner whose server is away, 15 s.
const LEASE: Duration = Duration::from_secs(17);

async fn a_job_outlives_an_outage_that_is_longer_than_its_lease(store: Store) {
    let relay = Relay::start().await;
    let settings = Settings::new(store).without_runner();
    let settings = settings.variable("RUNYARD__JOBS__LEASE_SECONDS", &LEASE.as_secs().to_string());
    let server = Server::start_with(settings.database_at(relay.address())).await;
    let _runner = Runner::start(&server, "pier", "harbour").await;
    let (begun, go) = (server.folder().join("begun"), server.folder().join("go"));
    let (shown_begun, shown_go) = (begun.display(), go.display());
    let script = format!("touch {shown_begun}; until [ -e {shown_go} ]; do sleep 0.05; done");
    let job = format!("{{ runs-on: harbour, steps: [{{ run: \"{script}\" }}] }}");
    let workflow = format!("{{ on: push, jobs: {{ wait: {job} }} }}");
    let (yard, repository) = Yard::new(&server, &workflow).await;
    let run = yard.push(&repository.head(), "one").await;
    eventually("the job runs", PATIENCE, async || {
        begun.exists().then_some(())
    })
    .await;

    relay.set(Wire::Cut);
    // The outage itself, not a wait for something.
    tokio::time::sleep(LEASE + Duration::from_secs(2)).await;
    relay.set(Wire::Open);
    let ready = async || yard.client.answers("/readyz").await.then_some(());
    eventually("the server is ready again", BACK_WITHIN, ready).await;
    std::fs::write(&go, "").expect("the folder is there");

    let run = yard.completed(run).await;
    assert_eq!(run["conclusion"], "success", "{run}");
}
