//! Every verb of a hand-over in every state, and the edges of its waits.

use crate::given::{at, offer_of, runner};
use runyard_domain::{
    Conclusion, Execution, JobId, Refusal, StepConclusion, StepStatus,
    execution::{ExecutionEnd, ExecutionEvent, ExecutionState, Patience, Step, StepState},
};

type Verb = (
    &'static str,
    fn(&mut Execution) -> Result<Vec<ExecutionEvent>, Refusal>,
);

/// Every verb is tried ten seconds after the offer, when nothing is over by the clock.
const VERBS: [Verb; 10] = [
    ("start", |e| e.start(at(10), Patience::default())),
    ("sync", |e| {
        e.sync(5, vec![step(1)], at(10), Patience::default())
    }),
    ("cancel", |e| e.request_cancel(at(10), Patience::default())),
    ("finish", |e| {
        e.finish(Conclusion::Success, vec![step(1)], at(10))
    }),
    ("finish otherwise", |e| {
        e.finish(Conclusion::Failure, vec![], at(10))
    }),
    ("release", |e| e.release(at(10))),
    ("withdraw", |e| e.withdraw(at(10))),
    ("cut off", |e| e.cut_off(at(10))),
    ("lapse", |e| e.lapse(at(10))),
    ("expire", |e| e.expire(at(10)).map(|(_, events)| events)),
];

fn step(number: u32) -> Step {
    Step {
        number,
        name: format!("step {number}"),
        state: StepState::Pending,
    }
}

fn state(name: &str) -> Execution {
    let mut execution = offer_of(JobId::new(101));
    let patience = Patience::default();
    if matches!(
        name,
        "running" | "cancelling" | "finished" | "lost" | "forced"
    ) {
        execution.start(at(1), patience).unwrap();
    }
    match name {
        "offered" | "running" => {}
        "cancelling" => drop(execution.request_cancel(at(2), patience).unwrap()),
        "finished" => {
            let result = Conclusion::Success;
            execution.finish(result, vec![step(2)], at(3)).unwrap();
        }
        "lost" => drop(execution.expire(at(61)).unwrap()),
        "released" => drop(execution.release(at(3)).unwrap()),
        "lapsed" => drop(execution.lapse(at(30)).unwrap()),
        "withdrawn" => drop(execution.withdraw(at(3)).unwrap()),
        "forced" => drop(execution.cut_off(at(3)).unwrap()),
        other => panic!("no such state: {other}"),
    }
    execution
}

fn kind(event: &ExecutionEvent) -> &'static str {
    match event {
        ExecutionEvent::Started { .. } => "started",
        ExecutionEvent::Limited { .. } => "limited",
        ExecutionEvent::LeaseRenewed { .. } => "lease_renewed",
        ExecutionEvent::StepsReported { .. } => "steps_reported",
        ExecutionEvent::CancelRequested { .. } => "cancel_requested",
        ExecutionEvent::Ended { .. } => "ended",
    }
}

fn outcome(mut execution: Execution, verb: Verb) -> String {
    let before = execution.clone();
    match verb.1(&mut execution) {
        Ok(events) => {
            let mut replayed = before;
            events.iter().for_each(|event| replayed.apply(event));
            assert_eq!(replayed, execution, "its events make it what it is");
            let kinds: Vec<_> = events.iter().map(kind).collect();
            if kinds.is_empty() {
                "nothing".to_owned()
            } else {
                kinds.join(" ")
            }
        }
        Err(refusal) => {
            assert_eq!(execution, before, "refused, yet changed: {refusal}");
            format!("refused: {refusal}")
        }
    }
}

/// Rules 1.2, R3.3.
#[test]
fn every_verb_in_every_state_does_what_the_table_says() {
    let mut found = String::new();
    for name in [
        "offered",
        "running",
        "cancelling",
        "finished",
        "lost",
        "released",
        "lapsed",
        "withdrawn",
        "forced",
    ] {
        found += &format!("{name}\n");
        for verb in VERBS {
            let outcome = outcome(state(name), verb);
            found += &format!("    {}: {outcome}\n", verb.0);
        }
    }
    let table = include_str!("executions.txt");
    assert_eq!(found, table, "what is found stands first:\n{found}");
}

