//! PostgreSQL itself is stopped, crashed and stalled under load, and loses the answer of a commit: 503 meanwhile,
//! nothing lost, nothing doubled, and work goes on by itself afterwards.

use std::time::Duration;

use runyard_tests::{
    Database, Postgres, Request, Runner, Server, Settings, Stop, Store, eventually, stores,
};
use serde_json::json;
use tokio::task::block_in_place;

use crate::load::{Load, workflow};
use crate::yard::{PATIENCE, Yard};

stores!(postgres => [
    a_fast_restart_costs_answers_of_503_and_nothing_else,
    a_crash_costs_answers_of_503_and_nothing_else,
    a_postgres_that_stalls_costs_answers_of_503_and_nothing_else,
    a_commit_whose_answer_is_lost_is_neither_lost_nor_doubled,
]);

/// How often it is away.
const ROUNDS: usize = 3;
/// A server that cannot reach its database says so within this time, and serves again this long after it is back.
const SAID_WITHIN: Duration = Duration::from_secs(15);

async fn a_fast_restart_costs_answers_of_503_and_nothing_else(store: Store) {
    comes_back(
        store,
        ROUNDS,
        |it| it.stop(Stop::Fast),
        Postgres::start_again,
    )
    .await;
}

async fn a_crash_costs_answers_of_503_and_nothing_else(store: Store) {
    comes_back(
        store,
        ROUNDS,
        |it| it.stop(Stop::Immediate),
        Postgres::start_again,
    )
    .await;
}

async fn a_postgres_that_stalls_costs_answers_of_503_and_nothing_else(store: Store) {
    comes_back(store, 1, Postgres::pause, Postgres::resume).await;
}

async fn comes_back(store: Store, rounds: usize, leave: fn(&Postgres), back: fn(&Postgres)) {
    let Some(postgres) = block_in_place(Postgres::start) else {
        return;
    };
    let server = Server::start_with(Settings::new(store).without_runner().on(&postgres)).await;
    let _runner = Runner::start(&server, "pier", "harbour").await;
    let file = server.folder().join("the-log-book");
    let (yard, repository) = Yard::new(&server, &workflow(&file)).await;
    let load = Load::start(&yard, &repository.head(), &file);
    load.goes_on().await;
    for _ in 0..rounds {
        block_in_place(|| leave(&postgres));
        answers(&yard, "/readyz", 503).await;
        answers(&yard, "/healthz", 200).await;
        block_in_place(|| back(&postgres));
        answers(&yard, "/readyz", 200).await;
        load.goes_on().await;
    }
    load.ends_well(&yard, &file).await;
}

async fn answers(yard: &Yard, path: &str, status: u16) {
    let answered = async || {
        let answer = yard.client.attempt(Request::new("GET", path)).await;
        answer.filter(|answer| answer.status == status)
    };
    let what = format!("{path} answers {status}");
    eventually(&what, SAID_WITHIN, answered).await;
}

const NOBODY_TAKES_IT: &str = "
on: [push, workflow_dispatch]
jobs:
  wait:
    runs-on: a-machine-nobody-has
    steps:
      - run: echo never said
";

const REPOSITORY: &str = "/api/v3/repos/octo/harbour/actions";

async fn a_commit_whose_answer_is_lost_is_neither_lost_nor_doubled(store: Store) {
    let Some(postgres) = block_in_place(Postgres::start) else {
        return;
    };
    let server = Server::start_with(Settings::new(store).without_runner().on(&postgres)).await;
    let (yard, repository) = Yard::new(&server, NOBODY_TAKES_IT).await;
    let first = yard.push(&repository.head(), "one").await;
    yard.cancel(first).await;
    wait_for_nobody(server.database()).await;

    // What makes a run finds the run by its key when it is tried again.
    let dispatch = Request::new("POST", &format!("{REPOSITORY}/workflows/ci.yml/dispatches"));
    let dispatch = dispatch.json(&json!({ "ref": "main" }));
    assert_eq!(without_its_commit(&server, dispatch).await, 204);
    assert_eq!(yard.runs().await.len(), 2);
    let again = Request::new("POST", &format!("/api/v1/runs/{first}/rerun"));
    assert_eq!(without_its_commit(&server, again).await, 201);
    assert_eq!(yard.runs().await.len(), 3);

    // What changes a run is not tried again: 503, and the same call again is refused by what it did before.
    let rerun = Request::new("POST", &format!("{REPOSITORY}/runs/{first}/rerun"));
    assert_eq!(without_its_commit(&server, rerun.clone()).await, 503);
    assert_eq!(without_waiting(&server, rerun).await, 403);
    let run = yard.run(first).await;
    assert_eq!(run["attempt"], 2, "{run}");
    let cancel = Request::new("POST", &format!("{REPOSITORY}/runs/{first}/cancel"));
    assert_eq!(without_its_commit(&server, cancel.clone()).await, 503);
    assert_eq!(yard.run(first).await["conclusion"], "cancelled");
    assert_eq!(without_waiting(&server, cancel).await, 409);
}

/// From now on a commit in this database happens, but its answer waits for a standby that does not exist.
async fn wait_for_nobody(database: &Database) {
    let elsewhere = "ALTER DATABASE postgres SET synchronous_commit = local";
    database.ask(elsewhere).await;
    database
        .ask("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        .await;
    database.ask("SELECT pg_reload_conf()").await;
    let waits = async || {
        let shown = database.ask("SHOW synchronous_standby_names").await;
        (shown == ["nobody"]).then_some(())
    };
    eventually("commits wait", PATIENCE, waits).await;
}

/// The status of a call whose transaction is committed, and whose connection ends before it hears of that.
async fn without_its_commit(server: &Server, call: Request) -> u16 {
    let ended = "SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity \
         WHERE wait_event = 'SyncRep' AND query = 'COMMIT' LIMIT 1";
    let others = "SELECT pg_cancel_backend(pid)::text FROM pg_stat_activity \
         WHERE wait_event = 'SyncRep' AND query <> 'COMMIT'";
    let losing = async {
        while server.database().ask(ended).await.is_empty() {
            server.database().ask(others).await;
        }
        let_pass(server.database()).await
    };
    let client = server.client();
    tokio::select! {
        answer = client.send(call) => answer.status,
        () = losing => unreachable!("it lets everything pass until the answer comes"),
    }
}

/// The status of a call whose commits are let pass.
async fn without_waiting(server: &Server, call: Request) -> u16 {
    let client = server.client();
    tokio::select! {
        answer = client.send(call) => answer.status,
        () = let_pass(server.database()) => unreachable!("it lets everything pass until the answer comes"),
    }
}

/// Ends the wait of every commit, which then is answered.
async fn let_pass(database: &Database) {
    let waiting = "SELECT pg_cancel_backend(pid)::text FROM pg_stat_activity \
         WHERE wait_event = 'SyncRep'";
    loop {
        database.ask(waiting).await;
    }
}
