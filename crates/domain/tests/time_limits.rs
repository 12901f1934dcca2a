//! Limits of time (semantics 9, R2.75): at their edge, and what they do there.

use crate::given::{CHAIN, ONE_JOB, Story, at, offer_of, ran};
use runyard_domain::{
    Conclusion::{Cancelled, Success},
    Event, Execution, Refusal, Run,
    event::EndReason,
    execution::{ExecutionEnd, ExecutionState, Patience, TIMEOUT_MAX},
    handover,
    run::{JobState, Planning},
};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn reason(story: &Story) -> Option<EndReason> {
    let job = story.run.attempt().planned().next().unwrap();
    job.state.reason().cloned()
}

/// A hand-over of the first job that was started, and what its file says of `timeout-minutes`.
fn started(text: &str, patience: Patience) -> (Story, Execution) {
    let mut story = Story::planned(text);
    let mut execution = offer_of(story.id("a"));
    story
        .command(|run, planning| {
            let started = handover::start(run, &mut execution, planning, patience)?;
            Ok(started.unwrap_or_default())
        })
        .unwrap();
    (story, execution)
}

fn expires(
    story: &mut Story,
    execution: &mut Execution,
    now: runyard_domain::Timestamp,
    patience: Patience,
) -> Result<Vec<Event>, Refusal> {
    let id = execution.id;
    let verb = |run: &mut Run, planning: Planning<'_>| {
        let all = std::slice::from_mut(execution);
        handover::expire(run, all, id, Planning { now, ..planning }, patience)
    };
    story.command(verb)
}

#[test]
fn rule_9_a_job_that_no_runner_takes_is_cancelled() {
    let mut story = Story::planned(CHAIN);
    let job = story.id("a");
    story
        .command(|run, planning| run.expire_queued_job(job, DAY, planning))
        .unwrap();
    assert_eq!(story.jobs(), ["cancelled", "skipped", "skipped"]);
    assert_eq!(story.stands(), "cancelled");
    // R3.6: a limit of a job does not cancel the run.
    assert_eq!(story.run.attempt().cancelled_at, None);
    let reason = reason(&story).unwrap();
    assert_eq!(reason, EndReason::QueueExpired { seconds: 86_400 });
    assert_eq!(
        reason.sentence(),
        "no runner took the job within 1 day",
        "as people read it"
    );
}

#[test]
fn rule_9_what_a_runner_has_or_max_parallel_holds_does_not_wait_for_a_runner() {
    let legs = "on: push\njobs:
  a:
    strategy: {max-parallel: 1, matrix: {n: [1, 2]}}
    runs-on: linux
    steps: [{run: x}]\n";
    let mut story = Story::planned(legs);
    story.start("a").unwrap();
    let jobs: Vec<_> = story.run.attempt().planned().map(|job| job.id).collect();
    for job in jobs {
        let refused = story.command(|run, planning| run.expire_queued_job(job, DAY, planning));
        assert_eq!(refused, Err(Refusal::JobNotQueued { job }));
    }
}

#[test]
fn rule_9_an_offer_of_a_job_that_waited_too_long_is_withdrawn() {
    let mut story = Story::planned(ONE_JOB);
    let job = story.id("a");
    let mut offers = [offer_of(job)];
    story
        .command(|run, planning| {
            let patience = Patience::default();
            handover::expire_queued(run, &mut offers, (job, DAY), planning, patience)
        })
        .unwrap();
    let withdrawn = ExecutionEnd::Withdrawn;
    assert!(matches!(offers[0].state, ExecutionState::Ended { end, .. } if end == withdrawn));
}

