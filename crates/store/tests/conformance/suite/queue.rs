//! Handing out jobs: once, in order, to those who can run them.

use super::agreement::assert_agrees;
use crate::world::{
    CHAIN, Flow, ONE_JOB, World, jobs_beside_each_other, no_patience, step, token_hash,
};
use runyard_domain::{
    Conclusion, Execution, ExecutionId, JobId,
    execution::{ExecutionState, Patience},
    runner::LabelSet,
};
use runyard_store::{QueueDepth, Store};
use std::{collections::BTreeSet, sync::Arc, time::Duration};

fn jobs_of(claimed: &[Execution]) -> Vec<JobId> {
    claimed.iter().map(|execution| execution.job).collect()
}

/// The planned jobs in the order of the file.
async fn jobs_in_order(flow: &Flow) -> Vec<JobId> {
    let run = flow.aggregate().await;
    run.attempt().planned().map(|job| job.id).collect()
}

pub(crate) async fn a_job_is_claimed_at_most_once(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(&jobs_beside_each_other(50)).await;
    let mut claimers = tokio::task::JoinSet::new();
    for claimer in 1..=8_u32 {
        let world = world.clone();
        claimers.spawn(async move {
            let mut mine = Vec::new();
            loop {
                let claimed = world.claim(i64::from(claimer), 1 + claimer % 3).await;
                if claimed.is_empty() {
                    return mine;
                }
                assert!(
                    claimed
                        .iter()
                        .all(|e| e.runner.id.get() == i64::from(claimer))
                );
                mine.extend(jobs_of(&claimed));
            }
        });
    }
    let handed_out: Vec<JobId> = claimers.join_all().await.into_iter().flatten().collect();
    // A claimer may leave while another's claim holds the rest: what is left is still there.
    let left = jobs_of(&world.claim(9, 50).await);
    let all: Vec<JobId> = handed_out.into_iter().chain(left).collect();
    let distinct: BTreeSet<JobId> = all.iter().copied().collect();
    assert_eq!(all.len(), 50);
    assert_eq!(distinct, jobs_in_order(&flow).await.into_iter().collect());
}

pub(crate) async fn a_claim_gets_only_jobs_whose_labels_it_has(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world
        .run(
            "on: push\njobs:
  big: {runs-on: [Self-Hosted, GPU, linux], steps: [{run: make}]}
  mac: {runs-on: macos, steps: [{run: make}]}
  any: {runs-on: LINUX, steps: [{run: make}]}
  odd: {runs-on: ['with space, \"quoted\" %_'], steps: [{run: make}]}\n",
        )
        .await;
    let table: [(&[&str], &[&str]); 6] = [
        (&[], &[]),
        (&["windows"], &[]),
        (&["gpu", "self-hosted"], &[]),
        (&["Linux", "x64"], &["any"]),
        (&["linux", "gpu", "self-hosted", "x64"], &["big"]),
        (&["macOS", "with space, \"quoted\" %_"], &["mac", "odd"]),
    ];
    for (labels, wanted) in table {
        let key = format!("key {labels:?}");
        let mut request = world.request(1, &key, 5).await;
        request.labels = LabelSet::new(labels);
        let claimed = store.claim(request).await.unwrap();
        let mut expected = Vec::new();
        for name in wanted {
            expected.push(flow.job(name).await);
        }
        assert_eq!(jobs_of(&claimed), expected, "a runner with {labels:?}");
    }
}

pub(crate) async fn a_claim_gets_jobs_of_its_group_and_of_none(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world
        .run(
            "on: push\njobs:
  gpu: {runs-on: {group: org/GPU, labels: linux}, steps: [{run: x}]}
  any: {runs-on: linux, steps: [{run: x}]}
  big: {runs-on: {group: gpu, labels: big}, steps: [{run: x}]}\n",
        )
        .await;
    let claimed = async |by: i64, group: &str| {
        let mut request = world.request(by, &format!("of {group}"), 9).await;
        request.labels = LabelSet::new(["linux"]).in_group(group);
        let claimed = world.store.claim(request).await.unwrap();
        claimed.into_iter().map(|it| it.job).collect::<Vec<_>>()
    };
    assert_eq!(claimed(1, "Default").await, [flow.job("any").await]);
    assert_eq!(claimed(2, "gpu").await, [flow.job("gpu").await]);
    super::agreement::assert_agrees(&flow).await;
}

