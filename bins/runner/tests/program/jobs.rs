//! Jobs from their offer to their end, by the real program against a server that speaks the
//! protocol.

use crate::support::{FakeServer, JobText, Program, TestFolder, run, text};
use runyard_api::runner::messages::{JobResult, StepActionMessage, StepConclusion, StepStatus};

#[tokio::test]
async fn a_job_runs_to_its_end_with_its_log() {
    let (server, folder) = (FakeServer::start().await, TestFolder::new());
    let script = "echo out; echo err >&2; echo token is $MINE; exit 0";
    server.offer(JobText::of([run(script)]).env("MINE", "hunter2").0);
    let _program = Program::start(&folder, &server.url);
    let job = server.finished().await;
    assert_eq!(job.result(), JobResult::Success);
    assert!(
        job.text(1).iter().any(|row| row == "Runner name: tester"),
        "{:?}",
        job.text(1)
    );
    let rows = job.text(2);
    assert_eq!(rows[0], format!("##[group]Run {script}"));
    assert!(
        rows.iter().any(|row| row.ends_with("/bash -e {0}")),
        "{rows:?}"
    );
    assert!(rows.iter().any(|row| row == "  MINE: ***"), "{rows:?}");
    assert_eq!(
        rows[rows.len() - 4..],
        ["##[endgroup]", "out", "err", "token is ***"]
    );
    let states: Vec<_> = (1..=3).map(|step| job.conclusion(step)).collect();
    assert_eq!(states, [Some(StepConclusion::Success); 3]);
    assert!(job.started && job.sealed);
}

#[tokio::test]
async fn r1_3_a_failing_step_skips_the_rest_and_fails_the_job() {
    let (server, folder) = (FakeServer::start().await, TestFolder::new());
    server.offer(JobText::of([run("false\necho never"), run("echo unreached")]).0);
    let _program = Program::start(&folder, &server.url);
    let job = server.finished().await;
    assert_eq!(job.result(), JobResult::Failure);
    assert_eq!(
        job.text(2).last().unwrap(),
        "##[error]Process completed with exit code 1."
    );
    assert_eq!(job.conclusion(2), Some(StepConclusion::Failure));
    assert_eq!(job.conclusion(3), Some(StepConclusion::Skipped));
    assert_eq!(
        job.conclusion(4),
        Some(StepConclusion::Success),
        "Complete job always runs"
    );
    assert!(job.text(3).is_empty());
}

#[tokio::test]
async fn a_running_step_is_told_while_it_runs() {
    let (server, folder) = (FakeServer::start().await, TestFolder::new());
    let gate = folder.file("gate");
    let script = "echo begun; until [ -e \"$GATE\" ]; do sleep 0.05; done";
    server.offer(JobText::of([run(script)]).env("GATE", gate.display()).0);
    let _program = Program::start(&folder, &server.url);
    server.row("begun").await;
    server
        .until("step 2 in progress", |seen| {
            let step = seen.executions[&1].steps.get(&2)?;
            (step.status == StepStatus::InProgress && step.conclusion.is_none()).then_some(())
        })
        .await;
    std::fs::write(gate, "").unwrap();
    assert_eq!(server.finished().await.result(), JobResult::Success);
}

#[tokio::test]
async fn r2_83_a_step_speaks_to_later_steps_through_its_files() {
    let (server, folder) = (FakeServer::start().await, TestFolder::new());
    let write = "echo A=1 >> $GITHUB_ENV; printf 'B<<E\\nx\\ny\\nE\\n' >> $GITHUB_ENV
        mkdir tools; printf '#!/bin/sh\\necho from the tool' > tools/mytool; chmod +x tools/mytool
        echo $PWD/tools >> $GITHUB_PATH; echo out=1 >> $GITHUB_OUTPUT; echo text >> $GITHUB_STEP_SUMMARY";
    server.offer(
        JobText::of([
            run(write),
            run("echo \"$A,$B\"; mytool"),
            run("echo words >> $GITHUB_OUTPUT"),
        ])
        .0,
    );
    let _program = Program::start(&folder, &server.url);
    let job = server.finished().await;
    let rows = job.text(3);
    assert_eq!(rows[rows.len() - 3..], ["1,x", "y", "from the tool"]);
    assert_eq!(
        job.conclusion(4),
        Some(StepConclusion::Failure),
        "a bad line fails its step"
    );
    let expected = "##[error]The file of GITHUB_OUTPUT is not usable: invalid format 'words', allowed are \
                    name=value and name<<DELIMITER.";
    assert_eq!(job.text(4).last().unwrap(), expected);
}

