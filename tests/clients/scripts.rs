//! The suites that are written in the language of their client: each is a program that ends with 0.

use crate::yard::{NAME, OWNER, Yard};
use runyard_tests::Store;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::process::Command;

/// Longest time of a whole suite.
const PATIENCE: Duration = Duration::from_secs(180);

pub(crate) async fn octokit(store: Store) {
    let suite = here().join("octokit/suite.mjs");
    let modules = installed().join("octokit/node_modules");
    assert!(modules.is_dir(), "make test-clients installs Octokit");
    let mut command = Command::new("node");
    // The suite lies beside its list of packages; they are installed below the target folder.
    command.arg(suite).env("RUNYARD_MODULES", modules);
    run(store, command).await;
}

pub(crate) async fn pygithub(store: Store) {
    let python = installed().join("pygithub/bin/python");
    assert!(python.is_file(), "make test-clients installs PyGithub");
    let mut command = Command::new(python);
    command.arg(here().join("pygithub/suite.py"));
    run(store, command).await;
}

async fn run(store: Store, mut command: Command) {
    let yard = Yard::start(store).await;
    command
        .env("RUNYARD_BASE", yard.client.base())
        .env("RUNYARD_TOKEN", yard.server.token())
        .env("RUNYARD_OWNER", OWNER)
        .env("RUNYARD_NAME", NAME)
        .env("RUNYARD_HEAD", yard.head())
        .kill_on_drop(true);
    let output = tokio::time::timeout(PATIENCE, command.output()).await;
    let output = output.expect("it ends by itself").expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complained = String::from_utf8_lossy(&output.stderr).into_owned();
    println!("{said}");
    assert!(output.status.success(), "{said}\n{complained}");
}

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Where `tests/clients/install` puts things: `clients` below the target folder.
fn installed() -> PathBuf {
    let test = std::env::current_exe().expect("a test is a program");
    let target = test.ancestors().nth(3).expect("target/PROFILE/deps/test");
    target.join("clients")
}
