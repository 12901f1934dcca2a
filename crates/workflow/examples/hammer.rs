//! Mutates the corpus of the fuzz targets for some time and stops at the first input that panics or is slow.
//!
//! `cargo run --release -p runyard-workflow --example hammer -- --seconds 600 --seed 1 [--target NAME]`

#[path = "../fuzz/targets.rs"]
mod targets;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// An input that takes longer is a finding.
const PATIENCE: Duration = Duration::from_millis(500);
/// A slow input is tried so often.
const TRIES: usize = 5;
/// Inputs are not made longer than this.
const MAX_BYTES: usize = 30_000;
/// How many inputs that read well are kept to mutate further.
const MAX_POOL: usize = 5_000;
const TOKENS: &[&str] = &[
    "github",
    "matrix.deep",
    "env.long",
    ".",
    "*",
    "[*]",
    "[",
    "]",
    "(",
    ")",
    ",",
    "!",
    "==",
    "!=",
    "<",
    ">=",
    "&&",
    "||",
    "'",
    "''",
    "'{0}'",
    "{{",
    "}",
    "${{",
    "}}",
    "0x7f",
    "-1e9",
    "NaN",
    "null",
    "true",
    "format(",
    "toJSON(",
    "fromJSON(",
    "join(",
    "contains(",
    "case(",
    "success()",
    "\n",
    ": ",
    "- ",
    "  ",
    "&a ",
    "*a",
    "on: push",
    "jobs:",
    "runs-on: x",
    "steps:",
    "if: ",
    "runs:\n  using: composite\n  steps:\n",
    "using: node20",
    "${{ insert }}: ",
    "**/",
    "[a-z]+",
    "\\",
    "*/5",
    "1-3,",
    " SUN",
    "\nEurope/Berlin",
    "{\"a\": ",
    "type: number",
    "default: ",
    "é",
    "😀",
];

/// A small generator of numbers that look random; the same seed gives the same.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.next() % most.max(1) as u64).unwrap_or(0)
    }
}

fn main() -> ExitCode {
    let seconds = argument("--seconds").map_or(60, |text| text.parse().expect("a number"));
    let seed = argument("--seed").map_or(1, |text| text.parse().expect("a number"));
    let only = argument("--target");
    let chosen: Vec<_> = targets::TARGETS
        .iter()
        .filter(|(name, _)| only.as_ref().is_none_or(|only| only == name))
        .collect();
    assert!(!chosen.is_empty(), "there is no such target");
    let share = Duration::from_secs(seconds) / u32::try_from(chosen.len()).expect("a few");
    std::panic::set_hook(Box::new(|_| {}));
    for (name, target) in chosen {
        if let Err((finding, input)) = hammer(name, *target, share, seed) {
            println!("{name}: {finding}\n{}", String::from_utf8_lossy(&input));
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn argument(name: &str) -> Option<String> {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments.next()?;
    arguments.next()
}

/// Runs one target on mutations until the time is over.
fn hammer(
    name: &str,
    target: fn(&[u8]),
    time: Duration,
    seed: u64,
) -> Result<(), (String, Vec<u8>)> {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut pool = corpus(name);
    let start = Instant::now();
    let (mut runs, mut slowest) = (0_u64, Duration::ZERO);
    while start.elapsed() < time {
        let input = mutate(&pool, &mut dice);
        let Some(taken) = least_time(target, &input) else {
            return Err(("panics".to_owned(), input));
        };
        if taken > PATIENCE {
            return Err((format!("takes {taken:?}"), input));
        }
        slowest = slowest.max(taken);
        runs += 1;
        if pool.len() < MAX_POOL && dice.below(50) == 0 {
            pool.push(input);
        }
    }
    println!("{name}: {runs} inputs in {time:?} with seed {seed}, slowest {slowest:?}, no finding");
    Ok(())
}

/// How long an input takes; one that is slow is tried again, as the machine may have been busy.
/// `None` when it panics.
fn least_time(target: fn(&[u8]), input: &[u8]) -> Option<Duration> {
    let mut least = Duration::MAX;
    for _ in 0..TRIES {
        let began = Instant::now();
        catch_unwind(AssertUnwindSafe(|| target(input))).ok()?;
        least = least.min(began.elapsed());
        if least <= PATIENCE {
            break;
        }
    }
    Some(least)
}

fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(name);
    let entries = std::fs::read_dir(folder).expect("each target has a corpus");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("listed").path()).collect();
    paths.sort();
    let read = |path| std::fs::read(path).expect("a file can be read");
    paths.into_iter().map(read).collect()
}

/// One input of the pool, changed in a few places.
fn mutate(pool: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut input = pool[dice.below(pool.len())].clone();
    for _ in 0..=dice.below(6) {
        let at = dice.below(input.len() + 1);
        let end = (at + dice.below(20)).min(input.len());
        match dice.below(7) {
            0 => drop(input.drain(at..end)),
            1 => insert(&mut input, at, TOKENS[dice.below(TOKENS.len())].as_bytes()),
            2 => {
                let piece = input[at..end].to_vec();
                insert(&mut input, at, &piece.repeat(1 + dice.below(200)));
            }
            3 => {
                let other = &pool[dice.below(pool.len())];
                let from = dice.below(other.len() + 1);
                insert(&mut input, at, &other[from..]);
            }
            4 if at < input.len() => input[at] = dice.next().to_le_bytes()[0],
            5 => insert(&mut input, at, &[dice.next().to_le_bytes()[0]]),
            _ => input.truncate(at.max(1)),
        }
    }
    input.truncate(MAX_BYTES);
    input
}

fn insert(input: &mut Vec<u8>, at: usize, piece: &[u8]) {
    drop(input.splice(at..at, piece.iter().copied()));
}
