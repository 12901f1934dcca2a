//! One bad row never blocks a queue: what is behind it is served, and after some tries it is set aside.

use crate::world::{Plain, World};
use runyard_domain::{
    Conclusion, Event, Refusal, RunId, RunStatus,
    run::{NodePath, Run, RunIdentity},
};
use runyard_engine::{Settings, TRIES_MAX};
use runyard_store::{Loaded, QueueRow, RowKind, Scope, Tries};
use std::time::Duration;

/// What every timestamp of the past may be.
pub(crate) const LONG_AGO: &str = "'2020-01-01T00:00:00.000000Z'";

/// Breaks the row of a run, so that nobody can read it.
async fn break_run(world: &World, run: RunId) {
    world
        .sql(&format!("UPDATE runs SET cause = '7' WHERE id = {run}"))
        .await;
}

async fn set_aside(world: &World) -> Vec<(RowKind, i64)> {
    let aside = world.store.set_aside(None, 100).await.unwrap();
    let count = world.store.count_set_aside().await.unwrap();
    assert_eq!(count, aside.len() as u64);
    aside
        .into_iter()
        .map(|one| (one.row.kind, one.row.id))
        .collect()
}

pub(crate) async fn a_job_of_an_unreadable_run_keeps_no_other_from_its_runner(world: World) {
    let bad = world.run("ci.yml").await;
    let bad_job = world.jobs(bad).await.remove(0).id;
    break_run(&world, bad).await;
    let good = world.run("ci.yml").await;
    let offer = world
        .claim("k")
        .await
        .pop()
        .expect("the second is offered at once");
    assert_eq!(offer.execution.run, good);
    let again = world
        .claim("k")
        .await
        .pop()
        .expect("the same key gets the same");
    assert_eq!(again.execution.id, offer.execution.id);
    assert_eq!(set_aside(&world).await, [], "it is tried again for a while");
    for _ in 1..TRIES_MAX {
        world.let_tries_pass().await;
        world.claim("k").await;
    }
    assert_eq!(set_aside(&world).await, [(RowKind::Job, bad_job.get())]);
    assert_eq!(
        world.store.open_executions(bad).await.unwrap(),
        [],
        "its offer is given back"
    );
    assert_eq!(
        world.store.depth().await.unwrap().ready,
        0,
        "it is not counted as waiting"
    );
    assert!(world.claim("k2").await.is_empty());
    assert_eq!(
        world.store.open_executions(bad).await.unwrap(),
        [],
        "nobody is offered it"
    );
    // Once it can be read again, the doctor puts it back.
    world
        .sql("UPDATE runs SET cause = (SELECT cause FROM runs ORDER BY id DESC LIMIT 1)")
        .await;
    world.visit(true).await;
    assert_eq!(set_aside(&world).await, []);
    let offer = world.claim("k3").await.pop().expect("it is offered again");
    assert_eq!(offer.execution.run, bad);
}

pub(crate) async fn an_execution_of_an_unreadable_run_keeps_no_other_from_its_end(world: World) {
    let (bad, good) = (world.run("ci.yml").await, world.run("ci.yml").await);
    let lost = world.start_next("a").await;
    world.start_next("b").await;
    break_run(&world, bad).await;
    let overdue = format!("UPDATE executions SET lease_until = {LONG_AGO}, due_at = {LONG_AGO}");
    world.sql(&overdue).await;
    world.engine.expire().await.unwrap();
    let ended = (RunStatus::Completed, Some(Conclusion::Failure));
    assert_eq!(world.status(good).await, ended);
    assert_eq!(world.store.expired(1).await.unwrap()[0].execution, lost.id);
    for _ in 1..TRIES_MAX {
        world.let_tries_pass().await;
        world.engine.expire().await.unwrap();
    }
    assert_eq!(
        set_aside(&world).await,
        [(RowKind::Execution, lost.id.get())]
    );
    assert_eq!(
        world.store.expired(1).await.unwrap(),
        [],
        "it is at the front no more"
    );
}