#[test]
fn an_offer_stands_for_thirty_seconds() {
    let patience = Patience::default();
    assert!(state("offered").start(at(29), patience).is_ok());
    let late = state("offered").start(at(30), patience);
    assert!(matches!(late, Err(Refusal::ExecutionEnded { .. })));
    let early = state("offered").lapse(at(29));
    assert!(matches!(early, Err(Refusal::NotExpired { .. })));
    assert!(state("offered").lapse(at(30)).is_ok());
}

#[test]
fn a_lease_holds_for_sixty_seconds_after_the_runner_was_last_heard_of() {
    let mut execution = state("running");
    assert_eq!(execution.lease_until(), Some(at(61)));
    execution
        .sync(0, vec![], at(50), Patience::default())
        .unwrap();
    assert_eq!(execution.lease_until(), Some(at(110)));
    let early = execution.clone().expire(at(109));
    assert!(matches!(early, Err(Refusal::NotExpired { .. })));
    let (end, _) = execution.expire(at(110)).unwrap();
    assert_eq!(end, ExecutionEnd::Lost);
}

#[test]
fn r3_3_a_job_that_does_not_stop_is_ended_after_five_minutes() {
    let mut execution = state("cancelling");
    let patience = Patience::default();
    execution.sync(0, vec![], at(290), patience).unwrap();
    let early = execution.clone().expire(at(301));
    assert!(matches!(early, Err(Refusal::NotExpired { .. })));
    assert_eq!(execution.request_cancel(at(295), patience), Ok(vec![]));
    let (end, _) = execution.expire(at(302)).unwrap();
    assert_eq!(end, ExecutionEnd::GraceOver, "asking again gave no time");
}

#[test]
fn a_silent_runner_that_was_told_to_stop_is_lost_before_its_grace_is_over() {
    let mut execution = state("cancelling");
    assert_eq!(execution.expire(at(61)).unwrap().0, ExecutionEnd::Lost);
}

#[test]
fn steps_are_kept_by_number_and_only_newer_reports_count() {
    let mut execution = state("running");
    let patience = Patience::default();
    let mut sync = |rev, steps: Vec<Step>| {
        execution.sync(rev, steps, at(5), patience).unwrap();
        let numbers = execution.steps.iter().map(|step| step.number).collect();
        let numbers: Vec<u32> = numbers;
        (execution.rev, numbers)
    };
    assert_eq!(sync(1, vec![step(3), step(1)]), (1, vec![1, 3]));
    assert_eq!(sync(2, vec![step(2), step(3)]), (2, vec![1, 2, 3]));
    assert_eq!(sync(2, vec![step(9)]), (2, vec![1, 2, 3]), "seen before");
    assert_eq!(sync(1, vec![step(9)]), (2, vec![1, 2, 3]), "came late");
    assert_eq!(sync(7, vec![]), (7, vec![1, 2, 3]));
}

#[test]
fn a_step_says_where_it_stands() {
    let at_work = StepState::InProgress { started_at: at(1) };
    let skipped = StepState::Completed {
        conclusion: StepConclusion::Skipped,
        started_at: None,
        completed_at: Some(at(2)),
    };
    let table = [
        (StepState::Pending, StepStatus::Pending, None, None, None),
        (at_work, StepStatus::InProgress, None, Some(at(1)), None),
        (
            skipped,
            StepStatus::Completed,
            Some(StepConclusion::Skipped),
            None,
            Some(at(2)),
        ),
    ];
    for (state, status, conclusion, started_at, completed_at) in table {
        let step = Step { state, ..step(1) };
        assert_eq!((step.status(), step.conclusion()), (status, conclusion));
        assert_eq!(
            (step.started_at(), step.completed_at()),
            (started_at, completed_at)
        );
        let json = serde_json::to_string(&step).unwrap();
        assert_eq!(serde_json::from_str::<Step>(&json).unwrap(), step);
    }
}

#[test]
fn an_offer_says_what_is_handed_over_to_whom() {
    let offer = state("offered");
    assert_eq!((offer.job, &offer.runner), (JobId::new(101), &runner(1)));
    assert_eq!(offer.state, ExecutionState::Offered { until: at(30) });
    assert_eq!((offer.rev, offer.lease_until()), (0, None));
    assert!(!offer.is_ended());
}
