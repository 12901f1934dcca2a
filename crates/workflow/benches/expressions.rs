//! How long it takes to read and evaluate a hundred expressions of the kinds that projects write.

use mimalloc::MiMalloc;
use runyard_workflow::expression::{
    CallerFunction, EvaluationError, Functions, Object, Place, Value, parse,
};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// As the program `runyard` has it.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// How long a hundred may take.
const GOAL: Duration = Duration::from_millis(1);
const ROUNDS: usize = 2000;
const EXPRESSIONS: [&str; 10] = [
    "github.ref == 'refs/heads/main'",
    "github.event_name == 'push' && startsWith(github.ref, 'refs/tags/v')",
    "format('{0}-{1}-{2}', runner.os, matrix.node, hashFiles('**/package-lock.json'))",
    "contains(github.event.pull_request.labels.*.name, 'deploy')",
    "needs.build.outputs.version || 'latest'",
    "fromJSON(needs.plan.outputs.matrix).include[0].name",
    "!cancelled() && (needs.build.result == 'success' || needs.build.result == 'skipped')",
    "matrix.os == 'windows-latest' && 'pwsh' || 'bash'",
    "toJSON(github.event.pull_request)",
    "join(github.event.pull_request.labels.*.name, ', ')",
];
const CONTEXTS: &str = r#"{
    "github": {"ref": "refs/heads/main", "event_name": "push", "event": {"pull_request": {
        "number": 7, "title": "Speed", "labels": [{"name": "bug"}, {"name": "Deploy"}]}}},
    "needs": {"build": {"result": "success", "outputs": {"version": ""}},
        "plan": {"outputs": {"matrix": "{\"include\": [{\"name\": \"linux\"}]}"}}},
    "matrix": {"os": "ubuntu-latest", "node": 22},
    "runner": {"os": "Linux"}
}"#;

/// Everything went well, and all files have one hash.
struct Fixed;

impl Functions for Fixed {
    fn call(&self, function: CallerFunction, _: &[Value]) -> Result<Value, EvaluationError> {
        Ok(match function {
            CallerFunction::HashFiles => "a1b2c3".into(),
            CallerFunction::Always | CallerFunction::Success => true.into(),
            CallerFunction::Cancelled | CallerFunction::Failure => false.into(),
        })
    }
}

fn main() {
    let contexts: Object = serde_json::from_str(CONTEXTS).expect("these contexts are JSON");
    let mut times: Vec<Duration> = (0..ROUNDS).map(|_| hundred(&contexts)).collect();
    times.sort();
    let (median, most) = (times[ROUNDS / 2], times[ROUNDS * 99 / 100]);
    println!(
        "100 expressions read and evaluated: {median:.1?} at the median, {most:.1?} at the 99th of 100"
    );
    println!(
        "goal: {GOAL:?} at the median: {}",
        if median < GOAL { "met" } else { "missed" }
    );
    assert!(median < GOAL || cfg!(debug_assertions), "too slow");
}

/// Reads and evaluates each expression ten times.
fn hundred(contexts: &Object) -> Duration {
    let allowed = Place::StepIf.allowed();
    let start = Instant::now();
    for _ in 0..10 {
        for source in EXPRESSIONS {
            let expression = parse(black_box(source), &allowed).expect("each is well formed");
            black_box(
                expression
                    .evaluate(contexts, &Fixed)
                    .expect("each has a value"),
            );
        }
    }
    start.elapsed()
}
