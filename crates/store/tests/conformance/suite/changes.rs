//! The one door for change: what is kept, what is counted, what is refused.

use super::agreement::{assert_agrees, assert_run_agrees};
use crate::world::{
    CHAIN, DIAMOND, Flow, ONE_JOB, World, a_moment, insert_user, is_not_found, scope_of, step, wish,
};
use runyard_domain::{
    Conclusion, ExecutionId, Refusal, RepositoryId, RunId, RunStatus, UserId, WorkflowId,
    execution::Patience,
    run::{Crowd, Intake, Person, RerunOf, RunIdentity},
};
use runyard_store::{ChangeError, Conflict, Loaded, Scope, Store, StoreError};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

/// What a scope loads, without a change.
async fn load(store: &Arc<dyn Store>, scope: Scope) -> Result<Loaded, ChangeError> {
    let seen = Arc::new(Mutex::new(None));
    let tell = Arc::clone(&seen);
    let decide = move |loaded: &mut Loaded, _| {
        *tell.lock().unwrap() = Some(loaded.clone());
        Ok(Vec::new())
    };
    store.change(scope, Box::new(decide)).await?;
    let loaded = seen.lock().unwrap().take();
    Ok(loaded.unwrap())
}

pub(crate) async fn a_run_reads_back_as_written(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let before = store.now().await.unwrap();
    let wanted = world.wanted(CHAIN).await;
    let flow = world.create(wanted.clone()).await.unwrap();
    let run = assert_agrees(&flow).await;
    assert_eq!((run.identity().number, run.identity().index), (1, 1));
    assert_eq!(run.status(), RunStatus::Queued);
    assert!(before <= run.updated_at(), "decided by the store's clock");
    let view = store.run(flow.id).await.unwrap().unwrap();
    assert_eq!(view.commit, wanted.commit);
    assert_eq!(view.actor.login, "octo");
    assert_eq!(view.attempt.diagnostics, []);
    let payload = store.payload(flow.id).await.unwrap();
    assert_eq!(payload, Some(wanted.payload));
}

pub(crate) async fn odd_texts_and_json_read_back_as_written(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let odd = "'; DROP TABLE runs; -- \"\\ \u{1f469}\u{200d}\u{1f680} \u{202e}a\u{301}\u{7f}\t\r\n{}$1%_?";
    let mut wanted = world.wanted(ONE_JOB).await;
    let identity = &mut wanted.identity;
    identity.display_title = odd.to_owned();
    identity.name = odd.to_owned();
    identity.head_branch = Some(odd.to_owned());
    identity.trigger_key = odd.to_owned();
    identity.git_ref = String::new();
    wanted.commit.message = odd.repeat(100);
    wanted.commit.committer = Person {
        name: String::new(),
        email: odd.to_owned(),
    };
    wanted.payload = serde_json::json!({
        odd: [null, true, -1, 1.5, i64::MAX, u64::MAX, "", odd, {"": []}, {}],
        "z": 1, "a": {"nested": {"deep": [[[[]]]]}},
    });
    let flow = world.create(wanted.clone()).await.unwrap();
    assert_agrees(&flow).await;
    let view = store.run(flow.id).await.unwrap().unwrap();
    assert_eq!(view.identity.display_title, odd);
    assert_eq!(view.commit, wanted.commit);
    let payload = store.payload(flow.id).await.unwrap();
    assert_eq!(payload, Some(wanted.payload));

    let mut without = world.wanted(ONE_JOB).await;
    without.identity.head_branch = None;
    let flow = world.create(without).await.unwrap();
    let run = assert_agrees(&flow).await;
    assert_eq!(run.identity().head_branch, None);
}

pub(crate) async fn a_large_payload_reads_back_as_written(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let mut wanted = world.wanted(ONE_JOB).await;
    let line = "a line of a commit message that somebody wrote \u{2603}";
    wanted.payload = serde_json::json!({"commits": vec![line; 40_000]});
    let flow = world.create(wanted.clone()).await.unwrap();
    let payload = store.payload(flow.id).await.unwrap();
    assert_eq!(payload, Some(wanted.payload));
}

