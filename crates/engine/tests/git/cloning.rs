//! Clones from a mirror by the `git` program, through the smart HTTP that the engine speaks.

use crate::{
    http::{Answer, Request, Server},
    source::{ID, Mirrors, SourceRepository, git},
};
use futures_util::{StreamExt, TryStreamExt};
use runyard_engine::git::{Git, GitError};
use std::{io, time::Duration};

#[tokio::test]
async fn git_clones_and_fetches_any_commit_with_every_version_of_the_protocol() {
    let source = SourceRepository::new();
    source.git(&["checkout", "--quiet", "-b", "trunk"]);
    source.write("file", vec![b'x'; 300_000]);
    let lost = source.commit("will be lost");
    let mirrors = Mirrors::of(&source).await;
    source.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    let head = source.commit("kept");
    mirrors.git.fetch(ID, &source.source(), None).await.unwrap();
    let mut server = Server::start();
    let url = server.url("ada/app");
    let serving = async {
        loop {
            let request = server.request().await;
            let answer = answer(&mirrors.git, &request).await;
            request.answer(answer);
        }
    };
    let cloning = tokio::task::spawn_blocking(move || {
        for version in ["0", "1", "2"] {
            let folder = tempfile::tempdir().unwrap();
            let protocol = format!("protocol.version={version}");
            git(
                folder.path(),
                &["-c", &protocol, "clone", "--quiet", &url, "."],
            );
            assert_eq!(git(folder.path(), &["rev-parse", "HEAD"]), head);
            assert_eq!(
                git(folder.path(), &["symbolic-ref", "HEAD"]),
                "refs/heads/trunk"
            );
            let fetch = [
                "-c",
                &protocol,
                "fetch",
                "--quiet",
                "--depth=1",
                "origin",
                &lost,
            ];
            git(folder.path(), &fetch);
            git(folder.path(), &["checkout", "--quiet", &lost]);
            assert_eq!(
                std::fs::metadata(folder.path().join("file")).unwrap().len(),
                300_000
            );
        }
    });
    tokio::select! {
        cloned = cloning => cloned.unwrap(),
        () = serving => unreachable!("it serves for ever"),
    }
}

async fn answer(git: &Git, request: &Request) -> Answer {
    let protocol = request.protocol.as_deref();
    if request.line == "GET /ada/app/info/refs?service=git-upload-pack" {
        let body = git.advertise(ID, protocol).await.unwrap();
        return Answer::body("application/x-git-upload-pack-advertisement", body);
    }
    assert_eq!(request.line, "POST /ada/app/git-upload-pack");
    let blocks = git
        .upload_pack(ID, protocol, request.body.clone())
        .await
        .unwrap();
    let blocks: Vec<_> = blocks.try_collect().await.unwrap();
    Answer::body("application/x-git-upload-pack-result", blocks.concat())
}

#[tokio::test]
async fn the_list_of_refs_begins_as_the_protocol_wants() {
    let source = SourceRepository::new();
    let mirrors = Mirrors::of(&source).await;
    let head = source.git(&["rev-parse", "HEAD"]);
    let long = format!("version=2:{}", "x".repeat(200));
    for (protocol, start) in [
        (None, "001e# service=git-upload-pack\n0000"),
        (Some("version=0"), "001e# service=git-upload-pack\n0000"),
        (
            Some("version=1"),
            "001e# service=git-upload-pack\n0000000eversion 1\n",
        ),
        (Some("version=2"), "000eversion 2\n"),
        (Some("a=b:version=2"), "000eversion 2\n"),
        (Some("version=2\nX=1"), "001e# service"),
        (Some(&long), "001e# service"),
    ] {
        let body = mirrors.git.advertise(ID, protocol).await.unwrap();
        let body = String::from_utf8(body).unwrap();
        assert!(body.starts_with(start), "{protocol:?}: {body}");
        assert_eq!(
            body.contains(&head),
            start.starts_with("001e"),
            "{protocol:?}"
        );
    }
}

#[tokio::test]
async fn a_request_that_is_none_is_refused_before_anything_is_answered() {
    let mirrors = Mirrors::of(&SourceRepository::new()).await;
    for nonsense in ["nonsense", "xxxx", "0009want\n0000", "\u{feff}{}"] {
        let served = mirrors.git.upload_pack(ID, None, nonsense.into()).await;
        assert!(
            matches!(served.map(drop), Err(GitError::RequestRefused)),
            "{nonsense}"
        );
    }
}

#[tokio::test]
async fn a_client_that_was_told_why_is_sent_the_whole_answer() {
    let mirrors = Mirrors::of(&SourceRepository::new()).await;
    let unknown = format!("0032want {}\n00000009done\n", "1".repeat(40));
    let served = mirrors.git.upload_pack(ID, None, unknown.into()).await;
    let outcome: io::Result<Vec<_>> = served.unwrap().try_collect().await;
    let said = outcome.unwrap().concat();
    let said = String::from_utf8_lossy(&said);
    assert!(said.contains("ERR upload-pack: not our ref"), "{said}");
}

#[tokio::test]
async fn nothing_is_served_of_what_was_never_fetched() {
    let git = Mirrors::new().git;
    assert!(matches!(
        git.advertise(ID, None).await,
        Err(GitError::NotFetched { .. })
    ));
    let served = git.upload_pack(ID, None, Vec::new()).await;
    assert!(matches!(served.map(drop), Err(GitError::NotFetched { .. })));
}

#[tokio::test]
async fn a_clone_that_is_dropped_makes_room_for_the_next() {
    let source = SourceRepository::new();
    let mirrors = Mirrors::with(|settings| settings.max_clones = 1);
    mirrors.git.fetch(ID, &source.source(), None).await.unwrap();
    let first = mirrors
        .git
        .upload_pack(ID, None, b"0000".to_vec())
        .await
        .unwrap();
    let mut second = Box::pin(mirrors.git.upload_pack(ID, None, b"0000".to_vec()));
    tokio::select! {
        _ = &mut second => unreachable!("there is room for one only"),
        _ = mirrors.git.resolve(ID, "main") => {}
    }
    drop(first);
    assert_eq!(second.await.unwrap().count().await, 0);
}

#[tokio::test]
async fn a_clone_that_takes_too_long_is_ended() {
    let source = SourceRepository::new();
    let mirrors = Mirrors::with(|settings| settings.serve_timeout = Duration::ZERO);
    mirrors.git.fetch(ID, &source.source(), None).await.unwrap();
    let served = mirrors.git.upload_pack(ID, None, b"0000".to_vec()).await;
    assert!(matches!(
        served.map(drop),
        Err(GitError::Timeout { seconds: 0 })
    ));
}
