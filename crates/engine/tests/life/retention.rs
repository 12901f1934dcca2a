//! Retention, and deleting many runs at once: what goes, when, and what stays.

use crate::{Plain, TWO_JOBS, World};
use runyard_domain::{
    Conclusion, Refusal, RunId, RunStatus,
    retention::{Kept, Retention, RetentionRule, RetentionRules, WorkflowRetention},
    run::RerunOf,
};
use runyard_engine::{
    DELETED_PER_CALL, DeletedRuns, EXPIRED_PER_LOOK, Engine, EngineError, MissingLog,
    RETENTION_PATH_BYTES_MAX, RETENTION_WORKFLOWS_MAX, Settings,
};
use runyard_store::RunFilter;
use std::{sync::Arc, time::Duration};

const HOUR: i64 = 60 * 60;
const DAY: i64 = 24 * HOUR;

fn kept(days: u32) -> Kept {
    Kept::days(days).unwrap()
}

fn rule(runs: Option<u32>, logs: Option<u32>) -> RetentionRule {
    RetentionRule {
        runs: runs.map(kept),
        logs: logs.map(kept),
    }
}

fn of_workflow(path: &str, rule: RetentionRule) -> WorkflowRetention {
    let path = path.to_owned();
    WorkflowRetention { path, rule }
}

fn settings(runs: u32, logs: u32) -> Settings {
    Settings {
        retention: Retention {
            runs: kept(runs),
            logs: kept(logs),
        },
        ..Settings::default()
    }
}

/// A run of both jobs that ended.
async fn ended(world: &World) -> RunId {
    let run = world.dispatch().await.unwrap();
    for _ in 0..2 {
        world.run_next(Conclusion::Success).await;
    }
    run
}

async fn is_there(world: &World, run: RunId) -> bool {
    world.engine.store().run(run).await.unwrap().is_some()
}

async fn enforce(engine: &Engine) {
    while engine.enforce_retention().await.unwrap() {}
}

