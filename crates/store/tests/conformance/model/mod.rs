//! The memory store as the model: the same random commands go to it and to another store, and whatever can be seen
//! of both must be the same, moments apart. The seeds are fixed; `RUNYARD_MODEL_SEEDS` gives more of them.

mod commands;
mod seen;
mod side;

use crate::fixtures::{self, Fixture};
use commands::{Command, Dice};
use side::Side;

/// Histories of each store.
const SEEDS: u64 = 4;
/// Commands of a history.
const STEPS: usize = 120;
/// Everything is looked at after so many commands, and at the end.
const LOOK_EVERY: usize = 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_and_sqlite_agree() {
    for seed in seeds() {
        let other = fixtures::sqlite().await;
        compare(seed, other.expect("SQLite is built in")).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_and_postgres_agree() {
    for seed in seeds() {
        let Some(other) = fixtures::postgres().await else {
            return crate::skipped("postgres");
        };
        compare(seed, other).await;
    }
}

fn seeds() -> std::ops::Range<u64> {
    let wanted = std::env::var("RUNYARD_MODEL_SEEDS").ok();
    let count = wanted.map(|count| count.parse().expect("RUNYARD_MODEL_SEEDS is a number"));
    0..count.unwrap_or(SEEDS)
}

async fn compare(seed: u64, other: Fixture) {
    let model = fixtures::memory().await.expect("memory is always there");
    let mut model = Side::new(model.store()).await;
    let mut other = Side::new(other.store()).await;
    let mut dice = Dice::new(seed);
    let mut history: Vec<Command> = Vec::new();
    for step in 1..=STEPS {
        let command = dice.command();
        history.push(command.clone());
        let wanted = model.perform(&command).await;
        let found = other.perform(&command).await;
        assert_same(&wanted, &found, seed, &history);
        if step % LOOK_EVERY == 0 {
            assert_same(&model.look().await, &other.look().await, seed, &history);
        }
    }
}

fn assert_same(wanted: &str, found: &str, seed: u64, history: &[Command]) {
    let differing = wanted.lines().zip(found.lines()).find(|(a, b)| a != b);
    let longest = wanted.lines().count() == found.lines().count();
    assert!(
        differing.is_none() && longest,
        "seed {seed}: after {} commands, the last {:?},\nmemory says {:?},\nbut found {:?}",
        history.len(),
        history.last(),
        differing.map_or(wanted, |(a, _)| a),
        differing.map_or(found, |(_, b)| b),
    );
}
