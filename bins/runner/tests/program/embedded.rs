//! The runner inside another program, as the server embeds it.

use std::time::Duration;

use runyard_api::runner::messages::{JobResult, StepConclusion};
use runyard_runner::{LogLimits, Runner, RunnerConfig, RunnerError};

use crate::cancel::{long_job, until_gone};
use crate::support::{FakeServer, JobText, TestFolder, run};

fn config(server: &FakeServer, folder: &TestFolder) -> RunnerConfig {
    RunnerConfig {
        supervisor: Some(env!("CARGO_BIN_EXE_runyard-runner").into()),
        ..RunnerConfig::new(&server.url, "runner-token", "inside", folder.file("work"))
    }
}

#[tokio::test]
async fn an_embedded_runner_runs_jobs_until_it_is_told_to_stop() {
    let (server, folder) = (FakeServer::start().await, TestFolder::new());
    server.offer(JobText::of([run("echo $RUNNER_NAME $HOME")]).0);
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let runner = Runner::new(config(&server, &folder));
    let running = tokio::spawn(runner.run(async { drop(stopped.await) }));
    let job = server.finished().await;
    drop(stop);
    running.await.unwrap().unwrap();
    assert_eq!(job.result(), JobResult::Success);
    let shown = job.text(2).pop().unwrap();
    assert!(
        shown.starts_with("inside ") && shown.ends_with("work/1/home"),
        "{shown}"
    );
}

#[tokio::test]
async fn a_runner_that_is_dropped_leaves_no_process() {
    let (server, folder) = (FakeServer::start().await, TestFolder::new());
    server.offer(long_job(&folder).0);
    tokio::select! {
        _ = Runner::new(config(&server, &folder)).run(std::future::pending()) => panic!("it runs on"),
        _ = server.row("begun") => {}
    }
    until_gone(folder.path()).await;
}

#[tokio::test]
async fn r2_16_a_job_that_outlasts_the_drain_fails_and_evaluates_no_further_condition() {
    let (server, folder) = (FakeServer::start().await, TestFolder::new());
    let job = JobText::of([run("echo begun; sleep 600"), run("echo unreached")]);
    server.offer(job.condition(3, "always()").0);
    let config = RunnerConfig {
        drain_wait: Duration::from_millis(10),
        ..config(&server, &folder)
    };
    let begun = async { drop(server.row("begun").await) };
    Runner::new(config).run(begun).await.unwrap();
    let job = server.finished().await;
    assert_eq!(job.result(), JobResult::Failure);
    assert_eq!(job.conclusion(3), Some(StepConclusion::Skipped));
    assert!(
        job.text(2).last().unwrap().contains("shutting down"),
        "{:?}",
        job.text(2)
    );
}

#[tokio::test]
async fn a_step_that_floods_its_log_is_cut_and_still_runs_to_its_end() {
    let (server, folder) = (FakeServer::start().await, TestFolder::new());
    server.offer(JobText::of([run("seq 1 50000; exit 3"), run("echo unreached")]).0);
    let log_limits = LogLimits {
        step_bytes: 64 * 1024,
        ..LogLimits::default()
    };
    let config = RunnerConfig {
        log_limits,
        ..config(&server, &folder)
    };
    let finished = async { drop(server.finished().await) };
    Runner::new(config).run(finished).await.unwrap();
    let job = server.finished().await;
    assert!(job.text(2).last().unwrap().contains("the rest is dropped"));
    assert!(job.log.len() < 80 * 1024);
    assert_eq!(job.result(), JobResult::Failure);
}

#[tokio::test]
async fn a_program_that_is_no_supervisor_gives_its_jobs_back() {
    let (server, folder) = (FakeServer::start().await, TestFolder::new());
    server.offer(JobText::of([run("echo unreached")]).0);
    let config = RunnerConfig {
        supervisor: Some("/bin/true".into()),
        ..config(&server, &folder)
    };
    let released = async {
        server
            .until("a release", |seen| seen.executions.get(&1)?.released)
            .await;
    };
    Runner::new(config).run(released).await.unwrap();
    server.change(|seen| assert!(!seen.executions[&1].started));
    assert!(!folder.file("work/1").exists());
}

#[tokio::test]
async fn a_url_that_is_none_is_refused() {
    let folder = TestFolder::new();
    let config = RunnerConfig::new("localhost:8080", "t", "n", folder.file("work"));
    let refused = Runner::new(config).run(std::future::pending()).await;
    assert!(
        matches!(refused, Err(RunnerError::InvalidUrl { .. })),
        "{refused:?}"
    );
}
