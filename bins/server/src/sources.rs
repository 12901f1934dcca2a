//! Settings of git sources and of the events that tell of pushes, checked. It opens nothing.

use crate::settings::Hidden;
use anyhow::{Result, bail};
use runyard_engine::{
    POLL_SECONDS_MAX,
    git::{GitSettings, HostKeys},
};
use serde::Deserialize;
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

/// Protocols that can be allowed. All others run programs, or trust whoever is on the way.
const PROTOCOLS: [&str; 4] = ["https", "ssh", "file", "http"];

/// Folders of workflow files that can be set.
const WORKFLOW_FOLDERS_MAX: usize = 10;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Git {
    pub(crate) allowed_protocols: Vec<String>,
    pub(crate) allowed_hosts: Vec<String>,
    pub(crate) host_keys: HostKeysWord,
    pub(crate) server_identity: bool,
    pub(crate) fetch_timeout_seconds: u64,
    pub(crate) fetch_bytes: u64,
    pub(crate) refs: usize,
    pub(crate) workflow_folders: Vec<String>,
    pub(crate) workflow_files: usize,
    pub(crate) workflow_file_bytes: usize,
    pub(crate) workflow_folder_bytes: u64,
    pub(crate) poll_least_seconds: u32,
    pub(crate) polls_at_once: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum HostKeysWord {
    AcceptNew,
    Strict,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Events {
    pub(crate) deliveries_known: u32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Secrets {
    pub(crate) key: Hidden,
    pub(crate) key_file: PathBuf,
}

impl Git {
    /// The same in the engine's words, with mirrors in this folder.
    pub(crate) fn engine(&self, mirrors: &Path) -> GitSettings {
        let hosts = self.allowed_hosts.iter();
        GitSettings {
            fetch_timeout: Duration::from_secs(self.fetch_timeout_seconds),
            fetch_bytes: self.fetch_bytes,
            max_refs: self.refs,
            max_workflow_files: self.workflow_files,
            max_workflow_bytes: self.workflow_file_bytes,
            max_workflow_folder_bytes: self.workflow_folder_bytes,
            allowed_protocols: self.allowed_protocols.clone(),
            allowed_hosts: hosts.map(|host| host.to_ascii_lowercase()).collect(),
            host_keys: match self.host_keys {
                HostKeysWord::AcceptNew => HostKeys::AcceptNew,
                HostKeysWord::Strict => HostKeys::Strict,
            },
            server_identity: self.server_identity,
            ..GitSettings::new(mirrors)
        }
    }

    /// Names the key whose value cannot be.
    pub(crate) fn check(&self) -> Result<()> {
        let at_least_one = [
            ("fetch_bytes", self.fetch_bytes),
            ("refs", self.refs as u64),
            ("workflow_files", self.workflow_files as u64),
            ("workflow_file_bytes", self.workflow_file_bytes as u64),
            ("workflow_folder_bytes", self.workflow_folder_bytes),
            ("poll_least_seconds", u64::from(self.poll_least_seconds)),
            ("polls_at_once", u64::from(self.polls_at_once)),
        ];
        if let Some((key, _)) = at_least_one.into_iter().find(|(_, value)| *value == 0) {
            bail!("setting git.{key} is 0, it must be at least 1");
        }
        if self.poll_least_seconds > POLL_SECONDS_MAX {
            bail!("setting git.poll_least_seconds is more than {POLL_SECONDS_MAX}");
        }
        self.check_folders()?;
        let mut protocols = self.allowed_protocols.iter();
        if let Some(other) = protocols.find(|word| !PROTOCOLS.contains(&word.as_str())) {
            let allowed = PROTOCOLS.join(", ");
            bail!("setting git.allowed_protocols has {other:?}, allowed are: {allowed}");
        }
        Ok(())
    }
}

impl Git {
    /// Folders as the engine has them: without slashes at their ends.
    pub(crate) fn folders(&self) -> Vec<String> {
        let folders = self.workflow_folders.iter();
        folders
            .map(|folder| folder.trim_matches('/').to_owned())
            .collect()
    }

    fn check_folders(&self) -> Result<()> {
        let folders = self.folders();
        if folders.is_empty() || folders.len() > WORKFLOW_FOLDERS_MAX {
            let count = folders.len();
            bail!(
                "setting git.workflow_folders has {count} folders, it must have 1 to {WORKFLOW_FOLDERS_MAX}"
            );
        }
        let is_part = |part: &str| !part.is_empty() && part != "." && part != "..";
        let is_folder = |folder: &&String| folder.split('/').all(is_part);
        if let Some(wrong) = folders.iter().find(|folder| !is_folder(folder)) {
            bail!(
                "setting git.workflow_folders has {wrong:?}, it must be a path from the root of a repository: \
                 \".github/workflows\""
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::tests::load;

    #[test]
    fn the_built_in_defaults_are_those_of_the_engine() {
        let settings = load("").unwrap();
        let mirrors = Path::new("/mirrors");
        assert_eq!(settings.git.engine(mirrors), GitSettings::new(mirrors));
        let (ours, engines) = (settings.engine(), runyard_engine::Settings::default());
        assert_eq!(ours.deliveries_known, engines.deliveries_known);
        assert_eq!(ours.poll_least, engines.poll_least);
        assert_eq!(ours.polls_at_once, engines.polls_at_once);
        assert_eq!(ours.workflow_folders, engines.workflow_folders);
    }

    #[test]
    fn so_many_folders_can_be_set_and_no_more() {
        let folders = |count: usize| {
            let all: Vec<String> = (0..count).map(|n| format!("\"/ci/{n}/\"")).collect();
            load(&format!("[git]\nworkflow_folders = [{}]", all.join(",")))
        };
        let most = folders(WORKFLOW_FOLDERS_MAX).unwrap();
        assert_eq!(most.engine().workflow_folders[9], "ci/9");
        assert!(folders(WORKFLOW_FOLDERS_MAX + 1).is_err());
    }

    #[test]
    fn a_value_that_cannot_be_is_refused_by_key() {
        for (text, key) in [
            ("fetch_bytes = 0", "git.fetch_bytes"),
            ("refs = 0", "git.refs"),
            ("workflow_files = 0", "git.workflow_files"),
            ("workflow_file_bytes = 0", "git.workflow_file_bytes"),
            ("workflow_folder_bytes = 0", "git.workflow_folder_bytes"),
            ("poll_least_seconds = 0", "git.poll_least_seconds"),
            ("poll_least_seconds = 604801", "git.poll_least_seconds"),
            ("polls_at_once = 0", "git.polls_at_once"),
            ("host_keys = \"any\"", "host_keys"),
            ("allowed_protocols = [\"https\", \"ext\"]", "\"ext\""),
            ("workflow_folders = []", "git.workflow_folders has 0"),
            ("workflow_folders = [\"a\", \"\"]", "git.workflow_folders"),
            ("workflow_folders = [\"a/../b\"]", "\"a/../b\""),
            ("workflow_folder = \"a\"", "workflow_folder"),
        ] {
            let refused = format!("{:#}", load(&format!("[git]\n{text}")).unwrap_err());
            assert!(refused.contains(key), "{refused}");
        }
    }
}
