//! The settings of a server: defaults built into the program, a file, variables; unknown keys are refused.

use crate::{
    bounds,
    sources::{Events, Git, Secrets},
};
use anyhow::{Context, Result};
use config::{Config, Environment, File, FileFormat};
use runyard_api::ApiLimits;
use runyard_domain::{
    execution::Patience,
    retention::{self, Kept},
    run::Intake,
};
use serde::Deserialize;
use std::{
    fmt,
    path::{Path, PathBuf},
    time::Duration,
};

/// The defaults, as the file that documents them.
const DEFAULTS: &str = include_str!("../../../config/default.toml");

/// Everything an operator can decide. `config/default.toml` says what each key means.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    pub(crate) server: Server,
    pub(crate) limits: Limits,
    pub(crate) store: Store,
    pub(crate) database: Database,
    pub(crate) data: Data,
    pub(crate) git: Git,
    pub(crate) events: Events,
    pub(crate) secrets: Secrets,
    pub(crate) runner: Runner,
    pub(crate) jobs: Jobs,
    pub(crate) logs: Logs,
    pub(crate) retention: Retention,
    pub(crate) log: Log,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Server {
    pub(crate) listen: String,
    pub(crate) unix_socket: PathBuf,
    pub(crate) public_url: String,
    pub(crate) trusted_proxies: Vec<String>,
    pub(crate) workers: usize,
    pub(crate) metrics: bool,
    pub(super) drain_seconds: u64,
    pub(crate) tls: ServerTls,
}

/// Files of a certificate and its key; both empty for plain connections.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServerTls {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

