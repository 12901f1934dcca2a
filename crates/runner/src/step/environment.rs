//! The environment of a step, built from nothing (semantics R2.83, R2.84). Must not read this
//! process's variables other than PATH.

use std::collections::BTreeMap;
use std::path::Path;

use nix::unistd::{Uid, User};
use runyard_api::runner::messages::JobMessage;

use crate::backend::JobFolders;
use crate::config::{self, RunnerConfig};

/// Folders that programs commonly are in; those that exist end the PATH of every job.
const STANDARD_FOLDERS: [&str; 6] = [
    "/usr/local/sbin",
    "/usr/local/bin",
    "/usr/sbin",
    "/usr/bin",
    "/sbin",
    "/bin",
];
/// GitHub's default; the protocol does not carry the setting.
pub(crate) const RETENTION_DAYS: &str = "90";
/// A variable that would change how the runner's own programs run.
const FORBIDDEN: &str = "NODE_OPTIONS";

/// Why a step may not set a variable for the steps after it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum VariableError {
    #[error("{0} cannot be set through GITHUB_ENV")]
    Forbidden(String),
    /// Not a failure: the default stands (semantics R2.84).
    #[error("{0} is a default variable and keeps its value")]
    Default(String),
}

/// What the runner's configuration and host give to every job.
#[derive(Debug, Clone)]
pub(crate) struct HostFacts {
    pub(crate) runner: String,
    pub(crate) path: String,
    pub(crate) home: Option<String>,
}

impl HostFacts {
    pub(crate) fn of(config: &RunnerConfig) -> Self {
        Self {
            runner: config.name.clone(),
            path: config.path.clone().unwrap_or_else(path_of_host),
            home: config.home.as_ref().map(|home| home.display().to_string()),
        }
    }
}

/// The PATH of this process as far as its folders exist, then the standard folders.
pub(crate) fn path_of_host() -> String {
    let own = std::env::var("PATH").unwrap_or_default();
    let mut folders: Vec<&str> = Vec::new();
    for folder in own.split(':').chain(STANDARD_FOLDERS) {
        let path = Path::new(folder);
        if path.is_absolute() && path.is_dir() && !folders.contains(&folder) {
            folders.push(folder);
        }
    }
    folders.join(":")
}

/// The environment of a job; grows by what its steps write.
pub(crate) struct JobEnvironment {
    base: Vec<(String, String)>,
    job: Vec<(String, String)>,
    written: BTreeMap<String, String>,
    folders: Vec<String>,
    defaults: BTreeMap<String, String>,
}

impl JobEnvironment {
    pub(crate) fn new(
        job: &JobMessage,
        host: &HostFacts,
        folders: &JobFolders,
        event: &Path,
    ) -> Self {
        let mut defaults = github_variables(job);
        defaults.extend(place_variables(host, folders, event));
        if job.debug {
            defaults.insert("RUNNER_DEBUG".to_owned(), "1".to_owned());
        }
        Self {
            base: base_variables(host, folders),
            job: Vec::new(),
            written: BTreeMap::new(),
            folders: Vec::new(),
            defaults,
        }
    }

    /// Takes what the workflow's and the job's `env` came to.
    pub(crate) fn set_job(&mut self, env: Vec<(String, String)>) {
        self.job = env;
    }

    /// Takes a variable that a step wrote to `GITHUB_ENV`.
    pub(crate) fn set(&mut self, name: &str, value: &str) -> Result<(), VariableError> {
        if name.eq_ignore_ascii_case(FORBIDDEN) {
            return Err(VariableError::Forbidden(name.to_owned()));
        }
        if self.is_default(name) {
            return Err(VariableError::Default(name.to_owned()));
        }
        self.written.insert(name.to_owned(), value.to_owned());
        Ok(())
    }

    /// Takes a folder that a step wrote to `GITHUB_PATH`; the last one is searched first.
    pub(crate) fn add_folder(&mut self, folder: String) {
        self.folders.retain(|known| *known != folder);
        self.folders.insert(0, folder);
    }

    fn is_default(&self, name: &str) -> bool {
        self.defaults.contains_key(name) || STEP_DEFAULTS.contains(&name)
    }

    /// What a person gave to a step, as its log shows it: its own over those of the actions around
    /// it over earlier steps over job (semantics R2.83). `own` holds both of the first, the
    /// innermost last.
    pub(crate) fn given(&self, own: &[(String, String)]) -> BTreeMap<String, String> {
        let mut given = BTreeMap::new();
        given.extend(self.job.iter().cloned());
        given.extend(self.written.clone());
        given.extend(own.iter().cloned());
        given
    }

    /// All that the step's process gets; `fixed` are the variables of this step alone.
    pub(crate) fn of_step(
        &self,
        given: &BTreeMap<String, String>,
        fixed: Vec<(String, String)>,
    ) -> BTreeMap<String, String> {
        let mut all = BTreeMap::from_iter(self.base.iter().cloned());
        all.extend(given.clone());
        all.extend(self.defaults.clone());
        all.extend(fixed);
        if let Some(path) = all.get_mut("PATH") {
            let folders = self
                .folders
                .iter()
                .map(String::as_str)
                .chain([path.as_str()]);
            *path = folders.collect::<Vec<_>>().join(":");
        }
        all
    }

