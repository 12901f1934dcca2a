//! Ending a run by force: at once, in every state, whatever its conditions and its files say.

use crate::given::{CHAIN, EVE, Story, at, types};
use runyard_domain::{
    Conclusion::{self, Success},
    JobIds, Refusal,
    concurrency::Groups,
    event::EndReason,
    run::{Contexts, JOBS_PER_ATTEMPT_MAX, Planning, single},
};
use runyard_workflow::Workflow;

#[test]
fn r3_4_force_cancel_ends_every_job_whatever_its_condition_says() {
    let always = "on: push\njobs:
  a: {runs-on: linux, steps: [{run: x}]}
  b: {if: always(), runs-on: linux, steps: [{run: x}]}
  c: {if: cancelled(), runs-on: linux, steps: [{run: x}]}
  d: {needs: a, if: always(), runs-on: linux, steps: [{run: x}]}\n";
    let mut story = Story::planned(always);
    story.start("a").unwrap();
    story.start("b").unwrap();
    story.cancel().unwrap();
    assert_eq!(story.stands(), "in_progress");
    let told = story.force_cancel().unwrap();
    assert!(types(&told).ends_with("run_completed"));
    assert_eq!(story.jobs()[0..2], ["cancelled", "cancelled"]);
    assert_eq!(story.jobs()[3], "cancelled");
    assert_eq!(story.stands(), "cancelled");
    assert_eq!(story.force_cancel(), Err(Refusal::RunCompleted));
}

#[test]
fn r3_4_what_had_ended_stays_as_it_ended_and_the_rest_says_why() {
    let mut story = Story::planned(CHAIN);
    story.does("a", Success);
    story.start("b").unwrap();
    story.force_cancel().unwrap();
    assert_eq!(story.jobs(), ["success", "cancelled", "cancelled"]);
    let reason = |name: &str| {
        let state = &story.run.job(story.id(name)).unwrap().state;
        state.reason().cloned()
    };
    assert_eq!(reason("a"), None);
    assert_eq!(reason("b"), Some(EndReason::ForceCancelled));
    assert_eq!(reason("c"), Some(EndReason::NotReached));
}

#[test]
fn r3_7_a_requested_run_is_ended_with_no_jobs() {
    let mut story = Story::requested(CHAIN);
    let told = story.force_cancel().unwrap();
    assert_eq!(types(&told), "run_force_cancel_requested run_completed");
    assert_eq!((story.stands(), story.jobs().len()), ("cancelled", 0));
}

#[test]
fn asks_1_force_cancel_works_though_the_definition_cannot_be_found() {
    let mut story = Story::planned(CHAIN);
    story.start("a").unwrap();
    let mut ids =
        JobIds::new((900..900 + JOBS_PER_ATTEMPT_MAX as i64).map(runyard_domain::JobId::new));
    let planning = Planning {
        definition: &single(Workflow::default()),
        contexts: &Contexts::default(),
        ids: &mut ids,
        groups: &mut Groups::default(),
        now: at(9),
    };
    story.run.force_cancel(Some(EVE), planning).unwrap();
    assert_eq!(
        story.run.attempt().conclusion(),
        Some(Conclusion::Cancelled)
    );
    let planned = story.run.attempt().planned();
    let names: Vec<&str> = planned.map(|job| job.display_name.as_str()).collect();
    assert_eq!(names, ["a", "b", "c"]);
}

#[test]
fn e2_a_force_cancel_is_what_the_run_ends_as_though_a_job_had_failed() {
    let mut story = Story::planned(CHAIN);
    story.does("a", Success);
    story.does("b", Conclusion::Failure);
    assert_eq!(story.stands(), "failure");
    story.rerun().unwrap();
    story.start("a").unwrap();
    story.force_cancel().unwrap();
    assert_eq!(story.stands(), "cancelled");
    let times = (story.run.attempt().cancelled_at, story.run.updated_at());
    assert_eq!(times, (Some(story.now), story.now));
}

#[test]
fn a_force_cancel_leaves_the_moment_of_the_cancel_before_it() {
    let mut story = Story::planned(CHAIN);
    story.start("a").unwrap();
    story.cancel().unwrap();
    let since = story.run.attempt().cancelled_at;
    story.force_cancel().unwrap();
    assert_eq!(story.run.attempt().cancelled_at, since);
}