pub(crate) async fn numbers_count_for_the_workflow_and_for_the_repository(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let elsewhere = world.with_repository("other").await;
    let other = world.workflow("other.yml").await;
    let mut counted = Vec::new();
    for (world, is_other) in [
        (&world, false),
        (&world, true),
        (&world, false),
        (&elsewhere, false),
        (&world, true),
    ] {
        let mut wanted = world.wanted(ONE_JOB).await;
        if is_other {
            wanted.identity.workflow = other.id;
        }
        let run = world.create(wanted).await.unwrap().aggregate().await;
        counted.push((run.identity().number, run.identity().index));
    }
    assert_eq!(counted, [(1, 1), (1, 2), (2, 3), (1, 1), (2, 4)]);
}

pub(crate) async fn numbers_have_no_gaps_under_concurrency(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let mut makers = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let world = world.clone();
        makers.spawn(async move {
            let mut made = Vec::new();
            for _ in 0..3 {
                let run = world.run(ONE_JOB).await.aggregate().await;
                made.push((run.identity().number, run.identity().index));
            }
            made
        });
    }
    let made: BTreeSet<_> = makers.join_all().await.into_iter().flatten().collect();
    assert_eq!(made, (1..=24).map(|n| (n, n)).collect());
}

pub(crate) async fn a_refused_decision_leaves_nothing(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(CHAIN).await;
    let offered = world.claim_one().await;
    let before = flow.aggregate().await;
    let by = world.user.id;
    let refused = flow.change(Scope::Run(flow.id), move |run, executions, planning| {
        run.cancel(by, planning)?;
        for execution in executions {
            execution.id = ExecutionId::new(execution.id.get() + 1_000);
        }
        Err(Refusal::RunCompleted)
    });
    let error = refused.await.unwrap_err();
    assert!(
        matches!(error, ChangeError::Refused(Refusal::RunCompleted)),
        "{error}"
    );
    assert_eq!(assert_agrees(&flow).await, before);
    assert_eq!(world.execution(offered.id).await, offered);
    assert!(flow.start(offered.id).await.unwrap());
}

pub(crate) async fn a_refused_new_run_leaves_nothing(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let wanted = world.wanted(ONE_JOB).await;
    let refused = world.create_by(wanted.clone(), |_, _| Err(Refusal::AlreadyPlanned));
    let error = refused.await.unwrap_err();
    assert!(
        matches!(error, ChangeError::Refused(Refusal::AlreadyPlanned)),
        "{error}"
    );
    assert_eq!(store.run(wanted.identity.id).await.unwrap(), None);
    let flow = world.create(wanted).await.unwrap();
    let run = assert_agrees(&flow).await;
    assert_eq!((run.identity().number, run.identity().index), (1, 1));
}

pub(crate) async fn a_decision_that_creates_nothing_uses_no_numbers(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let wanted = world.wanted(ONE_JOB).await;
    for _ in 0..2 {
        let loaded = load(&store, scope_of(&wanted.identity)).await.unwrap();
        let Loaded::NewRun {
            numbers, duplicate, ..
        } = loaded
        else {
            panic!("{loaded:?}");
        };
        assert_eq!((numbers.number, numbers.index, duplicate), (1, 1, None));
    }
    let flow = world.create(wanted).await.unwrap();
    assert_eq!(flow.aggregate().await.identity().index, 1);
}

/// What a repository with these limits has.
async fn crowd_of(store: &Arc<dyn Store>, identity: &RunIdentity, open: u64, burst: u64) -> Crowd {
    let mut scope = scope_of(identity);
    if let Scope::NewRun { intake, .. } = &mut scope {
        *intake = Intake { open, burst };
    }
    let loaded = load(store, scope).await.unwrap();
    let Loaded::NewRun { crowd, .. } = loaded else {
        panic!("{loaded:?}");
    };
    crowd
}

