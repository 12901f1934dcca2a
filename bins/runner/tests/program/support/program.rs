//! The real program, started as a person starts it.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use runyard_runner::Registration;
use tokio::process::{Child, Command};

/// A variable that no job may see.
pub(crate) const FOREIGN: (&str, &str) = ("RUNYARD_TEST_FOREIGN", "secret-of-the-host");

/// A folder for a runner's files that is removed in the end.
pub(crate) struct TestFolder(tempfile::TempDir);

impl TestFolder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// Writes the file of a runner that is registered at `url`.
    pub(crate) fn registration(&self, url: &str) -> PathBuf {
        let file = self.file(".runner");
        let registration = Registration {
            url: url.to_owned(),
            further_urls: Vec::new(),
            runner_id: 1,
            name: "tester".into(),
            token: "runner-token".into(),
            labels: vec!["self-hosted".into()],
            work: self.file("work"),
            capacity: 1,
        };
        registration.save(&file).unwrap();
        file
    }
}

/// A running `runyard-runner run`.
pub(crate) struct Program {
    child: Child,
}

impl Program {
    /// Starts it with a registration in `folder`.
    pub(crate) fn start(folder: &TestFolder, url: &str) -> Self {
        let file = folder.registration(url);
        let child = command()
            .args(["run", "--config", file.to_str().unwrap()])
            .stderr(Stdio::inherit())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        Self { child }
    }

    /// `kill -9`.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// Asks it to drain.
    pub(crate) fn terminate(&self) {
        let pid = self.child.id().expect("it runs").cast_signed();
        kill(Pid::from_raw(pid), Signal::SIGTERM).unwrap();
    }

    /// Its exit code, once it ended by itself.
    pub(crate) async fn exit_code(mut self) -> Option<i32> {
        let ended = tokio::time::timeout(Duration::from_secs(60), self.child.wait()).await;
        ended.expect("it ends within a minute").unwrap().code()
    }
}

/// The program with a foreign variable in its environment.
pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_runyard-runner"));
    command
        .env(FOREIGN.0, FOREIGN.1)
        .env("RUST_LOG", "info")
        .stdin(Stdio::null());
    command
}
