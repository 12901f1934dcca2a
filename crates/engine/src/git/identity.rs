//! Who git is when it reaches a source: nobody, the repository's credential, or the server's user if the operator
//! allows that. A secret reaches git by its environment or a file of one call, never by an argument.

use super::{Credential, GitError, GitSettings, HostKeys, location::Location};
use std::{
    env,
    io::Write,
    path::{Path, PathBuf},
};
use tempfile::{NamedTempFile, TempDir};
use tokio::process::Command;
use url::Url;

/// Variables in which the credential helper below finds what it answers.
const USERNAME: &str = "RUNYARD_GIT_USERNAME";
const TOKEN: &str = "RUNYARD_GIT_TOKEN";
/// Answers git's question by the variables; a builtin of the shell writes it, so no argument of a process holds it.
const HELPER: &str = "!f() { test \"$1\" = get && \
     printf 'username=%s\\npassword=%s\\n' \"$RUNYARD_GIT_USERNAME\" \"$RUNYARD_GIT_TOKEN\"; }; f";
/// What the server's own user has: keys, an agent, a `.netrc`.
const OF_THE_USER: [&str; 2] = ["HOME", "SSH_AUTH_SOCK"];
/// Folder of key files beside the mirrors.
const KEYS: &str = "keys.tmp";
/// Where keys of hosts are remembered, beside the mirrors.
const KNOWN_HOSTS: &str = "known_hosts";

/// What one call of git is given; the files of a key are deleted when it is dropped.
#[derive(Debug, Default)]
pub(super) struct Identity {
    variables: Vec<(&'static str, String)>,
    config: Vec<(String, String)>,
    _files: Option<KeyFiles>,
}

/// A folder that only the server's user may open.
#[derive(Debug)]
struct KeyFiles {
    _folder: TempDir,
    key: PathBuf,
    known_hosts: Option<PathBuf>,
}

impl Identity {
    /// For a source, with the credential that is kept for it.
    pub(super) fn of(location: &Location, settings: &GitSettings) -> Result<Self, GitError> {
        let files = match &location.credential {
            Some(Credential::SshKey {
                private_key,
                known_hosts,
            }) => Some(write(
                settings,
                private_key.reveal(),
                known_hosts.as_deref(),
            )?),
            Some(Credential::Token { .. }) | None => None,
        };
        let mut identity = Self {
            variables: vec![("GIT_SSH_COMMAND", ssh_command(settings, files.as_ref()))],
            config: Vec::new(),
            _files: files,
        };
        if let Some(Credential::Token { username, token }) = &location.credential {
            let helper = format!("credential.{}.helper", origin(&location.given));
            identity.config.push((helper, HELPER.to_owned()));
            let variables = [(USERNAME, username.as_str()), (TOKEN, token.reveal())];
            let variables = variables.map(|(name, value)| (name, value.to_owned()));
            identity.variables.extend(variables);
        } else if settings.server_identity && location.credential.is_none() {
            let own = OF_THE_USER.into_iter();
            let own = own.filter_map(|name| Some((name, env::var(name).ok()?)));
            identity.variables.extend(own);
        }
        Ok(identity)
    }

    /// Settings of git that hold for this call.
    pub(super) fn config(&self) -> impl Iterator<Item = (&str, &str)> {
        let config = self.config.iter();
        config.map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// Gives a call of git what it needs.
    pub(super) fn lend(&self, command: &mut Command) {
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
    }
}

/// Deletes the key files that a killed server left.
pub(super) fn clear(settings: &GitSettings) -> std::io::Result<()> {
    match std::fs::remove_dir_all(settings.mirrors.join(KEYS)) {
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => Err(cause),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// `https://host:port` of a URL: git offers the token to this server only.
fn origin(url: &str) -> String {
    let parsed = Url::parse(url).map(|url| url.origin().ascii_serialization());
    parsed.unwrap_or_default()
}

fn write(
    settings: &GitSettings,
    key: &str,
    known_hosts: Option<&str>,
) -> Result<KeyFiles, GitError> {
    let place = settings.mirrors.join(KEYS);
    let written = || -> std::io::Result<KeyFiles> {
        std::fs::create_dir_all(&place)?;
        let folder = tempfile::tempdir_in(&place)?;
        let keep = |name, text: &str| keep(folder.path(), name, text);
        Ok(KeyFiles {
            key: keep("key", key)?,
            known_hosts: known_hosts
                .map(|lines| keep(KNOWN_HOSTS, lines))
                .transpose()?,
            _folder: folder,
        })
    };
    written().map_err(GitError::internal)
}

/// A file that only the server's user may read, from its beginning on.
fn keep(folder: &Path, name: &str, text: &str) -> std::io::Result<PathBuf> {
    let path = folder.join(name);
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.persist(&path).map_err(|error| error.error)?;
    Ok(path)
}

fn ssh_command(settings: &GitSettings, files: Option<&KeyFiles>) -> String {
    let mut command = settings.ssh_command.clone();
    let mut option = |text: &str| {
        command.push_str(" -o ");
        command.push_str(text);
    };
    option("BatchMode=yes");
    if files.is_none() && settings.server_identity {
        return command;
    }
    option("IdentityAgent=none");
    option("IdentitiesOnly=yes");
    option("GlobalKnownHostsFile=/dev/null");
    let remembered = settings.mirrors.join(KNOWN_HOSTS);
    let given = files.and_then(|files| files.known_hosts.as_deref());
    let strict = given.is_some() || settings.host_keys == HostKeys::Strict;
    option(match strict {
        true => "StrictHostKeyChecking=yes",
        false => "StrictHostKeyChecking=accept-new",
    });
    option(&quoted("UserKnownHostsFile=", given.unwrap_or(&remembered)));
    match files {
        Some(files) => option(&quoted("IdentityFile=", &files.key)),
        None => option("IdentityFile=none"),
    }
    // No file of settings: it could name other keys, or programs.
    command.push_str(" -F /dev/null");
    command
}

/// One word for a shell, whose value ssh takes as one path.
fn quoted(option: &str, path: &Path) -> String {
    let path = path.to_string_lossy().replace('\'', "'\\''");
    format!("'{option}\"{path}\"'")
}
