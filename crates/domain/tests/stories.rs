//! Needs, skips and cancellations as they happen one after the other.

use crate::given::{CHAIN, DIAMOND, EVE, Story, types};
use runyard_domain::{
    Conclusion::{self, Cancelled, Failure, Skipped, Success},
    Event, Refusal,
    event::EndReason,
    run::JobState,
};

#[test]
fn r2_5_a_job_is_planned_when_all_its_needs_are_complete() {
    let mut story = Story::planned(DIAMOND);
    assert_eq!(story.jobs(), ["queued", "queued", "blocked"]);
    story.does("a", Success);
    assert_eq!(story.jobs(), ["success", "queued", "blocked"]);
    story.start("b").unwrap();
    let told = story.finish("b", Success).unwrap();
    assert_eq!(types(&told), "job_completed job_planned job_queued");
    assert_eq!(story.jobs(), ["success", "success", "queued"]);
}

#[test]
fn a_planned_job_has_the_name_and_labels_of_its_definition() {
    let story = Story::planned(DIAMOND);
    let job = story.run.job(story.id("b")).unwrap();
    assert_eq!(job.display_name, "The second");
    assert_eq!(job.labels, ["Linux", "GPU"]);
    assert_eq!(story.run.job(story.id("a")).unwrap().display_name, "a");
}

#[test]
fn r2_16_whatever_is_not_a_success_skips_all_that_depend_on_it() {
    for end in [Failure, Cancelled, Skipped, Conclusion::TimedOut] {
        let mut story = Story::planned(CHAIN);
        story.does("a", end);
        assert_eq!(story.jobs(), [end.name(), "skipped", "skipped"]);
    }
}

#[test]
fn r2_16_one_failed_need_of_two_is_enough() {
    for (a, b) in [(Success, Failure), (Failure, Success)] {
        let mut story = Story::planned(DIAMOND);
        story.does("a", a);
        story.does("b", b);
        assert_eq!(story.jobs(), [a.name(), b.name(), "skipped"]);
        assert_eq!(story.stands(), "failure");
    }
}

#[test]
fn a_job_that_never_ran_has_no_runner_and_one_moment() {
    let mut story = Story::planned(CHAIN);
    story.does("a", Failure);
    let skipped = &story.run.job(story.id("b")).unwrap().state;
    let JobState::Completed {
        started_at,
        completed_at,
        ran,
        ..
    } = skipped
    else {
        panic!("{skipped:?}");
    };
    assert_eq!((started_at, ran), (completed_at, &None));
}

#[test]
fn r3_1_cancelling_ends_what_waits_tells_what_runs_and_leaves_what_is_blocked() {
    let mut story = Story::planned(DIAMOND);
    story.start("a").unwrap();
    let told = story.cancel().unwrap();
    let wanted = "run_cancel_requested job_cancel_requested job_completed";
    assert_eq!(types(&told), wanted);
    assert_eq!(story.jobs(), ["in_progress", "cancelled", "blocked"]);
    assert_eq!(story.cancel(), Ok(vec![]), "again changes nothing");
    story.finish("a", Cancelled).unwrap();
    assert_eq!(story.jobs(), ["cancelled", "cancelled", "skipped"]);
}

#[test]
fn r3_5_a_cancelled_run_starts_no_new_jobs_though_their_needs_succeeded() {
    let mut story = Story::planned(CHAIN);
    story.start("a").unwrap();
    story.cancel().unwrap();
    story.finish("a", Success).unwrap();
    assert_eq!(story.jobs(), ["success", "skipped", "skipped"]);
    assert_eq!(story.stands(), "success");
}

#[test]
fn r3_8_a_cancelled_job_says_what_changed() {
    let mut story = Story::planned(DIAMOND);
    let job = story.id("a");
    story.start("a").unwrap();
    let mut seen = Vec::new();
    for _ in 0..2 {
        story
            .command(|run, planning| {
                let told = run.cancel_job(job, EVE, planning)?;
                seen.push((told.changed_jobs, told.run_conclusion));
                Ok(told.events)
            })
            .unwrap();
    }
    assert_eq!(seen, [(1, None), (0, None)], "told before changes nothing");
    assert_eq!(story.run.attempt().cancelled_at, None);
    story.finish("a", Cancelled).unwrap();
    assert_eq!(story.jobs(), ["cancelled", "queued", "blocked"]);

    let job = story.id("b");
    story
        .command(|run, planning| {
            let told = run.cancel_job(job, EVE, planning)?;
            let ended = Some(Cancelled);
            assert_eq!((told.changed_jobs, told.run_conclusion), (2, ended));
            Ok(told.events)
        })
        .unwrap();
    assert_eq!(story.jobs(), ["cancelled", "cancelled", "skipped"]);
    story
        .command(|run, planning| {
            let told = run.cancel_job(job, EVE, planning)?;
            assert_eq!((told.changed_jobs, told.run_conclusion), (0, None));
            Ok(told.events)
        })
        .unwrap();
}

#[test]
fn rule_1_2_a_lost_runner_fails_the_job_unless_it_was_told_to_stop() {
    for (told, end) in [(false, Failure), (true, Cancelled)] {
        let mut story = Story::planned(DIAMOND);
        story.start("a").unwrap();
        if told {
            story.cancel_job("a").unwrap();
        }
        let events = story.abandon("a").unwrap();
        assert!(matches!(
            events[0],
            Event::JobCompleted { conclusion, reason: Some(EndReason::RunnerLost), .. }
                if conclusion == end
        ));
        assert_eq!(story.jobs()[0], end.name());
    }
}

#[test]
fn rule_1_2_a_late_report_that_differs_is_refused() {
    let mut story = Story::planned(DIAMOND);
    story.start("a").unwrap();
    story.abandon("a").unwrap();
    let job = story.id("a");
    let stored = Failure;
    let refused = Err(Refusal::OtherResultStored { job, stored });
    assert_eq!(story.finish("a", Success), refused);
    assert_eq!(story.finish("a", Failure), Ok(vec![]));
}

#[test]
fn every_reason_has_a_sentence() {
    for reason in [
        EndReason::RunnerLost,
        EndReason::CancelGraceOver,
        EndReason::FailFast,
        EndReason::ForceCancelled,
        EndReason::NotReached,
    ] {
        assert!(reason.sentence().contains(' '));
    }
}