pub(crate) async fn jobs_are_claimed_in_the_order_in_which_they_became_ready(
    store: Arc<dyn Store>,
) {
    let world = World::new(Arc::clone(&store)).await;
    // `test` becomes ready when `build` ends, behind all that were ready by then.
    let chain = world.run(CHAIN).await;
    let build = world.claim_one().await;
    let mut wanted = Vec::new();
    for _ in 0..3 {
        let flow = world.run(&jobs_beside_each_other(2)).await;
        wanted.extend(jobs_in_order(&flow).await);
    }
    chain.start(build.id).await.unwrap();
    chain.finish(build.id, Conclusion::Success).await.unwrap();
    wanted.push(chain.job("test").await);
    assert_eq!(jobs_of(&world.claim(1, 3).await), wanted[..3]);
    assert_eq!(jobs_of(&world.claim(2, 1).await), wanted[3..4]);
    assert_eq!(jobs_of(&world.claim(1, 9).await), wanted[4..]);
}

pub(crate) async fn a_claim_gets_no_more_than_it_asks_for(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    world.run(&jobs_beside_each_other(3)).await;
    assert_eq!(world.claim(1, 0).await, []);
    let request = world.request(1, "two", 2).await;
    let before = store.now().await.unwrap();
    let claimed = store.claim(request.clone()).await.unwrap();
    assert_eq!(claimed.len(), 2);
    for (offered, asked) in claimed.iter().zip(&request.executions) {
        assert_eq!(offered.id, asked.id, "in the order of the tokens");
        assert_eq!(offered.runner, request.runner);
        assert_eq!((offered.rev, offered.steps.len()), (0, 0));
        let ExecutionState::Offered { until } = offered.state else {
            panic!("{offered:?}");
        };
        assert!(until >= before.plus(request.offer));
        assert_eq!(&world.execution(offered.id).await, offered);
    }
    assert_eq!(world.claim(2, 5).await.len(), 1);
    assert_eq!(world.claim(2, 5).await, []);
}

pub(crate) async fn a_claim_finds_nothing_in_an_empty_queue(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    assert_eq!(world.claim(1, 5).await, []);
    assert_eq!(store.expired(5).await.unwrap(), []);
    store.extend_leases(Duration::from_secs(60)).await.unwrap();
}

pub(crate) async fn the_same_key_gets_the_same_offers_with_new_tokens(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    world.run(&jobs_beside_each_other(2)).await;
    let first = world.request(1, "same", 2).await;
    let offered = store.claim(first.clone()).await.unwrap();
    let second = world.request(1, "same", 2).await;
    let again = store.claim(second.clone()).await.unwrap();
    assert_eq!(again, offered, "though nothing else is queued");
    for (place, execution) in offered.iter().enumerate() {
        let (old, new) = (&first.executions[place], &second.executions[place]);
        let by_old = store.execution_by_token(old.token).await.unwrap();
        let by_old_github = store.execution_by_github_token(old.github_token).await;
        assert_eq!((by_old, by_old_github.unwrap()), (None, None));
        let found = Some(execution.clone());
        let by_new = store.execution_by_token(new.token).await.unwrap();
        let by_new_github = store.execution_by_github_token(new.github_token).await;
        assert_eq!((by_new, by_new_github.unwrap()), (found.clone(), found));
        assert_eq!(store.execution(new.id).await.unwrap(), None);
    }
    world.run(ONE_JOB).await;
    let third = world.request(1, "same", 2).await;
    let again = store.claim(third).await.unwrap();
    assert_eq!(again, offered, "though another job is queued now");
}

pub(crate) async fn the_same_key_after_a_start_gets_another_job(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(&jobs_beside_each_other(2)).await;
    let request = world.request(1, "same", 1).await;
    let first = store.claim(request).await.unwrap().remove(0);
    flow.start(first.id).await.unwrap();
    let request = world.request(1, "same", 1).await;
    let second = store.claim(request).await.unwrap().remove(0);
    assert_ne!((second.id, second.job), (first.id, first.job));
}

