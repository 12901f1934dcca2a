//! What jobs give to each other: kept with their end, seen by the planning that it causes and by runners.

use super::{World, commit, step};
use runyard_domain::{
    Conclusion, RunId, RunStatus,
    execution::{Annotation, AnnotationLevel},
};
use runyard_engine::{
    Finish, Finished, Settings,
    logs::{LogStorage, local_objects},
};
use runyard_store::Page;
use std::path::Path;

const CHAIN: &str = "on: workflow_dispatch
name: Chain
jobs:
  a:
    runs-on: linux
    outputs: { v: '${{ steps.x.outputs.v }}' }
    steps: [{ run: a }]
  b:
    runs-on: linux
    outputs: { w: x }
    steps: [{ run: b }]
  c:
    needs: [a, b]
    if: needs.a.outputs.V == 'one'
    name: C of ${{ needs.a.outputs.v }} and ${{ needs.b.outputs.w }}
    runs-on: linux
    steps: [{ run: c }]
  d:
    needs: c
    name: D sees ${{ needs.a.outputs.v }}nothing
    runs-on: linux
    steps: [{ run: d }]
";

async fn world(settings: Settings) -> World {
    let logs = |folder: &Path| LogStorage::new(local_objects(&folder.join("objects")).unwrap());
    World::with(CHAIN, logs, settings).await
}

async fn names(world: &World, run: RunId) -> Vec<String> {
    let jobs = world.jobs(run).await.into_iter();
    jobs.map(|job| job.display_name).collect()
}

#[tokio::test]
async fn r2_20_the_end_of_a_job_plans_with_what_it_and_those_before_it_gave() {
    let world = world(Settings::default()).await;
    let run = world.dispatch().await.unwrap();
    world
        .run_next_giving(Conclusion::Success, &[("v", "one")])
        .await;
    world
        .run_next_giving(Conclusion::Success, &[("w", "two")])
        .await;
    assert_eq!(names(&world, run).await, ["a", "b", "C of one and two"]);

    let offer = world.run_next(Conclusion::Success).await;
    let needs = serde_json::to_value(&offer.assignment.contexts.needs).unwrap();
    let wanted = serde_json::json!({
        "a": { "result": "success", "outputs": { "v": "one" } },
        "b": { "result": "success", "outputs": { "w": "two" } },
    });
    assert_eq!(needs, wanted);
    let names = names(&world, run).await;
    assert_eq!(names[3], "D sees nothing", "r2_24: only direct needs");
}

#[tokio::test]
async fn e12_outputs_of_a_failed_job_are_kept_and_its_dependents_skipped() {
    let world = world(Settings::default()).await;
    let run = world.dispatch().await.unwrap();
    let failed = world
        .run_next_giving(Conclusion::Failure, &[("v", "one")])
        .await;
    world.run_next(Conclusion::Success).await;
    let stands = (RunStatus::Completed, Some(Conclusion::Failure));
    assert_eq!(world.status(run).await, stands);
    let kept = world.engine.store().outputs(&[failed.assignment.job]).await;
    assert_eq!(kept.unwrap()[0].outputs[0].1, "one");
}

#[tokio::test]
async fn r2_21_outputs_beyond_the_limit_of_a_run_are_dropped_with_a_remark() {
    let settings = Settings {
        run_output_units: 6,
        ..Settings::default()
    };
    let world = world(settings).await;
    let run = world.dispatch().await.unwrap();
    world
        .run_next_giving(Conclusion::Success, &[("v", "one")])
        .await;
    // \"w\" and one letter are the two units that are left; one more is too much.
    world
        .run_next_giving(Conclusion::Success, &[("w", "ab")])
        .await;
    assert_eq!(names(&world, run).await, ["a", "b", "C of one and "]);
    let job = world.jobs(run).await.swap_remove(1);
    let page = Page {
        number: 1,
        per_page: 100,
    };
    let remarks = world.engine.annotations(&job, page).await.unwrap();
    assert_eq!(
        (remarks.total, remarks.items[0].level),
        (1, AnnotationLevel::Failure)
    );
    let message = &remarks.items[0].message;
    assert!(
        message.contains("14 bytes") && message.contains("12"),
        "{message}"
    );
}

#[tokio::test]
async fn r2_21_outputs_up_to_the_limit_of_a_run_are_kept() {
    let settings = Settings {
        run_output_units: 6,
        ..Settings::default()
    };
    let world = world(settings).await;
    let run = world.dispatch().await.unwrap();
    world
        .run_next_giving(Conclusion::Success, &[("v", "one")])
        .await;
    world
        .run_next_giving(Conclusion::Success, &[("w", "a")])
        .await;
    assert_eq!(names(&world, run).await[2], "C of one and a");
}

#[tokio::test]
async fn a_repeated_end_keeps_what_the_first_gave() {
    let world = world(Settings::default()).await;
    world.dispatch().await.unwrap();
    let offer = world
        .run_next_giving(Conclusion::Success, &[("v", "one")])
        .await;
    let store = world.engine.store();
    let execution = store.execution(offer.execution.id).await.unwrap().unwrap();
    let again = Finish {
        result: Conclusion::Success,
        steps: vec![step(2)],
        log_bytes: 0,
        outputs: vec![("v".to_owned(), "another".to_owned())],
        annotations: vec![Annotation::of_job(1, "late")],
    };
    let answer = world.engine.finish(&execution, again).await.unwrap();
    assert_eq!(answer, Finished::Done);
    let kept = store.outputs(&[offer.assignment.job]).await.unwrap();
    assert_eq!(kept[0].outputs, [("v".to_owned(), "one".to_owned())]);
    let page = Page {
        number: 1,
        per_page: 100,
    };
    let late = store.annotations(offer.assignment.job, page).await.unwrap();
    assert_eq!(late.total, 0);
}

#[tokio::test]
async fn a_job_of_a_called_file_sees_the_inputs_of_its_call_and_is_named_with_its_file() {
    let world = world(Settings::default()).await;
    let source = world.folder.path().join("source");
    let called = "on: {workflow_call: {inputs: {to: {type: string}}}}
env: {W: called}
jobs:
  ship: {runs-on: linux, steps: [{run: x}]}
";
    std::fs::write(source.join(".github/workflows/deploy.yml"), called).unwrap();
    commit(
        &source,
        "on: workflow_dispatch
jobs:
  deploy: {uses: ./.github/workflows/deploy.yml, with: {to: north}}
",
    );
    world.dispatch().await.unwrap();
    let offer = world.run_next(Conclusion::Success).await;
    let assignment = &offer.assignment;
    let inputs = serde_json::to_value(&assignment.contexts.inputs).unwrap();
    assert_eq!(inputs, serde_json::json!({ "to": "north" }));
    assert!(
        assignment.file.contains("deploy.yml"),
        "{}",
        assignment.file
    );
    assert!(assignment.workflow_env.is_some(), "r2_65: of its own file");
}
