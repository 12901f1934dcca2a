//! Where a run stands (R1.15) and how it ends (R1.16), row by row, and the edge cases of semantics 10 that can be
//! reached.

use crate::given::{CHAIN, DIAMOND, ONE_JOB, Story};
use runyard_domain::{
    Conclusion::{self, Cancelled, Failure, Skipped, Success, TimedOut},
    run::suite_conclusion,
};
use std::time::Duration;

/// A run with these jobs beside each other, ended so.
fn ended(ends: &[Conclusion]) -> Story {
    let job = |n| format!("  j{n}: {{runs-on: x, steps: [{{run: x}}]}}\n");
    let jobs: String = (0..ends.len()).map(job).collect();
    let mut story = Story::planned(&format!("on: push\njobs:\n{jobs}"));
    for (n, end) in ends.iter().enumerate() {
        story.does(&format!("j{n}"), *end);
    }
    story
}

#[test]
fn r1_16_the_first_row_that_holds_decides() {
    let table: [(&[Conclusion], &str); 14] = [
        (&[Success], "success"),
        (&[Failure], "failure"),
        (&[TimedOut], "timed_out"),
        (&[Cancelled], "cancelled"),
        (&[Skipped], "skipped"),
        (&[Success, Success], "success"),
        (&[Success, Failure], "failure"),
        (&[Failure, Cancelled, TimedOut], "failure"),
        (&[Cancelled, TimedOut], "timed_out"),
        (&[Success, TimedOut], "timed_out"),
        (&[Success, Cancelled], "cancelled"),
        (&[Skipped, Cancelled], "cancelled"),
        (&[Skipped, Skipped], "skipped"),
        (&[Success, Skipped], "success"),
    ];
    for (ends, wanted) in table {
        assert_eq!(ended(ends).stands(), wanted, "{ends:?}");
        let reversed: Vec<_> = ends.iter().rev().copied().collect();
        assert_eq!(ended(&reversed).stands(), wanted, "{reversed:?}");
    }
}

#[test]
fn r1_16_e2_a_cancelled_run_is_cancelled_though_a_job_failed_before() {
    let mut story = Story::planned(DIAMOND);
    story.does("a", Failure);
    story.start("b").unwrap();
    story.cancel().unwrap();
    story.finish("b", Cancelled).unwrap();
    assert_eq!(story.jobs(), ["failure", "cancelled", "skipped"]);
    assert_eq!(story.stands(), "cancelled");
}

#[test]
fn r1_16_a_cancelled_run_whose_jobs_ended_by_themselves_is_what_they_are() {
    for end in [Success, Failure] {
        let mut story = Story::planned(ONE_JOB);
        story.start("a").unwrap();
        story.cancel().unwrap();
        story.finish("a", end).unwrap();
        assert_eq!(story.stands(), end.name());
    }
}

#[test]
fn r1_16_a_job_that_was_cancelled_by_itself_before_the_run_was_does_not_make_it_cancelled() {
    for in_the_same_microsecond in [false, true] {
        let mut story = Story::planned(DIAMOND);
        story.start("b").unwrap();
        story.cancel_job("a").unwrap();
        if in_the_same_microsecond {
            story.now = story.now.minus(Duration::from_secs(1));
        }
        story.cancel().unwrap();
        story.finish("b", Failure).unwrap();
        assert_eq!(story.jobs(), ["cancelled", "failure", "skipped"]);
        assert_eq!(story.stands(), "failure");
    }
}

#[test]
fn r1_18_the_worst_check_decides_how_a_suite_ends() {
    let order = [
        "failure",
        "startup_failure",
        "timed_out",
        "cancelled",
        "action_required",
        "stale",
        "success",
        "neutral",
        "skipped",
    ];
    let words: Vec<Conclusion> = order.map(|word| word.parse().unwrap()).into();
    assert_eq!(words.len(), Conclusion::ALL.len());
    for (at, worst) in words.iter().enumerate() {
        let mut checks = words[at..].to_vec();
        checks.reverse();
        assert_eq!(suite_conclusion(&checks), Some(*worst));
    }
    assert_eq!(suite_conclusion(&[]), None);
}

#[test]
fn r3_7_a_run_that_was_not_planned_is_cancelled_with_no_jobs() {
    let mut story = Story::requested(DIAMOND);
    story.cancel().unwrap();
    assert_eq!((story.stands(), story.jobs().len()), ("cancelled", 0));
}

#[test]
fn e7_one_success_and_the_rest_skipped_is_a_success() {
    assert_eq!(ended(&[Skipped, Success, Skipped]).stands(), "success");
}

#[test]
fn e6_a_run_whose_every_job_is_skipped_is_skipped() {
    let mut story = Story::planned(CHAIN);
    story.does("a", Skipped);
    assert_eq!(story.jobs(), ["skipped", "skipped", "skipped"]);
    assert_eq!(story.stands(), "skipped");
}

#[test]
fn r1_15_a_run_is_in_progress_while_any_job_is_and_queued_between_stages() {
    let mut story = Story::requested(CHAIN);
    let mut seen = vec![story.stands()];
    story.plan().unwrap();
    seen.push(story.stands());
    for job in ["a", "b"] {
        story.start(job).unwrap();
        seen.push(story.stands());
        story.finish(job, Success).unwrap();
        seen.push(story.stands());
    }
    story.does("c", Success);
    seen.push(story.stands());
    let wanted = [
        "requested",
        "queued",
        "in_progress",
        "queued",
        "in_progress",
        "queued",
        "success",
    ];
    assert_eq!(seen, wanted);
}

#[test]
fn r1_15_one_job_in_progress_counts_more_than_one_in_the_queue() {
    let mut story = Story::planned(DIAMOND);
    story.start("b").unwrap();
    assert_eq!(story.jobs(), ["queued", "in_progress", "blocked"]);
    assert_eq!(story.stands(), "in_progress");
}
