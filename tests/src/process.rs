//! Starts the real programs and reads what they print. It knows nothing of their commands.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::watch;

/// How long a program may take to say an awaited line, or to end after it was asked to.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where the programs were built: beside the folder of this test.
///
/// # Panics
/// If the program was not built; `make test` builds it.
fn built(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a test is a program");
    let profile = test
        .ancestors()
        .nth(2)
        .expect("cargo puts tests into a folder of the profile");
    let program = profile.join(name);
    assert!(
        program.is_file(),
        "{} is missing: cargo build --workspace --bins",
        program.display()
    );
    program
}

/// What one of the programs prints, run to its end without anything around it.
///
/// # Panics
/// If it fails.
pub(crate) fn printed(name: &str, arguments: &[&str]) -> String {
    let mut command = std::process::Command::new(built(name));
    let output = command.args(arguments).env_clear().output();
    let output = output.expect("the program starts");
    assert!(output.status.success(), "{name} {arguments:?}: {output:?}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// A command of one of the programs, with an environment made from nothing.
pub(crate) fn command(name: &str, folder: &Path) -> Command {
    let mut command = Command::new(built(name));
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", folder)
        .env("RUST_BACKTRACE", "1")
        .env("RUST_LOG", "info")
        .current_dir(folder)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}

/// A program that ran to its end.
#[derive(Debug)]
pub struct Finished {
    /// Its exit code; nothing when a signal ended it.
    pub code: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it said besides, errors above all.
    pub stderr: String,
}

/// Runs `command` to its end.
pub(crate) async fn finish(mut command: Command) -> Finished {
    let run = tokio::time::timeout(PATIENCE, command.output()).await;
    let output = run
        .expect("the program ends by itself")
        .expect("the program starts");
    Finished {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// A running program. It is killed when this value is dropped.
#[derive(Debug)]
pub struct Program {
    child: Child,
    lines: watch::Receiver<Vec<String>>,
}

impl Program {
    /// Starts `command` and keeps every line that it prints or logs.
    ///
    /// # Panics
    /// If it does not start.
    #[must_use]
    pub fn start(mut command: Command) -> Self {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let (sender, lines) = watch::channel(Vec::new());
        collect(child.stdout.take().expect("it is piped"), sender.clone());
        collect(child.stderr.take().expect("it is piped"), sender);
        Self { child, lines }
    }

    /// Waits for a line that begins with `beginning` and gives the rest of it.
    ///
    /// # Panics
    /// If the program ends or takes too long before it says so; shows what it said instead.
    pub async fn line(&mut self, beginning: &str) -> String {
        let find = |lines: &Vec<String>| {
            lines
                .iter()
                .find_map(|line| line.strip_prefix(beginning).map(String::from))
        };
        let wait = self.lines.wait_for(|lines| find(lines).is_some());
        let found = tokio::time::timeout(PATIENCE, wait).await;
        let found = found
            .ok()
            .and_then(Result::ok)
            .and_then(|lines| find(&lines));
        found.unwrap_or_else(|| panic!("no line began with {beginning:?}:\n{}", self.output()))
    }

    /// Everything that it said so far.
    #[must_use]
    pub fn output(&self) -> String {
        self.lines.borrow().join("\n")
    }

    /// Asks it to end (SIGTERM) and waits until it did.
    ///
    /// # Panics
    /// If it does not end in time.
    pub async fn stop(&mut self) -> ExitStatus {
        self.signal(Signal::SIGTERM);
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        let ended =
            ended.unwrap_or_else(|_| panic!("it goes on after SIGTERM:\n{}", self.output()));
        ended.expect("a child can be waited for")
    }

    /// Ends it at once (SIGKILL).
    ///
    /// # Panics
    /// If the system refuses.
    pub async fn kill(&mut self) {
        self.child.kill().await.expect("a child can be killed");
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let Some(id) = self.child.id() else { return };
        let id = i32::try_from(id).expect("process ids are small");
        kill(Pid::from_raw(id), signal).expect("a child can be told");
    }
}

/// Sends every line of `stream` to the list that the program's readers watch.
fn collect(stream: impl AsyncRead + Send + Unpin + 'static, sender: watch::Sender<Vec<String>>) {
    tokio::spawn(async move {
        let mut lines = BufReader::new(stream).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            sender.send_modify(|known| known.push(line));
        }
    });
}

#[cfg(test)]
mod tests {
    use super::Program;
    use tokio::process::Command;

    fn shell(script: &str) -> Program {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        Program::start(command)
    }

    #[tokio::test]
    async fn a_line_is_awaited_and_a_program_stopped() {
        let mut program = shell("echo noise; echo 'url: here' >&2; exec cat /dev/zero >/dev/null");
        assert_eq!(program.line("url: ").await, "here");
        assert!(!program.stop().await.success());
    }

    #[tokio::test]
    #[should_panic(expected = "no line began with \"url: \":\nfailed to bind")]
    async fn a_program_that_ends_early_shows_what_it_said() {
        shell("echo failed to bind").line("url: ").await;
    }
}