pub(crate) async fn an_unreadable_offer_keeps_no_other_from_its_runner(world: World) {
    let (_, good) = (world.run("ci.yml").await, world.run("ci.yml").await);
    let offered = world.claim("k").await.remove(0).execution;
    world
        .sql(&format!(
            "UPDATE executions SET steps = '7' WHERE id = {}",
            offered.id
        ))
        .await;
    let offers = world.claim("k").await;
    assert!(offers.is_empty(), "its own key finds nothing, and no error");
    assert_eq!(
        set_aside(&world).await,
        [(RowKind::Execution, offered.id.get())]
    );
    let offer = world.claim("k2").await.remove(0);
    assert_eq!(offer.execution.run, good);
    assert_eq!(world.store.running(9).await.unwrap(), []);
}

pub(crate) async fn an_unreadable_message_keeps_no_other_from_its_run(world: World) {
    let (first, second) = (world.run("line.yml").await, world.run("line.yml").await);
    world
        .sql(&format!(
            "INSERT INTO run_messages (run_id, message, due_at) VALUES ({first}, '7', {LONG_AGO})"
        ))
        .await;
    world
        .engine
        .force_cancel_run(first, world.user.id)
        .await
        .unwrap();
    world.engine.apply_messages().await.unwrap();
    assert_eq!(
        world.status(second).await.0,
        RunStatus::Queued,
        "it was told"
    );
    for _ in 1..TRIES_MAX {
        world.let_tries_pass().await;
        world
            .sql(&format!("UPDATE run_messages SET due_at = {LONG_AGO}"))
            .await;
        world.engine.apply_messages().await.unwrap();
    }
    let aside = set_aside(&world).await;
    assert_eq!(aside.len(), 1);
    assert_eq!(aside[0].0, RowKind::Message);
    world
        .sql(&format!("UPDATE run_messages SET due_at = {LONG_AGO}"))
        .await;
    assert_eq!(
        world.store.due_messages(9).await.unwrap(),
        [],
        "nobody tries it any more"
    );
    let (told, checkup) = world.visit(true).await;
    assert_eq!(checkup.left, 0, "{told:?}");
    assert_eq!(world.findings().await, Vec::<String>::new());
}

pub(crate) async fn an_unreadable_follow_up_keeps_no_other_from_being_taken(world: World) {
    for attempt in [5_000_000_000_i64, 1] {
        world
            .sql(&format!(
                "INSERT INTO follow_ups (run_id, attempt, moment, happened_at, due_at) \
             VALUES (4711, {attempt}, 'completed', {LONG_AGO}, {LONG_AGO})"
            ))
            .await;
    }
    assert_eq!(world.engine.follow_runs(&Plain, 9).await.unwrap(), 1);
    let aside = set_aside(&world).await;
    assert_eq!(
        aside.len(),
        1,
        "it is set aside at once: nothing can help before it is mended"
    );
    assert_eq!(aside[0].0, RowKind::FollowUp);
    assert_eq!(world.engine.follow_runs(&Plain, 9).await.unwrap(), 0);
    world.sql("UPDATE follow_ups SET attempt = 1").await;
    let (told, checkup) = world.visit(true).await;
    assert_eq!(checkup.left, 0, "{told:?}");
    assert_eq!(world.engine.follow_runs(&Plain, 9).await.unwrap(), 1);
}

pub(crate) async fn an_unreadable_look_keeps_no_other_from_its_source(world: World) {
    let other = world.repository("other").await;
    for id in [world.repository.id, other.id] {
        world.store.put_poll(id, 60).await.unwrap();
    }
    let bad = world.repository.id;
    world
        .sql(&format!(
            "UPDATE polls SET refs = '7', due_at = {LONG_AGO} WHERE repository_id = {bad}"
        ))
        .await;
    let due = world
        .store
        .claim_polls(9, Duration::from_secs(60))
        .await
        .unwrap();
    assert_eq!(due.len(), 1);
    assert_eq!(due[0].repository, other.id);
    assert_eq!(set_aside(&world).await, [(RowKind::Poll, bad.get())]);
    assert_eq!(
        world
            .store
            .claim_polls(9, Duration::from_secs(60))
            .await
            .unwrap(),
        []
    );
    let left = world.visit(true).await.1.left;
    assert_eq!(left, 1, "it cannot be read yet");
    world.sql("UPDATE polls SET refs = NULL").await;
    assert_eq!(world.visit(true).await.1.left, 0);
    let due = world
        .store
        .claim_polls(9, Duration::from_secs(60))
        .await
        .unwrap();
    assert_eq!(due[0].repository, bad);
}

