//! Retention: what is said is kept, each workflow is looked at by one, and runs are found by when they ended.

use crate::world::{Flow, ONE_JOB, World};
use runyard_domain::{
    Conclusion, RepositoryId, Run, RunId, Timestamp, WorkflowId,
    retention::{Kept, RetentionRule, RetentionRules, WorkflowRetention},
};
use runyard_store::{Conflict, EndedWith, KeptLogs, RunFilter, Scope, Stage, Store, StoreError};
use std::{sync::Arc, time::Duration};

const HOUR: Duration = Duration::from_secs(3_600);

fn rules(days: u32) -> RetentionRules {
    let kept = Some(Kept::days(days).unwrap());
    RetentionRules {
        own: RetentionRule {
            runs: kept,
            logs: None,
        },
        workflows: vec![WorkflowRetention {
            path: ".github/workflows/t\u{f6}lt.yml".to_owned(),
            rule: RetentionRule {
                runs: None,
                logs: kept,
            },
        }],
    }
}

pub(crate) async fn what_a_repository_says_of_retention_is_kept(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let other = world.with_repository("other").await;
    let id = world.repository.id;
    assert_eq!(store.retention(id).await.unwrap(), None);
    for days in [7, 0, 400] {
        store.put_retention(id, &rules(days)).await.unwrap();
        assert_eq!(store.retention(id).await.unwrap(), Some(rules(days)));
    }
    assert_eq!(store.retention(other.repository.id).await.unwrap(), None);
    for _ in 0..2 {
        store.delete_retention(id).await.unwrap();
        assert_eq!(store.retention(id).await.unwrap(), None);
    }
    store.put_retention(id, &rules(7)).await.unwrap();
    store.delete_repository(id).await.unwrap();
    assert_eq!(store.retention(id).await.unwrap(), None);
    for missing in [id, RepositoryId::new(99)] {
        let put = store.put_retention(missing, &rules(7)).await.unwrap_err();
        let deleted = store.delete_retention(missing).await.unwrap_err();
        for error in [put, deleted] {
            assert!(matches!(error, StoreError::Conflict(Conflict::Reference)));
        }
    }
}

pub(crate) async fn a_workflow_is_looked_at_by_one_until_its_time_comes_again(
    store: Arc<dyn Store>,
) {
    let world = World::new(Arc::clone(&store)).await;
    let gone = world.with_repository("gone").await;
    let first = world.workflow("a.yml").await.id;
    let second = world.workflow("b.yml").await.id;
    gone.workflow("a.yml").await;
    store.delete_repository(gone.repository.id).await.unwrap();
    let claim = async |limit, interval| {
        let looks = store.claim_retention_looks(limit, interval).await;
        let looks = looks.unwrap().into_iter();
        let seen = looks.map(|look| (look.workflow, look.rules));
        seen.collect::<Vec<(WorkflowId, RetentionRules)>>()
    };
    let none = RetentionRules::default();
    assert_eq!(claim(1, HOUR).await, [(first, none.clone())]);
    assert_eq!(claim(9, HOUR).await, [(second, none.clone())]);
    assert_eq!(claim(9, HOUR).await, []);

    store.look_again(second).await.unwrap();
    assert_eq!(claim(9, HOUR).await, [(second, none)]);
    let said = rules(7);
    let id = world.repository.id;
    store.put_retention(id, &said).await.unwrap();
    let both = [(first, said.clone()), (second, said)];
    assert_eq!(claim(9, Duration::ZERO).await, both);
    assert_eq!(claim(9, HOUR).await, both, "its time came again");
    assert_eq!(claim(9, HOUR).await, []);
    store.delete_retention(id).await.unwrap();
    let looks = store.claim_retention_looks(9, HOUR).await.unwrap();
    let paths: Vec<&str> = looks.iter().map(|look| &*look.path).collect();
    assert_eq!(paths, ["a.yml", "b.yml"]);
    assert_eq!(looks[0].rules, RetentionRules::default());
}

pub(crate) async fn two_that_look_at_once_get_different_workflows(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let mut all = Vec::new();
    for number in 0..6 {
        all.push(world.workflow(&format!("{number}.yml")).await.id);
    }
    let claim = || store.claim_retention_looks(3, HOUR);
    let (a, b, c) = tokio::join!(claim(), claim(), claim());
    let looks = [a.unwrap(), b.unwrap(), c.unwrap()].concat();
    let mut got: Vec<WorkflowId> = looks.into_iter().map(|look| look.workflow).collect();
    // What somebody else held at that moment was passed over.
    got.extend(claim().await.unwrap().into_iter().map(|l| l.workflow));
    got.extend(claim().await.unwrap().into_iter().map(|l| l.workflow));
    got.sort_unstable();
    assert_eq!(got, all);
}

async fn later(store: &Arc<dyn Store>) -> Timestamp {
    store.now().await.unwrap().plus(HOUR)
}

async fn ended(world: &World) -> (Flow, Run) {
    let flow = world.run(ONE_JOB).await;
    flow.run_to_the_end(Conclusion::Success).await;
    let run = flow.aggregate().await;
    (flow, run)
}

async fn expire_logs(flow: &Flow) {
    let expired = flow.change(Scope::Run(flow.id), |run, _, planning| {
        run.delete_expired_logs(Duration::ZERO, planning.now)
    });
    expired.await.unwrap();
}

