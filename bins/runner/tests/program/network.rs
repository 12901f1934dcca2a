//! Servers that lose, refuse or are away: nothing that a job said is lost, and nothing is told
//! twice differently.

use crate::support::{FakeServer, JobText, Program, TestFolder, run};
use runyard_api::runner::messages::{JobResult, StepConclusion};

/// Rows of the first step that are a number.
fn numbers(rows: &[String]) -> Vec<u32> {
    rows.iter().filter_map(|row| row.parse().ok()).collect()
}

const COUNT: &str = "for i in $(seq 1 300); do echo $i; done";

#[tokio::test]
async fn a_server_that_lost_log_gets_it_again_from_where_it_stands() {
    let (server, folder) = (FakeServer::start().await, TestFolder::new());
    let gate = folder.file("gate");
    let script = format!(
        "echo begun; until [ -e {} ]; do sleep 0.05; done; {COUNT}",
        gate.display()
    );
    server.offer(JobText::of([run(&script)]).0);
    let _program = Program::start(&folder, &server.url);
    server.row("begun").await;
    server.change(|seen| seen.gaps = 1);
    std::fs::write(gate, "").unwrap();
    let job = server.finished().await;
    server.change(|seen| assert_eq!(seen.gaps, 0, "the server answered 416"));
    assert_eq!(numbers(&job.text(2)), (1..=300).collect::<Vec<u32>>());
    assert_eq!(
        job.text(1)[0],
        "Runner version: 0.1.0",
        "what was lost came again"
    );
}

#[tokio::test]
async fn a_finish_with_an_incomplete_log_is_repeated_after_the_rest() {
    let (server, folder) = (FakeServer::start().await, TestFolder::new());
    server.change(|seen| seen.incomplete = 2);
    server.offer(JobText::of([run(COUNT)]).0);
    let _program = Program::start(&folder, &server.url);
    let job = server.finished().await;
    assert_eq!(job.finishes, 3);
    assert_eq!(numbers(&job.text(2)), (1..=300).collect::<Vec<u32>>());
}

#[tokio::test]
async fn r8_12_more_log_than_one_call_takes_arrives_in_pieces() {
    let (server, folder) = (FakeServer::start().await, TestFolder::new());
    server.offer(JobText::of([run("seq 1 200000")]).0);
    let _program = Program::start(&folder, &server.url);
    let job = server.finished().await;
    assert!(job.log.len() > 2 * 1024 * 1024);
    assert_eq!(numbers(&job.text(2)), (1..=200_000).collect::<Vec<u32>>());
}

#[tokio::test]
async fn a_server_that_is_away_during_a_job_gets_everything_when_it_is_back() {
    let (server, folder) = (FakeServer::start().await, TestFolder::new());
    let done = folder.file("done");
    let gate = folder.file("gate");
    let script = format!(
        "echo begun; until [ -e {} ]; do sleep 0.05; done; {COUNT}",
        gate.display()
    );
    let last = format!("touch {}", done.display());
    server.offer(JobText::of([run(&script), run(&last)]).0);
    let _program = Program::start(&folder, &server.url);
    server.row("begun").await;
    server.change(|seen| (seen.away, seen.refused_calls) = (true, 0));
    std::fs::write(gate, "").unwrap();
    server
        .until("calls in vain", |seen| {
            (seen.refused_calls > 5 && done.exists()).then_some(())
        })
        .await;
    server.change(|seen| seen.away = false);
    let job = server.finished().await;
    assert_eq!(job.result(), JobResult::Success);
    assert_eq!(numbers(&job.text(2)), (1..=300).collect::<Vec<u32>>());
}

#[tokio::test]
async fn what_a_killed_runner_did_not_tell_is_told_by_the_next_one() {
    let (server, folder) = (FakeServer::start().await, TestFolder::new());
    let done = folder.file("work/spool/1.json");
    server.offer(JobText::of([run(&format!("echo begun; {COUNT}"))]).0);
    let program = Program::start(&folder, &server.url);
    server
        .until("a start", |seen| {
            seen.executions.get(&1).filter(|e| e.started).map(drop)
        })
        .await;
    server.change(|seen| seen.away = true);
    server
        .until("the end in the spool", |_| {
            let spooled = std::fs::read_to_string(&done).unwrap_or_default();
            spooled.contains("\"result\":\"success\"").then_some(())
        })
        .await;
    program.kill().await;
    server.change(|seen| seen.away = false);
    let _program = Program::start(&folder, &server.url);
    let job = server.finished().await;
    assert_eq!(job.result(), JobResult::Success);
    assert_eq!(numbers(&job.text(2)), (1..=300).collect::<Vec<u32>>());
}

#[tokio::test]
async fn a_job_whose_runner_died_is_told_as_failed_by_the_next_one() {
    let (server, folder) = (FakeServer::start().await, TestFolder::new());
    server.offer(JobText::of([run("echo begun; sleep 600"), run("echo unreached")]).0);
    let program = Program::start(&folder, &server.url);
    server.row("begun").await;
    program.kill().await;
    let _program = Program::start(&folder, &server.url);
    let job = server.finished().await;
    assert_eq!(job.result(), JobResult::Failure);
    assert_eq!(job.conclusion(2), Some(StepConclusion::Failure));
    assert_eq!(job.conclusion(3), Some(StepConclusion::Skipped));
    assert_eq!(
        job.text(2).last().unwrap(),
        "##[error]The runner was lost while this job ran."
    );
}

#[tokio::test]
async fn a_runner_that_the_server_does_not_know_stops_for_good() {
    let (server, folder) = (FakeServer::start().await, TestFolder::new());
    server.change(|seen| seen.unknown_runner = true);
    let program = Program::start(&folder, &server.url);
    assert_eq!(program.exit_code().await, Some(3));
}
