//! Concurrency groups: they change with the run that touches them, and others hear of it by messages, once.

use super::agreement::assert_agrees;
use crate::world::{ALL, Flow, World, page};
use runyard_domain::{
    Conclusion, JobStatus, RunStatus,
    concurrency::{ConcurrencyGroup, GroupName, Member, PENDING_MAX},
    event::EndReason,
    run::AttemptState,
};
use runyard_store::{ChangeError, JobsOf, RunFilter, Scope, Store, StoreError, Wake};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

/// One job in a run that enters a group.
pub(crate) const GROUPED: &str = "on: push\nconcurrency: Prod\njobs:
  build: {runs-on: linux, steps: [{run: x}]}\n";

const IN_LINE: &str = "on: push\nconcurrency: {group: prod, queue: max}\njobs:
  build: {runs-on: linux, steps: [{run: x}]}\n";

const CANCELLING: &str = "on: push\nconcurrency: {group: prod, cancel-in-progress: true}\njobs:
  build: {runs-on: linux, steps: [{run: x}]}\n";

/// A job that enters a group, and one that does not.
pub(crate) const GROUPED_JOB: &str = "on: push\njobs:
  free: {runs-on: linux, steps: [{run: x}]}
  build: {runs-on: linux, concurrency: {group: prod, queue: max}, steps: [{run: x}]}\n";

/// A run, and both of its jobs, in groups of their own.
const THREE_GROUPS: &str = "on: push\nconcurrency: {group: m, queue: max}\njobs:
  z: {runs-on: linux, concurrency: {group: z, queue: max}, steps: [{run: x}]}
  a: {runs-on: linux, concurrency: {group: a, queue: max}, steps: [{run: x}]}\n";

fn named(text: &str) -> GroupName {
    GroupName::new(text).unwrap()
}

async fn group(world: &World, name: &str) -> Option<ConcurrencyGroup> {
    let id = world.repository.id;
    world.store.group(id, &named(name)).await.unwrap()
}

fn run_of(flow: &Flow) -> Member {
    Member::Run {
        run: flow.id,
        attempt: 1,
    }
}

async fn end(flow: &Flow) {
    let claimed = flow.world.claim_one().await;
    assert_eq!(claimed.run, flow.id);
    assert!(flow.start(claimed.id).await.unwrap());
    flow.finish(claimed.id, Conclusion::Success).await.unwrap();
}

pub(crate) async fn a_run_waits_for_its_group_until_it_is_told(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let first = world.run(GROUPED).await;
    let second = world.run(GROUPED).await;
    assert_eq!(assert_agrees(&first).await.status(), RunStatus::Queued);
    let waiting = assert_agrees(&second).await;
    assert_eq!(waiting.attempt().state, AttemptState::Pending);
    assert_eq!(waiting.attempt().group, Some(named("Prod")));
    let kept = group(&world, "PROD").await.unwrap();
    assert_eq!(kept.running(), Some(&run_of(&first)));
    assert_eq!(kept.pending(), [run_of(&second)]);
    let filter = RunFilter {
        status: Some("pending".to_owned()),
        ..RunFilter::default()
    };
    let id = world.repository.id;
    let listed = store.runs(id, &filter, page(1, 10)).await.unwrap();
    assert_eq!(listed.total, 1);
    assert_eq!(listed.items[0].attempt.group, Some(named("Prod")));

    let mut signals = store.wakes().listen();
    end(&first).await;
    let heard = std::iter::from_fn(|| signals.try_recv().ok());
    assert!(heard.into_iter().any(|wake| wake == Wake::Message));
    let moved = group(&world, "Prod").await.unwrap();
    assert_eq!(
        moved.running(),
        Some(&run_of(&second)),
        "the slot moved at once"
    );
    assert_eq!(assert_agrees(&second).await.status(), RunStatus::Pending);
    assert_eq!(world.pass_on(GROUPED).await, 1);
    assert_eq!(assert_agrees(&second).await.status(), RunStatus::Queued);
    end(&second).await;
    assert_eq!(group(&world, "Prod").await, None, "nobody is in it");
    assert_eq!(store.due_messages(9).await.unwrap(), []);
}

