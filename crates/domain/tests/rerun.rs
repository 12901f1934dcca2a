//! Re-running: a new attempt of the same run, and what is carried into it.

use crate::given::{ADA, CHAIN, DIAMOND, EVE, Story, types, wish};
use runyard_domain::{
    Conclusion::{self, Cancelled, Failure, Success},
    Event, JobId, Refusal,
    run::{Definition, JobState, PlannedJob, Rerun, RerunOf, fits},
};
use runyard_workflow::{
    model::CalledFile,
    reusable::{CallLimits, Loaded, Loader, Source, resolve},
};
use std::{collections::BTreeSet, sync::Arc};

#[test]
fn r4_1_a_rerun_is_a_new_attempt_with_new_jobs_of_the_same_run() {
    let mut story = Story::planned(DIAMOND);
    let identity = story.run.identity().clone();
    let mut ids = BTreeSet::new();
    for attempt in 1..=3 {
        assert_eq!(story.run.attempt().number, attempt);
        let by = if attempt == 1 { ADA } else { EVE };
        assert_eq!(story.run.attempt().triggering_actor, by);
        assert_eq!(story.run.identity(), &identity, "it never changes");
        story.does("a", Failure);
        story.does("b", Success);
        assert_eq!(story.stands(), "failure");
        ids.extend(story.run.attempt().planned().map(|job| job.id));
        let told = story.rerun().unwrap();
        let wanted =
            "attempt_requested attempt_planned job_planned job_planned job_queued job_queued";
        assert_eq!(types(&told), wanted);
        assert_eq!(story.jobs(), ["queued", "queued", "blocked"]);
    }
    assert_eq!(ids.len(), 9, "no job id is used twice");
}

#[test]
fn r4_8_a_run_that_was_cancelled_before_it_was_planned_can_be_rerun() {
    let mut story = Story::requested(DIAMOND);
    story.cancel().unwrap();
    let nothing = Err(Refusal::NothingFailed);
    assert_eq!(story.rerun_of(RerunOf::Failed), nothing, "R4.9");
    story.rerun().unwrap();
    assert_eq!((story.run.attempt().number, story.stands()), (2, "queued"));
    assert_eq!(story.run.attempt().cancelled_at, None);
}

fn job<'s>(story: &'s Story, name: &str) -> &'s PlannedJob {
    story.run.job(story.shown(name)).unwrap()
}

/// Names of the jobs that were carried into the newest attempt.
fn carried(story: &Story) -> BTreeSet<&str> {
    let planned = story.run.attempt().planned();
    planned
        .filter(|job| job.carried_from.is_some())
        .map(|job| job.display_name.as_str())
        .collect()
}

/// A run of jobs of one line each, all of which end as the table says or are skipped.
struct Row {
    rule: &'static str,
    jobs: &'static [(&'static str, &'static str)],
    /// How those end that are not skipped.
    done: &'static [(&'static str, Conclusion)],
    /// What is asked: a job, or what failed.
    asked: Option<&'static str>,
    carried: &'static [&'static str],
    /// Where the jobs stand after it.
    stands: &'static [&'static str],
}

