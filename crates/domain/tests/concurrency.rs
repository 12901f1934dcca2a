//! Concurrency groups of runs and jobs (semantics 2.8): who enters, who waits, who is replaced, who goes on.

use crate::{
    given::{EVE, Story, types},
    yard::Yard,
};
use runyard_domain::{
    Conclusion::{Cancelled, Failure, Success},
    Event, JobStatus, RepositoryId, RunId,
    concurrency::{
        Concurrency, ConcurrencyGroup, Entered, GROUP_NAME_CHARACTERS_MAX, GroupName,
        InvalidGroupName, Member, PENDING_MAX, Place,
    },
    event::EndReason,
    run::{AttemptState, RerunOf},
};
use runyard_workflow::{
    expression::{Object, Value},
    model::Queue,
};

/// One job; `concurrency` as given.
fn file(concurrency: &str) -> String {
    format!(
        "on: push\nconcurrency: {concurrency}\njobs:\n  a: {{runs-on: linux, steps: [{{run: x}}]}}\n"
    )
}

/// One job with this `concurrency`.
fn job(concurrency: &str) -> String {
    format!(
        "on: push\njobs:\n  a: {{runs-on: linux, concurrency: {concurrency}, steps: [{{run: x}}]}}\n"
    )
}

fn member(run: i64) -> Member {
    Member::Run {
        run: RunId::new(run),
        attempt: 1,
    }
}

fn wish(queue: Queue, cancel_in_progress: bool) -> Concurrency {
    Concurrency {
        group: GroupName::new("g").unwrap(),
        cancel_in_progress,
        queue,
    }
}

fn free_group() -> ConcurrencyGroup {
    ConcurrencyGroup::free(RepositoryId::new(2), GroupName::new("g").unwrap())
}

fn cancel_reason(story: &Story) -> Option<EndReason> {
    story.run.attempt().cancel_reason.clone()
}

#[test]
fn r2_50_a_group_name_is_neither_empty_nor_too_long() {
    assert_eq!(GroupName::new(" \t"), Err(InvalidGroupName::Empty));
    let longest = "\u{e9}".repeat(GROUP_NAME_CHARACTERS_MAX);
    assert!(GroupName::new(longest.clone()).is_ok());
    let characters = GROUP_NAME_CHARACTERS_MAX + 1;
    let too_long = Err(InvalidGroupName::TooLong { characters });
    assert_eq!(GroupName::new(longest + "x"), too_long);
}

#[test]
fn r2_50_e33_names_that_differ_in_case_are_one_group() {
    let mut yard = Yard::default();
    yard.starts(&file("Prod"));
    yard.starts(&file("prod"));
    yard.starts(&job("PROD"));
    // The job came last and took the place of the run that waited: one namespace for both.
    assert_eq!(yard.stands(), ["queued", "cancelled", "pending"]);
    assert_eq!(yard.line("Prod"), [1, 3]);
}

#[test]
fn r2_50_a_group_that_cannot_be_evaluated_fails_the_start_of_a_run_and_fails_a_job() {
    for bad in ["\"${{ github.nothing }}\"", "\"${{ fromJSON('{') }}\""] {
        let story = Story::planned(&file(bad));
        assert_eq!(story.stands(), "startup_failure", "{bad}");
        let story = Story::planned(&job(bad));
        assert_eq!(story.jobs(), ["failure"], "{bad}");
        let reason = story.run.attempt().planned().next().unwrap();
        let sentence = reason.state.reason().unwrap().sentence();
        assert!(sentence.starts_with("concurrency: "), "{sentence}");
    }
}

#[test]
fn r2_52_e31_a_newcomer_takes_the_place_of_the_one_that_waits() {
    let mut yard = Yard::default();
    let text = file("{group: g, cancel-in-progress: false}");
    yard.starts(&text);
    yard.starts(&text);
    assert_eq!(yard.stands(), ["queued", "pending"]);
    yard.starts(&text);
    assert_eq!(yard.stands(), ["queued", "cancelled", "pending"]);
    // R2.59: whoever was replaced knows by whom.
    let reason = cancel_reason(&yard.stories[1]).unwrap();
    let group = GroupName::new("g").unwrap();
    assert_eq!(
        reason,
        EndReason::Superseded {
            group,
            by: member(3)
        }
    );
    assert!(reason.sentence().contains("run 3"), "{}", reason.sentence());
    // R2.55: it never had a job.
    assert!(yard.stories[1].run.attempt().jobs.is_empty());
}

