//! Events rebuild what they happened to, and their stored text does not change by accident.

use crate::given::{CHAIN, DIAMOND, EVE, Story, at, identity, offer_of, ran, runner};
use runyard_domain::{
    Conclusion::{Failure, Success},
    Event, JobId, Run, RunId,
    concurrency::{Concurrency, GroupName, Member},
    event::{EVENT_VERSION, EndReason, GraphNode},
    execution::{ExecutionEvent, Patience, Step, StepState},
    run::{
        Call, CallGate, Cause, Fork, HeadRepository, Leg, NodePath, ReferencedWorkflow,
        ReplayError, RunIdentity,
    },
};
use runyard_workflow::{Diagnostic, model::Queue, reusable::Source};

#[test]
fn replaying_any_beginning_of_a_history_gives_the_run_of_that_moment() {
    let mut story = Story::planned(DIAMOND);
    let mut moments = vec![(story.events.len(), story.run.clone())];
    let steps: [fn(&mut Story); 7] = [
        |s| drop(s.start("a").unwrap()),
        |s| drop(s.cancel_job("b").unwrap()),
        |s| drop(s.abandon("a").unwrap()),
        |s| drop(s.rerun().unwrap()),
        |s| s.does("a", Success),
        |s| drop(s.start("b").unwrap()),
        |s| drop(s.cancel().unwrap()),
    ];
    for step in steps {
        step(&mut story);
        moments.push((story.events.len(), story.run.clone()));
    }
    for (count, run) in moments {
        assert_eq!(Run::replay(&story.events[..count]).unwrap(), run);
        assert_eq!(run.seq(), count as u64);
    }
}

#[test]
fn a_restored_run_is_the_run() {
    let mut story = Story::planned(CHAIN);
    story.does("a", Failure);
    let run = &story.run;
    let (identity, attempt) = (run.identity().clone(), run.attempt().clone());
    let restored = Run::restore(identity, attempt, run.seq(), run.updated_at());
    assert_eq!(&restored, run);
}

#[test]
fn events_that_do_not_begin_with_a_request_are_no_run() {
    let story = Story::planned(CHAIN);
    let no_run = Err(ReplayError::NoRequest);
    assert_eq!(Run::replay(&story.events[1..]), no_run);
    assert_eq!(Run::replay(&[]), no_run);
}

#[test]
fn replaying_the_events_of_a_hand_over_gives_the_hand_over() {
    let mut execution = offer_of(JobId::new(101));
    let mut replayed = execution.clone();
    let patience = Patience::default();
    let step = Step {
        number: 1,
        name: "Set up".to_owned(),
        state: StepState::Pending,
    };
    let mut events: Vec<ExecutionEvent> = execution.start(at(1), patience).unwrap();
    events.extend(
        execution
            .sync(4, vec![step.clone()], at(2), patience)
            .unwrap(),
    );
    events.extend(execution.request_cancel(at(3), patience).unwrap());
    events.extend(execution.sync(4, vec![], at(4), patience).unwrap());
    events.extend(execution.finish(Success, vec![step], at(5)).unwrap());
    events.iter().for_each(|event| replayed.apply(event));
    assert_eq!(replayed, execution);
}

/// A leg as events store it.
const LEG: &str =
    r#"{"index":1,"total":2,"fail_fast":true,"max_parallel":null,"matrix":{"to":"production"}}"#;

/// A `concurrency` as events store it.
const CONCURRENCY: &str = r#"{"group":"Prod","queue":"max"}"#;

fn concurrency() -> Concurrency {
    Concurrency {
        group: GroupName::new("Prod").unwrap(),
        cancel_in_progress: false,
        queue: Queue::Max,
    }
}

fn leg() -> Leg {
    Leg {
        index: 1,
        total: 2,
        fail_fast: true,
        max_parallel: None,
        matrix: serde_json::json!({"to": "production"}),
    }
}

fn called() -> ReferencedWorkflow {
    ReferencedWorkflow {
        source: Source {
            path: "o/r/x.yml@v1".to_owned(),
            sha: "abc".to_owned(),
            reference: None,
        },
        definition: "d".to_owned(),
    }
}