pub(crate) async fn what_a_group_ends_keeps_the_reason(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let first = world.run(GROUPED).await;
    let claimed = world.claim_one().await;
    first.start(claimed.id).await.unwrap();
    let second = world.run(GROUPED).await;
    let third = world.run(CANCELLING).await;
    assert_eq!(world.pass_on(GROUPED).await, 2);
    let replaced = assert_agrees(&second).await;
    assert_eq!(replaced.attempt().conclusion(), Some(Conclusion::Cancelled));
    assert!(replaced.attempt().jobs.is_empty());
    let by = run_of(&third);
    let reason = EndReason::Superseded {
        group: named("Prod"),
        by: by.clone(),
    };
    assert_eq!(replaced.attempt().cancel_reason, Some(reason.clone()));
    let view = store.run(second.id).await.unwrap().unwrap();
    assert_eq!(view.attempt.cancel_reason, Some(reason));
    let told = assert_agrees(&first).await;
    let reason = EndReason::CancelInProgress {
        group: named("Prod"),
        by,
    };
    assert_eq!(told.attempt().cancel_reason, Some(reason));
    assert!(!world.execution(claimed.id).await.is_ended());
    first
        .finish(claimed.id, Conclusion::Cancelled)
        .await
        .unwrap();
    assert_eq!(world.pass_on(CANCELLING).await, 1);
    assert_eq!(assert_agrees(&third).await.status(), RunStatus::Queued);
}

pub(crate) async fn a_job_waits_for_its_group_and_no_runner_gets_it(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let first = world.run(GROUPED_JOB).await;
    let second = world.run(GROUPED_JOB).await;
    let waiting = assert_agrees(&second).await;
    let job = second.job("build").await;
    assert_eq!(waiting.job(job).unwrap().state.status(), JobStatus::Pending);
    let claimed = world.claim(1, 9).await;
    assert_eq!(claimed.len(), 3, "{claimed:?}");
    assert!(claimed.iter().all(|execution| execution.job != job));
    for execution in &claimed {
        let flow = if execution.run == first.id {
            &first
        } else {
            &second
        };
        flow.start(execution.id).await.unwrap();
    }
    let held = first.job("build").await;
    let by = world
        .run(&GROUPED_JOB.replace("queue: max", "cancel-in-progress: true"))
        .await;
    world.pass_on(GROUPED_JOB).await;
    let stopping = assert_agrees(&first).await;
    let reason = EndReason::CancelInProgress {
        group: named("prod"),
        by: Member::Job {
            run: by.id,
            job: by.job("build").await,
        },
    };
    assert_eq!(stopping.job(held).unwrap().state.reason(), Some(&reason));
    let replaced = assert_agrees(&second).await;
    let end = &replaced.job(job).unwrap().state;
    assert_eq!(end.conclusion(), Some(Conclusion::Cancelled));
    let execution = claimed.iter().find(|it| it.job == held).unwrap();
    first
        .finish(execution.id, Conclusion::Cancelled)
        .await
        .unwrap();
    assert_eq!(world.pass_on(GROUPED_JOB).await, 1);
    let jobs = store.jobs(by.id, JobsOf::Latest, ALL).await.unwrap();
    assert!(
        jobs.items
            .iter()
            .all(|job| job.state.status() == JobStatus::Queued)
    );
    assert_agrees(&by).await;
}

