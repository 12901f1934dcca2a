//! Concurrency groups of called workflows: the caller's own, and the called file's (semantics R2.60, R2.70).

use crate::{scheduling::calling, yard::Yard};
use runyard_domain::Conclusion::Success;

const CALLED: &str = "on: workflow_call
concurrency: called
jobs:
  build: {runs-on: linux, steps: [{run: x}]}
  ship: {needs: build, runs-on: linux, steps: [{run: x}]}
";

const PLAIN: &str = "on: workflow_call
jobs:
  build: {runs-on: linux, steps: [{run: x}]}
";

const CALLER: &str = "on: push\njobs:
  deploy: {uses: ./.github/workflows/called.yml}
  after: {needs: deploy, if: always(), runs-on: linux, steps: [{run: x}]}
";

/// A new run of a caller.
fn calls(yard: &mut Yard, caller: &str, called: &'static str) -> usize {
    let run = yard.requests(caller);
    yard.stories[run - 1].definition = calling(caller, called);
    yard.does(run, |it| it.plan().unwrap());
    run
}

fn holder(group: &str) -> String {
    format!("on: push\njobs:\n  a: {{runs-on: linux, concurrency: {group}, steps: [{{run: x}}]}}\n")
}

#[test]
fn r2_70_the_jobs_of_a_called_file_wait_together_for_its_group() {
    let mut yard = Yard::default();
    calls(&mut yard, CALLER, CALLED);
    calls(&mut yard, CALLER, CALLED);
    let waiting = ["called", "blocked", "blocked", "blocked"];
    assert_eq!(yard.stories[1].jobs(), waiting);
    assert_eq!(yard.stands(), ["queued", "pending"]);
    yard.does(1, |it| it.does("deploy/build", Success));
    assert_eq!(yard.stories[1].jobs(), waiting, "the call has another job");
    yard.does(1, |it| it.does("deploy/ship", Success));
    assert_eq!(
        yard.stories[1].jobs(),
        ["called", "blocked", "queued", "blocked"]
    );
    yard.does(2, |it| it.does("deploy/build", Success));
    yard.does(2, |it| it.does("deploy/ship", Success));
    assert!(yard.line("called").is_empty());
}

#[test]
fn r2_52_a_call_that_is_replaced_ends_its_jobs_as_cancelled() {
    let mut yard = Yard::default();
    for _ in 0..3 {
        calls(&mut yard, CALLER, CALLED);
    }
    let replaced = &yard.stories[1];
    assert_eq!(
        replaced.jobs(),
        ["called", "queued", "cancelled", "cancelled"]
    );
    let names = replaced.run.attempt().planned();
    let names: Vec<&str> = names.map(|job| job.display_name.as_str()).collect();
    assert_eq!(names, ["after", "deploy / build", "deploy / ship"]);
    let ended = replaced.run.attempt().planned().nth(1).unwrap();
    let sentence = ended.state.reason().unwrap().sentence();
    assert!(sentence.contains("job deploy of run 3"), "{sentence}");
    assert_eq!(yard.line("called"), [1, 3]);
}

#[test]
fn r2_54_a_call_in_progress_is_cancelled_by_a_newcomer() {
    let mut yard = Yard::default();
    calls(&mut yard, CALLER, CALLED);
    yard.does(1, |it| it.does("deploy/build", Success));
    yard.does(1, |it| it.start("deploy/ship").unwrap());
    yard.starts(&holder("{group: called, cancel-in-progress: true}"));
    assert_eq!(yard.line("called"), [1, 2]);
    yard.does(1, |it| {
        it.finish("deploy/ship", runyard_domain::Conclusion::Cancelled)
            .unwrap()
    });
    assert_eq!(yard.line("called"), [2]);
    // R3.6: the run is not cancelled by it.
    assert_eq!(yard.stories[0].run.attempt().cancelled_at, None);
}

