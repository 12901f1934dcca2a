//! Registers a runner, and keeps what came of it in a file. Must not run anything.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use runyard_api::runner::messages::{RegisterRunner, Registered};
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::config::RunnerConfig;
use crate::error::RunnerError;

const FILE_MODE: u32 = 0o600;

/// Registers a runner once, at the first of these servers that can be reached, without retries.
///
/// # Errors
/// A refused token, a name that is taken, no server that is there.
///
/// # Panics
/// Without a URL.
pub async fn register(
    urls: &[String],
    token: &str,
    runner: &RegisterRunner,
) -> Result<Registered, RunnerError> {
    let client = Client::new(urls.iter().map(String::as_str), token)?;
    client
        .register(runner)
        .await
        .map_err(|error| RunnerError::of_call(error, "registration token"))
}

/// Has its server forget a registered runner: with a removal token, or else with the runner's own credential.
///
/// # Errors
/// A refused token, a runner that has a job or is not there, no server that is there.
pub async fn remove(registration: &Registration, token: Option<&str>) -> Result<(), RunnerError> {
    let urls = std::iter::once(&registration.url).chain(&registration.further_urls);
    let credential = token.unwrap_or(&registration.token);
    let client = Client::new(urls.map(String::as_str), credential)?;
    let (runner, what) = match token {
        Some(_) => (Some(registration.runner_id), "removal token"),
        None => (None, "runner's token"),
    };
    let removed = client.remove(runner).await;
    removed.map_err(|error| RunnerError::of_call(error, what))
}

/// What a registered runner keeps on disk.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// The server.
    pub url: String,
    /// Further servers on the same database.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub further_urls: Vec<String>,
    /// Id of the runner there.
    pub runner_id: i64,
    /// Its name.
    pub name: String,
    /// Its credential.
    pub token: String,
    /// Its labels.
    pub labels: Vec<String>,
    /// Its work folder, absolute.
    pub work: PathBuf,
    /// How many jobs it runs at once.
    pub capacity: u32,
}

impl Registration {
    /// Reads the file.
    ///
    /// # Errors
    /// A file that is not there, or that no registration wrote.
    pub fn load(file: &Path) -> io::Result<Self> {
        serde_json::from_slice(&fs::read(file)?).map_err(io::Error::from)
    }

    /// Writes the file, readable by this user only.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn save(&self, file: &Path) -> io::Result<()> {
        let draft = file.with_extension("new");
        let _ = fs::remove_file(&draft);
        let mut writer = File::options()
            .write(true)
            .create_new(true)
            .mode(FILE_MODE)
            .open(&draft)?;
        writer.write_all(&serde_json::to_vec_pretty(self)?)?;
        writer.sync_all()?;
        fs::rename(draft, file)
    }

    /// The settings of a runner with this registration.
    pub fn config(&self) -> RunnerConfig {
        RunnerConfig {
            further_urls: self.further_urls.clone(),
            labels: self.labels.clone(),
            capacity: self.capacity,
            ..RunnerConfig::new(&self.url, &self.token, &self.name, &self.work)
        }
    }
}