pub(crate) async fn the_same_key_of_another_runner_is_another_request(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    world.run(&jobs_beside_each_other(2)).await;
    let of_one = world.request(1, "same", 1).await;
    let of_two = world.request(2, "same", 1).await;
    let first = store.claim(of_one).await.unwrap().remove(0);
    let second = store.claim(of_two).await.unwrap().remove(0);
    assert_ne!((second.id, second.job), (first.id, first.job));
    assert_eq!(world.execution(first.id).await, first);
}

pub(crate) async fn the_same_key_at_the_same_time_gets_one_offer(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    world.run(&jobs_beside_each_other(10)).await;
    let mut retries = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let request = world.request(1, "same", 1).await;
        let store = Arc::clone(&store);
        retries.spawn(async move { store.claim(request).await.unwrap() });
    }
    let offered = retries.join_all().await;
    let ids: BTreeSet<ExecutionId> = offered.iter().flatten().map(|e| e.id).collect();
    assert_eq!(ids.len(), 1, "{offered:?}");
    assert_eq!(world.claim(2, 10).await.len(), 9);
}

pub(crate) async fn a_job_that_goes_back_keeps_its_place(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(&jobs_beside_each_other(3)).await;
    let jobs = jobs_in_order(&flow).await;
    let first = world.claim(1, 1).await.remove(0);
    assert_eq!(jobs_of(&world.claim(2, 1).await), jobs[1..2]);
    let release = |execution: &mut Execution, now| execution.release(now).map(drop);
    world.change_execution(first.id, release).await.unwrap();
    let next = world.claim(3, 5).await;
    assert_eq!(jobs_of(&next), [jobs[0], jobs[2]]);
}

pub(crate) async fn a_cancelled_job_is_not_claimed(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let cancelled = world.run(&jobs_beside_each_other(3)).await;
    let offered = world.claim(1, 1).await.remove(0);
    cancelled.cancel().await.unwrap();
    let live = world.run(ONE_JOB).await;
    // What was offered does not come back either, though its offer ended without a start.
    assert!(world.execution(offered.id).await.is_ended());
    let claimed = jobs_of(&world.claim(2, 10).await);
    assert_eq!(claimed, jobs_in_order(&live).await);
    assert_agrees(&cancelled).await;
}

pub(crate) async fn the_depth_of_the_queue_counts_what_nobody_was_offered(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let depth = async || store.depth().await.unwrap();
    let empty = QueueDepth {
        ready: 0,
        oldest: None,
    };
    assert_eq!(depth().await, empty);
    let first = store.now().await.unwrap();
    world.run(&jobs_beside_each_other(2)).await;
    let second = store.now().await.unwrap();
    world.run(ONE_JOB).await;
    let all = depth().await;
    assert_eq!(all.ready, 3);
    assert!((first..=second).contains(&all.oldest.unwrap()), "{all:?}");
    let offered = world.claim(1, 2).await;
    let left = depth().await;
    assert_eq!(left.ready, 1);
    assert!(left.oldest.unwrap() >= second, "{left:?}");
    let release = |execution: &mut Execution, now| execution.release(now).map(drop);
    world
        .change_execution(offered[0].id, release)
        .await
        .unwrap();
    let back = depth().await;
    assert_eq!(
        (back.ready, back.oldest),
        (2, all.oldest),
        "in its old place"
    );
    world.claim(1, 2).await;
    assert_eq!(depth().await, empty);
}

pub(crate) async fn what_runs_was_started_and_is_not_over(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(&jobs_beside_each_other(5)).await;
    let claimed = world.claim(1, 4).await;
    // 0 stays offered, 1 runs, 2 is due before it, 3 ended, and the fifth job is still queued.
    flow.start(claimed[1].id).await.unwrap();
    flow.start_with(claimed[2].id, no_patience()).await.unwrap();
    flow.start(claimed[3].id).await.unwrap();
    flow.finish(claimed[3].id, Conclusion::Success)
        .await
        .unwrap();
    let wanted = [
        world.execution(claimed[2].id).await,
        world.execution(claimed[1].id).await,
    ];
    assert_eq!(store.running(10).await.unwrap(), wanted);
    assert_eq!(store.running(1).await.unwrap(), wanted[..1]);
    assert_eq!(store.running(0).await.unwrap(), []);
}