pub(crate) async fn a_message_is_applied_once_however_many_try(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let first = world.run(GROUPED).await;
    let second = world.run(GROUPED).await;
    end(&first).await;
    let due = store.due_messages(9).await.unwrap();
    let [left] = due[..] else {
        panic!("{due:?}");
    };
    assert_eq!(left.run, second.id);
    let mut tries = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let flow = second.clone();
        tries.spawn(async move { flow.hear(left.id).await });
    }
    let mut recorded = 0;
    for tried in tries.join_all().await {
        match tried {
            Ok(events) => recorded += events.len(),
            Err(ChangeError::Store(StoreError::NotFound { what: "message" })) => {}
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(recorded, 3, "the graph, its job, and that it is queued");
    let run = assert_agrees(&second).await;
    assert_eq!(run.status(), RunStatus::Queued);
    let scope = Scope::RunOfMessage(left.id);
    let again = second.change(scope, |_, _, _| Ok(Vec::new())).await;
    assert!(matches!(
        again.unwrap_err(),
        ChangeError::Store(StoreError::NotFound { what: "message" })
    ));
}

pub(crate) async fn a_message_that_is_put_off_waits_and_one_of_no_use_is_dropped(
    store: Arc<dyn Store>,
) {
    let world = World::new(Arc::clone(&store)).await;
    let first = world.run(GROUPED).await;
    let second = world.run(GROUPED).await;
    end(&first).await;
    let left = store.due_messages(9).await.unwrap().remove(0);
    let wait = Duration::from_secs(600);
    store.put_off_message(left.id, wait).await.unwrap();
    assert_eq!(store.due_messages(9).await.unwrap(), []);
    assert!(store.message(left.id).await.unwrap().is_some());
    store
        .put_off_message(left.id, Duration::ZERO)
        .await
        .unwrap();
    assert_eq!(store.due_messages(9).await.unwrap(), [left]);
    store.drop_message(left.id).await.unwrap();
    assert_eq!(store.due_messages(9).await.unwrap(), []);
    assert_eq!(store.message(left.id).await.unwrap(), None);
    assert_eq!(assert_agrees(&second).await.status(), RunStatus::Pending);
}

pub(crate) async fn a_refused_decision_leaves_no_group(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(GROUPED).await;
    let refused = flow.change(Scope::Run(flow.id), |_, _, planning| {
        let group = GroupName::new("other").unwrap();
        if planning.groups.iter().any(|it| it.name == group) {
            return Err(runyard_domain::Refusal::WrongLoad);
        }
        let groups = vec![group];
        Err(runyard_domain::Refusal::GroupsNotLoaded { groups })
    });
    assert!(refused.await.is_err());
    assert_eq!(group(&world, "other").await, None);
    let again = world.run(&GROUPED.replace("Prod", "other")).await;
    assert_eq!(assert_agrees(&again).await.status(), RunStatus::Queued);
}

/// Newcomers, runners and those who pass on messages, all at once. A runner says what it sees.
pub(crate) async fn newcomers_at_the_same_time_have_one_holder_and_none_is_forgotten(
    store: Arc<dyn Store>,
) {
    let world = World::new(Arc::clone(&store)).await;
    for text in [IN_LINE, GROUPED] {
        all_at_once(&world, text, 1).await;
        assert_eq!(group(&world, "prod").await, None);
    }
}

pub(crate) async fn groups_taken_in_any_order_lose_nothing(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    all_at_once(&world, THREE_GROUPS, 2).await;
    for name in ["a", "m", "z"] {
        assert_eq!(group(&world, name).await, None, "{name}");
    }
}

const NEWCOMERS: usize = 24;

async fn all_at_once(world: &World, text: &'static str, at_once_max: usize) {
    const { assert!(NEWCOMERS < PENDING_MAX) };
    let (busy, done) = (
        Arc::new(AtomicUsize::new(0)),
        Arc::new(AtomicBool::new(false)),
    );
    let mut helpers = tokio::task::JoinSet::new();
    for runner in 1..=3 {
        let (world, busy, done) = (world.clone(), Arc::clone(&busy), Arc::clone(&done));
        helpers.spawn(async move {
            while !done.load(Ordering::SeqCst) {
                world.pass_on(text).await;
                for execution in world.claim(runner, 1).await {
                    let flow = world.flow(execution.run, text);
                    if flow.start(execution.id).await.unwrap() {
                        let others = busy.fetch_add(1, Ordering::SeqCst);
                        assert!(others < at_once_max, "{others} others have the slot");
                        tokio::task::yield_now().await;
                        busy.fetch_sub(1, Ordering::SeqCst);
                        let finished = flow.finish(execution.id, Conclusion::Success).await;
                        finished.unwrap();
                    }
                }
                tokio::task::yield_now().await;
            }
        });
    }
    let mut newcomers = tokio::task::JoinSet::new();
    for _ in 0..NEWCOMERS {
        let world = world.clone();
        newcomers.spawn(async move { world.run(text).await });
    }
    let flows = newcomers.join_all().await;
    for flow in &flows {
        while !flow.aggregate().await.is_completed() {
            tokio::task::yield_now().await;
        }
        let run = assert_agrees(flow).await;
        let replaced = run.attempt().cancel_reason.is_some();
        let wanted = if replaced {
            Conclusion::Cancelled
        } else {
            Conclusion::Success
        };
        assert_eq!(run.attempt().conclusion(), Some(wanted));
        assert!(!(replaced && text.contains("queue: max")), "{run:?}");
    }
    done.store(true, Ordering::SeqCst);
    helpers.join_all().await;
}
