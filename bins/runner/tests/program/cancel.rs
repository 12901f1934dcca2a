//! The end of jobs that did not end by themselves: no process of theirs may be left.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::support::{
    FakeServer, JobText, Program, Seen, SeenExecution, TestFolder, eventually, pid_is_gone, run,
};
use runyard_api::runner::messages::{FieldMessage, JobResult, RunnerState, StepConclusion};

/// Leaves the process group and the session, has no parent and none of the job's variables, ignores
/// all but SIGKILL.
const DAEMON: &str = "setsid --fork env -i PIDS=\"$PIDS\" bash -c \
    'trap \"\" INT TERM HUP; echo $$ > $PIDS/daemon; while :; do sleep 1; done' > /dev/null 2>&1
    until [ -s $PIDS/daemon ]; do sleep 0.05; done; echo $$ > $PIDS/step; echo begun";

pub(crate) fn long_job(folder: &TestFolder) -> JobText {
    let script = format!("{DAEMON}\nsleep 600");
    JobText::of([run(&script), run("echo unreached")]).env("PIDS", folder.path().display())
}

fn all_gone(folder: &Path) -> bool {
    pid_is_gone(&folder.join("daemon")) && pid_is_gone(&folder.join("step"))
}

/// A killed program cannot tell when its processes are gone: look, within a bound.
pub(crate) async fn until_gone(folder: &Path) {
    let gone = || all_gone(folder).then_some(());
    eventually("no process is left", Duration::from_secs(20), gone).await;
}

#[tokio::test]
async fn r3_3_a_cancelled_job_ends_with_all_its_processes() {
    let (server, folder) = (FakeServer::start().await, TestFolder::new());
    server.offer(long_job(&folder).0);
    let _program = Program::start(&folder, &server.url);
    server.row("begun").await;
    let begin = Instant::now();
    server.change(|seen| seen.cancelled = true);
    let job = server.finished().await;
    assert!(
        begin.elapsed() < Duration::from_secs(7),
        "sleep ends at the interrupt"
    );
    assert_eq!(job.result(), JobResult::Cancelled);
    assert_eq!(job.conclusion(2), Some(StepConclusion::Cancelled));
    assert_eq!(job.conclusion(3), Some(StepConclusion::Skipped));
    assert_eq!(
        job.text(2).last().unwrap(),
        "##[error]The operation was canceled."
    );
    assert!(
        all_gone(folder.path()),
        "the job has ended, its processes have not"
    );
}

#[tokio::test]
async fn r3_3_a_step_that_ignores_every_signal_is_killed_after_its_grace() {
    let (server, folder) = (FakeServer::start().await, TestFolder::new());
    let stubborn = "trap '' INT TERM; echo $$ > $PIDS/step; cp $PIDS/step $PIDS/daemon; echo begun; while :; do sleep 1; done";
    server.offer(
        JobText::of([run(stubborn)])
            .env("PIDS", folder.path().display())
            .0,
    );
    let _program = Program::start(&folder, &server.url);
    server.row("begun").await;
    let begin = Instant::now();
    server.change(|seen| seen.cancelled = true);
    assert_eq!(server.finished().await.result(), JobResult::Cancelled);
    assert!(
        begin.elapsed() >= Duration::from_secs(10),
        "7.5 s and 2.5 s of grace"
    );
    assert!(all_gone(folder.path()));
}

#[tokio::test]
async fn r3_4_a_force_cancelled_job_is_killed_without_grace() {
    let (server, folder) = (FakeServer::start().await, TestFolder::new());
    let stubborn = format!("trap '' INT TERM; {DAEMON}; while :; do sleep 1; done");
    server.offer(
        JobText::of([run(&stubborn)])
            .env("PIDS", folder.path().display())
            .0,
    );
    let _program = Program::start(&folder, &server.url);
    server.row("begun").await;
    let begin = Instant::now();
    server.change(|seen| (seen.cancelled, seen.force) = (true, true));
    assert_eq!(server.finished().await.result(), JobResult::Cancelled);
    assert!(begin.elapsed() < Duration::from_secs(7));
    assert!(all_gone(folder.path()));
}