#[test]
fn r4_3_what_is_not_asked_for_and_depends_on_none_of_it_is_carried() {
    const LEGS: &str = ", strategy: {fail-fast: false, max-parallel: 1, matrix: {v: [1, 2, 3]}}";
    let table = [
        Row {
            rule: "E35: a success, b failure, c skipped by it, d success",
            jobs: &[("a", ""), ("b", ""), ("c", ", needs: b"), ("d", "")],
            done: &[("a", Success), ("b", Failure), ("d", Success)],
            asked: None,
            carried: &["a", "d"],
            stands: &["success", "queued", "blocked", "success"],
        },
        Row {
            rule: "R4.3: cancelled jobs are among the failed, skipped ones are not",
            jobs: &[("a", ""), ("b", ", if: false"), ("c", "")],
            done: &[("a", Cancelled), ("c", Success)],
            asked: None,
            carried: &["b", "c"],
            stands: &["queued", "skipped", "success"],
        },
        Row {
            rule: "R4.3: an absorbed failure is a failure",
            jobs: &[("a", ", continue-on-error: true"), ("b", ", needs: a")],
            done: &[("a", Failure), ("b", Success)],
            asked: None,
            carried: &[],
            stands: &["queued", "blocked"],
        },
        Row {
            rule: "R4.3: what depends on what failed waits for it, though it failed itself",
            jobs: &[("a", ""), ("b", ", needs: a, if: always()")],
            done: &[("a", Failure), ("b", Failure)],
            asked: None,
            carried: &[],
            stands: &["queued", "blocked"],
        },
        Row {
            rule: "contract 6: a job is run again whatever it ended as, with all behind it",
            jobs: &[
                ("a", ""),
                ("b", ", needs: a"),
                ("c", ", needs: b"),
                ("d", ""),
            ],
            done: &[
                ("a", Success),
                ("b", Success),
                ("c", Success),
                ("d", Failure),
            ],
            asked: Some("b"),
            carried: &["a", "d"],
            stands: &["success", "queued", "blocked", "failure"],
        },
        Row {
            rule: "R4.7: one leg, and what needs the matrix",
            jobs: &[("m", LEGS), ("n", ", needs: m")],
            done: &[("m (1)", Success), ("m (2)", Failure), ("m (3)", Success)],
            asked: Some("m (2)"),
            carried: &["m (1)", "m (3)"],
            stands: &["success", "blocked", "queued", "success"],
        },
        Row {
            rule: "R4.5: a condition that was false is not looked at again for what is carried",
            jobs: &[("a", ", if: github.run_attempt == '9'"), ("b", "")],
            done: &[("b", Failure)],
            asked: None,
            carried: &["a"],
            stands: &["skipped", "queued"],
        },
    ];
    for row in table {
        let line = |(key, says): &(&str, &str)| {
            format!("  {key}: {{runs-on: linux, steps: [{{run: x}}]{says}}}\n")
        };
        let jobs: String = row.jobs.iter().map(line).collect();
        let mut story = Story::planned(&format!("on: push\njobs:\n{jobs}"));
        for (name, end) in row.done {
            story.ran_as(name, *end);
        }
        assert!(story.run.is_completed(), "{}", row.rule);
        let of = row
            .asked
            .map_or(RerunOf::Failed, |name| RerunOf::Job(story.shown(name)));
        story.rerun_of(of).unwrap();
        let wanted: BTreeSet<&str> = row.carried.iter().copied().collect();
        assert_eq!(carried(&story), wanted, "{}", row.rule);
        assert_eq!(story.jobs(), row.stands, "{}", row.rule);
    }
}

#[test]
fn r4_4_a_carried_job_is_as_it_ended_and_names_the_job_that_ran() {
    let mut story = Story::planned(DIAMOND);
    story.does("a", Success);
    story.does("b", Failure);
    let ran = story.run.job(story.id("a")).unwrap().clone();
    let mut ids = BTreeSet::from([ran.id]);
    for attempt in 2..=3 {
        story.rerun_of(RerunOf::Failed).unwrap();
        let carried = story.run.job(story.id("a")).unwrap().clone();
        assert!(ids.insert(carried.id), "it has a new id");
        assert_eq!(carried.carried_from, Some(ran.id), "attempt {attempt}");
        assert_eq!((carried.origin(), &carried.state), (ran.id, &ran.state));
        assert!(carried.created_at > ran.created_at);
        let JobState::Completed { started_at, .. } = carried.state else {
            panic!("{carried:?}");
        };
        assert!(started_at < carried.created_at, "R4.4: observed so");
        story.does("b", Failure);
    }
}

#[test]
fn r4_5_a_carried_job_counts_for_others_as_before() {
    let mut story = Story::planned(CHAIN);
    story.does("a", Success);
    story.does("b", Failure);
    story.rerun_of(RerunOf::Failed).unwrap();
    story.does("b", Success);
    story.does("c", Success);
    assert_eq!(story.jobs(), ["success", "success", "success"]);
    assert_eq!(story.stands(), "success");
    assert_eq!(carried(&story), ["a"].into());
}

