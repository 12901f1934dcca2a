//! What opens a source reaches git, and nobody and nothing else.

use crate::{
    http::{Answer, Server},
    source::{ID, Mirrors},
};
use runyard_domain::repository::Source;
use runyard_engine::git::{Credential, HostKeys};
use std::{fs, os::unix::fs::PermissionsExt, path::Path};

const KEY: &str = include_str!("keys/plain");
/// `me:hunter2`.
const BASIC: &str = "Basic bWU6aHVudGVyMg==";

fn token() -> Credential {
    Credential::token("me".to_owned(), "hunter2".to_owned()).unwrap()
}

/// Every file below a folder that holds a text.
fn files_with(folder: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            found.extend(files_with(&entry.path(), text));
        } else if String::from_utf8_lossy(&fs::read(entry.path()).unwrap()).contains(text) {
            found.push(entry.path().display().to_string());
        }
    }
    found
}

#[tokio::test]
async fn a_token_is_given_when_the_source_asks_and_kept_nowhere() {
    let mut server = Server::start();
    let mirrors = Mirrors::new();
    let (source, token) = (Source::Url(server.url("a")), token());
    let answering = async {
        let first = server.request().await;
        assert_eq!(first.authorization, None, "nobody asked for it yet");
        first.answer(Answer::status(401));
        let second = server.request().await;
        assert_eq!(second.authorization.as_deref(), Some(BASIC));
        second.answer(Answer::status(403));
    };
    let (outcome, ()) = tokio::join!(mirrors.git.fetch(ID, &source, Some(&token)), answering);
    let error = outcome.unwrap_err();
    let told = format!("{error} {error:?} {:?}", mirrors.git);
    assert!(!told.contains("hunter2"), "{told}");
    assert_eq!(files_with(mirrors.folder.path(), "hunter2"), [""; 0]);
}

#[tokio::test]
async fn a_token_does_not_follow_to_another_host() {
    let (mut own, mut other) = (Server::start(), Server::start());
    let mirrors = Mirrors::new();
    let (source, token) = (Source::Url(own.url("a")), token());
    let target = other.url("a/info/refs?service=git-upload-pack");
    let answering = async { own.request().await.answer(Answer::redirect(&target)) };
    let refused = tokio::select! {
        (outcome, ()) = async {
            tokio::join!(mirrors.git.probe(&source, Some(&token)), answering)
        } => outcome,
        request = other.request() => unreachable!("it was led to {}", request.line),
    };
    assert!(refused.is_err(), "{refused:?}");
}

/// An ssh that tells its arguments, the key and its permissions, and then fails.
fn fake_ssh(folder: &Path) -> (String, impl Fn() -> String + use<>) {
    let (program, log) = (folder.join("fake ssh"), folder.join("log"));
    let script = format!(
        "#!/bin/sh\nexec >>'{}'\necho \"$@\"\nenv\nfor word in \"$@\"; do case $word in IdentityFile=*|UserKnownHostsFile=*)\n\
         file=${{word#*=}}; file=$(echo \"$file\" | tr -d '\"'); test -f \"$file\" && {{ stat -c 'mode %a' \"$file\"; \
         cat \"$file\"; echo; }};; esac; done\nexit 255\n",
        log.display()
    );
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let command = format!("'{}'", program.display());
    (command, move || {
        fs::read_to_string(&log).unwrap_or_default()
    })
}

#[tokio::test]
async fn a_deploy_key_is_a_file_of_one_call_and_no_argument() {
    let tools = tempfile::tempdir().unwrap();
    let (ssh, told) = fake_ssh(tools.path());
    let mirrors = Mirrors::with(|settings| settings.ssh_command = ssh);
    let key = Credential::ssh_key(KEY, Some("example.com ssh-ed25519 AAAA")).unwrap();
    let source = Source::Url("git@example.com:a/b.git".to_owned());
    let refused = mirrors.git.probe(&source, Some(&key)).await;
    assert!(refused.is_err());
    let told = told();
    let arguments = told.lines().next().unwrap();
    for part in [
        "BatchMode=yes",
        "IdentitiesOnly=yes",
        "IdentityAgent=none",
        "StrictHostKeyChecking=yes",
        "-F /dev/null",
        "git@example.com",
    ] {
        assert!(arguments.contains(part), "{part}: {arguments}");
    }
    assert!(
        !arguments.contains("BEGIN") && told.contains("mode 600"),
        "{told}"
    );
    assert!(told.contains(KEY) && told.contains("example.com ssh-ed25519 AAAA"));
    let secret = KEY.lines().nth(2).unwrap();
    let variables = told.split("mode 600").next().unwrap();
    assert!(!variables.contains(secret), "the key is in the environment");
    assert_eq!(files_with(mirrors.folder.path(), secret), [""; 0]);
}

#[tokio::test]
async fn without_a_credential_git_is_nobody_unless_the_operator_lends_the_servers_own() {
    let tools = tempfile::tempdir().unwrap();
    let source = Source::Url("ssh://git@example.com/a".to_owned());
    for (keys, own, wanted, unwanted) in [
        (
            HostKeys::AcceptNew,
            false,
            "StrictHostKeyChecking=accept-new",
            "HOME=",
        ),
        (
            HostKeys::Strict,
            false,
            "StrictHostKeyChecking=yes",
            "HOME=",
        ),
        (HostKeys::Strict, true, "HOME=", "IdentityFile=none"),
    ] {
        let folder = tempfile::tempdir_in(tools.path()).unwrap();
        let (ssh, told) = fake_ssh(folder.path());
        let mirrors = Mirrors::with(|settings| {
            settings.ssh_command = ssh;
            settings.host_keys = keys;
            settings.server_identity = own;
        });
        assert!(mirrors.git.probe(&source, None).await.is_err());
        let told = told();
        assert!(told.contains(wanted) && !told.contains(unwanted), "{told}");
    }
}

#[tokio::test]
async fn keys_that_a_killed_server_left_are_cleared() {
    let mirrors = Mirrors::new();
    let left = mirrors.folder.path().join("mirrors/keys.tmp/x");
    fs::create_dir_all(&left).unwrap();
    fs::write(left.join("key"), KEY).unwrap();
    mirrors.git.clear_leftovers().unwrap();
    mirrors.git.clear_leftovers().unwrap();
    assert!(!left.exists());
}
