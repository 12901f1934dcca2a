//! `workflow_run`: what follows a run is started by a message that was kept with the change (semantics R6.9, R4.13).

use crate::{Plain, TWO_JOBS, World};
use runyard_domain::{Conclusion, RunId, run::RerunOf};
use serde_json::json;

const FOLLOWER: &str = "
name: Follower
on:
  workflow_run:
    workflows: [Two]
    branches: [main]
jobs:
  a: {runs-on: other, steps: [{run: x}]}
";

async fn follow(world: &World) -> usize {
    world.engine.follow_runs(&Plain, 100).await.unwrap()
}

/// Runs that follow have moments of their own, which nothing follows here.
async fn follow_all(world: &World) {
    while follow(world).await > 0 {}
}

/// The runs that followed, oldest first: what they were told of the run before.
async fn followed(world: &World) -> Vec<String> {
    let mut told = Vec::new();
    for run in world.runs().await.into_iter().rev() {
        if run.identity.event == "workflow_run" {
            let payload = world.engine.store().payload(run.identity.id).await;
            let payload = payload.unwrap().unwrap();
            let of = &payload["workflow_run"];
            told.push(format!(
                "{} {} {} {}",
                payload["action"].as_str().unwrap(),
                of["id"],
                of["status"].as_str().unwrap(),
                of["conclusion"].as_str().unwrap_or("-"),
            ));
        }
    }
    told
}

async fn with(file: &str) -> World {
    let world = World::new(TWO_JOBS).await;
    world.write(".github/workflows/follow.yml", file);
    world
        .engine
        .find_workflows(&world.repository)
        .await
        .unwrap();
    world
}

#[tokio::test]
async fn r6_9_each_moment_of_a_run_starts_its_followers_once_whatever_the_conclusion() {
    let world = with(FOLLOWER).await;
    let run = world.dispatch().await.unwrap();
    follow_all(&world).await;
    assert_eq!(
        followed(&world).await,
        [format!("requested {run} queued -")]
    );
    world.run_next(Conclusion::Failure).await;
    follow_all(&world).await;
    let told = followed(&world).await;
    let wanted = [
        format!("requested {run} queued -"),
        format!("in_progress {run} in_progress -"),
        format!("completed {run} completed failure"),
    ];
    assert_eq!(told, wanted);
    let newest = &world.runs().await[0];
    assert_eq!(newest.identity.git_ref, "refs/heads/main");
    assert_eq!(newest.identity.display_title, "Follower");
    assert_eq!(newest.identity.cause.chain, 1);
    assert_eq!(newest.actor.id, world.user.id);

    // A re-run is not requested again; its other moments are (R4.13).
    world
        .engine
        .rerun(run, RerunOf::All, world.user.id, false)
        .await
        .unwrap();
    world.run_next(Conclusion::Success).await;
    world.run_next(Conclusion::Success).await;
    follow_all(&world).await;
    assert_eq!(
        followed(&world).await[3..],
        [
            format!("in_progress {run} in_progress -"),
            format!("completed {run} completed success")
        ]
    );
}

#[tokio::test]
async fn r6_9_types_and_branches_decide_and_other_workflows_are_not_followed() {
    for (from, to) in [
        ("branches: [main]", "types: [completed]"),
        ("branches: [main]", "branches: [release]"),
        ("workflows: [Two]", "workflows: [ci.yml, Three]"),
    ] {
        let world = with(&FOLLOWER.replace(from, to)).await;
        world.dispatch().await.unwrap();
        assert_eq!(follow(&world).await, 1);
        assert_eq!(followed(&world).await.len(), 0, "{to}");
    }
}

#[tokio::test]
async fn where_nothing_follows_runs_no_moment_is_kept() {
    let world = World::new(TWO_JOBS).await;
    world.dispatch().await.unwrap();
    assert_eq!(follow(&world).await, 0);
}

#[tokio::test]
async fn r6_9_a_chain_stops_after_three_levels() {
    let follows = |name: &str, before: &str| {
        format!(
            "name: {name}\non:\n  workflow_run: {{workflows: [{before}], types: [requested]}}\n\
             jobs:\n  a: {{runs-on: other, steps: [{{run: x}}]}}\n"
        )
    };
    let world = with(&follows("B", "Two")).await;
    for (name, before) in [("C", "B"), ("D", "C"), ("E", "D")] {
        let path = format!(".github/workflows/{name}.yml");
        world.write(&path, &follows(name, before));
    }
    world
        .engine
        .find_workflows(&world.repository)
        .await
        .unwrap();
    world.dispatch().await.unwrap();
    follow_all(&world).await;
    let names: Vec<_> = world
        .runs()
        .await
        .into_iter()
        .rev()
        .map(|r| r.identity.name)
        .collect();
    assert_eq!(names, ["Two", "B", "C", "D"]);
}

#[tokio::test]
async fn a_file_that_cannot_run_is_requested_and_completed() {
    let world = with(&FOLLOWER.replace("[Two]", "[.github/workflows/broken.yml]")).await;
    let head = world.write(".github/workflows/broken.yml", "on: push\njobs: 1\n");
    let push = json!({ "ref": "refs/heads/main", "after": head });
    let runs: Vec<RunId> = world.told("push", push).await;
    let broken = runs.first().unwrap();
    follow_all(&world).await;
    let told = followed(&world).await;
    assert!(
        told.contains(&format!("completed {broken} completed startup_failure")),
        "{told:?}"
    );
}

#[tokio::test]
async fn a_moment_whose_source_is_away_is_tried_again_and_not_lost() {
    let world = with(FOLLOWER).await;
    let run = world.dispatch().await.unwrap();
    let (source, away) = (world.source(), world.folder.path().join("away"));
    std::fs::rename(&source, &away).unwrap();
    assert_eq!((follow(&world).await, followed(&world).await.len()), (1, 0));
    assert_eq!(follow(&world).await, 0, "not at once");
    std::fs::rename(&away, &source).unwrap();
    world.pass(60);
    assert_eq!(follow(&world).await, 1);
    assert_eq!(
        followed(&world).await,
        [format!("requested {run} queued -")]
    );
}

#[tokio::test]
async fn of_two_servers_one_starts_what_follows() {
    let world = with(FOLLOWER).await;
    let other = world.replica().await;
    world.dispatch().await.unwrap();
    let (one, two) = tokio::join!(
        world.engine.follow_runs(&Plain, 9),
        other.follow_runs(&Plain, 9)
    );
    assert_eq!(one.unwrap() + two.unwrap(), 1);
    assert_eq!(followed(&world).await.len(), 1);
}