#[test]
fn r2_52_a_replacement_happens_whatever_cancel_in_progress_says() {
    let mut group = free_group();
    let single = wish(Queue::Single, false);
    assert_eq!(group.arrive(member(1), &single).entered, Entered::Running);
    assert_eq!(group.arrive(member(2), &single).entered, Entered::Pending);
    let third = group.arrive(member(3), &wish(Queue::Single, true));
    assert_eq!(third.entered, Entered::Pending);
    let told: Vec<&Member> = third.messages.iter().map(|message| &message.to).collect();
    assert_eq!(told, [&member(2), &member(1)]);
    assert_eq!(group.pending(), [member(3)]);
}

#[test]
fn r2_53_a_queue_of_max_is_first_in_first_out_and_its_overflow_ends_the_newcomer() {
    let mut group = free_group();
    let max = wish(Queue::Max, false);
    for run in 0..=i64::try_from(PENDING_MAX).unwrap() {
        assert_ne!(group.arrive(member(run), &max).entered, Entered::Full);
    }
    let full = group.arrive(member(500), &max);
    assert_eq!(full.entered, Entered::Full);
    assert!(full.messages.is_empty(), "nobody is replaced");
    assert_eq!(group.pending().len(), PENDING_MAX);
    for run in 1..=i64::try_from(PENDING_MAX).unwrap() {
        let told = group.leave(&member(run - 1)).unwrap();
        assert_eq!(told.to, member(run));
    }
    assert_eq!(group.arrive(member(500), &max).entered, Entered::Pending);
}

#[test]
fn r2_53_a_run_that_finds_the_line_full_is_cancelled_with_the_reason() {
    let mut yard = Yard::default();
    let text = file("{group: g, queue: max}");
    for _ in 0..PENDING_MAX + 2 {
        yard.starts(&text);
    }
    let last = yard.stories.last().unwrap();
    assert_eq!(last.stands(), "cancelled");
    let group = GroupName::new("g").unwrap();
    assert_eq!(cancel_reason(last), Some(EndReason::GroupFull { group }));
    assert_eq!(yard.line("g").len(), PENDING_MAX + 1);
}

#[test]
fn r2_53_a_newcomer_with_queue_single_replaces_all_that_wait() {
    let mut yard = Yard::default();
    for _ in 0..3 {
        yard.starts(&file("{group: g, queue: max}"));
    }
    yard.starts(&file("g"));
    assert_eq!(
        yard.stands(),
        ["queued", "cancelled", "cancelled", "pending"]
    );
}

#[test]
fn r2_53_e34_max_beside_a_computed_cancel_in_progress_is_refused() {
    let text = file("{group: g, queue: max, cancel-in-progress: '${{ github.x == null }}'}");
    assert_eq!(Story::planned(&text).stands(), "startup_failure");
    let literal = file("{group: g, queue: max, cancel-in-progress: true}");
    assert!(runyard_workflow::parse("ci.yml", &literal).is_err());
}

#[test]
fn r2_54_cancel_in_progress_cancels_what_runs_and_waits_for_its_end() {
    let mut yard = Yard::default();
    let text = file("{group: g, cancel-in-progress: true}");
    yard.starts(&text);
    yard.does(1, |it| it.start("a").unwrap());
    yard.starts(&text);
    assert_eq!(yard.stands(), ["in_progress", "pending"]);
    assert!(yard.stories[0].run.attempt().cancelled_at.is_some());
    let group = GroupName::new("g").unwrap();
    let reason = EndReason::CancelInProgress {
        group,
        by: member(2),
    };
    assert_eq!(cancel_reason(&yard.stories[0]), Some(reason));
    yard.does(1, |it| it.finish("a", Cancelled).unwrap());
    assert_eq!(yard.stands(), ["cancelled", "queued"]);
}

#[test]
fn r2_54_what_runs_nowhere_yet_is_gone_at_once() {
    let mut yard = Yard::default();
    let text = file("{group: g, cancel-in-progress: true}");
    yard.starts(&text);
    yard.starts(&text);
    assert_eq!(yard.stands(), ["cancelled", "queued"]);
}