#[tokio::test]
async fn r2_84_a_step_sees_what_its_job_is_due_and_nothing_of_the_host() {
    let (server, folder) = (FakeServer::start().await, TestFolder::new());
    let job = JobText::of([run("env | sort; cat $GITHUB_EVENT_PATH; echo; pwd")]);
    server.offer(job.env("GITHUB_SHA", "forged").env("MINE", "yes").0);
    let _program = Program::start(&folder, &server.url);
    let rows = server.finished().await.text(2);
    let begin = rows.iter().position(|row| row == "##[endgroup]").unwrap();
    let rows = &rows[begin + 1..];
    let names: Vec<_> = rows
        .iter()
        .filter_map(|row| row.split_once('='))
        .map(|(name, _)| name)
        .collect();
    let own = [
        "CI",
        "HOME",
        "LANG",
        "LOGNAME",
        "MINE",
        "OLDPWD",
        "PATH",
        "PWD",
        "RUNYARD_EXECUTION",
        "SHLVL",
        "USER",
        "_",
    ];
    let foreign: Vec<_> = names
        .iter()
        .filter(|name| {
            !own.contains(name) && !name.starts_with("GITHUB_") && !name.starts_with("RUNNER_")
        })
        .collect();
    assert!(foreign.is_empty(), "{foreign:?}");
    assert!(!names.contains(&"GITHUB_TOKEN"));
    let sha = format!("GITHUB_SHA={}", "a".repeat(40));
    for expected in [
        sha.as_str(),
        "CI=true",
        "GITHUB_REF_NAME=main",
        "RUNNER_ENVIRONMENT=self-hosted",
        "MINE=yes",
    ] {
        assert!(
            rows.iter().any(|row| row == expected),
            "{expected} in {rows:?}"
        );
    }
    assert!(rows.iter().any(|row| row == r#"{"ref":"refs/heads/main"}"#));
    assert!(
        rows.last().unwrap().ends_with("work/1/workspace/demo"),
        "{rows:?}"
    );
}

#[tokio::test]
async fn steps_choose_their_shell_and_folder() {
    let (server, folder) = (FakeServer::start().await, TestFolder::new());
    let step = |script: &str, shell: &str, folder: &str| StepActionMessage::Run {
        script: text(script),
        shell: Some(text(shell)),
        working_directory: Some(text(folder)),
    };
    let steps = [
        run("mkdir sub"),
        step("echo $0; pwd", "sh", "sub"),
        step("import os; print(os.getcwd())", "python", "/"),
        step("false | true", "bash", "."),
    ];
    server.offer(JobText::of(steps).0);
    let _program = Program::start(&folder, &server.url);
    let job = server.finished().await;
    assert!(job.text(3).last().unwrap().ends_with("/demo/sub"));
    assert_eq!(job.text(4).last().unwrap(), "/");
    assert_eq!(
        job.conclusion(5),
        Some(StepConclusion::Failure),
        "bash by name has pipefail"
    );
}

#[tokio::test]
async fn the_folder_of_a_job_is_removed_after_it_and_its_spool_too() {
    let (server, folder) = (FakeServer::start().await, TestFolder::new());
    server.offer(JobText::of([run("echo x > file; mkdir d; chmod 500 d")]).0);
    let program = Program::start(&folder, &server.url);
    server.finished().await;
    program.terminate();
    assert_eq!(program.exit_code().await, Some(0));
    assert!(!folder.file("work/1").exists());
    assert_eq!(
        std::fs::read_dir(folder.file("work/spool"))
            .unwrap()
            .count(),
        0
    );
}
