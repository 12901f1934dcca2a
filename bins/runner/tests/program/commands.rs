//! The program's commands, their one-sentence errors and exit codes.

use std::os::unix::fs::PermissionsExt;
use std::process::Output;

use crate::support::{FakeServer, Program, TestFolder, command};
use runyard_runner::Registration;

async fn told(arguments: &[&str], folder: &TestFolder) -> (Option<i32>, String) {
    let Output { status, stderr, .. } = command()
        .args(arguments)
        .current_dir(folder.path())
        .output()
        .await
        .unwrap();
    (status.code(), String::from_utf8(stderr).unwrap())
}

#[tokio::test]
async fn registering_writes_a_file_that_only_its_owner_reads() {
    let (server, folder) = (FakeServer::start().await, TestFolder::new());
    let arguments = [
        "register",
        "--url",
        &server.url,
        "--token",
        "right",
        "--labels",
        "a,b",
        "--capacity",
        "2",
    ];
    let (code, errors) = told(&arguments, &folder).await;
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    let file = folder.file(".runner");
    assert_eq!(
        std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let kept = Registration::load(&file).unwrap();
    assert_eq!((kept.token.as_str(), kept.capacity), ("runner-token", 2));
    assert_eq!(kept.labels, ["a", "b"]);
    assert!(kept.work.is_absolute());
}

#[tokio::test]
async fn every_failure_is_one_sentence_with_its_own_exit_code() {
    let (server, folder) = (FakeServer::start().await, TestFolder::new());
    let url = server.url.as_str();
    std::fs::write(folder.file("bad"), "{}").unwrap();
    let cases: [(&[&str], i32, &str); 6] = [
        (
            &["register", "--url", url, "--token", "wrong"],
            3,
            "registration token",
        ),
        (
            &[
                "register",
                "--url",
                "http://127.0.0.1:1",
                "--token",
                "right",
            ],
            4,
            "cannot be reached",
        ),
        (
            &["register", "--url", "ftp://h", "--token", "right"],
            7,
            "allowed are http and https",
        ),
        (
            &[
                "register", "--url", url, "--token", "right", "--name", "taken",
            ],
            6,
            "of this name already",
        ),
        (&["run"], 5, "runyard-runner register"),
        (&["run", "--config", "bad"], 5, "cannot be read"),
    ];
    for (arguments, code, part) in cases {
        let (found, errors) = told(arguments, &folder).await;
        assert_eq!(found, Some(code), "{arguments:?}: {errors}");
        assert!(
            errors.contains(part) && errors.lines().count() == 1,
            "{arguments:?}: {errors}"
        );
    }
}

#[tokio::test]
async fn a_runner_is_removed_with_its_own_credential_or_with_a_removal_token() {
    let (server, folder) = (FakeServer::start().await, TestFolder::new());
    let file = folder.file(".runner");
    let url = server.url.as_str();
    let removals: [(&[&str], i32, &str); 3] = [
        (&["remove", "--token", "wrong"], 3, "removal token"),
        (&["remove", "--token", "removal"], 0, ""),
        (&["remove"], 0, ""),
    ];
    for (arguments, code, part) in removals {
        let register = ["register", "--url", url, "--token", "right"];
        assert_eq!(told(&register, &folder).await.0, Some(0));
        let (found, errors) = told(arguments, &folder).await;
        assert_eq!(found, Some(code), "{arguments:?}: {errors}");
        assert!(errors.contains(part), "{arguments:?}: {errors}");
        assert_eq!(file.exists(), code != 0, "{arguments:?}");
    }
    let removed = server.until("both are removed", |seen| (seen.removed == 2).then_some(()));
    removed.await;
    let (code, errors) = told(&["remove"], &folder).await;
    assert_eq!(code, Some(5), "{errors}");
}

#[tokio::test]
async fn a_work_folder_belongs_to_one_runner() {
    let (server, folder) = (FakeServer::start().await, TestFolder::new());
    let _first = Program::start(&folder, &server.url);
    server
        .until("the first is ready", |seen| {
            (!seen.states.is_empty()).then_some(())
        })
        .await;
    let second = Program::start(&folder, &server.url);
    assert_eq!(second.exit_code().await, Some(8));
}