#[test]
fn r2_54_an_always_job_of_what_is_cancelled_still_runs_before_the_next() {
    let mut yard = Yard::default();
    let with_clean_up = "on: push\nconcurrency: g\njobs:
  a: {runs-on: linux, steps: [{run: x}]}
  clean: {needs: a, if: always(), runs-on: linux, steps: [{run: x}]}\n";
    yard.starts(with_clean_up);
    yard.does(1, |it| it.start("a").unwrap());
    yard.starts(&file("{group: g, cancel-in-progress: true}"));
    yard.does(1, |it| it.finish("a", Cancelled).unwrap());
    assert_eq!(yard.stands(), ["queued", "pending"]);
    yard.does(1, |it| it.does("clean", Success));
    assert_eq!(yard.stands(), ["cancelled", "queued"]);
}

#[test]
fn r2_54_it_is_read_from_the_newcomer_and_may_be_computed() {
    let mut yard = Yard::default();
    yard.starts(&file("{group: g, cancel-in-progress: true}"));
    let computed = "{group: g, cancel-in-progress: \"${{ github.ref != 'main' }}\"}";
    let mut on_main = Object::new();
    on_main.insert("ref", "main");
    let run = yard.requests(&file(computed));
    yard.stories[run - 1].contexts.github = Value::from(on_main);
    yard.does(run, |it| it.plan().unwrap());
    assert_eq!(yard.stands(), ["queued", "pending"]);
    yard.starts(&file(computed));
    assert_eq!(yard.stands(), ["cancelled", "cancelled", "queued"]);
}

#[test]
fn r2_55_a_pending_run_has_no_jobs_and_its_conditions_were_not_looked_at() {
    let mut yard = Yard::default();
    let never = "on: push\nconcurrency: \"${{ inputs.to }}\"\njobs:
  a: {if: false, runs-on: linux, steps: [{run: x}]}\n";
    for _ in 0..3 {
        let run = yard.requests(never);
        let mut inputs = Object::new();
        inputs.insert("to", "production");
        yard.stories[run - 1].contexts.inputs = Value::from(inputs);
    }
    yard.starts(&file("production"));
    for run in 1..=3 {
        yard.does(run, |it| it.plan().unwrap());
    }
    assert_eq!(
        yard.stands(),
        ["cancelled", "cancelled", "pending", "queued"]
    );
    let third = &yard.stories[2];
    assert_eq!(third.run.attempt().state, AttemptState::Pending);
    assert!(third.run.attempt().jobs.is_empty());
    yard.does(4, |it| it.does("a", Success));
    assert_eq!(yard.stands()[2], "skipped");
}

#[test]
fn r2_56_each_leg_enters_a_group_of_its_own_and_a_skipped_job_none() {
    let legs = "on: push\njobs:
  a:
    strategy: {matrix: {to: [x, y]}}
    concurrency: 'deploy-${{ matrix.to }}'
    runs-on: linux
    steps: [{run: x}]
  b: {if: false, concurrency: deploy-x, runs-on: linux, steps: [{run: x}]}\n";
    let mut yard = Yard::default();
    yard.starts(legs);
    assert_eq!(yard.stories[0].jobs(), ["queued", "skipped", "queued"]);
    yard.starts(&job("deploy-x"));
    assert_eq!(yard.stories[1].jobs(), ["pending"]);
    assert_eq!(yard.line("deploy-x"), [1, 2]);
    assert_eq!(yard.line("deploy-y"), [1]);
}

#[test]
fn r2_56_legs_of_one_group_run_one_after_the_other_with_queue_max() {
    let legs = "on: push\njobs:
  a:
    strategy: {matrix: {n: [1, 2, 3]}}
    concurrency: {group: g, queue: max}
    runs-on: linux
    steps: [{run: x}]\n";
    let mut yard = Yard::default();
    yard.starts(legs);
    for running in 0..3 {
        let ids: Vec<_> = yard.stories[0]
            .run
            .attempt()
            .planned()
            .map(|job| job.id)
            .collect();
        let states: Vec<_> = yard.stories[0].jobs();
        let wanted = |place: usize| match place.cmp(&running) {
            std::cmp::Ordering::Less => "success",
            std::cmp::Ordering::Equal => "queued",
            std::cmp::Ordering::Greater => "pending",
        };
        assert_eq!(states, [wanted(0), wanted(1), wanted(2)]);
        let id = ids[running];
        yard.tells(1, |run, planning| {
            run.start_job(id, crate::given::ran(id.get()), planning.now)
        })
        .unwrap();
        yard.tells(1, |run, planning| run.finish_job(id, Success, planning))
            .unwrap();
    }
    assert_eq!(yard.stands(), ["success"]);
    assert!(yard.messages.is_empty(), "its own grants need no message");
}