    /// What the runner's own programs get: the base alone.
    pub(crate) fn of_runner(&self) -> Vec<(String, String)> {
        self.base.clone()
    }
}

/// Defaults that differ from step to step.
const STEP_DEFAULTS: [&str; 8] = [
    "GITHUB_ACTION",
    "GITHUB_ACTION_PATH",
    "GITHUB_ENV",
    "GITHUB_OUTPUT",
    "GITHUB_PATH",
    "GITHUB_STATE",
    "GITHUB_STEP_SUMMARY",
    "RUNNER_DEBUG",
];

fn base_variables(host: &HostFacts, folders: &JobFolders) -> Vec<(String, String)> {
    let home = host
        .home
        .clone()
        .unwrap_or_else(|| folders.home.display().to_string());
    let mut base = pairs([
        ("CI", "true"),
        ("LANG", "C.UTF-8"),
        ("PATH", host.path.as_str()),
        ("HOME", home.as_str()),
    ]);
    if let Ok(Some(user)) = User::from_uid(Uid::effective()) {
        base.extend(pairs([
            ("USER", user.name.as_str()),
            ("LOGNAME", user.name.as_str()),
        ]));
    }
    base
}

fn place_variables(host: &HostFacts, folders: &JobFolders, event: &Path) -> Vec<(String, String)> {
    let shown = |path: &Path| path.display().to_string();
    pairs([
        ("GITHUB_EVENT_PATH", shown(event).as_str()),
        ("GITHUB_WORKSPACE", shown(&folders.workspace).as_str()),
        ("RUNNER_ARCH", config::arch()),
        ("RUNNER_ENVIRONMENT", "self-hosted"),
        ("RUNNER_NAME", host.runner.as_str()),
        ("RUNNER_OS", config::os()),
        ("RUNNER_TEMP", shown(&folders.temp).as_str()),
        ("RUNNER_TOOL_CACHE", shown(&folders.tools).as_str()),
        ("RUNNER_WORKSPACE", shown(&folders.pipeline).as_str()),
    ])
}

fn github_variables(job: &JobMessage) -> BTreeMap<String, String> {
    let (kind, name) = ref_parts(&job.git_ref);
    let repository = &job.repository;
    BTreeMap::from_iter(pairs([
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_ACTOR", &job.actor),
        ("GITHUB_ACTOR_ID", &job.actor_id.to_string()),
        ("GITHUB_API_URL", &job.api_url),
        ("GITHUB_BASE_REF", pull_request_ref(job, "base")),
        ("GITHUB_EVENT_NAME", &job.event_name),
        ("GITHUB_GRAPHQL_URL", &job.graphql_url),
        ("GITHUB_HEAD_REF", pull_request_ref(job, "head")),
        ("GITHUB_JOB", &job.job_key),
        ("GITHUB_REF", &job.git_ref),
        ("GITHUB_REF_NAME", name),
        ("GITHUB_REF_PROTECTED", "false"),
        ("GITHUB_REF_TYPE", kind),
        ("GITHUB_REPOSITORY", &repository.full_name),
        ("GITHUB_REPOSITORY_ID", &repository.id.to_string()),
        ("GITHUB_REPOSITORY_OWNER", &repository.owner),
        (
            "GITHUB_REPOSITORY_OWNER_ID",
            &repository.owner_id.to_string(),
        ),
        ("GITHUB_RETENTION_DAYS", RETENTION_DAYS),
        ("GITHUB_RUN_ATTEMPT", &job.run_attempt.to_string()),
        ("GITHUB_RUN_ID", &job.run_id.to_string()),
        ("GITHUB_RUN_NUMBER", &job.run_number.to_string()),
        ("GITHUB_SERVER_URL", &job.server_url),
        ("GITHUB_SHA", &job.sha),
        ("GITHUB_TRIGGERING_ACTOR", &job.triggering_actor),
        ("GITHUB_WORKFLOW", &job.workflow),
        ("GITHUB_WORKFLOW_REF", &job.workflow_ref),
        ("GITHUB_WORKFLOW_SHA", &job.sha),
    ]))
}

/// `tag` or `branch`, and the ref's short name; a pull request's ref counts as a branch.
fn ref_parts(git_ref: &str) -> (&'static str, &str) {
    match git_ref.strip_prefix("refs/tags/") {
        Some(name) => ("tag", name),
        None => {
            let name = ["refs/heads/", "refs/pull/"]
                .iter()
                .find_map(|prefix| git_ref.strip_prefix(prefix));
            ("branch", name.unwrap_or(git_ref))
        }
    }
}

/// The branch of one side of the pull request; empty for other events.
fn pull_request_ref<'a>(job: &'a JobMessage, side: &str) -> &'a str {
    if !["pull_request", "pull_request_target"].contains(&job.event_name.as_str()) {
        return "";
    }
    let branch = job.event.pointer(&format!("/pull_request/{side}/ref"));
    branch
        .and_then(|branch| branch.as_str())
        .unwrap_or_default()
}

fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> Vec<(String, String)> {
    pairs
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

#[cfg(test)]
#[path = "environment_tests.rs"]
mod tests;
