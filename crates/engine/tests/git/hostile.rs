//! Sources that hang, refuse or misbehave.

use crate::{
    http::{Answer, Server},
    source::{ID, Mirrors, SourceRepository},
};
use runyard_domain::repository::Source;
use runyard_engine::git::GitError;
use std::time::Duration;

#[tokio::test]
async fn a_source_that_never_answers_is_given_up_and_git_is_ended() {
    let mut server = Server::start();
    let mirrors = Mirrors::with(|settings| settings.fetch_timeout = Duration::from_secs(1));
    let source = Source::Url(server.url("a"));
    let (outcome, request) = tokio::join!(mirrors.git.fetch(ID, &source, None), server.request());
    assert_eq!(
        outcome.unwrap_err().to_string(),
        "git did not finish within 1 s"
    );
    request.closed().await;
}

#[tokio::test]
async fn a_fetch_nobody_waits_for_any_more_is_ended_and_blocks_nobody() {
    let mut server = Server::start();
    let mirrors = Mirrors::new();
    let hanging = Source::Url(server.url("a"));
    let request = tokio::select! {
        _ = mirrors.git.fetch(ID, &hanging, None) => unreachable!("nobody has answered"),
        request = server.request() => request,
    };
    request.closed().await;
    let source = SourceRepository::new();
    mirrors.git.fetch(ID, &source.source(), None).await.unwrap();
}

#[tokio::test]
async fn refusals_of_a_server_become_sentences() {
    for (status, sentence) in [
        (404, "does not exist"),
        (401, "could not be read: "),
        (403, "could not be read: unable to access"),
        (500, "could not be read: unable to access"),
        (200, "is not a git repository"),
    ] {
        let mut server = Server::start();
        let url = server.url("a");
        let mirrors = Mirrors::new();
        let source = Source::Url(url);
        let answering = async {
            loop {
                let answer = match status {
                    200 => Answer::body("text/html", b"<html>\n".to_vec()),
                    refused => Answer::status(refused),
                };
                server.request().await.answer(answer);
            }
        };
        let outcome = tokio::select! {
            outcome = mirrors.git.probe(&source, None) => outcome,
            () = answering => unreachable!("it answers for ever"),
        };
        let error = outcome.expect_err("the server refuses").to_string();
        assert!(error.contains(sentence), "{status}: {error}");
    }
}

#[tokio::test]
async fn a_server_that_wants_a_password_is_not_answered_by_a_prompt() {
    let mut server = Server::start();
    let mirrors = Mirrors::new();
    let source = Source::Url(server.url("a"));
    let answering = async { server.request().await.answer(Answer::status(401)) };
    let (outcome, ()) = tokio::join!(mirrors.git.probe(&source, None), answering);
    let error = outcome.unwrap_err();
    assert!(matches!(&error, GitError::Unreachable { .. }), "{error}");
    assert!(
        error
            .to_string()
            .ends_with("it asks for a user name and a password"),
        "{error}"
    );
}

#[tokio::test]
async fn nobody_at_the_port_is_unreachable() {
    let url = Server::start().url("a");
    let error = Mirrors::new()
        .git
        .probe(&Source::Url(url), None)
        .await
        .unwrap_err();
    assert!(matches!(&error, GitError::Unreachable { .. }), "{error}");
}

#[tokio::test]
async fn a_redirect_to_another_protocol_is_not_followed() {
    let source = SourceRepository::new();
    let target = format!("file://{}/.git/", source.path().display());
    let mut server = Server::start();
    let mirrors = Mirrors::new();
    let asked = Source::Url(server.url("a"));
    let answering = async { server.request().await.answer(Answer::redirect(&target)) };
    let (outcome, ()) = tokio::join!(mirrors.git.probe(&asked, None), answering);
    assert!(
        matches!(outcome, Err(GitError::Unreachable { .. })),
        "{outcome:?}"
    );
}
