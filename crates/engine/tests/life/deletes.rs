//! Deleting: gone at once for everybody, later from the store and from the objects.

use crate::{TWO_JOBS, World, until};
use runyard_domain::{Conclusion, Refusal, RunId, run::RerunOf};
use runyard_engine::EngineError;
use runyard_store::{LogContent, SealedLog};
use std::{path::Path, time::Duration};

/// Objects that are kept.
fn objects(world: &World) -> usize {
    fn count(folder: &Path) -> usize {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries
            .map(|entry| match entry.path().is_dir() {
                true => count(&entry.path()),
                false => 1,
            })
            .sum()
    }
    count(&world.folder.path().join("objects"))
}

/// A run that ended, with a sealed log of each job.
async fn ended(world: &World) -> RunId {
    let run = world.dispatch().await.unwrap();
    for _ in 0..2 {
        let id = world.run_next(Conclusion::Success).await.execution.id;
        until_sealed(world, id).await;
    }
    run
}

async fn until_sealed(world: &World, id: runyard_domain::ExecutionId) {
    until(async || {
        let log = world.engine.store().log(id).await.unwrap();
        matches!(log, LogContent::Sealed(SealedLog { .. }))
    })
    .await;
}

#[tokio::test]
async fn r4_14_a_deleted_run_is_gone_with_its_objects_after_a_minute() {
    let world = World::new(TWO_JOBS).await;
    let run = ended(&world).await;
    assert_eq!(objects(&world), 2);
    world.engine.delete_run(run, world.user.id).await.unwrap();
    let again = world.engine.delete_run(run, world.user.id).await;
    assert!(matches!(again.unwrap_err(), EngineError::NotFound { .. }));
    let missing = world.engine.run_archive(run, None).await.unwrap_err();
    assert!(matches!(missing, EngineError::NotFound { .. }));
    world.pass(59);
    world.engine.purge().await.unwrap();
    assert_eq!(objects(&world), 2, "runners may still speak of it");
    world.pass(1);
    world.engine.purge().await.unwrap();
    assert_eq!(objects(&world), 0);
    assert!(!world.engine.store().purge(Duration::ZERO).await.unwrap());
}

#[tokio::test]
async fn r8_10_deleted_logs_are_gone_and_those_of_a_later_attempt_are_there() {
    let world = World::new(TWO_JOBS).await;
    let run = ended(&world).await;
    let first = world.jobs(run).await;
    let by = world.user.id;
    world.engine.delete_logs(run, by).await.unwrap();
    let no_log = |error: EngineError| matches!(error, EngineError::NoLog { .. });
    assert!(no_log(
        world.engine.run_archive(run, None).await.unwrap_err()
    ));
    assert!(no_log(world.engine.job_log(&first[0]).await.unwrap_err()));

    world.rerun(run, RerunOf::Job(first[1].id)).await.unwrap();
    let live = world.engine.delete_logs(run, by).await.unwrap_err();
    assert!(matches!(
        live,
        EngineError::Refused(Refusal::RunNotCompleted { .. })
    ));
    let id = world.run_next(Conclusion::Success).await.execution.id;
    until_sealed(&world, id).await;
    world.pass(60);
    world.engine.purge().await.unwrap();
    assert_eq!(objects(&world), 1, "the log of the later attempt");
    let jobs = world.jobs(run).await;
    assert!(
        world
            .engine
            .job_log(&jobs[1])
            .await
            .unwrap()
            .contains("one")
    );
    let carried = world.engine.job_log(&jobs[0]).await.unwrap_err();
    assert!(no_log(carried), "what it leads to was deleted");
    assert!(no_log(
        world.engine.run_archive(run, Some(1)).await.unwrap_err()
    ));
    assert!(world.engine.run_archive(run, None).await.is_ok());
}