/// One event of each kind, with the text that version 1 stores for it.
fn pinned() -> Vec<(Event, String)> {
    let job = JobId::new(101);
    let node = |path: &str| NodePath::try_from(path.to_owned()).unwrap();
    let at = at(1);
    let time = "2026-01-01T00:00:01Z";
    let run = Box::new(identity());
    let request = serde_json::to_string(&run).unwrap();
    vec![
        (
            Event::RunRequested { run },
            format!(r#"{{"type":"run_requested","run":{request}}}"#),
        ),
        (
            Event::StartupFailed {
                diagnostics: vec![Diagnostic {
                    file: "ci.yml".to_owned(),
                    line: 3,
                    column: 7,
                    message: "no".to_owned(),
                }],
                at,
            },
            format!(
                r#"{{"type":"startup_failed","diagnostics":[{{"file":"ci.yml","line":3,"column":7,"message":"no"}}],"at":"{time}"}}"#
            ),
        ),
        (
            Event::RunPending {
                group: concurrency().group,
                at,
            },
            format!(r#"{{"type":"run_pending","group":"Prod","at":"{time}"}}"#),
        ),
        (
            Event::AttemptPlanned {
                jobs: vec![GraphNode {
                    node: node("a"),
                    needs: vec![node("b")],
                }],
                group: None,
                at,
            },
            format!(
                r#"{{"type":"attempt_planned","jobs":[{{"name":"a","needs":["b"]}}],"at":"{time}"}}"#
            ),
        ),
        (
            Event::JobPlanned {
                job,
                node: node("a"),
                leg: None,
                display_name: "A".to_owned(),
                labels: vec!["linux".to_owned()],
                runner_group: None,
                continue_on_error: false,
                timeout_minutes: None,
                cancel_timeout_minutes: None,
                concurrency: None,
                at,
            },
            format!(
                r#"{{"type":"job_planned","job":101,"name":"a","display_name":"A","labels":["linux"],"at":"{time}"}}"#
            ),
        ),
        (
            Event::JobPlanned {
                job,
                node: node("deploy#1/a"),
                leg: Some(leg()),
                display_name: "A (1)".to_owned(),
                labels: vec![],
                runner_group: Some("gpu".to_owned()),
                continue_on_error: true,
                timeout_minutes: Some(5),
                cancel_timeout_minutes: Some(1),
                concurrency: Some(concurrency()),
                at,
            },
            format!(
                r#"{{"type":"job_planned","job":101,"name":"deploy#1/a","leg":{LEG},"display_name":"A (1)","labels":[],"runner_group":"gpu","continue_on_error":true,"timeout_minutes":5,"cancel_timeout_minutes":1,"concurrency":{CONCURRENCY},"at":"{time}"}}"#
            ),
        ),
        (
            Event::WorkflowCalled {
                node: node("deploy"),
                calls: vec![Call {
                    leg: Some(leg()),
                    display_name: "deploy (1)".to_owned(),
                    inputs: serde_json::json!({"to": "production"}),
                    concurrency: vec![concurrency()],
                    gate: CallGate::Before(0),
                }],
                jobs: vec![GraphNode {
                    node: node("deploy#1/a"),
                    needs: vec![],
                }],
                at,
            },
            format!(
                r#"{{"type":"workflow_called","name":"deploy","calls":[{{"leg":{LEG},"display_name":"deploy (1)","inputs":{{"to":"production"}},"concurrency":[{CONCURRENCY}],"gate":{{"before":0}}}}],"jobs":[{{"name":"deploy#1/a","needs":[]}}],"at":"{time}"}}"#
            ),
        ),
        (
            Event::CallPending {
                node: node("deploy"),
                leg: Some(1),
                at,
            },
            format!(r#"{{"type":"call_pending","name":"deploy","leg":1,"at":"{time}"}}"#),
        ),
        (
            Event::RunEntered { at },
            format!(r#"{{"type":"run_entered","at":"{time}"}}"#),
        ),
        (
            Event::CallEntered {
                node: node("deploy"),
                leg: None,
                at,
            },
            format!(r#"{{"type":"call_entered","name":"deploy","at":"{time}"}}"#),
        ),
        (
            Event::JobPending { job, at },
            format!(r#"{{"type":"job_pending","job":101,"at":"{time}"}}"#),
        ),
        (
            Event::JobQueued { job, at },
            format!(r#"{{"type":"job_queued","job":101,"at":"{time}"}}"#),
        ),
        (
            Event::JobStarted {
                job,
                execution: ran(7).execution,
                runner: runner(1),
                at,
            },
            format!(
                r#"{{"type":"job_started","job":101,"execution":7,"runner":{{"id":1,"name":"runner-1"}},"at":"{time}"}}"#
            ),
        ),
        (
            Event::JobCancelRequested {
                job,
                by: Some(EVE),
                reason: None,
                at,
            },
            format!(r#"{{"type":"job_cancel_requested","job":101,"by":2,"at":"{time}"}}"#),
        ),
        (
            Event::JobCancelRequested {
                job,
                by: None,
                reason: Some(EndReason::CancelInProgress {
                    group: concurrency().group,
                    by: Member::Job {
                        run: RunId::new(2),
                        job: JobId::new(201),
                    },
                }),
                at,
            },
            format!(
                r#"{{"type":"job_cancel_requested","job":101,"by":null,"reason":{{"cancel_in_progress":{{"group":"Prod","by":{{"kind":"job","run":2,"job":201}}}}}},"at":"{time}"}}"#
            ),
        ),
        (
            Event::JobCompleted {
                job,
                conclusion: Failure,
                reason: Some(EndReason::RunnerLost),
                at,
            },
            format!(
                r#"{{"type":"job_completed","job":101,"conclusion":"failure","reason":"runner_lost","at":"{time}"}}"#
            ),
        ),
        (
            Event::RunCancelRequested {
                by: Some(EVE),
                reason: None,
                at,
            },
            format!(r#"{{"type":"run_cancel_requested","by":2,"at":"{time}"}}"#),
        ),
        (
            Event::RunCancelRequested {
                by: None,
                reason: Some(EndReason::Superseded {
                    group: concurrency().group,
                    by: Member::Run {
                        run: RunId::new(2),
                        attempt: 1,
                    },
                }),
                at,
            },
            format!(
                r#"{{"type":"run_cancel_requested","by":null,"reason":{{"superseded":{{"group":"Prod","by":{{"kind":"run","run":2,"attempt":1}}}}}},"at":"{time}"}}"#
            ),
        ),
        (
            Event::RunCompleted {
                conclusion: Success,
                at,
            },
            format!(r#"{{"type":"run_completed","conclusion":"success","at":"{time}"}}"#),
        ),
        (
            Event::AttemptRequested {
                attempt: 2,
                by: EVE,
                debug: false,
                referenced: None,
                at,
            },
            format!(r#"{{"type":"attempt_requested","attempt":2,"by":2,"at":"{time}"}}"#),
        ),
        (
            Event::AttemptRequested {
                attempt: 3,
                by: EVE,
                debug: true,
                referenced: Some(vec![called()]),
                at,
            },
            format!(
                r#"{{"type":"attempt_requested","attempt":3,"by":2,"debug":true,"referenced":[{{"path":"o/r/x.yml@v1","sha":"abc","definition":"d"}}],"at":"{time}"}}"#
            ),
        ),
        (
            Event::RunForceCancelRequested { by: Some(EVE), at },
            format!(r#"{{"type":"run_force_cancel_requested","by":2,"at":"{time}"}}"#),
        ),
        (
            Event::JobCarried {
                job,
                from: JobId::new(51),
                node: node("deploy#1/a"),
                leg: Some(leg()),
                display_name: "A (1)".to_owned(),
                labels: vec![],
                continue_on_error: true,
                timeout_minutes: Some(5),
                conclusion: Failure,
                started_at: at,
                completed_at: at,
                ran: Some(ran(7)),
                reason: Some(EndReason::ForceCancelled),
                at,
            },
            format!(
                r#"{{"type":"job_carried","job":101,"from":51,"name":"deploy#1/a","leg":{LEG},"display_name":"A (1)","labels":[],"continue_on_error":true,"timeout_minutes":5,"conclusion":"failure","started_at":"{time}","completed_at":"{time}","ran":{{"execution":7,"runner":{{"id":1,"name":"runner-1"}}}},"reason":"force_cancelled","at":"{time}"}}"#
            ),
        ),
        (
            Event::LogsDeleted { by: Some(EVE), at },
            format!(r#"{{"type":"logs_deleted","by":2,"at":"{time}"}}"#),
        ),
        (
            Event::LogsDeleted { by: None, at },
            format!(r#"{{"type":"logs_deleted","by":null,"at":"{time}"}}"#),
        ),
        (
            Event::RunDeleted { by: Some(EVE), at },
            format!(r#"{{"type":"run_deleted","by":2,"at":"{time}"}}"#),
        ),
        (
            Event::RunDeleted { by: None, at },
            format!(r#"{{"type":"run_deleted","by":null,"at":"{time}"}}"#),
        ),
    ]
}

#[test]
fn the_stored_text_of_version_1_is_read_and_written_unchanged() {
    assert_eq!(EVENT_VERSION, 1);
    for (event, text) in pinned() {
        assert_eq!(serde_json::to_string(&event).unwrap(), text);
        assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), event);
    }
}

/// The list above names every kind: a new one makes this match incomplete.
#[test]
fn every_kind_of_event_is_pinned() {
    let place = |event: &Event| match event {
        Event::RunRequested { .. } => 0,
        Event::StartupFailed { .. } => 1,
        Event::RunPending { .. } => 2,
        Event::AttemptPlanned { .. } => 3,
        Event::JobPlanned { .. } => 4,
        Event::WorkflowCalled { .. } => 5,
        Event::CallPending { .. } => 6,
        Event::RunEntered { .. } => 7,
        Event::CallEntered { .. } => 8,
        Event::JobPending { .. } => 9,
        Event::JobQueued { .. } => 10,
        Event::JobStarted { .. } => 11,
        Event::JobCancelRequested { .. } => 12,
        Event::JobCompleted { .. } => 13,
        Event::RunCancelRequested { .. } => 14,
        Event::RunCompleted { .. } => 15,
        Event::AttemptRequested { .. } => 16,
        Event::RunForceCancelRequested { .. } => 17,
        Event::JobCarried { .. } => 18,
        Event::LogsDeleted { .. } => 19,
        Event::RunDeleted { .. } => 20,
    };
    let mut places: Vec<usize> = pinned().iter().map(|(event, _)| place(event)).collect();
    places.dedup();
    assert_eq!(places, (0..=20).collect::<Vec<_>>());
}

#[test]
fn the_stored_text_of_a_request_is_read_and_written_unchanged() {
    let text = concat!(
        r#"{"id":1,"repository":2,"workflow":3,"check_suite":4,"number":5,"index":6,"event":"push","#,
        r#""head_branch":"main","head_sha":"6dcb09b5b57875f334f61aebed695e2e4193db5e","#,
        r#""git_ref":"refs/heads/main","actor":1,"parent":null,"trigger_key":"push:1","name":"CI","#,
        r#""path":".github/workflows/ci.yml","display_title":"Say hello","definition":"#,
        r#""dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd","#,
        r#""created_at":"2026-01-01T00:00:00Z"}"#,
    );
    assert_eq!(serde_json::to_string(&identity()).unwrap(), text);
    let read: RunIdentity = serde_json::from_str(text).unwrap();
    assert_eq!(read, identity());
    assert_eq!(
        read.sha(),
        read.head_sha,
        "an older version knew one commit"
    );
}

#[test]
fn what_caused_a_run_of_a_fork_is_read_as_it_was_written() {
    let mut given = identity();
    given.cause = Cause {
        sha: Some("e".repeat(40)),
        head_repository: HeadRepository::Fork(Fork {
            id: 7,
            owner: "eve".to_owned(),
            owner_id: 8,
            name: "engine".to_owned(),
            private: false,
        }),
        chain: 2,
        notice: Some("the head commit runs".to_owned()),
        before: Some("b".repeat(40)),
    };
    let text = serde_json::to_string(&given).unwrap();
    assert!(text.contains(r#""cause":{"sha":"eeee"#), "{text}");
    let read: RunIdentity = serde_json::from_str(&text).unwrap();
    assert_eq!(read, given);
    assert_eq!(read.sha(), "e".repeat(40));
}

#[test]
fn microseconds_survive_the_stored_text() {
    let at = runyard_domain::Timestamp::from_unix_micros(1_767_225_600_000_001).unwrap();
    let event = Event::JobQueued {
        job: JobId::new(1),
        at,
    };
    let text = serde_json::to_string(&event).unwrap();
    assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), event);
}