impl Server {
    /// A stop takes no longer than this.
    pub(crate) fn drain(&self) -> Duration {
        Duration::from_secs(self.drain_seconds)
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Limits {
    pub(crate) body_bytes: usize,
    pub(crate) event_bytes: usize,
    pub(crate) git_request_bytes: usize,
    pub(crate) body_seconds: u64,
    pub(crate) path_bytes: usize,
    pub(crate) query_bytes: usize,
    pub(crate) query_parameters: usize,
    pub(crate) header_count: usize,
    pub(crate) header_bytes: usize,
    pub(crate) header_seconds: u64,
    pub(crate) keep_alive_seconds: u64,
    pub(crate) connections: usize,
    pub(crate) connections_per_address: usize,
    pub(crate) backlog: u32,
    pub(crate) waiting_calls: usize,
    pub(crate) requests_per_hour: u64,
    pub(crate) open_runs: u64,
    pub(crate) runs_in_ten_seconds: u64,
}

impl Limits {
    /// The same in the words of the API.
    pub(crate) fn api(&self) -> ApiLimits {
        ApiLimits {
            json_bytes: self.body_bytes,
            event_bytes: self.event_bytes,
            git_request_bytes: self.git_request_bytes,
            path_bytes: self.path_bytes,
            query_bytes: self.query_bytes,
            query_parameters: self.query_parameters,
            header_count: self.header_count,
            header_bytes: self.header_bytes,
            body_time: Duration::from_secs(self.body_seconds),
            waiting_calls: self.waiting_calls,
            requests_per_hour: self.requests_per_hour,
            connections_per_address: self.connections_per_address,
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Store {
    pub(crate) kind: StoreKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum StoreKind {
    /// Nothing is kept.
    Memory,
    /// One file, one machine.
    Sqlite,
    /// Several replicas.
    Postgres,
}

impl StoreKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Database {
    pub(crate) url: Hidden,
    pub(crate) pool_size: usize,
}

/// A text that may hold a password: prints as `***`.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub(crate) struct Hidden(pub(crate) String);

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Data {
    pub(crate) dir: PathBuf,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Runner {
    pub(crate) in_process: bool,
    pub(crate) capacity: u32,
    pub(crate) labels: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Jobs {
    pub(crate) offer_seconds: u64,
    pub(crate) lease_seconds: u64,
    pub(crate) cancel_grace_seconds: u64,
    pub(crate) cancel_deadline_minutes: u64,
    pub(crate) timeout_minutes: u64,
    pub(crate) queue_hours: u64,
    pub(crate) run_days: u64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Logs {
    pub(crate) dir: PathBuf,
    pub(crate) s3: S3,
    pub(crate) job_bytes: u64,
    pub(crate) link_seconds: u64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Retention {
    pub(crate) run_days: u32,
    pub(crate) log_days: u32,
}

impl Retention {
    /// The same in the words of the domain.
    fn kept(&self) -> retention::Retention {
        // What is beyond was refused when the settings were read.
        let days = |days| Kept::days(days).unwrap_or(Kept::FOREVER);
        retention::Retention {
            runs: days(self.run_days),
            logs: days(self.log_days),
        }
    }
}

/// The bucket of the sealed logs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct S3 {
    pub(crate) bucket: String,
    pub(crate) prefix: String,
    pub(crate) region: String,
    pub(crate) endpoint: String,
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: Hidden,
    pub(crate) secret_access_key_file: PathBuf,
    pub(crate) path_style: bool,
    pub(crate) allow_http: bool,
    pub(crate) timeout_seconds: u64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Log {
    pub(crate) level: String,
}

impl Settings {
    /// The defaults, overridden by `file` and by the variables `RUNYARD__...`.
    pub(crate) fn load(file: Option<&Path>) -> Result<Self> {
        let mut sources = Config::builder().add_source(File::from_str(DEFAULTS, FileFormat::Toml));
        if let Some(path) = file {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("reading the settings {}", path.display()))?;
            sources = sources.add_source(File::from_str(&text, FileFormat::Toml));
        }
        let variables = Environment::with_prefix("RUNYARD")
            .prefix_separator("__")
            .separator("__");
        let variables = variables
            .try_parsing(true)
            .list_separator(",")
            .with_list_parse_key("runner.labels")
            .with_list_parse_key("git.allowed_protocols")
            .with_list_parse_key("git.allowed_hosts")
            .with_list_parse_key("git.workflow_folders")
            .with_list_parse_key("server.trusted_proxies");
        let settings = sources
            .add_source(variables)
            .build()
            .and_then(Config::try_deserialize);
        let origin = file.map_or("the settings".to_owned(), |path| path.display().to_string());
        let settings: Self = settings.with_context(|| format!("reading {origin}"))?;
        bounds::check(&settings)?;
        settings.git.check()?;
        Ok(settings)
    }

    /// Where sealed logs are.
    pub(crate) fn logs_dir(&self) -> PathBuf {
        match self.logs.dir.as_os_str().is_empty() {
            true => self.data.dir.join("objects"),
            false => self.logs.dir.clone(),
        }
    }

    /// The same in the engine's words.
    pub(crate) fn engine(&self) -> runyard_engine::Settings {
        runyard_engine::Settings {
            patience: Patience {
                offer: Duration::from_secs(self.jobs.offer_seconds),
                lease: Duration::from_secs(self.jobs.lease_seconds),
                cancel_grace: Duration::from_secs(self.jobs.cancel_grace_seconds),
                job_timeout: Duration::from_secs(self.jobs.timeout_minutes * 60),
            },
            cancel_deadline: match self.jobs.cancel_deadline_minutes {
                0 => None,
                minutes => Some(Duration::from_secs(minutes * 60)),
            },
            intake: Intake {
                open: self.limits.open_runs,
                burst: self.limits.runs_in_ten_seconds,
            },
            job_log_bytes: self.logs.job_bytes,
            workflow_folders: self.git.folders(),
            queue_limit: Duration::from_secs(self.jobs.queue_hours * 60 * 60),
            run_limit: Duration::from_secs(self.jobs.run_days * 24 * 60 * 60),
            retention: self.retention.kept(),
            link_lifetime: Duration::from_secs(self.logs.link_seconds),
            deliveries_known: self.events.deliveries_known,
            poll_least: Duration::from_secs(self.git.poll_least_seconds.into()),
            polls_at_once: self.git.polls_at_once,
            ..runyard_engine::Settings::default()
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn load(text: &str) -> Result<Settings> {
        let file = tempfile::NamedTempFile::new()?;
        std::fs::write(file.path(), text)?;
        Settings::load(Some(file.path()))
    }

    #[test]
    fn the_built_in_defaults_are_complete_and_say_what_the_domain_says() {
        let settings = load("").unwrap();
        assert_eq!(settings.engine().patience, Patience::default());
        assert_eq!(settings.store.kind, StoreKind::Sqlite);
        assert!(settings.runner.in_process);
        assert_eq!(settings.limits.api(), ApiLimits::default());
        assert_eq!(settings.engine().intake, Intake::default());
        assert_eq!(settings.engine().cancel_deadline, None);
        assert_eq!(settings.engine().retention, retention::Retention::default());
    }

    #[test]
    fn r8_11_runs_and_logs_are_kept_for_a_day_to_four_hundred_or_without_an_end() {
        let set = load("[retention]\nrun_days = 400\nlog_days = 1").unwrap();
        let set = set.engine().retention;
        assert_eq!((set.runs.number(), set.logs.number()), (400, 1));
        let set = load("[retention]\nrun_days = 0").unwrap();
        assert_eq!(set.engine().retention.runs, Kept::FOREVER);
        for key in ["run_days", "log_days"] {
            let refused = load(&format!("[retention]\n{key} = 401")).unwrap_err();
            let said = format!("setting retention.{key} is 401, it must be 0 to 400");
            assert_eq!(refused.to_string(), said);
        }
    }

    #[test]
    fn a_cancel_has_a_deadline_where_one_is_set() {
        let set = load("[jobs]\ncancel_deadline_minutes = 90").unwrap();
        let deadline = Some(Duration::from_secs(90 * 60));
        assert_eq!(set.engine().cancel_deadline, deadline);
        let year = 365 * 24 * 60;
        let most = format!("[jobs]\ncancel_deadline_minutes = {year}");
        assert!(load(&most).is_ok());
        let beyond = format!("[jobs]\ncancel_deadline_minutes = {}", year + 1);
        let refused = load(&beyond).unwrap_err().to_string();
        assert!(
            refused.contains("jobs.cancel_deadline_minutes"),
            "{refused}"
        );
    }

    #[test]
    fn the_production_example_is_valid_and_has_no_runner_in_process() {
        let settings = load(include_str!("../../../config/production.toml")).unwrap();
        assert_eq!(settings.store.kind, StoreKind::Postgres);
        assert!(!settings.runner.in_process);
    }

    #[test]
    fn a_key_that_is_not_known_is_refused_by_name() {
        let refused = format!("{:#}", load("[server]\nlisten_on = \"x\"").unwrap_err());
        assert!(
            refused.contains("listen_on") && refused.contains("listen"),
            "{refused}"
        );
    }

    #[test]
    fn sealed_logs_are_in_the_data_folder_unless_replicas_share_another() {
        assert_eq!(load("").unwrap().logs_dir(), Path::new("data/objects"));
        let shared = load("[logs]\ndir = \"/srv/logs\"").unwrap();
        assert_eq!(shared.logs_dir(), Path::new("/srv/logs"));
    }

    #[test]
    fn a_password_in_the_database_url_is_not_printed() {
        let settings = load("[database]\nurl = \"postgres://u:hunter2@h/d\"").unwrap();
        assert!(!format!("{settings:?}").contains("hunter2"));
    }
}
