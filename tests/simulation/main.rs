//! The simulator: seeded histories of users, runners, servers and failures over the real engine, on a clock of their
//! own, with what must hold after each step. `make simulate SEEDS=n` tells more of them.
#![expect(
    clippy::panic,
    reason = "a history that breaks something is told by panicking"
)]

mod action;
mod dice;
mod flow;
mod history;
mod place;
mod seeds;
mod source;
mod store;
mod watch;
mod world;

use action::steps;
use history::{History, STEPS, Setting, tell};
use place::{Kind, OwnDatabase};
use seeds::{Outcome, fixed, fresh, tell_seeds};
use source::Sources;
use std::thread;
use store::Defect;

/// Seeds within which every planted defect must be found.
const DEFECT_SEEDS: u64 = 500;
/// One fresh seed in so many is told on SQLite as well.
const SQLITE_EVERY: usize = 50;
/// Histories that are compared at one time.
const COMPARED_AT_ONCE: usize = 3;
/// Steps between two looks where stores are compared.
const LOOK_EVERY: usize = 20;
/// Seeds that are told on PostgreSQL as well.
const POSTGRES_SEEDS: usize = 20;

/// What the fixed seeds reach together.
const REACHED: [&str; 22] = [
    "run success",
    "run failure",
    "run cancelled",
    "run skipped",
    "job skipped",
    "RunnerLost",
    "CancelGraceOver",
    "FailFast",
    "NotEvaluated",
    "NotReached",
    "ForceCancelled",
    "Superseded",
    "CancelInProgress",
    "pending",
    "run deleted",
    "group waited for",
    "execution Forced",
    "execution Released",
    "execution Lapsed",
    "execution Withdrawn",
    "execution Lost",
    "execution GraceOver",
];

fn say(what: &str, outcome: &Outcome) {
    let seconds = outcome.took.as_secs_f64();
    let pace = outcome.told as f64 / seconds.max(f64::EPSILON);
    println!(
        "{what}: {} histories of {STEPS} steps in {seconds:.1} s, {pace:.1} a second",
        outcome.told
    );
}

#[test]
fn the_same_seed_tells_the_same_story() {
    for seed in [1, 2, 3] {
        let sources = Sources::of(&[seed]);
        let setting = Setting {
            sources: &sources,
            seed,
            kind: Kind::Memory,
            defect: None,
            look_every: 1,
        };
        let told = || tell(setting, &steps(seed, STEPS));
        let (first, second) = (told(), told());
        assert_same(seed, "again", &first, &second);
    }
}

#[test]
fn the_fixed_seeds_hold() {
    let outcome = tell_seeds(&fixed(), Kind::Memory, None);
    say("fixed seeds", &outcome);
    outcome.must_hold();
    // Histories in which nothing happens would show nothing.
    println!("{:?}\n{:?}", outcome.effects, outcome.reached);
    for word in REACHED {
        assert!(outcome.reached.contains(word), "no history reached {word}");
    }
    let effects: usize = outcome.effects.values().sum();
    assert!(effects / outcome.told >= STEPS / 2, "{:?}", outcome.effects);
}

#[test]
fn fresh_seeds_hold() {
    let outcome = tell_seeds(&fresh(), Kind::Memory, None);
    say("fresh seeds", &outcome);
    outcome.must_hold();
}

fn assert_same(seed: u64, where_else: &str, first: &History, other: &History) {
    for (number, (wanted, found)) in (1..).zip(first.lines.iter().zip(&other.lines)) {
        assert_eq!(wanted, found, "seed {seed}, step {number}, {where_else}");
    }
    assert_eq!(first.fault, other.fault, "seed {seed}, {where_else}");
    for (wanted, found) in first.end.iter().zip(&other.end) {
        assert_eq!(wanted, found, "seed {seed}, at the end, {where_else}");
    }
    assert_eq!(
        first.end.len(),
        other.end.len(),
        "seed {seed}, {where_else}"
    );
}

/// Tells each seed in memory and elsewhere, several at a time.
fn compare(seeds: &[u64], kind: Kind) {
    let sources = Sources::of(seeds);
    let compare_one = |seed: u64| {
        let steps = steps(seed, STEPS);
        let on = |kind| {
            let setting = Setting {
                sources: &sources,
                seed,
                kind,
                defect: None,
                look_every: LOOK_EVERY,
            };
            tell(setting, &steps)
        };
        assert_same(seed, &format!("{kind:?}"), &on(Kind::Memory), &on(kind));
    };
    thread::scope(|scope| {
        for part in seeds.chunks(seeds.len().div_ceil(COMPARED_AT_ONCE)) {
            scope.spawn(move || part.iter().copied().for_each(compare_one));
        }
    });
}

#[test]
fn sqlite_tells_the_same_stories() {
    let mut seeds = vec![1];
    seeds.extend(fresh().into_iter().step_by(SQLITE_EVERY));
    compare(&seeds, Kind::Sqlite);
}

#[test]
fn postgres_tells_the_same_stories() {
    if OwnDatabase::is_available() {
        let seeds: Vec<u64> = fresh().into_iter().take(POSTGRES_SEEDS).collect();
        compare(&seeds, Kind::Postgres);
    }
}

/// The defect is found, by one of the rules that it breaks.
fn finds(defect: Defect, rules: &[&str]) {
    let seeds: Vec<u64> = (1..=DEFECT_SEEDS).collect();
    let outcome = tell_seeds(&seeds, Kind::Memory, Some(defect));
    let (seed, story) = outcome.broken.expect("the defect was found");
    println!("{defect:?} was found by seed {seed}:\n{story}");
    let is_one = rules.iter().any(|rule| story.contains(rule));
    assert!(is_one, "it was found by another rule: {story}");
}

#[test]
fn a_job_claimed_twice_is_found() {
    finds(Defect::ClaimedTwice, &["no job is executed twice"]);
}

#[test]
fn a_late_report_that_is_accepted_is_found() {
    finds(Defect::LateReportAccepted, &["no conclusion changes"]);
}

#[test]
fn a_skipped_ancestor_that_is_ignored_is_found() {
    finds(Defect::SkippedAncestorIgnored, &["r2_10 to r2_16"]);
}

#[test]
fn an_event_that_is_lost_is_found() {
    finds(
        Defect::EventLost,
        &["events rebuild the run", "what happened stays so"],
    );
}

#[test]
fn a_slot_that_is_not_released_is_found() {
    finds(Defect::SlotNotReleased, &["r2_58", "r2_51"]);
}

#[test]
fn a_cancel_that_forgets_a_job_is_found() {
    finds(Defect::CancelForgetsAJob, &["r3_1", "r2_5"]);
}