fn missing(error: EngineError) -> MissingLog {
    let EngineError::NoLog { why } = error else {
        panic!("{error}");
    };
    why
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r8_11_a_run_goes_ninety_days_after_its_newest_attempt_ended() {
    let world = World::new(TWO_JOBS).await;
    let (first, again) = (ended(&world).await, ended(&world).await);
    let live = world.dispatch().await.unwrap();
    world.pass(20 * DAY);
    world.rerun(again, RerunOf::All).await.unwrap();
    world.engine.cancel_run(again, world.user.id).await.unwrap();
    world.pass(70 * DAY - 1);
    enforce(&world.engine).await;
    assert!(is_there(&world, first).await);
    // Looked at once an hour.
    world.pass(HOUR);
    let replica = world.replica().await;
    tokio::join!(enforce(&world.engine), enforce(&replica));
    assert!(!is_there(&world, first).await);
    assert!(is_there(&world, again).await, "counted from its last end");
    world.pass(20 * DAY);
    enforce(&replica).await;
    assert!(!is_there(&world, again).await);
    assert!(is_there(&world, live).await, "it has not ended");
    assert_eq!(world.status(live).await, (RunStatus::Queued, None));
    while world.engine.store().purge(Duration::ZERO).await.unwrap() {}
    assert_eq!(world.runs().await.len(), 1);
}

#[tokio::test]
async fn r8_11_logs_go_before_their_run_and_are_told_from_deleted_ones() {
    let world = World::with_settings(TWO_JOBS, settings(90, 7)).await;
    let (run, by_hand) = (ended(&world).await, ended(&world).await);
    let job = world.jobs(run).await.remove(0);
    let by = world.user.id;
    world.engine.delete_logs(by_hand, by).await.unwrap();
    assert!(world.engine.job_log(&job).await.is_ok());
    world.pass(7 * DAY);
    enforce(&world.engine).await;
    assert_eq!(
        missing(world.engine.job_log(&job).await.unwrap_err()),
        MissingLog::Expired
    );
    for (run, why) in [(run, MissingLog::Expired), (by_hand, MissingLog::Deleted)] {
        let archive = world.engine.run_archive(run, None).await;
        assert_eq!(missing(archive.unwrap_err()), why);
        assert!(is_there(&world, run).await);
    }
    world.rerun(run, RerunOf::All).await.unwrap();
    for _ in 0..2 {
        world.run_next(Conclusion::Success).await;
    }
    world.pass(7 * DAY - 1);
    enforce(&world.engine).await;
    assert!(
        world.engine.run_archive(run, None).await.is_ok(),
        "the later attempt has its own time"
    );
    let first = world.engine.run_archive(run, Some(1)).await.unwrap_err();
    assert_eq!(missing(first), MissingLog::Expired);
}

#[tokio::test]
async fn r8_11_a_workflow_goes_before_its_repository_and_that_before_the_server() {
    let world = World::with_settings(TWO_JOBS, settings(0, 0)).await;
    let run = ended(&world).await;
    world.pass(10_000 * DAY);
    enforce(&world.engine).await;
    assert!(is_there(&world, run).await, "the server keeps everything");
    let put = async |own, workflow| {
        let ci = of_workflow(".github/workflows/ci.yml", workflow);
        let other = of_workflow("other.yml", rule(Some(1), None));
        let rules = RetentionRules {
            own,
            workflows: vec![other, ci],
        };
        let engine = &world.engine;
        engine
            .put_retention(&world.repository, &rules)
            .await
            .unwrap();
        assert_eq!(engine.retention(&world.repository).await.unwrap(), rules);
        // No need to wait for the hour.
        enforce(engine).await;
    };
    put(rule(Some(1), None), rule(Some(0), None)).await;
    assert!(is_there(&world, run).await, "its workflow keeps everything");
    world.rerun(run, RerunOf::All).await.unwrap_err();
    put(rule(Some(1), None), rule(None, None)).await;
    assert!(!is_there(&world, run).await, "its repository does not");

    let run = ended(&world).await;
    let all = RetentionRules::default();
    let engine = &world.engine;
    engine.delete_retention(&world.repository).await.unwrap();
    assert_eq!(engine.retention(&world.repository).await.unwrap(), all);
    world.pass(2 * DAY);
    enforce(engine).await;
    assert!(is_there(&world, run).await, "the server again");
}

#[tokio::test]
async fn a_retention_that_cannot_be_is_refused_by_field_value_and_what_is_allowed() {
    let world = World::new(TWO_JOBS).await;
    let put = async |workflows: Vec<WorkflowRetention>| {
        let own = RetentionRule::default();
        let rules = RetentionRules { own, workflows };
        world.engine.put_retention(&world.repository, &rules).await
    };
    let none = RetentionRule::default();
    let name = |length: usize| format!("{}.yml", "a".repeat(length - 4));
    for wrong in ["", "ci", &name(RETENTION_PATH_BYTES_MAX + 1)] {
        let refused = put(vec![of_workflow(wrong, none)]).await.unwrap_err();
        let said = refused.to_string();
        let wanted = format!("workflows.path: {wrong:?} must be the path of a workflow file");
        assert!(said.starts_with(&wanted), "{said}");
    }
    let twice = vec![of_workflow("a.yaml", none); 2];
    let said = put(twice).await.unwrap_err().to_string();
    assert!(said.contains("a.yaml") && said.contains("twice"), "{said}");
    let many = |count| (0..count).map(|n| of_workflow(&format!("{n}.yml"), none));
    let most = RETENTION_WORKFLOWS_MAX;
    put(many(most).collect()).await.unwrap();
    put(vec![of_workflow(&name(RETENTION_PATH_BYTES_MAX), none)])
        .await
        .unwrap();
    let said = put(many(most + 1).collect()).await.unwrap_err().to_string();
    assert_eq!(said, "workflows: at most 100 are allowed");
}

/// So many runs that were cancelled at once.
async fn cancelled(world: &World, count: u32) {
    for _ in 0..count {
        let run = world.dispatch().await.unwrap();
        world.engine.cancel_run(run, world.user.id).await.unwrap();
    }
}

#[tokio::test]
async fn a_look_deletes_so_many_and_the_next_goes_on() {
    let world = World::new(TWO_JOBS).await;
    cancelled(&world, EXPIRED_PER_LOOK + 1).await;
    world.pass(90 * DAY);
    assert!(world.engine.enforce_retention().await.unwrap());
    assert_eq!(world.runs().await.len(), 1);
    assert!(!world.engine.enforce_retention().await.unwrap());
    assert_eq!(world.runs().await.len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_clock_deletes_what_was_kept_for_long_enough() {
    let world = World::new(TWO_JOBS).await;
    let run = ended(&world).await;
    world.pass(90 * DAY);
    let mut signals = world.engine.store().wakes().listen();
    let _clocks = world.engine.start_clocks(Arc::new(Plain)).await.unwrap();
    while is_there(&world, run).await {
        signals.recv().await.unwrap();
    }
}

#[tokio::test]
async fn runs_that_match_are_deleted_and_what_has_not_ended_stays() {
    let world = World::new(TWO_JOBS).await;
    let good = ended(&world).await;
    let bad = world.dispatch().await.unwrap();
    world.run_next(Conclusion::Failure).await;
    let live = world.dispatch().await.unwrap();
    // Old enough for a delete of its own to end it.
    world.pass(15 * DAY);
    let delete = async |filter: RunFilter, is_dry| {
        let id = world.repository.id;
        let deleting = world.engine.delete_runs(id, &filter, world.user.id, is_dry);
        deleting.await.unwrap()
    };
    let failed = RunFilter {
        status: Some("failure".to_owned()),
        ..RunFilter::default()
    };
    let told = DeletedRuns {
        matching: 1,
        deleted: 0,
        not_completed: 0,
        has_more: true,
    };
    assert_eq!(delete(failed.clone(), true).await, told);
    assert!(is_there(&world, bad).await, "only asked");
    let told = DeletedRuns {
        deleted: 1,
        has_more: false,
        ..told
    };
    assert_eq!(delete(failed, false).await, told);
    assert!(!is_there(&world, bad).await);
    let told = DeletedRuns {
        not_completed: 1,
        ..told
    };
    assert_eq!(delete(RunFilter::default(), false).await, told);
    assert!(!is_there(&world, good).await);
    assert_eq!(world.status(live).await, (RunStatus::Queued, None));
    let told = DeletedRuns {
        matching: 0,
        deleted: 0,
        ..told
    };
    assert_eq!(delete(RunFilter::default(), false).await, told);
    let alone = world.rerun(good, RerunOf::All).await.unwrap_err();
    assert!(!matches!(alone, EngineError::Refused(Refusal::NotDue)));
}

#[tokio::test]
async fn one_call_deletes_so_many_runs_and_says_that_there_are_more() {
    let world = World::new(TWO_JOBS).await;
    cancelled(&world, DELETED_PER_CALL + 1).await;
    let (all, id) = (RunFilter::default(), world.repository.id);
    let delete = || world.engine.delete_runs(id, &all, world.user.id, false);
    let told = delete().await.unwrap();
    let most = u64::from(DELETED_PER_CALL);
    assert_eq!((told.matching, told.deleted), (most + 1, most));
    assert!(told.has_more);
    let left = world.runs().await;
    assert_eq!(left.len(), 1);
    assert_eq!(
        left[0].identity.number,
        i64::from(DELETED_PER_CALL) + 1,
        "the oldest went"
    );
    let told = delete().await.unwrap();
    assert_eq!((told.deleted, told.has_more), (1, false));
}
