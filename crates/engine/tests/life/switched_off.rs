//! Workflows that somebody switched off, and those in more than one folder (semantics R6.10).

use crate::{TWO_JOBS, World, git};
use runyard_domain::{Conclusion, repository::WorkflowState, run::RerunOf};
use runyard_engine::{EngineError, Settings, WorkflowKey};
use serde_json::json;

fn key() -> WorkflowKey {
    WorkflowKey::File("ci.yml".to_owned())
}

#[tokio::test]
async fn r6_10_a_workflow_that_is_off_reacts_to_nothing_until_it_is_on_again() {
    let world = World::new(TWO_JOBS).await;
    let engine = &world.engine;
    let head = world.git(&["rev-parse", "HEAD"]);
    let push = || json!({ "ref": "refs/heads/main", "after": head });
    let run = world.told("push", push()).await[0];
    world.run_next(Conclusion::Failure).await;

    engine
        .disable_workflow(&world.repository, &key())
        .await
        .unwrap();
    let shown = engine.workflow(&world.repository, &key()).await.unwrap();
    assert_eq!(shown.state, WorkflowState::DisabledManually);
    assert_eq!(world.told("push", push()).await, []);
    let refused = world.dispatch().await.unwrap_err();
    let by_hand = matches!(refused, EngineError::DispatchOfDisabled);
    assert!(by_hand, "{refused}");
    for refused in [
        engine.rerun(run, RerunOf::All, world.user.id, false).await,
        engine.rerun_as_new(run, world.user.id).await.map(drop),
    ] {
        let refused = refused.unwrap_err();
        assert!(
            matches!(refused, EngineError::WorkflowDisabled),
            "{refused}"
        );
    }
    let again = engine.disable_workflow(&world.repository, &key()).await;
    let again = again.unwrap_err();
    assert!(matches!(again, EngineError::WorkflowNotActive), "{again}");

    for _ in 0..2 {
        engine
            .enable_workflow(&world.repository, &key())
            .await
            .unwrap();
    }
    assert_eq!(world.told("push", push()).await.len(), 1);
    engine
        .rerun(run, RerunOf::All, world.user.id, false)
        .await
        .unwrap();
}

#[tokio::test]
async fn r6_3_only_what_the_default_branch_has_can_be_dispatched() {
    let world = World::new("on: push\njobs:\n  a: {runs-on: linux, steps: [{run: x}]}\n").await;
    world.git(&["checkout", "-q", "-b", "topic"]);
    world.write(".github/workflows/ci.yml", TWO_JOBS);
    world.git(&["checkout", "-q", "main"]);
    git(&world.source(), &["rm", "-q", ".github/workflows/ci.yml"]);
    world.git(&["commit", "-q", "-m", "No workflow"]);
    let dispatch = runyard_engine::Dispatch {
        reference: "topic".to_owned(),
        inputs: serde_json::Map::new(),
    };
    let refused = world
        .engine
        .dispatch(&world.repository, &key(), dispatch, &world.user)
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("default branch"), "{refused}");
}

#[tokio::test]
async fn files_of_every_folder_that_is_set_are_workflows_of_their_own() {
    let mut world = World::new(TWO_JOBS).await;
    let folders = [".github/workflows", "ci", ".github/workflows"];
    world
        .set(Settings {
            workflow_folders: folders.map(str::to_owned).to_vec(),
            ..Settings::default()
        })
        .await;
    world.write("other/ci.yml", TWO_JOBS);
    let head = world.write("ci/ci.yml", TWO_JOBS);
    let push = json!({ "ref": "refs/heads/main", "after": head });
    let runs = world.told("push", push).await;
    let mut paths = Vec::new();
    for run in runs {
        paths.push(world.view(run).await.identity.path);
    }
    assert_eq!(paths, [".github/workflows/ci.yml", "ci/ci.yml"]);
    let named = world.engine.workflow(&world.repository, &key()).await;
    assert_eq!(named.unwrap().path, ".github/workflows/ci.yml");
}