#[tokio::test]
async fn a_daemon_that_a_step_leaves_lives_to_the_end_of_the_job_only() {
    let (server, folder) = (FakeServer::start().await, TestFolder::new());
    let alive = "kill -0 $(cat $PIDS/daemon) && echo alive";
    server.offer(
        JobText::of([run(DAEMON), run(alive)])
            .env("PIDS", folder.path().display())
            .0,
    );
    let _program = Program::start(&folder, &server.url);
    let job = server.finished().await;
    assert_eq!(job.result(), JobResult::Success);
    assert_eq!(job.text(3).last().unwrap(), "alive");
    assert!(
        job.text(4)
            .iter()
            .any(|row| row.starts_with("Ended process")),
        "{:?}",
        job.text(4)
    );
    assert!(all_gone(folder.path()));
}

#[tokio::test]
async fn r2_75_a_job_beyond_its_time_is_cancelled() {
    let (server, folder) = (FakeServer::start().await, TestFolder::new());
    let mut job = JobText::of([run("sleep 600")]);
    job.0.timeout_minutes = 0;
    server.offer(job.0);
    let _program = Program::start(&folder, &server.url);
    let job = server.finished().await;
    assert_eq!(job.result(), JobResult::Cancelled);
}

/// The conclusions of all steps of the file.
fn conclusions(job: &SeenExecution, last: u32) -> Vec<StepConclusion> {
    let told = (2..=last).map(|step| job.conclusion(step));
    told.map(|conclusion| conclusion.expect("all steps ended"))
        .collect()
}

#[tokio::test]
async fn e18_after_a_cancel_what_still_holds_goes_on_and_clean_up_runs() {
    use StepConclusion::{Failure, Skipped, Success};
    let (server, folder) = (FakeServer::start().await, TestFolder::new());
    let gate = folder.file("gate");
    let wait = "echo begun; until [ -e \"$GATE\" ]; do sleep 0.05; done; echo kept on";
    let job = JobText::of([
        run("exit 1"),
        run(wait),
        run("echo unreached"),
        run("echo status is ${{ job.status }}"),
        run("echo cleaned"),
        run("echo unreached"),
    ])
    .condition(3, "always()")
    .condition(4, "failure()")
    .condition(5, "always()")
    .condition(6, "cancelled()")
    .env("GATE", gate.display())
    .outputs(&[("seen", "${{ job.status }}")]);
    server.offer(job.0);
    let _program = Program::start(&folder, &server.url);
    server.row("begun").await;
    server.change(|seen| seen.cancelled = true);
    // A runner asks again once it has heard of it.
    let heard = |seen: &Seen| (seen.told_of_cancel > 1).then_some(());
    server.until("the cancel is heard", heard).await;
    std::fs::write(gate, "").unwrap();
    let job = server.finished().await;
    assert_eq!(job.result(), JobResult::Cancelled);
    let wanted = [Failure, Success, Skipped, Success, Success, Skipped];
    assert_eq!(conclusions(&job, 7), wanted);
    assert_eq!(job.text(3).last().unwrap(), "kept on");
    assert_eq!(job.text(5).last().unwrap(), "status is cancelled");
    let seen = ("seen".to_owned(), "cancelled".to_owned());
    assert_eq!(job.outputs(), [seen], "outputs whatever the result (R2.20)");
}

#[tokio::test]
async fn r3_3_continue_on_error_does_not_absorb_a_cancelled_step() {
    let (server, folder) = (FakeServer::start().await, TestFolder::new());
    let job = JobText::of([run("echo begun; sleep 600"), run("echo unreached")]);
    server.offer(job.continue_on_error(2).0);
    let _program = Program::start(&folder, &server.url);
    server.row("begun").await;
    server.change(|seen| seen.cancelled = true);
    let job = server.finished().await;
    assert_eq!(job.result(), JobResult::Cancelled);
    let wanted = [StepConclusion::Cancelled, StepConclusion::Skipped];
    assert_eq!(conclusions(&job, 3), wanted);
}

#[tokio::test]
async fn r2_75_after_its_time_a_job_may_clean_up_within_its_grace_only() {
    let (server, folder) = (FakeServer::start().await, TestFolder::new());
    let endless = "trap '' INT TERM; while :; do sleep 1; done";
    let mut job = JobText::of([
        run("echo unreached"),
        run("echo cleaned"),
        run(endless),
        run("echo unreached"),
    ])
    .condition(3, "always()")
    .condition(4, "cancelled()")
    .condition(5, "always()");
    // Its time is over as it begins.
    job.0.timeout_minutes = 0;
    server.change(|seen| seen.cancel_grace_seconds = 5);
    server.offer(job.0);
    let begin = Instant::now();
    let _program = Program::start(&folder, &server.url);
    let job = server.finished().await;
    assert_eq!(job.result(), JobResult::Cancelled);
    assert_eq!(job.text(3).last().unwrap(), "cleaned");
    let wanted = [
        StepConclusion::Success,
        StepConclusion::Cancelled,
        StepConclusion::Skipped,
    ];
    assert_eq!(conclusions(&job, 5)[1..], wanted);
    assert!(begin.elapsed() < Duration::from_secs(30), "ended by force");
    let finish = job.finish.as_ref().unwrap();
    let said = |text: &str| {
        finish
            .annotations
            .iter()
            .any(|one| one.message.contains(text))
    };
    assert!(said("longer than its limit of 0 minutes"));
}

