//! What is deleted is gone at once for everybody, and bit by bit from the store.

use crate::world::{ALL, DIAMOND, Flow, ONE_JOB, World, is_not_found, page};
use runyard_domain::{Conclusion, ExecutionId, JobId, Refusal};
use runyard_store::{
    Appended, ChangeError, JobsOf, LogContent, RunFilter, Scope, SealedLog, Store,
};
use std::{sync::Arc, time::Duration};

/// A run that ended, with a log that is rows and one that is an object.
async fn ended(world: &World) -> (Flow, Vec<ExecutionId>, Vec<JobId>) {
    let flow = world.run(DIAMOND).await;
    let claimed = world.claim(1, 2).await;
    for execution in &claimed {
        flow.start(execution.id).await.unwrap();
        let store = &world.store;
        store
            .append_log(execution.id, 0, b"line\n", 99)
            .await
            .unwrap();
        flow.finish(execution.id, Conclusion::Failure)
            .await
            .unwrap();
    }
    let ids: Vec<ExecutionId> = claimed.iter().map(|execution| execution.id).collect();
    let sealed = SealedLog {
        key: format!("logs/{}", ids[0]),
        bytes: 5,
    };
    world.store.seal_log(ids[0], &sealed).await.unwrap();
    let run = flow.aggregate().await;
    let jobs = run.attempt().planned().map(|job| job.id).collect();
    (flow, ids, jobs)
}

/// Removes all that waits to be.
async fn purge(store: &Arc<dyn Store>) -> u32 {
    let mut bits = 0;
    while store.purge(Duration::ZERO).await.unwrap() {
        bits += 1;
        assert!(bits < 1_000, "it ends");
    }
    bits
}

async fn assert_unseen(store: &Arc<dyn Store>, flow: &Flow, jobs: &[JobId]) {
    let id = flow.id;
    assert_eq!(store.run(id).await.unwrap(), None);
    assert_eq!(store.attempt(id, 1).await.unwrap(), None);
    assert_eq!(store.aggregate(id).await.unwrap(), None);
    assert_eq!(store.events(id).await.unwrap(), []);
    assert_eq!(store.payload(id).await.unwrap(), None);
    assert_eq!(store.jobs(id, JobsOf::All, ALL).await.unwrap().total, 0);
    for job in jobs {
        assert_eq!(store.job(*job).await.unwrap(), None);
    }
    for gone in [
        flow.cancel().await,
        flow.delete().await,
        flow.force_cancel().await,
    ] {
        let gone = gone.unwrap_err();
        assert!(
            matches!(gone, ChangeError::Store(ref error) if is_not_found(error)),
            "{gone}"
        );
    }
}

pub(crate) async fn a_deleted_run_is_gone_at_once_and_then_for_good(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let (flow, executions, jobs) = ended(&world).await;
    flow.rerun_by(world.user.id).await.unwrap();
    let refused = flow.delete().await.unwrap_err();
    assert!(matches!(
        refused,
        ChangeError::Refused(Refusal::RunNotDeletable { .. })
    ));
    flow.run_to_the_end(Conclusion::Success).await;
    flow.delete().await.unwrap();
    assert_unseen(&store, &flow, &jobs).await;
    assert!(
        store.execution(executions[0]).await.unwrap().is_some(),
        "marked only"
    );
    assert!(
        !store.purge(Duration::from_secs(3600)).await.unwrap(),
        "not yet"
    );
    assert_eq!(store.doomed_objects(9).await.unwrap(), [""; 0]);

    assert!(purge(&store).await > 0);
    assert_unseen(&store, &flow, &jobs).await;
    for id in &executions {
        assert_eq!(store.execution(*id).await.unwrap(), None);
        let log = store.log(*id).await.unwrap();
        assert_eq!(log, LogContent::Chunks(Vec::new()));
        let late = store.append_log(*id, 0, b"x", 99).await.unwrap_err();
        assert!(is_not_found(&late), "{late}");
    }
    let key = format!("logs/{}", executions[0]);
    assert_eq!(store.doomed_objects(9).await.unwrap(), [key.clone()]);
    for _ in 0..2 {
        store
            .forget_objects(std::slice::from_ref(&key))
            .await
            .unwrap();
        assert_eq!(store.doomed_objects(9).await.unwrap(), [""; 0]);
    }
    assert!(
        !store.purge(Duration::ZERO).await.unwrap(),
        "nothing is left"
    );
}

