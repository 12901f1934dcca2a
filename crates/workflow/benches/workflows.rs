//! How long it takes to read and check a workflow of five hundred lines of the kinds that projects write.

use mimalloc::MiMalloc;
use runyard_workflow::{parse, unhonoured};
use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// As the program `runyard` has it.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// How long it may take.
const GOAL: Duration = Duration::from_millis(2);
const ROUNDS: usize = 500;
const LINES: usize = 500;

const HEAD: &str = "name: CI
on:
  push: {branches: [main, 'release/**'], paths-ignore: ['docs/**']}
  pull_request:
env:
  LEVEL: info
jobs:
";

/// A job of sixteen lines.
fn job(number: usize) -> String {
    let needs = match number {
        0 => "[]".to_owned(),
        _ => format!("[job-{}]", number - 1),
    };
    format!(
        "  job-{number}:
    name: Test ${{{{ matrix.os }}}}
    needs: {needs}
    if: ${{{{ github.event_name == 'push' || !github.event.pull_request.draft }}}}
    runs-on: ${{{{ matrix.os }}}}
    strategy:
      matrix:
        os: [ubuntu-latest, windows-latest]
        node: [20, 22]
    steps:
      - uses: actions/checkout@v4
        with: {{fetch-depth: 0}}
      - name: Test
        run: npm test -- --node=${{{{ matrix.node }}}} --shard=${{{{ strategy.job-index }}}}
        env:
          CACHE: ${{{{ runner.os }}}}-${{{{ hashFiles('**/package-lock.json') }}}}
"
    )
}

fn workflow() -> String {
    let mut text = HEAD.to_owned();
    let mut number = 0;
    while text.lines().count() < LINES {
        let _ = write!(text, "{}", job(number));
        number += 1;
    }
    text
}

fn once(text: &str) -> Duration {
    let start = Instant::now();
    let workflow = parse("ci.yml", black_box(text)).expect("the workflow is valid");
    black_box(unhonoured("ci.yml", &workflow));
    start.elapsed()
}

fn main() {
    let text = workflow();
    let mut times: Vec<Duration> = (0..ROUNDS).map(|_| once(&text)).collect();
    times.sort();
    let (median, most) = (times[ROUNDS / 2], times[ROUNDS * 99 / 100]);
    let lines = text.lines().count();
    println!(
        "{lines} lines read and checked: {median:.1?} at the median, {most:.1?} at the 99th of 100"
    );
    let met = if median < GOAL { "met" } else { "missed" };
    println!("goal: {GOAL:?} at the median: {met}");
    assert!(median < GOAL || cfg!(debug_assertions), "too slow");
}
