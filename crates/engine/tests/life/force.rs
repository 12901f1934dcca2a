//! Ending by force: at once, whatever a runner does, and by the clock where a deadline is set.

use crate::{TWO_JOBS, World, step};
use runyard_domain::{Conclusion, Refusal, RunStatus, event::EndReason};
use runyard_engine::{EngineError, Finish, Settings, StopOrder};
use std::time::Duration;

const ALWAYS: &str = "on: workflow_dispatch
jobs:
  stubborn:
    if: always()
    runs-on: linux
    steps:
      - run: sleep 9999
";

fn is_over(error: &EngineError) -> bool {
    matches!(error, EngineError::Refused(Refusal::ExecutionEnded { .. }))
}

#[tokio::test]
async fn r3_4_a_force_cancel_needs_no_runner_and_fences_its_reports_off() {
    let world = World::new(ALWAYS).await;
    let run = world.dispatch().await.unwrap();
    let offer = world.claim("k").await.pop().unwrap();
    world.engine.start(&offer.execution).await.unwrap();
    let running = world.execution(&offer).await;
    world.engine.cancel_run(run, world.user.id).await.unwrap();
    let order = world.engine.cancel_check(&running, Duration::ZERO).await;
    assert_eq!(order.unwrap(), StopOrder::None, "E16: it keeps running");

    let checking = world.engine.cancel_check(&running, Duration::from_secs(50));
    let forcing = world.engine.force_cancel_run(run, world.user.id);
    let (told, forced) = tokio::join!(checking, forcing);
    forced.unwrap();
    assert_eq!(told.unwrap(), StopOrder::Force);
    let ended = (RunStatus::Completed, Some(Conclusion::Cancelled));
    assert_eq!(world.status(run).await, ended);
    let job = world.jobs(run).await.remove(0);
    assert_eq!(job.state.reason(), Some(&EndReason::ForceCancelled));

    let now = world.execution(&offer).await;
    let finish = Finish {
        result: Conclusion::Success,
        steps: vec![step(2)],
        log_bytes: 0,
        outputs: Vec::new(),
        annotations: Vec::new(),
    };
    // As the runner's token finds it, before and after it ended.
    for execution in [&running, &now] {
        let late = world.engine.finish(execution, finish.clone()).await;
        assert!(is_over(&late.unwrap_err()));
        let late = world.engine.sync(execution, 5, vec![step(2)], vec![]).await;
        assert!(is_over(&late.unwrap_err()));
        let again = world.engine.cancel_check(execution, Duration::ZERO).await;
        assert_eq!(again.unwrap(), StopOrder::Force, "whenever it asks");
    }
    assert!(is_over(
        &world.engine.append_log(&now, 0, b"").await.unwrap_err()
    ));
    assert!(is_over(&world.engine.start(&now).await.unwrap_err()));
    assert_eq!(world.status(run).await, ended);
    assert_eq!(world.jobs(run).await, [job]);
    let again = world.engine.force_cancel_run(run, world.user.id).await;
    let again = again.unwrap_err();
    assert!(matches!(again, EngineError::Refused(Refusal::RunCompleted)));
}

#[tokio::test]
async fn a_cancel_that_takes_too_long_is_ended_by_the_clock_where_a_deadline_is_set() {
    for deadline in [None, Some(Duration::from_secs(600))] {
        let settings = Settings {
            cancel_deadline: deadline,
            ..Settings::default()
        };
        let world = World::with_settings(ALWAYS, settings).await;
        let run = world.dispatch().await.unwrap();
        let offer = world.claim("k").await.pop().unwrap();
        world.engine.start(&offer.execution).await.unwrap();
        world.engine.cancel_run(run, world.user.id).await.unwrap();
        for _ in 0..20 {
            world.engine.force_overdue_cancels().await.unwrap();
            world.pass(30);
            let execution = world.execution(&offer).await;
            // The runner goes on and says so.
            let heard = world.engine.sync(&execution, 0, Vec::new(), vec![]).await;
            heard.unwrap();
            let status = world.status(run).await.0;
            assert_eq!(status, RunStatus::InProgress, "{deadline:?}");
        }
        world.engine.force_overdue_cancels().await.unwrap();
        let wanted = match deadline {
            None => (RunStatus::InProgress, None),
            Some(_) => (RunStatus::Completed, Some(Conclusion::Cancelled)),
        };
        assert_eq!(world.status(run).await, wanted);
    }
}

#[tokio::test]
async fn asks_1_a_queued_run_that_nobody_takes_is_ended_and_run_again_and_deleted() {
    let world = World::new(TWO_JOBS).await;
    let run = world.dispatch().await.unwrap();
    let by = world.user.id;
    world.engine.force_cancel_run(run, by).await.unwrap();
    assert_eq!(world.jobs(run).await.len(), 2, "what was blocked is shown");
    world
        .rerun(run, runyard_domain::run::RerunOf::Failed)
        .await
        .unwrap();
    world.run_next(Conclusion::Success).await;
    world.run_next(Conclusion::Success).await;
    let ended = (RunStatus::Completed, Some(Conclusion::Success));
    assert_eq!(world.status(run).await, ended);
    world.engine.delete_run(run, by).await.unwrap();
    let gone = world.engine.store().run(run).await.unwrap();
    assert_eq!(gone, None);
}