#[test]
fn r2_60_the_group_of_a_caller_holds_its_call_back_and_comes_before_the_called_file_s() {
    let caller = "on: push\njobs:
  deploy: {concurrency: caller, uses: ./.github/workflows/called.yml}
";
    let mut yard = Yard::default();
    yard.starts(&holder("caller"));
    yard.starts(&holder("called"));
    calls(&mut yard, caller, CALLED);
    assert_eq!(yard.line("caller"), [1, 3]);
    assert_eq!(yard.line("called"), [2]);
    yard.does(1, |it| it.does("a", Success));
    assert_eq!(yard.line("caller"), [3]);
    assert_eq!(yard.line("called"), [2, 3]);
    yard.does(2, |it| it.does("a", Success));
    assert_eq!(yard.stories[2].jobs(), ["called", "queued", "blocked"]);
    yard.does(3, |it| it.does("deploy/build", Success));
    yard.does(3, |it| it.does("deploy/ship", Success));
    assert!(yard.line("caller").is_empty() && yard.line("called").is_empty());
}

#[test]
fn r2_70_a_call_does_not_wait_for_its_own_caller() {
    let caller = "on: push\nconcurrency: outer\njobs:
  deploy: {concurrency: Called, uses: ./.github/workflows/called.yml}
  other: {concurrency: OUTER, uses: ./.github/workflows/called.yml}
";
    let mut yard = Yard::default();
    calls(&mut yard, caller, CALLED);
    assert_eq!(yard.line("outer"), [1]);
    let jobs = yard.stories[0].jobs();
    assert_eq!(
        jobs[2], "queued",
        "the call of deploy has its slot: {jobs:?}"
    );
    // Two calls beside each other are not one in the other: the second waits for the first.
    assert_eq!(yard.line("Called"), [1, 1]);
    yard.does(1, |it| it.does("deploy/build", Success));
    yard.does(1, |it| it.does("deploy/ship", Success));
    yard.does(1, |it| it.does("other/build", Success));
    yard.does(1, |it| it.does("other/ship", Success));
    assert_eq!(yard.stands(), ["success"]);
    assert!(yard.line("outer").is_empty() && yard.line("called").is_empty());
}

#[test]
fn r2_56_each_leg_of_a_caller_has_a_call_and_a_group_of_its_own() {
    let caller = "on: push\njobs:
  deploy:
    strategy: {matrix: {to: [x, y]}}
    concurrency: 'to-${{ matrix.to }}'
    uses: ./.github/workflows/called.yml
";
    let mut yard = Yard::default();
    yard.starts(&holder("to-y"));
    calls(&mut yard, caller, PLAIN);
    assert_eq!(yard.stories[1].jobs(), ["called", "queued", "blocked"]);
    assert_eq!(yard.line("to-y"), [1, 2]);
    yard.does(2, |it| it.does("deploy#0/build", Success));
    assert_eq!(yard.stands()[1], "pending");
    yard.does(1, |it| it.does("a", Success));
    yard.does(2, |it| it.does("deploy#1/build", Success));
    assert_eq!(yard.stands(), ["success", "success"]);
    assert!(yard.line("to-x").is_empty() && yard.line("to-y").is_empty());
}

#[test]
fn r3_1_a_cancelled_run_does_not_wait_for_the_slot_of_a_call() {
    let mut yard = Yard::default();
    yard.starts(&holder("called"));
    calls(&mut yard, CALLER, CALLED);
    yard.does(2, |it| it.cancel().unwrap());
    assert_eq!(
        yard.stories[1].jobs(),
        ["called", "queued", "cancelled", "cancelled"]
    );
    assert_eq!(yard.line("called"), [1]);
}

#[test]
fn a_call_whose_line_is_full_ends_as_cancelled() {
    let called = "on: workflow_call
concurrency: {group: g, queue: max}
jobs:
  build: {runs-on: linux, steps: [{run: x}]}
";
    let mut yard = Yard::default();
    for _ in 0..=runyard_domain::concurrency::PENDING_MAX {
        yard.starts(&holder("{group: g, queue: max}"));
    }
    let last = calls(&mut yard, CALLER, called);
    assert_eq!(
        yard.stories[last - 1].jobs(),
        ["called", "queued", "cancelled"]
    );
}
