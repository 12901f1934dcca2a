//! What spans a run and its executions: both change together, or neither does.

use crate::given::{DIAMOND, EVE, ONE_JOB, Story, at, offer_of, runner, types};
use runyard_domain::{
    Conclusion::{self, Cancelled, Failure, Success},
    Event, Execution, ExecutionId, Refusal, Run, RunId,
    execution::{ExecutionEnd, ExecutionState, Patience},
    handover,
    run::Planning,
};
use std::time::Duration;

/// A run whose jobs are all offered.
struct Given {
    story: Story,
    executions: Vec<Execution>,
}

impl Given {
    fn offered(text: &str) -> Self {
        let story = Story::planned(text);
        let planned = story.run.attempt().planned();
        let offers = planned.map(|job| {
            let id = ExecutionId::new(job.id.get());
            let job = (RunId::new(1), job.id);
            Execution::offer(id, job, runner(1), at(0), Patience::default())
        });
        Self {
            executions: offers.collect(),
            story,
        }
    }

    fn started(text: &str) -> Self {
        let mut given = Self::offered(text);
        for place in 0..given.executions.len() {
            given.start(place).unwrap();
        }
        given
    }

    /// A command over the run and one execution; refused ones change neither.
    fn with(
        &mut self,
        place: usize,
        mut verb: impl FnMut(&mut Run, &mut Execution, Planning<'_>) -> Result<Vec<Event>, Refusal>,
    ) -> Result<Vec<Event>, Refusal> {
        self.with_all(|run, executions, planning| verb(run, &mut executions[place], planning))
    }

    /// A command over the run and all executions; refused ones change none.
    fn with_all(
        &mut self,
        mut verb: impl FnMut(&mut Run, &mut [Execution], Planning<'_>) -> Result<Vec<Event>, Refusal>,
    ) -> Result<Vec<Event>, Refusal> {
        let executions = &mut self.executions;
        let before = executions.clone();
        let result = self
            .story
            .command(|run, planning| verb(run, executions, planning));
        if result.is_err() {
            assert_eq!(*executions, before);
        }
        result
    }

    fn finish(&mut self, place: usize, end: Conclusion) -> Result<Vec<Event>, Refusal> {
        let (this, patience) = (self.executions[place].id, Patience::default());
        self.with_all(|run, executions, planning| {
            handover::finish(run, executions, this, (end, vec![]), planning, patience)
        })
    }

    fn expire(&mut self, place: usize) -> Result<Vec<Event>, Refusal> {
        let (this, patience) = (self.executions[place].id, Patience::default());
        self.with_all(|run, executions, planning| {
            handover::expire(run, executions, this, planning, patience)
        })
    }

    fn start(&mut self, place: usize) -> Result<Vec<Event>, Refusal> {
        self.with(place, |run, execution, planning| {
            let patience = Patience::default();
            let started = handover::start(run, execution, planning, patience)?;
            Ok(started.unwrap_or_default())
        })
    }

    fn cancel(&mut self) -> Result<Vec<Event>, Refusal> {
        let (executions, patience) = (&mut self.executions, Patience::default());
        self.story
            .command(|run, planning| handover::cancel_run(run, executions, EVE, planning, patience))
    }

    fn force_cancel(&mut self) -> Result<Vec<Event>, Refusal> {
        let patience = Patience::default();
        self.with_all(|run, executions, planning| {
            handover::force_cancel_run(run, executions, EVE, planning, patience)
        })
    }

    fn end(&self, place: usize) -> Option<ExecutionEnd> {
        match self.executions[place].state {
            ExecutionState::Ended { end, .. } => Some(end),
            ExecutionState::Offered { .. }
            | ExecutionState::Running { .. }
            | ExecutionState::Cancelling { .. } => None,
        }
    }
}

#[test]
fn starting_takes_the_job_and_the_offer() {
    let mut given = Given::offered(ONE_JOB);
    assert_eq!(types(&given.start(0).unwrap()), "job_started");
    assert_eq!(given.story.stands(), "in_progress");
    let lease_until = given.executions[0].lease_until();
    assert_eq!(
        lease_until,
        Some(given.story.now.plus(Patience::default().lease))
    );
    assert_eq!(given.start(0), Ok(vec![]), "again changes nothing");
}

#[test]
fn an_offer_whose_job_is_gone_is_withdrawn() {
    let mut given = Given::offered(ONE_JOB);
    given.story.cancel().unwrap();
    assert_eq!(given.start(0), Ok(vec![]));
    assert_eq!(given.end(0), Some(ExecutionEnd::Withdrawn));
    let mut of_another_attempt = Given::offered(ONE_JOB);
    of_another_attempt.story.cancel().unwrap();
    of_another_attempt.story.rerun().unwrap();
    assert_eq!(of_another_attempt.start(0), Ok(vec![]));
    assert_eq!(of_another_attempt.end(0), Some(ExecutionEnd::Withdrawn));
}

#[test]
fn a_lapsed_offer_does_not_start_the_job() {
    let mut given = Given::offered(ONE_JOB);
    given.story.now = at(30);
    let execution = given.executions[0].id;
    let refused = Err(Refusal::ExecutionEnded { execution });
    assert_eq!(given.start(0), refused);
    assert_eq!(given.story.stands(), "queued");
}

#[test]
fn two_offers_of_one_job_start_it_once() {
    let mut given = Given::offered(ONE_JOB);
    given.executions.push(offer_of(given.story.id("a")));
    given.start(1).unwrap();
    assert_eq!(given.start(0), Ok(vec![]));
    assert_eq!(given.end(0), Some(ExecutionEnd::Withdrawn));
    let ran = given
        .story
        .run
        .job(given.story.id("a"))
        .unwrap()
        .state
        .ran();
    assert_eq!(ran.unwrap().execution, ExecutionId::new(7));
}

#[test]
fn finishing_ends_the_execution_and_the_job() {
    let mut given = Given::started(DIAMOND);
    let told = given.finish(0, Success).unwrap();
    assert_eq!(types(&told), "job_completed");
    assert_eq!(given.finish(0, Success), Ok(vec![]), "again");
    let (job, stored) = (given.story.id("a"), Success);
    let refused = Err(Refusal::OtherResultStored { job, stored });
    assert_eq!(given.finish(0, Failure), refused);
    let told = given.finish(1, Failure).unwrap();
    let wanted = "job_completed job_planned job_completed run_completed";
    assert_eq!(types(&told), wanted);
    assert_eq!(given.end(1), Some(ExecutionEnd::Finished(Failure)));
}

#[test]
fn what_was_not_started_cannot_finish_or_expire() {
    let mut given = Given::offered(ONE_JOB);
    let execution = given.executions[0].id;
    let refused = Err(Refusal::ExecutionNotStarted { execution });
    assert_eq!(given.finish(0, Success), refused);
    assert_eq!(given.expire(0), refused);
}

#[test]
fn r3_1_cancelling_tells_runners_and_takes_offers_back() {
    let mut given = Given::offered(DIAMOND);
    given.start(0).unwrap();
    given.cancel().unwrap();
    let told = matches!(given.executions[0].state, ExecutionState::Cancelling { .. });
    assert!(told, "{:?}", given.executions[0]);
    assert_eq!(given.end(1), Some(ExecutionEnd::Withdrawn));
    assert_eq!(given.cancel(), Ok(vec![]));
}

#[test]
fn r2_75_a_job_says_itself_how_long_it_may_go_on_once_cancelled() {
    let text = "on: push\njobs:
  a: {runs-on: linux, cancel-timeout-minutes: 2.9, steps: [{run: x}]}
  b: {runs-on: linux, cancel-timeout-minutes: '${{ fromJSON(github.minutes || 7) }}', steps: [{run: x}]}
  c: {runs-on: linux, steps: [{run: x}]}\n";
    let mut given = Given::started(text);
    given.cancel().unwrap();
    let now = given.story.now;
    let minutes = [2, 7, 5];
    for (execution, minutes) in given.executions.iter().zip(minutes) {
        let ExecutionState::Cancelling { deadline, .. } = execution.state else {
            panic!("it was told to stop: {execution:?}");
        };
        let grace = std::time::Duration::from_secs(minutes * 60);
        assert_eq!(deadline, now.plus(grace));
    }
}

#[test]
fn r3_4_force_cancel_cuts_off_what_runs_and_takes_offers_back() {
    for told_before in [false, true] {
        let mut given = Given::offered(DIAMOND);
        given.start(0).unwrap();
        if told_before {
            given.cancel().unwrap();
        }
        given.force_cancel().unwrap();
        assert_eq!(given.story.stands(), "cancelled");
        assert_eq!(given.end(0), Some(ExecutionEnd::Forced));
        assert_eq!(given.end(1), Some(ExecutionEnd::Withdrawn));
        assert_eq!(given.force_cancel(), Err(Refusal::RunCompleted));
    }
}

#[test]
fn r3_9_what_a_runner_says_after_a_force_cancel_changes_nothing() {
    for result in [Success, Cancelled] {
        let mut given = Given::started(ONE_JOB);
        given.force_cancel().unwrap();
        let execution = given.executions[0].id;
        let refused = Err(Refusal::ExecutionEnded { execution });
        assert_eq!(given.finish(0, result), refused);
        assert_eq!(given.start(0), refused);
        let now = given.story.now;
        let late = given.executions[0].sync(9, vec![], now, Patience::default());
        assert!(late.is_err());
        assert_eq!(given.story.stands(), "cancelled");
    }
}

#[test]
fn r3_9_what_a_runner_says_of_an_attempt_that_was_rerun_changes_nothing() {
    let mut given = Given::started(ONE_JOB);
    given.force_cancel().unwrap();
    given.story.rerun().unwrap();
    let execution = given.executions[0].id;
    let refused = Err(Refusal::ExecutionEnded { execution });
    assert_eq!(given.finish(0, Success), refused);
    assert_eq!(given.story.jobs(), ["queued"]);
    let mut finished = Given::started(ONE_JOB);
    finished.finish(0, Success).unwrap();
    finished.story.rerun().unwrap();
    assert_eq!(finished.finish(0, Success), Ok(vec![]), "the same again");
    assert!(finished.finish(0, Failure).is_err());
    assert_eq!(finished.story.jobs(), ["queued"]);
}

/// The second leg ends by fail-fast, by a command that loaded the execution of the first one only.
fn with_an_offer_that_outlived_its_job() -> Given {
    let legs = "on: push\njobs:
  m: {strategy: {matrix: {leg: [a, b]}}, runs-on: linux, steps: [{run: x}]}\n";
    let mut given = Given::offered(legs);
    given.start(0).unwrap();
    let (alone, patience) = (&mut given.executions[..1], Patience::default());
    let this = alone[0].id;
    let told = given.story.command(|run, planning| {
        handover::finish(run, alone, this, (Failure, vec![]), planning, patience)
    });
    told.unwrap();
    assert_eq!(given.story.stands(), "failure");
    assert_eq!(given.end(1), None, "nobody looked at it");
    given
}

#[test]
fn r4_14_nothing_of_a_deleted_run_stays_offered() {
    type Delete = fn(&mut Run, &mut [Execution], Planning<'_>) -> Result<Vec<Event>, Refusal>;
    let deletes: [Delete; 3] = [
        |run, all, planning| handover::delete_run(run, all, EVE, planning, Patience::default()),
        |run, all, planning| {
            handover::delete_chosen(run, all, (1, EVE), planning, Patience::default())
        },
        |run, all, planning| {
            handover::delete_expired(run, all, Duration::ZERO, planning, Patience::default())
        },
    ];
    for delete in deletes {
        let mut given = with_an_offer_that_outlived_its_job();
        let told = given.with_all(delete).unwrap();
        assert_eq!(types(&told), "run_deleted");
        assert_eq!(given.end(1), Some(ExecutionEnd::Withdrawn));
    }
}

#[test]
fn a_cancellation_that_takes_too_long_becomes_a_force_cancel() {
    let always = "on: push\njobs:\n  a: {if: always(), runs-on: linux, steps: [{run: x}]}\n";
    let mut given = Given::started(always);
    let deadline = Duration::from_secs(60);
    let overdue = |given: &mut Given| {
        given.with_all(|run, executions, planning| {
            let patience = Patience::default();
            handover::force_overdue_cancel(run, executions, deadline, planning, patience)
        })
    };
    assert_eq!(overdue(&mut given), Ok(vec![]), "nobody cancelled it");
    given.cancel().unwrap();
    assert_eq!(given.story.stands(), "in_progress", "E16");
    given.story.now = given.story.now.plus(Duration::from_secs(58));
    assert_eq!(overdue(&mut given), Ok(vec![]), "a second before");
    let told = overdue(&mut given).unwrap();
    let by_nobody = matches!(told[0], Event::RunForceCancelRequested { by: None, .. });
    assert!(by_nobody, "{told:?}");
    assert_eq!(given.story.stands(), "cancelled");
    assert_eq!(given.end(0), Some(ExecutionEnd::Forced));
    assert_eq!(overdue(&mut given), Ok(vec![]), "it has ended");
}

#[test]
fn r3_8_cancelling_a_job_tells_its_runner_only() {
    let mut given = Given::started(DIAMOND);
    let job = given.story.id("b");
    let (executions, patience) = (&mut given.executions, Patience::default());
    let told = given.story.command(|run, planning| {
        let told = handover::cancel_job(run, executions, (job, EVE), planning, patience)?;
        assert_eq!((told.changed_jobs, told.run_conclusion), (1, None));
        Ok(told.events)
    });
    assert_eq!(types(&told.unwrap()), "job_cancel_requested");
    let is_told = |e: &Execution| matches!(e.state, ExecutionState::Cancelling { .. });
    let who: Vec<bool> = given.executions.iter().map(is_told).collect();
    assert_eq!(who, [false, true]);
}

#[test]
fn rule_1_2_a_lost_runner_fails_its_job_and_a_disobedient_one_is_ended() {
    let table = [
        (false, 60, ExecutionEnd::Lost, Failure),
        (true, 60, ExecutionEnd::Lost, Cancelled),
        (true, 300, ExecutionEnd::GraceOver, Cancelled),
    ];
    for (told, wait, end, conclusion) in table {
        let mut given = Given::started(ONE_JOB);
        if told {
            given.cancel().unwrap();
        }
        let early = given.expire(0);
        assert!(matches!(early, Err(Refusal::NotExpired { .. })));
        given.story.now = given.story.now.plus(std::time::Duration::from_secs(wait));
        given.expire(0).unwrap();
        assert_eq!(given.end(0), Some(end));
        assert_eq!(given.story.stands(), conclusion.name());
    }
}
