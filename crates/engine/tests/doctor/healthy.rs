//! Runs in all states: the doctor finds nothing, and changes nothing.

use crate::world::World;
use runyard_domain::{Conclusion, run::RerunOf};

pub(crate) async fn nothing_is_found_where_nothing_is_wrong(world: World) {
    let by = world.user.id;
    let done = world.run("ci.yml").await;
    for result in [Conclusion::Success, Conclusion::Failure] {
        let execution = world.start_next(&format!("done {result:?}")).await;
        world.finish(&execution, result).await;
    }
    world
        .engine
        .rerun(done, RerunOf::Failed, by, false)
        .await
        .unwrap();
    let again = world.start_next("again").await;
    world.finish(&again, Conclusion::Success).await;
    let cancelled = world.run("ci.yml").await;
    world.engine.cancel_run(cancelled, by).await.unwrap();
    let deleted = world.run("ci.yml").await;
    world.engine.force_cancel_run(deleted, by).await.unwrap();
    world.engine.delete_run(deleted, by).await.unwrap();
    let (ending, _) = (world.run("ci.yml").await, world.start_next("ending").await);
    world.engine.cancel_run(ending, by).await.unwrap();
    let (running, _) = (world.run("ci.yml").await, world.start_next("running").await);
    let (offered, _) = (world.run("ci.yml").await, world.claim("offered").await);
    let (first, second) = (world.run("line.yml").await, world.run("line.yml").await);
    let parts = world.run("parts.yml").await;
    let queued = world.run("ci.yml").await;

    let all = [
        done, cancelled, ending, running, offered, first, second, parts, queued,
    ];
    let mut before = Vec::new();
    for run in all {
        before.push(world.store.aggregate(run).await.unwrap());
    }
    for fix in [false, true] {
        let (told, checkup) = world.visit(fix).await;
        assert_eq!(told, []);
        assert_eq!((checkup.left, checkup.mended), (0, 0));
        assert_eq!(checkup.runs, 7, "those that have not ended");
    }
    for (run, before) in all.into_iter().zip(before) {
        assert_eq!(world.store.aggregate(run).await.unwrap(), before);
    }
    world.start_next("and on").await;
}