pub(crate) async fn a_deleted_run_is_not_listed_and_its_numbers_are_not_given_again(
    store: Arc<dyn Store>,
) {
    let world = World::new(Arc::clone(&store)).await;
    let (flow, _, _) = ended(&world).await;
    let kept = world.run(ONE_JOB).await;
    let workflow = flow.aggregate().await.identity().workflow;
    flow.delete().await.unwrap();
    let by_workflow = RunFilter {
        workflow: Some(workflow),
        ..RunFilter::default()
    };
    let by_event = RunFilter {
        event: Some("push".to_owned()),
        ..RunFilter::default()
    };
    for purged in [false, true] {
        for filter in [RunFilter::default(), by_workflow.clone(), by_event.clone()] {
            let listed = store.runs(world.repository.id, &filter, page(1, 9)).await;
            let listed = listed.unwrap();
            let ids: Vec<_> = listed.items.iter().map(|run| run.identity.id).collect();
            assert_eq!(
                (ids.as_slice(), listed.total),
                (&[kept.id][..], 1),
                "{purged}"
            );
        }
        purge(&store).await;
    }
    let next = world.run(ONE_JOB).await.aggregate().await;
    assert_eq!((next.identity().number, next.identity().index), (3, 3));
}

pub(crate) async fn a_run_made_from_a_deleted_one_stays(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let (parent, _, jobs) = ended(&world).await;
    let mut wanted = world.wanted(ONE_JOB).await;
    wanted.identity.parent = Some(parent.id);
    let child = world.create(wanted).await.unwrap();
    parent.delete().await.unwrap();
    purge(&store).await;
    assert_unseen(&store, &parent, &jobs).await;
    let run = super::agreement::assert_agrees(&child).await;
    assert_eq!(run.identity().parent, Some(parent.id));
    let mut late = world.wanted(ONE_JOB).await;
    late.identity.parent = Some(parent.id);
    let refused = world.create(late).await.err().unwrap();
    assert!(matches!(refused, ChangeError::Store(ref error) if is_not_found(error)));
    child.run_to_the_end(Conclusion::Success).await;
    child.delete().await.unwrap();
    purge(&store).await;
    assert_unseen(&store, &child, &[]).await;
    assert!(!store.purge(Duration::ZERO).await.unwrap());
}

pub(crate) async fn deleted_logs_are_gone_and_later_ones_stay(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let (flow, executions, _) = ended(&world).await;
    flow.delete_logs().await.unwrap();
    let view = store.run(flow.id).await.unwrap().unwrap();
    assert_eq!(view.logs_deleted_attempts, 1);
    flow.rerun_by(world.user.id).await.unwrap();
    let refused = flow.delete_logs().await.unwrap_err();
    assert!(matches!(
        refused,
        ChangeError::Refused(Refusal::RunNotCompleted { .. })
    ));
    let later = world.claim(1, 1).await.remove(0).id;
    flow.start(later).await.unwrap();
    store.append_log(later, 0, b"later\n", 99).await.unwrap();
    flow.finish(later, Conclusion::Success).await.unwrap();

    purge(&store).await;
    for id in &executions {
        let log = store.log(*id).await.unwrap();
        assert_eq!(log, LogContent::Chunks(Vec::new()));
        let full = store.append_log(*id, 0, b"x", 99).await.unwrap();
        assert_eq!(full, Appended::Full { bytes: 0 });
        let sealed = SealedLog {
            key: "late".to_owned(),
            bytes: 1,
        };
        let late = store.seal_log(*id, &sealed).await.unwrap_err();
        assert!(
            is_not_found(&late),
            "whoever sealed it late drops the object"
        );
    }
    let log = store.log(later).await.unwrap();
    assert_eq!(log, LogContent::Chunks(b"later\n".to_vec()));
    let unsealed = store.unsealed_logs(9).await.unwrap();
    assert_eq!(
        unsealed.iter().map(|(id, _)| *id).collect::<Vec<_>>(),
        [later]
    );
    let key = format!("logs/{}", executions[0]);
    assert_eq!(store.doomed_objects(9).await.unwrap(), [key]);
    let run = super::agreement::assert_agrees(&flow).await;
    assert_eq!(run.attempt().number, 2, "the run itself is as it was");
}

pub(crate) async fn what_belongs_to_other_runs_is_not_purged(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let (first, _, _) = ended(&world).await;
    let (second, executions, _) = ended(&world).await;
    first.delete().await.unwrap();
    purge(&store).await;
    super::agreement::assert_agrees(&second).await;
    let log = store.log(executions[1]).await.unwrap();
    assert_eq!(log, LogContent::Chunks(b"line\n".to_vec()));
    let loaded = second.change(Scope::Run(second.id), |_, _, _| Ok(Vec::new()));
    assert!(loaded.await.is_ok());
}