#[test]
fn r2_57_a_rerun_is_a_new_arrival() {
    let mut yard = Yard::default();
    yard.starts(&file("g"));
    yard.does(1, |it| it.does("a", Failure));
    yard.starts(&file("g"));
    yard.starts(&file("g"));
    yard.does(1, |it| it.rerun().unwrap());
    assert_eq!(yard.stands(), ["pending", "queued", "cancelled"]);
    yard.does(2, |it| it.does("a", Success));
    assert_eq!(yard.stands(), ["queued", "success", "cancelled"]);
}

#[test]
fn r2_57_a_message_to_an_attempt_that_is_history_changes_nothing() {
    let mut yard = Yard::default();
    for _ in 0..2 {
        yard.starts(&file("g"));
    }
    yard.with(1, |it| it.does("a", Success));
    assert_eq!(
        yard.messages.len(),
        1,
        "the slot is run 2's, and it has not heard"
    );
    yard.with(2, |it| it.cancel().unwrap());
    yard.starts(&file("g"));
    yard.with(2, |it| it.rerun().unwrap());
    assert_eq!(yard.stands(), ["success", "pending", "queued"]);
    while !yard.messages.is_empty() {
        yard.passes_on(0);
    }
    assert_eq!(yard.stands(), ["success", "pending", "queued"]);
}

#[test]
fn r2_58_whatever_ends_a_member_frees_its_slot() {
    let ends: [fn(&mut Story); 6] = [
        |it| it.does("a", Success),
        |it| it.does("a", Failure),
        |it| drop(it.cancel().unwrap()),
        |it| drop(it.cancel_job("a").unwrap()),
        |it| {
            it.start("a").unwrap();
            it.abandon("a").unwrap();
        },
        |it| {
            it.start("a").unwrap();
            it.cancel().unwrap();
            it.abandon("a").unwrap();
        },
    ];
    for text in [file("g"), job("g")] {
        for end in ends {
            let mut yard = Yard::default();
            yard.starts(&text);
            yard.starts(&text);
            assert_eq!(yard.line("g"), [1, 2]);
            yard.does(1, end);
            assert_eq!(yard.stands()[1], "queued", "{text}");
            assert_eq!(yard.line("g"), [2]);
        }
    }
}

#[test]
fn r2_58_the_slot_moves_before_the_new_holder_has_heard_of_it() {
    let mut yard = Yard::default();
    for _ in 0..2 {
        yard.starts(&file("{group: g, queue: max}"));
    }
    yard.with(1, |it| it.does("a", Success));
    assert_eq!(yard.line("g"), [2]);
    assert_eq!(yard.stands(), ["success", "pending"]);
    yard.starts(&file("{group: g, queue: max}"));
    assert_eq!(yard.line("g"), [2, 3], "nobody comes in between");
}

#[test]
fn r2_59_a_job_that_is_replaced_or_cancelled_says_by_whom() {
    let mut yard = Yard::default();
    for _ in 0..3 {
        yard.starts(&job("{group: g, cancel-in-progress: false}"));
    }
    let reason = |yard: &Yard, run: usize| {
        let job = yard.stories[run - 1]
            .run
            .attempt()
            .planned()
            .next()
            .unwrap();
        job.state.reason().cloned()
    };
    let third = Member::Job {
        run: RunId::new(3),
        job: yard.stories[2].id("a"),
    };
    let group = GroupName::new("g").unwrap();
    assert_eq!(
        reason(&yard, 2),
        Some(EndReason::Superseded {
            group: group.clone(),
            by: third
        })
    );
    // R3.6: a job's group cancels the job, not its run.
    assert_eq!(yard.stories[1].run.attempt().cancelled_at, None);
    yard.does(1, |it| it.start("a").unwrap());
    yard.starts(&job("{group: g, cancel-in-progress: true}"));
    let by = Member::Job {
        run: RunId::new(4),
        job: yard.stories[3].id("a"),
    };
    let wanted = Some(EndReason::CancelInProgress { group, by });
    assert_eq!(reason(&yard, 1), wanted, "while it stops");
    yard.does(1, |it| it.finish("a", Cancelled).unwrap());
    assert_eq!(reason(&yard, 1), wanted, "once it has");
    assert_eq!(
        yard.stands(),
        ["cancelled", "cancelled", "cancelled", "queued"]
    );
}

