//! How long questions about runs take with a thousand runs and with a million, over HTTP with eight clients at once,
//! beside the rate of the bare SELECTs on the same database in the same minute.
//!
//! Two servers on one kind of store, a small one and a large one, are asked in turns, for five rounds. What is printed
//! are medians of the rounds. `RUNYARD_BENCH_RUNS` makes the large one smaller, to try the bench itself.

mod bare;
mod connection;
mod fill;
mod kinds;
mod load;
mod raw;
mod site;
mod table;

use runyard_tests::{Postgres, Settings, Store};
use std::time::Duration;

use kinds::Kind;
use site::Site;
use table::{Rates, Rounds};

/// Clients that ask at the same time.
const CLIENTS: usize = 8;
/// Requests of one kind in a round, of all clients together.
const REQUESTS: usize = 800;
/// Requests of each kind before the first round, so that connections and statements are there.
const WARM_UP: usize = 80;
const ROUNDS: usize = 5;
/// For so long requests and SELECTs are counted.
const COUNTED: Duration = Duration::from_secs(4);
const SMALL: i64 = 1_000;
const LARGE: i64 = 1_000_000;
/// Names how many runs the large store has.
const RUNS: &str = "RUNYARD_BENCH_RUNS";

#[tokio::main]
async fn main() {
    let large = std::env::var(RUNS).ok();
    let large = large.map_or(LARGE, |text| {
        text.parse().expect("RUNYARD_BENCH_RUNS is a number")
    });
    println!("{CLIENTS} clients, medians of {ROUNDS} rounds, times in ms");
    let sqlite = async |runs| Site::new(Settings::new(Store::Sqlite), runs).await;
    measure("sqlite", sqlite(SMALL).await, sqlite(large).await).await;
    let Some(postgres) = Postgres::start() else {
        return;
    };
    let on_postgres = async |runs| {
        let settings = Settings::new(Store::Postgres).on(&postgres);
        Site::new(settings, runs).await
    };
    measure(
        "postgres",
        on_postgres(SMALL).await,
        on_postgres(large).await,
    )
    .await;
}

async fn measure(store: &str, small: Site, large: Site) {
    let mut rounds = Rounds::default();
    let mut rates = Rates::default();
    for site in [&small, &large] {
        for kind in Kind::ALL {
            let _ = load::times(site, kind, WARM_UP).await;
        }
    }
    for _ in 0..ROUNDS {
        for kind in Kind::ALL {
            let of_small = load::times(&small, kind, REQUESTS).await;
            let of_large = load::times(&large, kind, REQUESTS).await;
            rounds.add(kind, of_small, of_large);
        }
        for kind in [Kind::Run, Kind::List] {
            let asked = load::rate(&large, kind, COUNTED).await;
            let bare = bare::rate(&large, kind, COUNTED).await;
            rates.add(kind, asked, bare);
        }
    }
    println!("\n{store}: {} and {} runs", small.runs(), large.runs());
    rounds.print();
    rates.print();
}
