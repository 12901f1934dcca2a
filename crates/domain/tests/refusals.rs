//! Every verb of a run in every state: what it records, or how it is refused.

use crate::given::{ADA, EVE, ONE_JOB, Story, at, identity, ran, types, wish};
use runyard_domain::{
    CheckSuiteId, Conclusion, Event, JobId, Refusal, RunId,
    event::EndReason,
    run::{
        DELETE_LIVE_DAYS, JOBS_PER_ATTEMPT_MAX, NewRunIds, RERUN_DAYS_MAX, RERUNS_MAX, RerunOf,
        single,
    },
};
use runyard_workflow::Diagnostic;
use std::time::Duration;

type Command = fn(&mut Story) -> Result<Vec<Event>, Refusal>;
type Verb = (&'static str, Command);

const JOB: JobId = JobId::new(101);

const VERBS: [Verb; 23] = [
    ("plan", Story::plan),
    ("fail startup", |story| {
        story.command(|run, planning| run.fail_startup(vec![error(1)], planning.now))
    }),
    ("start", |story| {
        story.command(|run, planning| run.start_job(JOB, ran(101), planning.now))
    }),
    ("start by another", |story| {
        story.command(|run, planning| run.start_job(JOB, ran(8), planning.now))
    }),
    ("finish", |story| {
        story.command(|run, planning| run.finish_job(JOB, Conclusion::Success, planning))
    }),
    ("finish otherwise", |story| {
        story.command(|run, planning| run.finish_job(JOB, Conclusion::Failure, planning))
    }),
    ("runner lost", |story| {
        story.command(|run, planning| run.abandon_job(JOB, EndReason::RunnerLost, planning))
    }),
    ("grace over", |story| {
        story.command(|run, planning| run.abandon_job(JOB, EndReason::CancelGraceOver, planning))
    }),
    ("cancel", Story::cancel),
    ("cancel the job", |story| {
        story.command(|run, planning| Ok(run.cancel_job(JOB, EVE, planning)?.events))
    }),
    ("cancel another job", |story| {
        let other = JobId::new(999);
        story.command(|run, planning| Ok(run.cancel_job(other, EVE, planning)?.events))
    }),
    ("force-cancel", Story::force_cancel),
    ("cancel overdue", |story| {
        let deadline = Duration::from_secs(1);
        story.command(|run, planning| run.force_overdue_cancel(deadline, planning))
    }),
    ("delete", Story::delete),
    ("delete logs", |story| {
        story.command(|run, planning| run.delete_logs(EVE, planning.now))
    }),
    ("delete as chosen", |story| {
        story.command(|run, planning| run.delete_chosen(EVE, 1, planning.now))
    }),
    ("delete when kept for a second", |story| {
        let kept = Duration::from_secs(1);
        story.command(|run, planning| run.delete_expired(kept, planning.now))
    }),
    ("delete when kept for two seconds", |story| {
        let kept = Duration::from_secs(2);
        story.command(|run, planning| run.delete_expired(kept, planning.now))
    }),
    ("delete logs when kept for a second", |story| {
        let kept = Duration::from_secs(1);
        story.command(|run, planning| run.delete_expired_logs(kept, planning.now))
    }),
    ("rerun", Story::rerun),
    ("rerun failed", |story| story.rerun_of(RerunOf::Failed)),
    ("rerun the job", |story| story.rerun_of(RerunOf::Job(JOB))),
    ("rerun as new", |story| {
        story.command(|run, planning| {
            run.rerun_as_new(new_ids(), EVE, planning.now)?;
            Ok(Vec::new())
        })
    }),
];

fn error(line: u32) -> Diagnostic {
    Diagnostic {
        file: "ci.yml".to_owned(),
        line,
        column: 1,
        message: "wrong".to_owned(),
    }
}

fn new_ids() -> NewRunIds {
    NewRunIds {
        run: RunId::new(50),
        check_suite: CheckSuiteId::new(51),
        trigger_key: "rerun:1:x".to_owned(),
    }
}

fn state(name: &str) -> Story {
    let mut story = Story::requested(ONE_JOB);
    let steps: &[Command] = match name {
        "requested" => &[],
        "queued" => &[Story::plan],
        "in progress" => &[Story::plan, |s| s.start("a")],
        "told to stop" => &[Story::plan, |s| s.start("a"), Story::cancel],
        "succeeded" => &[
            Story::plan,
            |s| s.start("a"),
            |s| s.finish("a", Conclusion::Success),
        ],
        "cancelled in the queue" => &[Story::plan, Story::cancel],
        "cancelled before it was planned" => &[Story::cancel],
        "broken" => &[VERBS[1].1],
        other => panic!("no such state: {other}"),
    };
    for step in steps {
        step(&mut story).unwrap();
    }
    story
}

fn outcome(story: &mut Story, verb: Verb) -> String {
    match verb.1(story) {
        Ok(events) if events.is_empty() => "nothing".to_owned(),
        Ok(events) => types(&events),
        Err(refusal) => format!("refused: {refusal}"),
    }
}

/// Rules 1.2, 1.4, R2.5, R3.1, R3.7, R3.8, R4.1, R4.8, R4.15.
#[test]
fn every_verb_in_every_state_does_what_the_table_says() {
    let table = include_str!("refusals.txt");
    let mut found = String::new();
    for name in [
        "requested",
        "queued",
        "in progress",
        "told to stop",
        "succeeded",
        "cancelled in the queue",
        "cancelled before it was planned",
        "broken",
    ] {
        found += &format!("{name}\n");
        for verb in VERBS {
            let outcome = outcome(&mut state(name), verb);
            found += &format!("    {}: {outcome}\n", verb.0);
        }
    }
    assert_eq!(found, table, "what is found stands first:\n{found}");
}

#[test]
fn r4_8_e37_a_run_is_rerun_for_thirty_days() {
    let window = Duration::from_secs(u64::from(RERUN_DAYS_MAX) * 86_400);
    for (late, allowed) in [(Duration::ZERO, true), (Duration::from_micros(1), false)] {
        let mut story = state("succeeded");
        let now = at(0).plus(window).plus(late);
        let new = story.run.rerun_as_new(new_ids(), EVE, now);
        assert!(new.is_ok(), "R4.15: the limit is not for new runs");
        let mut ids = runyard_domain::JobIds::new([JobId::new(200)]);
        let planning = runyard_domain::run::Planning {
            definition: &story.definition,
            contexts: &story.contexts,
            ids: &mut ids,
            groups: &mut runyard_domain::concurrency::Groups::default(),
            now,
        };
        let answer = story.run.rerun(wish(RerunOf::All), planning);
        let refused = Err(Refusal::RerunTooLate { days: 30 });
        assert_eq!(answer.is_ok(), allowed, "{answer:?}");
        assert!(allowed || answer == refused, "{answer:?}");
    }
}

#[test]
fn a_live_run_can_be_deleted_once_it_is_two_weeks_old() {
    let age = Duration::from_secs(u64::from(DELETE_LIVE_DAYS) * 86_400);
    for (late, allowed) in [(Duration::ZERO, false), (Duration::from_secs(1), true)] {
        let mut story = state("in progress");
        // Each command comes a second after the one before.
        story.now = at(-1).plus(age).plus(late);
        let told = story.delete();
        if allowed {
            let wanted = "run_force_cancel_requested job_completed run_completed run_deleted";
            assert_eq!(types(&told.unwrap()), wanted);
            assert_eq!(story.stands(), "cancelled");
        } else {
            let refused = Err(Refusal::RunNotDeletable {
                status: runyard_domain::RunStatus::InProgress,
                days: 14,
            });
            assert_eq!(told, refused);
        }
    }
}

#[test]
fn r8_11_a_run_that_was_run_again_is_not_deleted_as_it_was_chosen() {
    let mut story = state("succeeded");
    story.rerun().unwrap();
    let kept = Duration::ZERO;
    let later = story.command(|run, planning| run.delete_expired(kept, planning.now));
    assert!(matches!(later, Err(Refusal::RunNotCompleted { .. })));
    story.cancel().unwrap();
    let chosen = story.command(|run, planning| run.delete_chosen(EVE, 1, planning.now));
    assert_eq!(chosen, Err(Refusal::NotDue));
    let chosen = story.command(|run, planning| run.delete_chosen(EVE, 2, planning.now));
    assert_eq!(types(&chosen.unwrap()), "run_deleted");
}

#[test]
fn r4_8_a_run_is_rerun_fifty_times() {
    let mut story = state("succeeded");
    for rerun in 1..=RERUNS_MAX {
        story.rerun().unwrap();
        assert_eq!(story.run.attempt().number, rerun + 1);
        story.cancel().unwrap();
    }
    let refused = Err(Refusal::TooManyReruns { reruns: 50 });
    assert_eq!(story.rerun(), refused);
    let new = story.run.rerun_as_new(new_ids(), EVE, story.now);
    assert!(new.is_ok(), "R4.15: the limit is not for new runs");
}

#[test]
fn r4_15_e38_a_new_run_keeps_the_commit_and_knows_its_parent() {
    let story = state("succeeded");
    let new = story.run.rerun_as_new(new_ids(), EVE, at(99)).unwrap();
    let mut wanted = identity();
    wanted.id = RunId::new(50);
    wanted.check_suite = CheckSuiteId::new(51);
    wanted.trigger_key = "rerun:1:x".to_owned();
    wanted.parent = Some(RunId::new(1));
    wanted.actor = EVE;
    wanted.created_at = at(99);
    assert_eq!(new, wanted);
    assert_eq!(story.run.identity().actor, ADA);
}

#[test]
fn r6_90_the_first_ten_errors_of_a_file_are_kept() {
    for (found, kept) in [(1, 1), (10, 10), (11, 10)] {
        let mut story = state("requested");
        let errors: Vec<Diagnostic> = (1..=found).map(error).collect();
        let told = story.command(|run, planning| run.fail_startup(errors.clone(), planning.now));
        let told = told.unwrap();
        let [Event::StartupFailed { diagnostics, .. }] = &told[..] else {
            panic!("{told:?}");
        };
        assert_eq!(diagnostics[..], errors[..kept]);
        assert_eq!(story.stands(), "startup_failure");
    }
}

#[test]
fn an_attempt_has_at_most_1024_jobs() {
    for (jobs, stands) in [(JOBS_PER_ATTEMPT_MAX, "queued"), (1_025, "startup_failure")] {
        let job = |n| format!("  j{n}: {{runs-on: x, steps: [{{run: x}}]}}\n");
        let jobs: String = (0..jobs).map(job).collect();
        let story = Story::planned(&format!("on: push\njobs:\n{jobs}"));
        assert_eq!(story.stands(), stands);
    }
}

#[test]
fn too_few_reserved_ids_are_refused() {
    let mut story = Story::requested(crate::given::DIAMOND);
    let mut ids = runyard_domain::JobIds::new([JobId::new(1)]);
    let planning = runyard_domain::run::Planning {
        definition: &story.definition,
        contexts: &story.contexts,
        ids: &mut ids,
        groups: &mut runyard_domain::concurrency::Groups::default(),
        now: at(1),
    };
    assert_eq!(story.run.plan(planning), Err(Refusal::TooFewIds));
}

#[test]
fn the_definition_of_another_run_is_refused() {
    let mut story = Story::planned(crate::given::CHAIN);
    story.start("a").unwrap();
    let mut ids = runyard_domain::JobIds::new([JobId::new(900)]);
    let other = single(runyard_workflow::parse("x", ONE_JOB).unwrap());
    let planning = runyard_domain::run::Planning {
        definition: &other,
        contexts: &story.contexts,
        ids: &mut ids,
        groups: &mut runyard_domain::concurrency::Groups::default(),
        now: at(9),
    };
    let job = story.id("a");
    let answer = story.run.finish_job(job, Conclusion::Success, planning);
    let job = "b".to_owned();
    assert_eq!(answer, Err(Refusal::WrongDefinition { job }));
}
