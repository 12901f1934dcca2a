//! What the doctor finds in concurrency groups.

use crate::world::World;
use runyard_domain::{
    RunId, RunStatus,
    concurrency::{ConcurrencyGroup, GroupName, Member},
};
use runyard_engine::doctor::Outcome;

async fn group(world: &World) -> ConcurrencyGroup {
    let name = GroupName::new("prod").unwrap();
    let group = world.store.group(world.repository.id, &name).await;
    group.unwrap().expect("somebody is in it")
}

fn member(run: RunId) -> Member {
    Member::Run { run, attempt: 1 }
}

fn json(run: impl std::fmt::Display) -> String {
    format!(r#"{{"kind":"run","run":{run},"attempt":1}}"#)
}

fn in_group(world: &World) -> String {
    format!(
        "concurrency group \"prod\" of repository {}",
        world.repository.id
    )
}

/// A run that goes on, and one that waits for it.
async fn two(world: &World) -> (RunId, RunId) {
    (world.run("line.yml").await, world.run("line.yml").await)
}

pub(crate) async fn a_member_that_ended_or_is_gone_leaves_its_group(world: World) {
    let (first, second) = two(&world).await;
    let pending = format!("[{},{}]", json(4711), json(second));
    world
        .sql(&format!(
            "UPDATE concurrency_groups SET pending = '{pending}'"
        ))
        .await;
    let waits = format!(
        "{}: run 4711 waits for its slot, but has ended or is gone",
        in_group(&world)
    );
    world.heals(&[&waits]).await;
    assert_eq!(group(&world).await.pending(), [member(second)]);

    world
        .engine
        .force_cancel_run(first, world.user.id)
        .await
        .unwrap();
    let (holder, pending) = (json(first), json(second));
    world
        .sql(&format!(
            "DELETE FROM run_messages; \
         UPDATE concurrency_groups SET holder = '{holder}', pending = '[{pending}]'"
        ))
        .await;
    let has = format!(
        "{}: run {first} has its slot, but has ended or is gone",
        in_group(&world)
    );
    world.heals(&[&has]).await;
    assert_eq!(group(&world).await.running(), Some(&member(second)));
    assert_eq!(
        world.status(second).await.0,
        RunStatus::Queued,
        "it was told, and goes on"
    );
}

pub(crate) async fn who_was_given_the_slot_and_never_told_goes_on(world: World) {
    let (first, second) = two(&world).await;
    world
        .engine
        .force_cancel_run(first, world.user.id)
        .await
        .unwrap();
    world.sql("DELETE FROM run_messages").await;
    let finding =
        format!("run {second}: it waits for the slot of concurrency group \"prod\", which it has");
    world.heals(&[&finding]).await;
    assert_eq!(world.status(second).await.0, RunStatus::Queued);
    world.start_next("k").await;
}

pub(crate) async fn who_was_forgotten_stands_in_line_again(world: World) {
    let (first, second) = two(&world).await;
    world
        .sql("UPDATE concurrency_groups SET pending = '[]'")
        .await;
    let nowhere =
        format!("run {second}: it waits for concurrency group \"prod\", but is not in it");
    world.heals(&[&nowhere]).await;
    assert_eq!(group(&world).await.pending(), [member(second)]);
    world.sql("DELETE FROM concurrency_groups").await;
    let without = format!(
        "run {first}: it goes on without the slot of concurrency group \"prod\", which nobody has"
    );
    world.heals(&[&without, &nowhere]).await;
    let kept = group(&world).await;
    assert_eq!(
        kept.running(),
        Some(&member(first)),
        "who goes on comes first"
    );
    assert_eq!(kept.pending(), [member(second)]);
    assert_eq!(world.status(second).await.0, RunStatus::Pending);
    // The jobs and calls of a run, as the run itself.
    world.run("parts.yml").await;
    world
        .sql("DELETE FROM concurrency_groups WHERE name_key = 'part'")
        .await;
    let told = world.findings().await;
    assert_eq!(told.len(), 3, "{told:?}");
    let told: Vec<&str> = told.iter().map(String::as_str).collect();
    world.heals(&told).await;
}

pub(crate) async fn a_group_that_cannot_be_read_is_made_again_from_its_runs(world: World) {
    let (first, second) = two(&world).await;
    for broken in ["pending = '7'", "holder = '7'", "holder = NULL"] {
        world
            .sql(&format!("UPDATE concurrency_groups SET {broken}"))
            .await;
        let stuck = world.engine.cancel_run(second, world.user.id).await;
        assert!(stuck.is_err(), "nobody can leave it");
        let told = world.findings().await;
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(
            told[0].starts_with(&format!("{}: it cannot be read", in_group(&world))),
            "{told:?}"
        );
        world.heals(&[&told[0]]).await;
        let kept = group(&world).await;
        assert_eq!(kept.running(), Some(&member(first)));
        assert_eq!(kept.pending(), [member(second)]);
    }
    world
        .engine
        .cancel_run(second, world.user.id)
        .await
        .unwrap();
}

pub(crate) async fn two_that_run_in_one_group_are_told_and_left(world: World) {
    let (first, second) = two(&world).await;
    world
        .engine
        .force_cancel_run(first, world.user.id)
        .await
        .unwrap();
    world.engine.apply_messages().await.unwrap();
    let third = world.run("line.yml").await;
    let holder = json(third);
    world
        .sql(&format!(
            "UPDATE concurrency_groups SET holder = '{holder}', pending = '[]'"
        ))
        .await;
    let (told, checkup) = world.visit(true).await;
    let without = format!(
        "run {second}: it goes on without the slot of concurrency group \"prod\", which run {third} \
         has"
    );
    assert_eq!(told[0].0, without);
    assert!(matches!(told[0].1, Outcome::Left(_)), "{told:?}");
    assert_eq!(checkup.left, 1, "{told:?}");
}

pub(crate) async fn a_member_that_was_taken_out_of_its_group_comes_back(world: World) {
    let (first, second) = two(&world).await;
    let id = world.repository.id;
    assert!(
        world
            .store
            .leave_group(id, "prod", &member(second))
            .await
            .unwrap()
    );
    assert!(
        world
            .store
            .leave_group(id, "prod", &member(first))
            .await
            .unwrap()
    );
    let without = format!(
        "run {first}: it goes on without the slot of concurrency group \"prod\", which nobody has"
    );
    let nowhere =
        format!("run {second}: it waits for concurrency group \"prod\", but is not in it");
    world.heals(&[&without, &nowhere]).await;
    assert_eq!(group(&world).await.running(), Some(&member(first)));
    assert_eq!(world.status(second).await.0, RunStatus::Pending);
}
