//! What a runner is told before it starts, and what it says of its host. Must not read files or
//! variables.

use std::path::PathBuf;
use std::time::Duration;

use crate::log::LogLimits;

/// How long running jobs may go on after the runner was told to stop; then they fail.
pub const DRAIN_WAIT: Duration = Duration::from_secs(5 * 60);

/// Settings of one runner. [`RunnerConfig::new`] has defaults for all but what no default can be.
#[derive(Clone)]
pub struct RunnerConfig {
    /// The server, `http(s)://host[:port]`.
    pub url: String,
    /// Further servers on the same database: the next one is called when one does not answer, or
    /// answers 502, 503 or 504.
    pub further_urls: Vec<String>,
    /// The runner's own credential, from its registration.
    pub token: String,
    /// Its name, shown in logs and as `RUNNER_NAME`.
    pub name: String,
    /// Labels that it declares at its start.
    pub labels: Vec<String>,
    /// Where jobs get their folders; one runner per folder.
    pub work_dir: PathBuf,
    /// Where unsent logs and final states wait; `<work_dir>/spool` when absent.
    pub spool_dir: Option<PathBuf>,
    /// How many jobs it runs at once, at least 1.
    pub capacity: u32,
    /// PATH of jobs; this process's own, as far as it exists, and the standard folders when absent.
    pub path: Option<String>,
    /// HOME of jobs; a folder per job when absent.
    pub home: Option<PathBuf>,
    /// The program to start as supervisor of a job; this program itself when absent. Only for
    /// programs that cannot call [`crate::run_supervisor_if_asked`], such as tests.
    pub supervisor: Option<PathBuf>,
    /// How much of a log is kept.
    pub log_limits: LogLimits,
    /// How long running jobs may go on after the shutdown began.
    pub drain_wait: Duration,
}

impl RunnerConfig {
    /// A runner with one slot, the default labels and nothing unusual.
    pub fn new(url: &str, token: &str, name: &str, work_dir: impl Into<PathBuf>) -> Self {
        Self {
            url: url.to_owned(),
            further_urls: Vec::new(),
            token: token.to_owned(),
            name: name.to_owned(),
            labels: default_labels(),
            work_dir: work_dir.into(),
            spool_dir: None,
            capacity: 1,
            path: None,
            home: None,
            supervisor: None,
            log_limits: LogLimits::default(),
            drain_wait: DRAIN_WAIT,
        }
    }

    /// All servers in the order in which they are tried.
    pub(crate) fn urls(&self) -> impl Iterator<Item = &str> {
        let further = self.further_urls.iter().map(String::as_str);
        std::iter::once(self.url.as_str()).chain(further)
    }
}

/// Labels with which ordinary workflows find a runner on this host.
pub fn default_labels() -> Vec<String> {
    let mut labels = vec![
        "self-hosted".to_owned(),
        os().to_lowercase(),
        arch().to_lowercase(),
    ];
    if cfg!(target_os = "linux") {
        labels.push("ubuntu-latest".to_owned());
    }
    labels
}

/// The host's system in GitHub's words.
pub fn os() -> &'static str {
    match std::env::consts::OS {
        "linux" => "Linux",
        "macos" => "macOS",
        other => other,
    }
}

/// The host's processor in GitHub's words.
pub fn arch() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "X64",
        "x86" => "X86",
        "aarch64" => "ARM64",
        "arm" => "ARM",
        other => other,
    }
}