pub(crate) async fn runs_are_found_by_when_their_newest_attempt_ended(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let (first, run) = ended(&world).await;
    let (second, _) = ended(&world).await;
    let (third, _) = ended(&world).await;
    world.run(ONE_JOB).await;
    let workflow = run.identity().workflow;
    let found = async |latest, with, limit| {
        let found = store.ended_by(workflow, latest, with, limit).await;
        found.unwrap()
    };
    let by_now = later(&store).await;
    let all = [first.id, second.id, third.id];
    for with in [EndedWith::Anything, EndedWith::Logs] {
        assert_eq!(found(by_now, with, 9).await, all);
        assert_eq!(found(by_now, with, 2).await, all[..2]);
        let end = run.updated_at();
        assert_eq!(found(end, with, 9).await, [first.id]);
        let before = end.minus(Duration::from_micros(1));
        assert_eq!(found(before, with, 9).await, [] as [RunId; 0]);
        let other = WorkflowId::new(99);
        let others = store.ended_by(other, by_now, with, 9).await.unwrap();
        assert_eq!(others, []);
    }
    first.rerun_by(world.user.id).await.unwrap();
    let left = [second.id, third.id];
    assert_eq!(found(by_now, EndedWith::Anything, 9).await, left, "live");
    first.cancel().await.unwrap();
    expire_logs(&second).await;
    let by_now = later(&store).await;
    let (anything, logs) = (EndedWith::Anything, EndedWith::Logs);
    let ended_last = [second.id, third.id, first.id];
    assert_eq!(found(by_now, anything, 9).await, ended_last);
    assert_eq!(found(by_now, logs, 9).await, [third.id, first.id]);
    third.delete().await.unwrap();
    assert_eq!(found(by_now, anything, 9).await, [second.id, first.id]);
    assert_eq!(found(by_now, logs, 9).await, [first.id]);
}

pub(crate) async fn expired_logs_are_told_from_deleted_ones(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let (flow, _) = ended(&world).await;
    let logs = async || {
        let view = store.run(flow.id).await.unwrap().unwrap();
        [view.logs_of(1), view.logs_of(2)]
    };
    assert_eq!(logs().await[0], KeptLogs::There);
    expire_logs(&flow).await;
    assert_eq!(logs().await, [KeptLogs::Expired, KeptLogs::There]);
    flow.delete_logs().await.unwrap();
    assert_eq!(logs().await[0], KeptLogs::Expired, "nothing was left");
    flow.rerun_by(world.user.id).await.unwrap();
    flow.cancel().await.unwrap();
    flow.delete_logs().await.unwrap();
    assert_eq!(logs().await, [KeptLogs::Expired, KeptLogs::Deleted]);
    let (deleted, _) = ended(&world).await;
    deleted.delete_logs().await.unwrap();
    let view = store.run(deleted.id).await.unwrap().unwrap();
    assert_eq!(view.logs_of(1), KeptLogs::Deleted);
    assert!(store.purge(Duration::ZERO).await.unwrap());
    super::agreement::assert_agrees(&flow).await;
}

pub(crate) async fn chosen_runs_have_ended_and_come_oldest_first(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let (newest, run) = ended(&world).await;
    let created = run.identity().created_at;
    let mut made = Vec::new();
    for hours in [1_u32, 2] {
        let mut wanted = world.wanted(ONE_JOB).await;
        wanted.identity.created_at = created.minus(HOUR * hours);
        wanted.identity.head_branch = Some("old".to_owned());
        let flow = world.create(wanted).await.unwrap();
        flow.cancel().await.unwrap();
        made.push(flow.id);
    }
    let live = world.run(ONE_JOB).await;
    let id = world.repository.id;
    let chosen = async |chosen: &RunFilter, limit| {
        let runs = store.chosen_runs(id, chosen, limit).await.unwrap();
        assert!(runs.iter().all(|(_, attempt)| *attempt == 1));
        let runs = runs.into_iter().map(|(run, _)| run);
        runs.collect::<Vec<RunId>>()
    };
    let all = RunFilter::default();
    let branch = RunFilter {
        branch: Some("old".to_owned()),
        ..RunFilter::default()
    };
    let cancelled = RunFilter {
        status: Some("cancelled".to_owned()),
        actor: Some("OCTO".to_owned()),
        ..RunFilter::default()
    };
    let nobody = RunFilter {
        actor: Some("nobody".to_owned()),
        ..RunFilter::default()
    };
    let before = RunFilter {
        created_before: Some(created),
        ..RunFilter::default()
    };
    let between = RunFilter {
        created_from: Some(created.minus(HOUR)),
        created_before: Some(created),
        ..RunFilter::default()
    };
    let table = [
        (&all, vec![newest.id, made[0], made[1]]),
        (&branch, vec![made[0], made[1]]),
        (&cancelled, vec![made[0], made[1]]),
        (&nobody, vec![]),
        (&before, vec![made[0], made[1]]),
        (&between, vec![made[0]]),
    ];
    for (wanted, found) in table {
        assert_eq!(chosen(wanted, 9).await, found, "{wanted:?}");
        let counted = store.count_chosen(id, wanted, Stage::Ended).await;
        assert_eq!(counted.unwrap(), found.len() as u64);
        assert_eq!(chosen(wanted, 1).await, found[..found.len().min(1)]);
    }
    let live_of = async |wanted| store.count_chosen(id, wanted, Stage::Live).await.unwrap();
    assert_eq!((live_of(&all).await, live_of(&before).await), (1, 0));
    let attempts = async || store.chosen_runs(id, &all, 1).await.unwrap();
    newest.rerun_by(world.user.id).await.unwrap();
    assert_eq!(live_of(&all).await, 2);
    assert_eq!(attempts().await, [(made[0], 1)]);
    newest.cancel().await.unwrap();
    assert_eq!(attempts().await, [(newest.id, 2)], "its newest attempt");
    newest.delete().await.unwrap();
    live.cancel().await.unwrap();
    assert_eq!(chosen(&all, 9).await, [made[0], made[1], live.id]);
    let other = world.with_repository("other").await.repository.id;
    assert_eq!(store.chosen_runs(other, &all, 9).await.unwrap(), []);
}