pub(crate) async fn a_new_run_sees_how_many_are_open_and_when_they_came(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let first = world.run(ONE_JOB).await;
    let second = world.run(ONE_JOB).await;
    let next = world.wanted(ONE_JOB).await.identity;
    let began = first.aggregate().await.identity().created_at;
    let later = second.aggregate().await.identity().created_at;
    for (open, burst, expected) in [
        (1, 1, (true, Some(later))),
        (2, 2, (true, Some(began))),
        (3, 3, (false, None)),
    ] {
        let crowd = crowd_of(&store, &next, open, burst).await;
        assert_eq!((crowd.is_full, crowd.burst_began), expected, "{open}");
    }
    first.cancel().await.unwrap();
    assert!(first.aggregate().await.is_completed());
    assert!(!crowd_of(&store, &next, 2, 9).await.is_full);
    assert!(crowd_of(&store, &next, 1, 9).await.is_full);

    let other = world.with_repository("other").await;
    let elsewhere = other.wanted(ONE_JOB).await.identity;
    let crowd = crowd_of(&store, &elsewhere, 1, 1).await;
    assert_eq!(crowd, Crowd::default());
}

pub(crate) async fn a_scope_that_names_nothing_says_what_is_missing(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let identity = world.wanted(ONE_JOB).await.identity;
    let new_run = |repository, workflow, parent| Scope::NewRun {
        repository,
        workflow,
        trigger_key: "key".to_owned(),
        parent,
        intake: Intake::default(),
    };
    let (here, this) = (identity.repository, identity.workflow);
    let run = RunId::new(99);
    let execution = ExecutionId::new(99);
    let unknown = [
        (new_run(RepositoryId::new(99), this, None), "repository"),
        (new_run(here, WorkflowId::new(99), None), "workflow"),
        (new_run(here, this, Some(run)), "run"),
        (Scope::Run(run), "run"),
        (Scope::Execution(execution), "execution"),
        (Scope::RunOfExecution(execution), "execution"),
    ];
    for (scope, missing) in unknown {
        let error = load(&store, scope.clone()).await.unwrap_err();
        let said = matches!(
            error,
            ChangeError::Store(StoreError::NotFound { what }) if what == missing
        );
        assert!(said, "{scope:?}: {error}");
    }
}

pub(crate) async fn a_run_of_an_unknown_actor_is_refused(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let mut wanted = world.wanted(ONE_JOB).await;
    wanted.identity.actor = UserId::new(99);
    let error = world.create(wanted.clone()).await.err().unwrap();
    assert!(
        matches!(
            error,
            ChangeError::Store(StoreError::Conflict(Conflict::Reference))
        ),
        "{error}"
    );
    assert_eq!(store.run(wanted.identity.id).await.unwrap(), None);
    wanted.identity.actor = world.user.id;
    let run = world.create(wanted).await.unwrap().aggregate().await;
    assert_eq!(run.identity().number, 1, "no number was used up");
}

/// Cancels and re-runs in turns: each takes effect on what the one before left, whoever made it.
pub(crate) async fn concurrent_changes_of_one_run_lose_nothing(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(DIAMOND).await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let flow = flow.clone();
        tasks.spawn(async move {
            for _ in 0..4 {
                cancel_or_rerun(&flow).await;
            }
        });
    }
    tasks.join_all().await;
    let run = assert_agrees(&flow).await;
    assert_eq!(run.attempt().number, 17, "half of 32 changes were re-runs");
    assert_eq!(run.status(), RunStatus::Queued);
    let counted = store.events(flow.id).await.unwrap().len() as u64;
    assert_eq!(run.seq(), counted);
}

async fn cancel_or_rerun(flow: &Flow) {
    let by = flow.world.user.id;
    let change = flow.change(Scope::Run(flow.id), move |run, _, planning| {
        if run.is_completed() {
            run.rerun(wish(by, RerunOf::All), planning)
        } else {
            run.cancel(by, planning)
        }
    });
    change.await.unwrap();
}

