//! Re-running: a new attempt of the same run.

use crate::given::{ADA, DIAMOND, EVE, Story, types};
use runyard_domain::Conclusion::{Failure, Success};
use std::collections::BTreeSet;

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
    story.rerun().unwrap();
    assert_eq!((story.run.attempt().number, story.stands()), (2, "queued"));
    assert_eq!(story.run.attempt().cancelled_at, None);
}