#[test]
fn r2_59_a_job_that_succeeds_though_it_was_told_to_stop_has_no_reason() {
    let mut yard = Yard::default();
    yard.starts(&job("g"));
    yard.does(1, |it| it.start("a").unwrap());
    yard.starts(&job("{group: g, cancel-in-progress: true}"));
    yard.does(1, |it| it.finish("a", Success).unwrap());
    let job = yard.stories[0].run.attempt().planned().next().unwrap();
    assert_eq!(job.state.reason(), None);
}

#[test]
fn r2_70_a_job_with_the_group_of_its_run_has_the_slot_already() {
    let text = "on: push\nconcurrency: Same\njobs:
  a: {runs-on: linux, concurrency: same, steps: [{run: x}]}\n";
    let mut yard = Yard::default();
    yard.starts(text);
    assert_eq!(yard.stories[0].jobs(), ["queued"]);
    yard.starts(text);
    yard.does(1, |it| it.does("a", Success));
    assert_eq!(yard.stands(), ["success", "queued"]);
    assert_eq!(yard.line("Same"), [2]);
}

#[test]
fn r2_31_max_parallel_comes_before_the_slot() {
    let legs = "on: push\njobs:
  a:
    strategy: {max-parallel: 1, matrix: {n: [1, 2]}}
    concurrency: 'g-${{ matrix.n }}'
    runs-on: linux
    steps: [{run: x}]\n";
    let mut yard = Yard::default();
    yard.starts(&job("g-1"));
    yard.starts(legs);
    // R2.44: the leg that waits for its slot is past that gate, so the second has not asked for its own.
    let states = |yard: &Yard| yard.stories[1].jobs();
    assert_eq!(states(&yard), ["pending", "queued"]);
    assert!(yard.line("g-2").is_empty());
    assert_eq!(yard.stands(), ["queued", "pending"]);
    yard.does(1, |it| it.does("a", Success));
    assert_eq!(yard.stands(), ["success", "queued"]);
    assert!(yard.line("g-2").is_empty());
}

#[test]
fn r2_45_fail_fast_ends_a_leg_that_waits_for_its_slot() {
    let legs = "on: push\njobs:
  a:
    strategy: {matrix: {n: [1, 2]}}
    concurrency: 'g-${{ matrix.n }}'
    runs-on: linux
    steps: [{run: x}]\n";
    let mut yard = Yard::default();
    yard.starts(&job("g-2"));
    yard.starts(legs);
    assert_eq!(yard.stories[1].jobs(), ["queued", "pending"]);
    yard.does(2, |it| it.does("a", Failure));
    assert_eq!(yard.stories[1].jobs(), ["failure", "cancelled"]);
    assert_eq!(yard.line("g-2"), [1]);
}

#[test]
fn r1_2_r1_15_a_run_is_pending_only_when_nothing_of_it_is_ready_or_runs() {
    let two = "on: push\njobs:
  a: {runs-on: linux, concurrency: g, steps: [{run: x}]}
  b: {runs-on: linux, steps: [{run: x}]}\n";
    let mut yard = Yard::default();
    yard.starts(&job("g"));
    yard.starts(two);
    assert_eq!(yard.stories[1].jobs(), ["pending", "queued"]);
    assert_eq!(yard.stands()[1], "queued");
    yard.does(2, |it| it.start("b").unwrap());
    assert_eq!(yard.stands()[1], "in_progress");
    yard.does(2, |it| it.finish("b", Success).unwrap());
    assert_eq!(yard.stands()[1], "pending");
    assert_eq!(yard.stories[1].run.attempt().state, AttemptState::Live);
}

#[test]
fn r3_7_a_pending_run_is_cancelled_at_once_and_leaves_the_line() {
    let mut yard = Yard::default();
    for _ in 0..2 {
        yard.starts(&file("g"));
    }
    let told = yard.does(2, |it| it.cancel().unwrap());
    assert_eq!(types(&told), "run_cancel_requested run_completed");
    assert_eq!(yard.stands(), ["queued", "cancelled"]);
    assert!(yard.stories[1].run.attempt().jobs.is_empty());
    assert_eq!(yard.line("g"), [1]);
    let by_somebody = |event: &Event| matches!(event, Event::RunCancelRequested { by: Some(by), reason: None, .. } if *by == EVE);
    assert!(told.iter().any(by_somebody));
}