pub(crate) async fn an_unreadable_run_keeps_no_other_from_its_limits(world: World) {
    let (bad, good) = (world.run("line.yml").await, world.run("ci.yml").await);
    let bad_job = world.jobs(bad).await.remove(0).id;
    break_run(&world, bad).await;
    let impatient = Settings {
        queue_limit: Duration::ZERO,
        run_limit: Duration::ZERO,
        ..Settings::default()
    };
    let server = world.server(impatient).await;
    server.enforce_limits().await.unwrap();
    assert_eq!(world.status(good).await.0, RunStatus::Completed);
    for _ in 1..TRIES_MAX {
        world.let_tries_pass().await;
        server.enforce_limits().await.unwrap();
    }
    let wanted = [(RowKind::Job, bad_job.get()), (RowKind::Run, bad.get())];
    assert_eq!(set_aside(&world).await, wanted);
    let now = world.store.now().await.unwrap();
    assert_eq!(world.store.waiting_since(now, 9).await.unwrap(), []);
    assert_eq!(world.store.open_since(now, 9).await.unwrap(), []);
    world
        .sql(&format!(
            "UPDATE attempts SET cancelled_at = {LONG_AGO} WHERE run_id = {bad}"
        ))
        .await;
    let overdue = world.store.overdue_cancels(Duration::ZERO, 9).await;
    assert_eq!(overdue.unwrap(), []);
}

pub(crate) async fn a_log_that_is_set_aside_keeps_no_other_from_being_sealed(world: World) {
    world.run("ci.yml").await;
    let mut ended = Vec::new();
    for key in ["a", "b"] {
        let execution = world.start_next(key).await;
        world.finish(&execution, Conclusion::Success).await;
        ended.push(execution.id);
    }
    let unsealed = || async { world.store.unsealed_logs(9).await.unwrap() };
    // The product seals in the background; then it is as if it never had.
    while !unsealed().await.is_empty() {
        tokio::task::yield_now().await;
    }
    world
        .sql("UPDATE executions SET log_sealed = (1 = 0)")
        .await;
    let (kind, id) = (RowKind::Log, ended[0].get());
    let row = QueueRow { kind, id };
    let at_once = Tries {
        most: 1,
        apart: Duration::ZERO,
    };
    let noted = world.store.note_trouble(row, None, "broken", at_once).await;
    assert!(noted.unwrap());
    let left = unsealed().await.into_iter().map(|(id, _)| id);
    assert_eq!(left.collect::<Vec<_>>(), ended[1..]);
}

/// Gives the run a definition that nobody kept.
pub(crate) async fn lose_definition(world: &World, run: RunId) {
    change_behind(world, run, |run| {
        let identity = RunIdentity {
            definition: "lost".to_owned(),
            ..run.identity().clone()
        };
        Run::restore(
            identity,
            run.attempt().clone(),
            run.seq() + 1,
            run.updated_at(),
        )
    })
    .await;
}

/// Keeps a run as `change` makes it, with an event that says nothing of that.
pub(crate) async fn change_behind(
    world: &World,
    run: RunId,
    change: impl Fn(&Run) -> Run + Send + 'static,
) {
    let decide = move |loaded: &mut Loaded, at| {
        let Loaded::Run { run, .. } = loaded else {
            return Err(Refusal::WrongLoad);
        };
        **run = change(run);
        let node = NodePath::try_from("nobody".to_owned()).unwrap();
        Ok(vec![Event::CallEntered {
            node,
            leg: None,
            at,
        }])
    };
    world
        .store
        .change(Scope::Run(run), Box::new(decide))
        .await
        .unwrap();
}

pub(crate) async fn a_job_whose_definition_is_gone_keeps_no_other_from_its_runner(world: World) {
    let bad = world.run("ci.yml").await;
    lose_definition(&world, bad).await;
    let good = world.run("ci.yml").await;
    let fresh = world.server(Settings::default()).await;
    let claimed = fresh.claim(&world.runner, "k", 1, Duration::ZERO).await;
    assert_eq!(claimed.unwrap().remove(0).execution.run, good);
}
