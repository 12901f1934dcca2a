//! A PostgreSQL server of a test's own, from installed programs, that may be stopped, restarted and stalled. It syncs
//! every commit. Removed with this value.

use std::fs::{self, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, Uid, User};
use tempfile::TempDir;
use url::Url;

/// Where a test must not be skipped for want of the programs.
const REQUIRED: &str = "RUNYARD_REQUIRE_POSTGRES";
/// Folders of Debian's packages, one for each release.
const PACKAGES: &str = "/usr/lib/postgresql";
const MAX_CONNECTIONS: u32 = 100;

/// How a server is told to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Connections are ended, then it stops in order.
    Fast,
    /// It stops at once, and recovers when it is started again.
    Immediate,
}

/// A PostgreSQL server.
#[derive(Debug)]
pub struct Postgres {
    programs: PathBuf,
    folder: TempDir,
    port: u16,
    user: Option<User>,
}

impl Postgres {
    /// Starts one; nothing, said aloud, where the programs are not installed.
    ///
    /// # Panics
    /// If it does not start, or the programs must be there but are not.
    #[must_use]
    pub fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            assert!(
                std::env::var_os(REQUIRED).is_none(),
                "{REQUIRED} is set, but initdb and pg_ctl are not installed"
            );
            eprintln!("skipped: initdb and pg_ctl are not installed");
            return None;
        };
        let server = Self {
            programs,
            folder: tempfile::tempdir().expect("a temporary folder"),
            port: free_port(),
            user: unprivileged(),
        };
        server.own_folder();
        let initdb = ["--username=postgres", "--auth=trust", "--encoding=UTF8"];
        server.run(
            "initdb",
            &[&initdb[..], &["--locale=C", "--no-sync"]].concat(),
        );
        server.start_again();
        Some(server)
    }

    /// Where it is, as its administrator.
    #[must_use]
    pub fn url(&self) -> Url {
        let url = format!("postgres://postgres@127.0.0.1:{}/postgres", self.port);
        url.parse().expect("numbers do not break a URL")
    }

    /// Stops it (`pg_ctl stop`).
    pub fn stop(&self, how: Stop) {
        let mode = match how {
            Stop::Fast => "fast",
            Stop::Immediate => "immediate",
        };
        self.run("pg_ctl", &["stop", "--wait", "--mode", mode]);
    }

    /// Starts it again after [`Postgres::stop`] (`pg_ctl start`).
    pub fn start_again(&self) {
        let settings = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=on \
             -c synchronous_commit=on -c max_connections={MAX_CONNECTIONS}",
            self.port
        );
        let log = self.folder.path().join("log");
        let log = log.display().to_string();
        let arguments = [
            "start",
            "--wait",
            "--silent",
            "--log",
            &log,
            "--options",
            &settings,
        ];
        self.run("pg_ctl", &arguments);
    }

    /// Stops all its processes where they are (SIGSTOP): connections stay, and nobody answers.
    pub fn pause(&self) {
        self.signal(Signal::SIGSTOP);
    }

    /// Lets them go on after [`Postgres::pause`].
    pub fn resume(&self) {
        self.signal(Signal::SIGCONT);
    }

    fn signal(&self, signal: Signal) {
        let file = self.folder.path().join("data/postmaster.pid");
        let text = fs::read_to_string(file).expect("it runs");
        let first = text.lines().next().and_then(|line| line.parse().ok());
        let parent: i32 = first.expect("the file begins with a process id");
        for process in std::iter::once(parent).chain(children(parent)) {
            // A child may have ended since it was listed.
            let _ = kill(Pid::from_raw(process), signal);
        }
    }

    fn own_folder(&self) {
        if let Some(user) = &self.user {
            let folder = self.folder.path();
            chown(folder, Some(user.uid.as_raw()), Some(user.gid.as_raw()))
                .expect("root may do it");
            fs::set_permissions(folder, Permissions::from_mode(0o700)).expect("so may it this");
        }
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let output = self.output(program, arguments);
        assert!(
            output.status.success(),
            "{program} {arguments:?}: {}\n{}",
            String::from_utf8_lossy(&output.stderr),
            fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
        );
    }

    /// As the user that PostgreSQL demands: it refuses to be run by root.
    fn output(&self, program: &str, arguments: &[&str]) -> Output {
        use std::os::unix::process::CommandExt;

        let data = self.folder.path().join("data");
        let mut command = Command::new(self.programs.join(program));
        command.args(arguments).arg("--pgdata").arg(data);
        command.current_dir(self.folder.path());
        if let Some(user) = &self.user {
            command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
        }
        command.output().expect("the program starts")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if self.folder.path().join("data/postmaster.pid").exists() {
            self.resume();
            self.output("pg_ctl", &["stop", "--wait", "--mode", "immediate"]);
        }
    }
}

/// The folder of `initdb` and `pg_ctl`: one of the PATH, else the newest of the packages.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let packages = fs::read_dir(PACKAGES).into_iter().flatten().flatten();
    let mut packages: Vec<PathBuf> = packages.map(|entry| entry.path().join("bin")).collect();
    packages.sort();
    folders.extend(packages.into_iter().rev());
    let complete = |folder: &PathBuf| has(folder, "initdb") && has(folder, "pg_ctl");
    folders.into_iter().find(complete)
}

fn has(folder: &Path, program: &str) -> bool {
    folder.join(program).is_file()
}

/// The user of the package, or nobody, when the test is run by root.
fn unprivileged() -> Option<User> {
    if !Uid::effective().is_root() {
        return None;
    }
    let known = |name| User::from_name(name).ok().flatten();
    Some(
        known("postgres")
            .or_else(|| known("nobody"))
            .expect("a system has a user nobody"),
    )
}

/// A port that nobody listens on now.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("it is bound").port()
}

/// The processes that `parent` started and that have not ended.
fn children(parent: i32) -> Vec<i32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let is_child = |id: &i32| {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        // After the name, which may hold anything, stand the state and the parent.
        let rest = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
        rest.split(' ').nth(1) == Some(parent.to_string().as_str())
    };
    ids.filter(is_child).collect()
}

#[cfg(test)]
mod tests {
    use super::{Postgres, Stop};
    use crate::database::Database;

    #[tokio::test]
    async fn what_is_committed_survives_an_immediate_stop() {
        let Some(postgres) = Postgres::start() else {
            return;
        };
        let database = Database::create_at(postgres.url()).await;
        assert_eq!(database.ask("SHOW fsync").await, ["on"]);
        database
            .ask("CREATE TABLE ships AS SELECT 7 AS masts")
            .await;
        postgres.stop(Stop::Immediate);
        postgres.start_again();
        assert_eq!(database.ask("SELECT masts FROM ships").await, ["7"]);
    }
}
