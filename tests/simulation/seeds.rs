//! Which seeds are told: the fixed ones, and fresh ones as the environment says.

use crate::{
    action::{Step, steps},
    history::{History, STEPS, Setting, shrink, story, tell},
    place::Kind,
    source::Sources,
    store::Defect,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// Seeds that once found something, and some that show much; one a line, `#` begins a comment.
const FIXED: &str = include_str!("seeds.txt");
/// How many fresh seeds: a number.
const COUNT: &str = "RUNYARD_SIMULATION_SEEDS";
/// The first of them; else the seed of the fuzz, which CI takes from the commit.
const FIRST: &str = "RUNYARD_SIMULATION_SEED";
const FUZZ: &str = "RUNYARD_FUZZ_SEED";
/// Fresh seeds without the variable.
const DEFAULT_COUNT: u64 = 100;
/// Fresh seeds of two commits do not overlap.
const APART: u64 = 100_000;
/// Seeds whose files are in one git repository.
const PER_REPOSITORY: usize = 40;

/// The checked-in seeds.
pub(crate) fn fixed() -> Vec<u64> {
    let lines = FIXED
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim());
    let seeds = lines.filter(|line| !line.is_empty());
    seeds
        .map(|line| line.parse().expect("a seed is a number"))
        .collect()
}

/// The seeds that this run of the tests is to try.
pub(crate) fn fresh() -> Vec<u64> {
    let count = number(COUNT).unwrap_or(DEFAULT_COUNT);
    let first = number(FIRST);
    let first = first.or_else(|| Some(number(FUZZ)?.wrapping_mul(APART)));
    let first = first.unwrap_or(1);
    (0..count).map(|place| first.wrapping_add(place)).collect()
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable)
        .ok()
        .filter(|text| !text.is_empty())?;
    let number = text.parse();
    Some(number.unwrap_or_else(|error| panic!("{variable}: {text:?}: {error}")))
}

/// What became of many seeds.
#[derive(Default)]
pub(crate) struct Outcome {
    pub(crate) told: usize,
    pub(crate) reached: BTreeSet<String>,
    pub(crate) effects: BTreeMap<String, usize>,
    /// Of a seed that broke something: the seed and its story.
    pub(crate) broken: Option<(u64, String)>,
    pub(crate) took: Duration,
}

/// Tells the histories of these seeds, on every core, until one breaks something.
pub(crate) fn tell_seeds(seeds: &[u64], kind: Kind, defect: Option<Defect>) -> Outcome {
    let begun = Instant::now();
    let outcome = Mutex::new(Outcome::default());
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let parts: Vec<&[u64]> = seeds.chunks(PER_REPOSITORY).collect();
    let work = || {
        while let Some(part) = parts.get(next.fetch_add(1, Ordering::SeqCst)) {
            let sources = Sources::of(part);
            for seed in *part {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                let setting = Setting {
                    sources: &sources,
                    seed: *seed,
                    kind,
                    defect,
                    look_every: 1,
                };
                let steps = steps(*seed, STEPS);
                let history = tell(setting, &steps);
                let broken = history.fault.is_some();
                let story = broken.then(|| short_story(setting, &steps, &history));
                stop.fetch_or(broken, Ordering::SeqCst);
                let mut outcome = outcome.lock().unwrap_or_else(PoisonError::into_inner);
                outcome.add(*seed, history, story);
            }
        }
    };
    thread::scope(|scope| {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        for _ in 0..cores.min(parts.len()) {
            scope.spawn(work);
        }
    });
    let mut outcome = outcome.into_inner().unwrap_or_else(PoisonError::into_inner);
    outcome.took = begun.elapsed();
    outcome
}

impl Outcome {
    fn add(&mut self, seed: u64, history: History, story: Option<String>) {
        self.told += 1;
        self.reached.extend(history.reached);
        for (action, count) in history.effects {
            *self.effects.entry(action).or_default() += count;
        }
        if let Some(story) = story {
            self.broken.get_or_insert((seed, story));
        }
    }

    /// Fails with the story of a seed that broke something.
    pub(crate) fn must_hold(&self) {
        if let Some((seed, story)) = &self.broken {
            panic!(
                "{story}\nTo tell it again: {FIRST}={seed} {COUNT}=1 cargo test --package runyard-simulation fresh\n\
                 Add the seed to tests/simulation/seeds.txt with the mending of what it found."
            );
        }
    }
}

/// The story of the fewest steps that break the same.
pub(crate) fn short_story(setting: Setting<'_>, steps: &[Step], history: &History) -> String {
    let fewer = shrink(setting, steps, history);
    let again = tell(setting, &fewer);
    let whole = history.lines.len();
    let files = crate::flow::Flows::generate(setting.seed).files();
    let files: Vec<String> = files
        .into_iter()
        .map(|(name, text)| format!("{name}:\n{text}"))
        .collect();
    format!(
        "{}\n{}(shortened from {whole} steps)",
        files.join("\n"),
        story(setting.seed, &fewer, &again)
    )
}