pub(crate) async fn concurrent_reports_of_one_execution_lose_nothing(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(ONE_JOB).await;
    let id = world.claim_one().await.id;
    flow.start(id).await.unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let world = world.clone();
        tasks.spawn(async move {
            for _ in 0..5 {
                let next = move |execution: &mut runyard_domain::Execution, now| {
                    let rev = execution.rev + 1;
                    let number = u32::try_from(rev).unwrap();
                    let steps = vec![step(number, "step")];
                    execution.sync(rev, steps, now, Patience::default())?;
                    Ok(())
                };
                world.change_execution(id, next).await.unwrap();
            }
        });
    }
    tasks.join_all().await;
    let execution = world.execution(id).await;
    assert_eq!((execution.rev, execution.steps.len()), (40, 40));
}

pub(crate) async fn a_report_leaves_the_run_alone(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(ONE_JOB).await;
    let id = world.claim_one().await.id;
    flow.start(id).await.unwrap();
    let before = flow.aggregate().await;
    world
        .sync(id, 1, vec![step(1, "Set up job")])
        .await
        .unwrap();
    assert_eq!(assert_agrees(&flow).await, before);
    assert_eq!(world.execution(id).await.rev, 1);
}

pub(crate) async fn a_decision_that_changes_nothing_writes_nothing(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(ONE_JOB).await;
    let before = flow.aggregate().await;
    let nothing = flow.change(Scope::Run(flow.id), |_, _, _| Ok(Vec::new()));
    assert_eq!(nothing.await.unwrap(), []);
    assert_eq!(assert_agrees(&flow).await, before);
}

pub(crate) async fn a_run_is_loaded_with_its_open_executions(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(DIAMOND).await;
    world.run(ONE_JOB).await;
    let claimed = world.claim(1, 3).await;
    flow.start(claimed[0].id).await.unwrap();
    flow.finish(claimed[0].id, Conclusion::Success)
        .await
        .unwrap();
    let loaded = load(&store, Scope::Run(flow.id)).await.unwrap();
    let Loaded::Run {
        run, executions, ..
    } = loaded
    else {
        panic!("{loaded:?}");
    };
    assert_eq!(*run, flow.aggregate().await);
    assert_eq!(executions, [claimed[1].clone()]);
}

pub(crate) async fn a_run_is_loaded_with_the_execution_that_was_named(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(DIAMOND).await;
    let claimed = world.claim(1, 2).await;
    let id = claimed[0].id;
    flow.start(id).await.unwrap();
    flow.finish(id, Conclusion::Success).await.unwrap();
    let loaded = load(&store, Scope::RunOfExecution(id)).await.unwrap();
    let Loaded::Run {
        run, executions, ..
    } = loaded
    else {
        panic!("{loaded:?}");
    };
    assert_eq!(run.id(), flow.id);
    assert_eq!(executions, [world.execution(id).await], "though it ended");
    let alone = load(&store, Scope::Execution(claimed[1].id)).await.unwrap();
    let Loaded::Execution(execution) = alone else {
        panic!("{alone:?}");
    };
    assert_eq!(*execution, claimed[1]);
}

pub(crate) async fn a_rerun_as_a_new_run_knows_its_parent(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    let flow = world.run(ONE_JOB).await;
    flow.run_to_the_end(Conclusion::Failure).await;
    let by = insert_user(&store, "somebody-else").await.id;
    let mut wanted = world.wanted(ONE_JOB).await;
    wanted.identity.parent = Some(flow.id);
    wanted.identity.actor = by;
    let loaded = load(&store, scope_of(&wanted.identity)).await.unwrap();
    let Loaded::NewRun { parent, .. } = loaded else {
        panic!("{loaded:?}");
    };
    assert_eq!(parent, Some(flow.aggregate().await));
    let child = world.create(wanted).await.unwrap();
    let run = assert_agrees(&child).await;
    assert_eq!(run.identity().parent, Some(flow.id));
    assert_eq!((run.identity().index, run.attempt().number), (2, 1));
    assert_eq!(run.attempt().triggering_actor, by);
    let parent = assert_run_agrees(store.as_ref(), flow.id).await;
    assert_eq!(parent.attempt().conclusion(), Some(Conclusion::Failure));
    assert!(parent.updated_at() > a_moment());
    let missing = load(&store, Scope::Run(RunId::new(77))).await.unwrap_err();
    assert!(matches!(missing, ChangeError::Store(error) if is_not_found(&error)));
}