#[tokio::test]
async fn e20_a_step_beyond_its_own_time_fails_and_so_does_its_job() {
    let (server, folder) = (FakeServer::start().await, TestFolder::new());
    let job = JobText::of([run("sleep 600"), run("echo reached")]);
    let job = job.condition(3, "failure()").step(2, |step| {
        step.timeout_minutes = Some(FieldMessage::Plain(0.01));
    });
    server.offer(job.0);
    let _program = Program::start(&folder, &server.url);
    let job = server.finished().await;
    assert_eq!(job.result(), JobResult::Failure);
    let wanted = [StepConclusion::Failure, StepConclusion::Success];
    assert_eq!(conclusions(&job, 3), wanted);
    let last = job.text(2).pop().unwrap();
    assert_eq!(
        last,
        "##[error]The step ran longer than its limit of 0.01 minutes."
    );
}

#[tokio::test]
async fn a_killed_runner_leaves_no_process() {
    let (server, folder) = (FakeServer::start().await, TestFolder::new());
    server.offer(long_job(&folder).0);
    let program = Program::start(&folder, &server.url);
    server.row("begun").await;
    program.kill().await;
    until_gone(folder.path()).await;
}

#[tokio::test]
async fn a_killed_supervisor_fails_the_step_and_takes_its_marked_processes_along() {
    let (server, folder) = (FakeServer::start().await, TestFolder::new());
    let script = "echo $$ > $PIDS/step; setsid --fork sleep 601 > /dev/null 2>&1; pgrep -n -f 'sleep 601' > $PIDS/daemon
        echo begun; kill -9 $PPID; sleep 600";
    server.offer(
        JobText::of([run(script)])
            .env("PIDS", folder.path().display())
            .0,
    );
    let _program = Program::start(&folder, &server.url);
    let job = server.finished().await;
    assert_eq!(job.result(), JobResult::Failure);
    assert_eq!(
        job.text(2).last().unwrap(),
        "##[error]The job's supervisor is gone."
    );
    until_gone(folder.path()).await;
}

#[tokio::test]
async fn a_job_that_the_server_gave_up_is_dropped_with_its_processes() {
    let (server, folder) = (FakeServer::start().await, TestFolder::new());
    server.offer(long_job(&folder).0);
    let _program = Program::start(&folder, &server.url);
    server.row("begun").await;
    server.change(|seen| seen.ended = true);
    until_gone(folder.path()).await;
    server.change(|seen| seen.ended = false);
    server.offer(JobText::of([run("echo next")]).0);
    server
        .until("the next job", |seen| {
            seen.executions
                .get(&2)
                .filter(|e| e.finish.is_some())
                .map(drop)
        })
        .await;
    server.change(|seen| {
        assert!(
            seen.executions[&1].finish.is_none(),
            "nothing is told of a dropped job"
        )
    });
}

#[tokio::test]
async fn a_draining_runner_waits_for_its_job_and_takes_no_other() {
    let (server, folder) = (FakeServer::start().await, TestFolder::new());
    let gate = folder.file("gate");
    let script = "echo begun; until [ -e \"$GATE\" ]; do sleep 0.05; done";
    server.offer(JobText::of([run(script)]).env("GATE", gate.display()).0);
    let program = Program::start(&folder, &server.url);
    server.row("begun").await;
    program.terminate();
    let draining =
        |seen: &crate::support::Seen| seen.states.contains(&RunnerState::Draining).then_some(());
    server.until("draining", draining).await;
    server.offer(JobText::of([run("echo other")]).0);
    std::fs::write(gate, "").unwrap();
    assert_eq!(server.finished().await.result(), JobResult::Success);
    assert_eq!(program.exit_code().await, Some(0));
    server.change(|seen| assert_eq!(seen.queue.len(), 1));
}
