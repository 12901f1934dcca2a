//! How long a queued job waits for an idle runner, and a runner to hear of a cancel, beside the cost of one durable
//! commit of the same database in the same minute.
//!
//! The runner here is a loop over the native protocol that only claims, starts and finishes. Each time begins before
//! the call of a person is sent, and ends with the answer to the runner's long poll in hand: it holds HTTP, all
//! transactions, the wake-up and HTTP again, so it is an upper bound.

mod commits;
mod times;
mod world;

use runyard_tests::{Postgres, Server, Settings, Store};
use std::time::Duration;

use times::{Row, header, line};
use world::World;

/// Jobs before measuring, so that caches and connections are there.
const WARM_UP: usize = 20;
/// Jobs whose hand-over is timed.
const CLAIMS: usize = 300;
/// Cancels that are timed.
const CANCELS: usize = 1_000;
/// Commits that are timed.
const COMMITS: usize = 300;
/// An idle runner of the same server gets a job within this time, at the median.
const CLAIM_GOAL: Duration = Duration::from_millis(10);
/// So does one that waits at another server.
const CLAIM_ACROSS_GOAL: Duration = Duration::from_millis(20);
/// All but one of a hundred cancels reach the runner within this time.
const CANCEL_GOAL: Duration = Duration::from_millis(100);
/// No command on a matrix of [`world::LEGS`] legs takes longer.
const MATRIX_GOAL: Duration = Duration::from_millis(50);

#[tokio::main]
async fn main() {
    println!(
        "queued to claimed ({CLAIMS} jobs), cancelled to told ({CANCELS}), one durable commit ({COMMITS});"
    );
    println!("one idle runner, fsync on, synchronous=FULL, times in ms");
    header();
    sqlite().await;
    let Some(postgres) = Postgres::start() else {
        return;
    };
    one_server(&postgres).await;
    two_servers(&postgres).await;
}

/// Without a runner of its own, and without the limit on the pace of runs, which the measuring would meet.
fn measured(settings: Settings) -> Settings {
    let settings = settings.without_runner();
    settings.variable("RUNYARD__LIMITS__RUNS_IN_TEN_SECONDS", "100000")
}

async fn sqlite() {
    let server = Server::start_with(measured(Settings::new(Store::Sqlite))).await;
    line("sqlite", Row::commit(commits::sqlite(COMMITS)));
    measure("sqlite", (&server, &server), CLAIM_GOAL).await;
    line("sqlite", Row::commit(commits::sqlite(COMMITS)));
}

async fn one_server(postgres: &Postgres) {
    let settings = Settings::new(Store::Postgres).on(postgres);
    let server = Server::start_with(measured(settings)).await;
    measure("postgres", (&server, &server), CLAIM_GOAL).await;
}

async fn two_servers(postgres: &Postgres) {
    let settings = Settings::new(Store::Replicas).on(postgres);
    let people = Server::start_with(measured(settings)).await;
    let database = people.database();
    line(
        "postgres",
        Row::commit(commits::postgres(database, COMMITS).await),
    );
    measure(
        "replicas",
        (&people, people.for_runners()),
        CLAIM_ACROSS_GOAL,
    )
    .await;
    line(
        "postgres",
        Row::commit(commits::postgres(database, COMMITS).await),
    );
}

/// People call the first server, the runner the second.
async fn measure(name: &str, (people, runners): (&Server, &Server), goal: Duration) {
    let world = World::new(people, runners).await;
    for number in 0..WARM_UP {
        world.claimed(&format!("warm-{number}")).await;
    }
    let mut claims = Vec::with_capacity(CLAIMS);
    for number in 0..CLAIMS {
        claims.push(world.claimed(&format!("claim-{number}")).await);
    }
    line(name, Row::at_median("queued to claimed", claims, goal));
    let mut cancels = Vec::with_capacity(CANCELS);
    for number in 0..CANCELS {
        cancels.push(world.told(&format!("cancel-{number}")).await);
    }
    line(name, Row::at_99("cancelled to told", cancels, CANCEL_GOAL));
    let times = world.matrix_run().await;
    let of_it = |what: &str| -> Vec<Duration> {
        let of_it = times.iter().filter(|(it, _)| *it == what);
        of_it.map(|(_, time)| *time).collect()
    };
    // The commit is fetched before the command that makes the run.
    line(
        name,
        Row::without_goal("dispatch with git", of_it("dispatch with git")),
    );
    for what in [
        "claim",
        "start",
        "finish",
        "fail fast",
        "rerun",
        "force-cancel",
    ] {
        line(name, Row::at_most(what, of_it(what), MATRIX_GOAL));
    }
}