#[test]
fn a_carried_failure_still_fails_the_run() {
    let mut story = Story::planned(DIAMOND);
    story.does("a", Failure);
    story.does("b", Success);
    let job = story.id("b");
    story.rerun_of(RerunOf::Job(job)).unwrap();
    story.does("b", Success);
    assert_eq!(story.jobs(), ["failure", "success", "skipped"]);
    assert_eq!(story.stands(), "failure");
}

#[test]
fn a_carried_leg_that_failed_stops_no_leg_of_the_new_attempt() {
    let legs = "on: push\njobs:
  m: {runs-on: linux, steps: [{run: x}], strategy: {matrix: {v: [1, 2]}}}\n";
    let mut story = Story::planned(legs);
    story.ran_as("m (1)", Failure);
    assert_eq!(story.jobs(), ["failure", "cancelled"], "R2.45");
    let job = story.shown("m (2)");
    story.rerun_of(RerunOf::Job(job)).unwrap();
    assert_eq!(story.jobs(), ["failure", "queued"]);
    let leg = job_leg(&story, "m (2)");
    assert_eq!(leg, (1, serde_json::json!({"v": 2})), "R4.7: its own row");
    story.ran_as("m (2)", Success);
    assert_eq!(story.stands(), "failure");
}

fn job_leg(story: &Story, name: &str) -> (u32, serde_json::Value) {
    let leg = job(story, name).leg.clone().unwrap();
    (leg.index, leg.matrix)
}