#[test]
fn rule_9_a_run_is_cancelled_at_the_end_of_its_time_and_not_before() {
    let mut story = Story::planned(ONE_JOB);
    story.start("a").unwrap();
    let limit = Duration::from_secs(60);
    let expire = |story: &mut Story, seconds: i64| {
        story.command(|run, planning| {
            let now = at(seconds);
            run.expire(limit, Planning { now, ..planning })
        })
    };
    assert_eq!(expire(&mut story, 59), Err(Refusal::RunNotExpired));
    expire(&mut story, 60).unwrap();
    let attempt = story.run.attempt();
    assert_eq!(
        attempt.cancel_reason,
        Some(EndReason::RunExpired { seconds: 60 })
    );
    assert!(attempt.cancelled_at.is_some());
    assert_eq!(expire(&mut story, 61).unwrap(), [], "once");
    story.finish("a", Cancelled).unwrap();
    assert_eq!(story.stands(), "cancelled");
    assert_eq!(expire(&mut story, 99), Err(Refusal::RunCompleted));
}

#[test]
fn rule_9_a_rerun_has_the_whole_time_again() {
    let mut story = Story::planned(ONE_JOB);
    story.does("a", Success);
    story.now = at(100);
    story.rerun().unwrap();
    let limit = Duration::from_secs(60);
    let early = story.command(|run, planning| {
        let now = at(160);
        run.expire(limit, Planning { now, ..planning })
    });
    assert_eq!(early, Err(Refusal::RunNotExpired));
}

#[test]
fn r2_75_a_job_that_does_not_end_by_its_limit_and_the_grace_is_ended() {
    let patience = Patience {
        lease: Duration::from_secs(100_000),
        ..Patience::default()
    };
    let text = "on: push\njobs:\n  a: {runs-on: linux, timeout-minutes: 2, steps: [{run: x}]}\n";
    let (mut story, mut execution) = started(text, patience);
    let limit = story.now.plus(Duration::from_secs(2 * 60));
    let over = limit.plus(patience.cancel_grace);
    assert_eq!(execution.timeout_at, Some(over));
    assert_eq!(execution.due_at(), Some(over));
    let early = over.minus(Duration::from_micros(1));
    let refused = expires(&mut story, &mut execution, early, patience);
    assert!(matches!(refused, Err(Refusal::NotExpired { .. })));
    expires(&mut story, &mut execution, over, patience).unwrap();
    // R1.6: a job that exceeds its limit is cancelled, and so is its run.
    assert_eq!(story.jobs(), ["cancelled"]);
    assert_eq!(story.stands(), "cancelled");
    assert_eq!(reason(&story), Some(EndReason::TimedOut { seconds: 120 }));
    let end = ExecutionEnd::TimedOut;
    assert_eq!(execution.state, ExecutionState::Ended { end, at: over });
}

#[test]
fn r2_75_a_job_without_a_limit_has_the_server_s_and_none_has_more_than_five_days() {
    let patience = Patience::default();
    assert_eq!(patience.timeout(None), Duration::from_secs(360 * 60));
    assert_eq!(patience.timeout(Some(7_200)), TIMEOUT_MAX);
    assert_eq!(patience.timeout(Some(7_201)), TIMEOUT_MAX);
    assert_eq!(patience.timeout(Some(1)), Duration::from_secs(60));
}

#[test]
fn r2_75_being_heard_of_does_not_give_more_time() {
    let patience = Patience {
        job_timeout: Duration::from_secs(10),
        cancel_grace: Duration::from_secs(5),
        ..Patience::default()
    };
    let (story, mut execution) = started(ONE_JOB, patience);
    let over = story.now.plus(Duration::from_secs(15));
    execution.sync(1, Vec::new(), at(10), patience).unwrap();
    let again = execution.limit(DAY, at(11), patience).unwrap();
    assert_eq!(again, [], "nor does taking it again");
    assert_eq!(execution.due_at(), Some(over));
    execution.request_cancel(at(12), patience).unwrap();
    assert_eq!(execution.due_at(), Some(over.min(at(17))));
    let job = story.run.job(execution.job).unwrap();
    assert!(matches!(job.state, JobState::InProgress { .. }));
    assert_ne!(ran(1).execution, execution.id);
}
