//! The tables that are printed: medians of rounds, and how the large store compares with the small one.

use std::collections::BTreeMap;
use std::time::Duration;

use super::kinds::Kind;

/// The large store may take so many times as long as the small one.
const RATIO_GOAL: f64 = 2.0;
/// Runs and lists in a second, on two cores.
const RUN_GOAL: f64 = 5_000.0;
const LIST_GOAL: f64 = 300.0;

/// Milliseconds at the 50th and the 99th of a hundred.
#[derive(Clone, Copy)]
struct Point {
    p50: f64,
    p99: f64,
}

impl Point {
    fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let at = |percent: usize| times[(times.len() - 1) * percent / 100].as_secs_f64() * 1e3;
        Self {
            p50: at(50),
            p99: at(99),
        }
    }
}

/// For each kind, what each round measured on the small store and on the large one.
#[derive(Default)]
pub(crate) struct Rounds(BTreeMap<Kind, Vec<[Point; 2]>>);

impl Rounds {
    pub(crate) fn add(&mut self, kind: Kind, small: Vec<Duration>, large: Vec<Duration>) {
        let of_kind = self.0.entry(kind).or_default();
        of_kind.push([Point::of(small), Point::of(large)]);
    }

    pub(crate) fn print(&self) {
        println!(
            "{:<24}{:>9}{:>9}{:>11}{:>11}{:>8}",
            "request", "p50", "p99", "large p50", "large p99", "ratio"
        );
        for (kind, rounds) in &self.0 {
            let of = |part: &dyn Fn(&[Point; 2]) -> f64| median(rounds.iter().map(part).collect());
            let (p50, p99) = (of(&|round| round[0].p50), of(&|round| round[0].p99));
            let (large_50, large_99) = (of(&|round| round[1].p50), of(&|round| round[1].p99));
            let ratio = large_99 / p99;
            let verdict = if ratio <= RATIO_GOAL {
                "within"
            } else {
                "ABOVE"
            };
            println!(
                "{:<24}{p50:>9.2}{p99:>9.2}{large_50:>11.2}{large_99:>11.2}{ratio:>8.2}  {verdict} {RATIO_GOAL}",
                kind.name()
            );
        }
    }
}

/// For each kind, requests and bare SELECTs per second of each round, on the large store.
#[derive(Default)]
pub(crate) struct Rates(BTreeMap<Kind, Vec<(f64, f64)>>);

impl Rates {
    pub(crate) fn add(&mut self, kind: Kind, requests: f64, bare: f64) {
        self.0.entry(kind).or_default().push((requests, bare));
    }

    pub(crate) fn print(&self) {
        println!(
            "{:<24}{:>14}{:>14}",
            "per second", "requests", "bare SELECTs"
        );
        for (kind, rounds) in &self.0 {
            let requests = median(rounds.iter().map(|round| round.0).collect());
            let bare = median(rounds.iter().map(|round| round.1).collect());
            let goal = if *kind == Kind::Run {
                RUN_GOAL
            } else {
                LIST_GOAL
            };
            let verdict = if requests >= goal { "above" } else { "BELOW" };
            println!(
                "{:<24}{requests:>14.0}{bare:>14.0}  {verdict} {goal}",
                kind.name()
            );
        }
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