#[test]
fn a_matrix_that_depends_on_what_runs_again_is_expanded_again() {
    let text = "on: push\njobs:
  a: {runs-on: linux, steps: [{run: x}]}
  m:
    needs: a
    if: always()
    runs-on: linux
    steps: [{run: x}]
    strategy: {matrix: {v: \"${{ needs.a.result == 'success' && fromJSON('[1,2]') || fromJSON('[3]') }}\"}}\n";
    let mut story = Story::planned(text);
    story.does("a", Failure);
    story.ran_as("m (3)", Success);
    story.rerun_of(RerunOf::Failed).unwrap();
    assert_eq!(story.jobs(), ["queued", "blocked"]);
    story.does("a", Success);
    assert_eq!(story.jobs(), ["success", "queued", "queued"]);
    assert!(carried(&story).is_empty());
}

#[test]
fn what_was_never_looked_at_is_evaluated_when_it_is_run_again() {
    let text = "on: push\njobs:
  a: {runs-on: linux, steps: [{run: x}]}
  m: {needs: a, runs-on: linux, steps: [{run: x}], strategy: {matrix: {v: [1, 2]}}}\n";
    let mut story = Story::planned(text);
    story.does("a", Success);
    story.force_cancel().unwrap();
    assert_eq!(story.jobs(), ["success", "cancelled", "cancelled"]);
    story.rerun_of(RerunOf::Failed).unwrap();
    assert_eq!(
        story.jobs(),
        ["success", "queued", "queued"],
        "R4.7: its legs"
    );

    let mut blocked = Story::planned(text);
    blocked.force_cancel().unwrap();
    assert_eq!(blocked.jobs(), ["cancelled", "cancelled"]);
    let job = blocked.id("m");
    blocked.rerun_of(RerunOf::Job(job)).unwrap();
    // Its need was cancelled and is carried so: the condition is false.
    assert_eq!(blocked.jobs(), ["cancelled", "skipped"]);
    blocked.rerun_of(RerunOf::Failed).unwrap();
    blocked.does("a", Success);
    assert_eq!(blocked.jobs(), ["success", "queued", "queued"]);
}

#[test]
fn a_job_that_could_not_be_evaluated_is_evaluated_again() {
    let text = "on: push\njobs:
  a: {runs-on: linux, steps: [{run: x}]}
  b: {needs: a, if: always(), runs-on: \"${{ fromJSON(needs.a.result == 'success' && '\\\"x\\\"' || '[]') }}\", steps: [{run: x}]}\n";
    let mut story = Story::planned(text);
    story.does("a", Failure);
    assert_eq!(story.jobs(), ["failure", "failure"]);
    story.rerun_of(RerunOf::Failed).unwrap();
    story.does("a", Success);
    assert_eq!(story.jobs(), ["success", "queued"]);
    assert_eq!(story.run.job(story.id("b")).unwrap().labels, ["x"]);
}

#[test]
fn r4_8_and_r4_9_refusals_of_a_part() {
    let mut story = Story::planned(DIAMOND);
    let old = story.id("a");
    for of in [RerunOf::Failed, RerunOf::Job(old)] {
        let refused = story.rerun_of(of);
        assert!(
            matches!(refused, Err(Refusal::RunNotCompleted { .. })),
            "E36"
        );
    }
    story.does("a", Success);
    story.does("b", Success);
    story.does("c", Success);
    let nothing = Err(Refusal::NothingFailed);
    assert_eq!(story.rerun_of(RerunOf::Failed), nothing, "R4.9");
    story.rerun().unwrap();
    story.force_cancel().unwrap();
    let refused = Err(Refusal::UnknownJob { job: old });
    assert_eq!(
        story.rerun_of(RerunOf::Job(old)),
        refused,
        "an older attempt's"
    );
    let refused = Err(Refusal::UnknownJob { job: JobId::new(9) });
    assert_eq!(story.rerun_of(RerunOf::Job(JobId::new(9))), refused);
}

#[test]
fn r4_10_debug_logging_is_of_one_attempt() {
    let mut story = Story::planned(DIAMOND);
    story.force_cancel().unwrap();
    for debug in [true, false] {
        let again = Rerun {
            debug,
            ..wish(RerunOf::Failed)
        };
        story
            .command(|run, planning| run.rerun(again.clone(), planning))
            .unwrap();
        assert_eq!(story.run.attempt().debug, debug);
        story.force_cancel().unwrap();
    }
}

#[test]
fn an_attempt_that_cannot_be_planned_any_more_ends_and_can_be_followed() {
    let mut story = Story::planned(DIAMOND);
    story.force_cancel().unwrap();
    let told = story
        .command(|run, planning| run.rerun_broken(wish(RerunOf::All), Vec::new(), planning.now))
        .unwrap();
    assert_eq!(types(&told), "attempt_requested startup_failed");
    assert_eq!(
        (story.run.attempt().number, story.stands()),
        (2, "startup_failure")
    );
    assert_eq!(story.rerun_of(RerunOf::Failed), Err(Refusal::NothingFailed));
    story.rerun().unwrap();
    assert_eq!((story.run.attempt().number, story.stands()), (3, "queued"));
}

#[test]
fn r3_1_cancelling_a_partial_attempt_leaves_what_was_carried() {
    let mut story = Story::planned(DIAMOND);
    story.does("a", Success);
    story.does("b", Failure);
    story.rerun_of(RerunOf::Failed).unwrap();
    story.cancel().unwrap();
    assert_eq!(story.jobs(), ["success", "cancelled", "skipped"]);
    assert_eq!(story.stands(), "cancelled");
}

#[test]
fn replaying_a_partial_attempt_needs_no_older_one() {
    let mut story = Story::planned(DIAMOND);
    story.does("a", Success);
    story.does("b", Failure);
    let told = story.rerun_of(RerunOf::Failed).unwrap();
    let wanted = "attempt_requested attempt_planned job_carried job_planned job_queued";
    assert_eq!(types(&told), wanted);
    let carries = told.iter().any(|event| {
        matches!(event, Event::JobCarried { from, conclusion: Success, ran: Some(_), .. }
            if *from == JobId::new(101))
    });
    assert!(carries, "{told:?}");
}

/// A file that a run calls.
struct Called(&'static str);

impl Loader for Called {
    fn load(&self, _: Option<&Source>, _: &CalledFile) -> Result<Option<Loaded>, String> {
        Ok(Some(Loaded {
            source: Source {
                path: "o/r/.github/workflows/called.yml@main".to_owned(),
                sha: "a".repeat(40),
                reference: None,
            },
            text: self.0.to_owned(),
        }))
    }
}

const CALLED: &str = "on: workflow_call
jobs:
  build: {runs-on: linux, steps: [{run: x}]}
  ship: {needs: build, runs-on: linux, steps: [{run: x}]}
  lint: {runs-on: linux, steps: [{run: x}]}
";

const CALLER: &str = "on: push
jobs:
  first: {runs-on: linux, steps: [{run: x}]}
  deploy:
    needs: first
    strategy: {fail-fast: false, matrix: {to: [a, b]}}
    uses: ./.github/workflows/called.yml
  after: {needs: deploy, runs-on: linux, steps: [{run: x}]}
  other: {runs-on: linux, steps: [{run: x}]}
";

fn calling(text: &str, called: &'static str) -> Definition {
    let workflow = Arc::new(runyard_workflow::parse("ci.yml", text).unwrap());
    let limits = CallLimits::default();
    resolve("ci.yml", workflow, 0, &Called(called), &limits).unwrap()
}

/// A run that calls twice; everything of it ended, `failed` as a failure.
fn called(failed: &str) -> Story {
    let mut story = Story::requested("on: push\njobs: {a: {runs-on: x}}");
    story.definition = calling(CALLER, CALLED);
    story.plan().unwrap();
    while !story.run.is_completed() {
        let next = story.run.attempt().planned();
        let next = next.filter(|job| job.state == JobState::Queued);
        let next: Vec<String> = next.map(|job| job.display_name.clone()).collect();
        for name in next {
            let end = if name == failed { Failure } else { Success };
            story.ran_as(&name, end);
        }
    }
    story
}

#[test]
fn a_job_of_a_called_workflow_is_run_again_with_what_is_behind_it_and_behind_its_caller() {
    let mut story = called("deploy (b) / build");
    assert_eq!(story.stands(), "failure");
    story.rerun_of(RerunOf::Failed).unwrap();
    let wanted = [
        "deploy (a) / build",
        "deploy (a) / lint",
        "deploy (a) / ship",
        "deploy (b) / lint",
        "first",
        "other",
    ];
    assert_eq!(carried(&story), wanted.into());
    story.ran_as("deploy (b) / build", Success);
    story.ran_as("deploy (b) / ship", Success);
    story.ran_as("after", Success);
    assert_eq!(story.stands(), "success");
}

#[test]
fn asks_12_a_leg_of_a_caller_is_run_again_alone() {
    let mut story = called("nothing");
    let job = story.shown("deploy (a) / lint");
    story.rerun_of(RerunOf::Job(job)).unwrap();
    let planned = story.run.attempt().planned();
    let again: Vec<&str> = planned
        .filter(|job| job.carried_from.is_none())
        .map(|job| job.display_name.as_str())
        .collect();
    assert_eq!(again, ["deploy (a) / lint"]);
    assert_eq!(
        story
            .jobs()
            .iter()
            .filter(|stands| **stands == "blocked")
            .count(),
        1,
        "after"
    );
    story.ran_as("deploy (a) / lint", Success);
    story.ran_as("after", Success);
    assert_eq!(story.stands(), "success");
}

#[test]
fn a_caller_that_depends_on_what_runs_again_calls_again() {
    let mut story = called("first");
    assert_eq!(story.jobs(), ["failure", "skipped", "skipped", "success"]);
    story.rerun_of(RerunOf::Failed).unwrap();
    assert_eq!(story.jobs(), ["queued", "blocked", "blocked", "success"]);
    story.ran_as("first", Success);
    assert_eq!(
        story.run.attempt().planned().count(),
        6,
        "two legs of two first jobs"
    );

    let mut whole = called("nothing");
    let job = whole.shown("first");
    whole.rerun_of(RerunOf::Job(job)).unwrap();
    assert_eq!(whole.jobs(), ["queued", "blocked", "blocked", "success"]);
    assert_eq!(carried(&whole), ["other"].into());
}

#[test]
fn a_graph_is_of_its_files_only_while_they_have_its_jobs_and_needs() {
    let story = called("nothing");
    let attempt = story.run.attempt();
    assert!(fits(&story.definition, attempt));
    const WITHOUT: &str = "on: workflow_call\njobs:
  build: {runs-on: linux, steps: [{run: x}]}
  ship: {needs: build, runs-on: linux, steps: [{run: x}]}\n";
    const OTHERWISE: &str = "on: workflow_call\njobs:
  build: {runs-on: linux, steps: [{run: x}]}
  ship: {runs-on: linux, steps: [{run: x}]}
  lint: {runs-on: linux, steps: [{run: x}]}\n";
    for other in [WITHOUT, OTHERWISE] {
        assert!(!fits(&calling(CALLER, other), attempt));
    }
}