#[test]
fn r3_8_a_pending_job_is_cancelled_at_once_and_leaves_the_line() {
    let mut yard = Yard::default();
    for _ in 0..2 {
        yard.starts(&job("g"));
    }
    yard.does(2, |it| it.cancel_job("a").unwrap());
    assert_eq!(yard.stories[1].jobs(), ["cancelled"]);
    assert_eq!(yard.line("g"), [1]);
}

#[test]
fn r3_1_a_pending_job_of_a_cancelled_run_stays_when_its_condition_holds() {
    let always = "on: push\njobs:
  a: {runs-on: linux, concurrency: g, steps: [{run: x}]}
  b: {if: always(), runs-on: linux, concurrency: g-2, steps: [{run: x}]}\n";
    let mut yard = Yard::default();
    yard.starts(&job("g"));
    yard.starts(&job("g-2"));
    yard.starts(always);
    yard.does(3, |it| it.cancel().unwrap());
    assert_eq!(yard.stories[2].jobs(), ["cancelled", "pending"]);
    yard.does(2, |it| it.does("a", Success));
    assert_eq!(yard.stories[2].jobs(), ["cancelled", "queued"]);
}

#[test]
fn a_runner_can_neither_take_nor_end_a_job_that_waits_for_its_slot() {
    let mut yard = Yard::default();
    for _ in 0..2 {
        yard.starts(&job("g"));
    }
    let job = yard.stories[1].run.attempt().planned().next().unwrap();
    assert_eq!(job.state.status(), JobStatus::Pending);
    assert!(yard.with(2, |it| it.start("a")).is_err());
    assert!(yard.with(2, |it| it.finish("a", Success)).is_err());
}

#[test]
fn a_group_says_who_stands_where() {
    let mut group = free_group();
    for run in 1..=3 {
        group.arrive(member(run), &wish(Queue::Max, false));
    }
    assert_eq!(group.place_of(&member(1)), Some(Place::Running));
    let behind = member(1);
    let third = Place::Pending {
        position: 2,
        behind,
    };
    assert_eq!(group.place_of(&member(3)), Some(third));
    assert_eq!(group.place_of(&member(4)), None);
    let before = group.clone();
    assert_eq!(
        group.arrive(member(3), &wish(Queue::Single, true)).entered,
        Entered::Pending
    );
    assert_eq!(group, before, "who is there already stays where it is");
    assert_eq!(group.leave(&member(4)), None);
    assert_eq!(group, before);
}

/// Run 1 failed in one of its two jobs, run 2 has the slot of their group, and what failed of run 1 runs again: it waits.
fn partly_again() -> Yard {
    let text = "on: push\nconcurrency: g\njobs:
  a: {runs-on: linux, steps: [{run: x}]}
  b: {runs-on: linux, steps: [{run: x}]}\n";
    let mut yard = Yard::default();
    yard.starts(text);
    yard.does(1, |it| it.does("a", Success));
    yard.does(1, |it| it.does("b", Failure));
    yard.starts(text);
    yard.does(1, |it| it.rerun_of(RerunOf::Failed).unwrap());
    assert_eq!(yard.stands(), ["pending", "queued"]);
    assert_eq!(yard.line("g"), [2, 1]);
    yard
}

#[test]
fn r2_57_r4_6_a_rerun_of_a_part_waits_with_its_jobs_and_goes_on() {
    let mut yard = partly_again();
    assert_eq!(yard.stories[0].jobs(), ["success", "queued"]);
    yard.does(2, |it| it.does("a", Success));
    yard.does(2, |it| it.does("b", Success));
    assert_eq!(yard.stands(), ["queued", "success"]);
    yard.does(1, |it| it.does("b", Success));
    assert_eq!(yard.stands(), ["success", "success"]);
}

#[test]
fn r3_7_a_rerun_of_a_part_that_waits_ends_when_it_is_cancelled() {
    let mut yard = partly_again();
    yard.does(1, |it| it.cancel().unwrap());
    assert_eq!(yard.stories[0].jobs(), ["success", "cancelled"]);
    assert_eq!(yard.stands(), ["cancelled", "queued"]);
    assert_eq!(yard.line("g"), [2]);
}

#[test]
fn r3_8_a_rerun_of_a_part_that_waits_ends_with_the_last_of_its_jobs() {
    let mut yard = partly_again();
    yard.does(1, |it| it.cancel_job("b").unwrap());
    assert_eq!(yard.stands(), ["cancelled", "queued"]);
    assert_eq!(yard.line("g"), [2]);
}
