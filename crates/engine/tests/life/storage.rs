//! A job ends while the bucket of the logs is away: nothing is lost, and the clock seals it later.

#[expect(dead_code, reason = "shared with another suite, which asks for more")]
#[path = "../logs/s3.rs"]
mod s3;

use crate::{Plain, TWO_JOBS, World, until};
use runyard_domain::Conclusion;
use runyard_engine::EngineError;
use runyard_store::LogContent;
use std::sync::Arc;

const LOG: &str = "2023-11-14T22:13:20.0000000Z one\n";

#[tokio::test]
async fn a_log_that_could_not_be_sealed_is_read_meanwhile_and_sealed_by_the_clock() {
    let s3 = s3::S3::start().await;
    let world = World::with_logs(TWO_JOBS, |_| s3.logs()).await;
    let run = world.dispatch().await.unwrap();
    s3.refuse(u64::MAX);
    let execution = world.run_next(Conclusion::Success).await.execution.id;
    let job = world.jobs(run).await.swap_remove(0);
    until(async || s3.refused() == 4).await;
    assert_eq!(world.engine.job_log(&job).await.unwrap(), LOG);
    assert_eq!(s3.keys(), [""; 0]);

    s3.refuse(0);
    let _clocks = world.engine.start_clocks(Arc::new(Plain)).await.unwrap();
    until(async || {
        let log = world.engine.store().log(execution).await.unwrap();
        matches!(log, LogContent::Sealed(_))
    })
    .await;
    assert_eq!(s3.keys().len(), 1);
    assert_eq!(world.engine.job_log(&job).await.unwrap(), LOG);

    s3.refuse(u64::MAX);
    let away = world.engine.job_log(&job).await.unwrap_err();
    assert!(matches!(away, EngineError::Unavailable { .. }), "{away}");
    s3.refuse(0);
    assert_eq!(world.engine.job_log(&job).await.unwrap(), LOG);
}
