//! What follows late: a run that was left behind catches up, and one that was not stays as it is.

use crate::given::Story;
use runyard_domain::{
    Conclusion, Event, JobStatus, Run,
    concurrency::{GroupName, Groups, Member},
    run::{NodePath, Overdue},
};

const TWO: &str = "on: push\njobs:\n  a: {runs-on: linux, steps: [{run: x}]}\n  \
    b: {runs-on: linux, needs: a, steps: [{run: x}]}\n";
const GROUPED: &str = "on: push\nconcurrency: g\njobs:\n  a: {runs-on: linux, steps: [{run: x}]}\n";

/// The run as if its last events never were.
fn without_last(story: &mut Story, count: usize) {
    let all = story.events.len();
    story.events.truncate(all - count);
    story.run = Run::replay(&story.events).unwrap();
}

#[test]
fn r1_16_a_run_whose_end_was_forgotten_ends_late() {
    let mut story = Story::planned(GROUPED);
    story.ran_as("a", Conclusion::Failure);
    without_last(&mut story, 1);
    assert_eq!(story.run.overdue(), Some(Overdue::End(Conclusion::Failure)));
    let caught_up = story
        .command(|run, planning| run.catch_up(planning))
        .unwrap();
    assert!(matches!(caught_up[..], [Event::RunCompleted { .. }]));
    assert_eq!(story.run.overdue(), None);
    assert_eq!(story.run.memberships(), []);
}

#[test]
fn r2_5_a_job_that_was_forgotten_is_planned_late() {
    let mut story = Story::planned(TWO);
    story.ran_as("a", Conclusion::Success);
    without_last(&mut story, 2);
    let b = NodePath::try_from("b".to_owned()).unwrap();
    assert_eq!(story.run.overdue(), Some(Overdue::Plan(b)));
    story
        .command(|run, planning| run.catch_up(planning))
        .unwrap();
    let b = story.run.attempt().planned().nth(1).unwrap();
    assert_eq!(b.state.status(), JobStatus::Queued);
    let again = story.command(|run, planning| run.catch_up(planning));
    assert_eq!(again.unwrap(), [], "nothing is due any more");
}

#[test]
fn a_slot_is_taken_again_only_where_nobody_has_it() {
    let mut story = Story::planned(GROUPED);
    let name = GroupName::new("g").unwrap();
    let own = story.run.memberships();
    assert!(own.len() == 1 && own[0].has_slot && own[0].group == name);
    for other in [None, Some(4711)] {
        let repository = story.run.identity().repository;
        let mut group =
            runyard_domain::concurrency::ConcurrencyGroup::free(repository, name.clone());
        if let Some(run) = other {
            let (by, pending) = (
                Member::Run {
                    run: runyard_domain::RunId::new(run),
                    attempt: 1,
                },
                Vec::new(),
            );
            group = runyard_domain::concurrency::ConcurrencyGroup::taken(
                repository,
                name.clone(),
                by,
                pending,
            );
        }
        story.groups = Groups::new([group]);
        story
            .command(|run, planning| run.catch_up(planning))
            .unwrap();
        let holder = story
            .groups
            .iter()
            .next()
            .unwrap()
            .running()
            .unwrap()
            .run()
            .get();
        let wanted = other.unwrap_or(story.run.id().get());
        assert_eq!(holder, wanted);
    }
}