pub(crate) async fn an_execution_is_found_by_its_tokens(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(ONE_JOB).await;
    let request = world.request(1, "key", 1).await;
    let asked = request.executions[0].clone();
    store.claim(request).await.unwrap();
    for result in [None, Some(Conclusion::Success)] {
        if let Some(result) = result {
            flow.start(asked.id).await.unwrap();
            world.sync(asked.id, 3, vec![step(1, "a")]).await.unwrap();
            flow.finish(asked.id, result).await.unwrap();
        }
        let wanted = Some(world.execution(asked.id).await);
        let by_token = store.execution_by_token(asked.token).await.unwrap();
        assert_eq!(by_token, wanted);
        let by_github = store.execution_by_github_token(asked.github_token).await;
        assert_eq!(by_github.unwrap(), wanted);
    }
    let crossed = store.execution_by_token(asked.github_token).await.unwrap();
    assert_eq!(crossed, None, "each token opens its own door only");
    let unknown = store.execution_by_github_token(token_hash(9_999)).await;
    assert_eq!(unknown.unwrap(), None);
    let unknown = store.execution(ExecutionId::new(9_999)).await.unwrap();
    assert_eq!(unknown, None);
}

pub(crate) async fn what_is_over_by_the_clock_is_expired(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(&jobs_beside_each_other(5)).await;
    let claimed = world.claim(1, 4).await;
    // 0 stays offered, 1 runs with a lease, 2 runs without one, 3 ended.
    flow.start(claimed[1].id).await.unwrap();
    flow.start_with(claimed[2].id, no_patience()).await.unwrap();
    flow.start_with(claimed[3].id, no_patience()).await.unwrap();
    flow.finish(claimed[3].id, Conclusion::Success)
        .await
        .unwrap();
    let expired = store.expired(10).await.unwrap();
    let over: Vec<_> = expired.iter().map(|e| (e.execution, e.run)).collect();
    assert_eq!(over, [(claimed[2].id, flow.id)]);
    world.sync(claimed[2].id, 1, Vec::new()).await.unwrap();
    assert_eq!(store.expired(10).await.unwrap(), [], "it was heard of");
}

pub(crate) async fn expired_executions_come_oldest_first(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    world.run(&jobs_beside_each_other(3)).await;
    let mut offered = Vec::new();
    for key in ["a", "b", "c"] {
        let mut request = world.request(1, key, 1).await;
        request.offer = Duration::ZERO;
        offered.push(store.claim(request).await.unwrap().remove(0).id);
    }
    for count in 0..=3 {
        let limit = u32::try_from(count).unwrap();
        let expired = store.expired(limit).await.unwrap();
        let ids: Vec<ExecutionId> = expired.iter().map(|e| e.execution).collect();
        assert_eq!(ids, offered[..count]);
        assert!(expired.iter().all(|e| e.was_offered));
    }
}

pub(crate) async fn leases_are_extended_but_never_shortened(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(&jobs_beside_each_other(4)).await;
    let claimed = world.claim(1, 4).await;
    let (offered, short, long, ended) = (&claimed[0], &claimed[1], &claimed[2], &claimed[3]);
    flow.start_with(short.id, no_patience()).await.unwrap();
    flow.start_with(long.id, patience_of(3_600)).await.unwrap();
    flow.start(ended.id).await.unwrap();
    flow.finish(ended.id, Conclusion::Success).await.unwrap();
    let before_long = world.execution(long.id).await;
    let before_ended = world.execution(ended.id).await;
    let now = store.now().await.unwrap();
    let lease = Duration::from_secs(600);
    store.extend_leases(lease).await.unwrap();
    let until = world.execution(short.id).await.lease_until().unwrap();
    assert!(until >= now.plus(lease), "{until} is too early");
    assert_eq!(world.execution(long.id).await, before_long);
    assert_eq!(world.execution(ended.id).await, before_ended);
    assert_eq!(&world.execution(offered.id).await, offered);
    assert_eq!(store.expired(10).await.unwrap(), []);
    // The other way round, for one that was told to stop.
    flow.cancel_job(short.job).await.unwrap();
    store.extend_leases(2 * lease).await.unwrap();
    let later = world.execution(short.id).await.lease_until().unwrap();
    assert!(later >= until.plus(lease - Duration::from_secs(60)));
}

fn patience_of(lease_seconds: u64) -> Patience {
    Patience {
        lease: Duration::from_secs(lease_seconds),
        ..Patience::default()
    }
}
