//! What an operator may set about git sources. Values only, no behaviour.

use runyard_workflow::limits::MAX_FILE_BYTES;
use std::{path::PathBuf, time::Duration};

/// Longest a fetch may take unless set otherwise.
const FETCH_TIMEOUT: Duration = Duration::from_secs(120);
/// Longest one clone from a mirror may take unless set otherwise.
const SERVE_TIMEOUT: Duration = Duration::from_secs(30 * 60);
/// Workflow files read at one commit unless set otherwise.
const MAX_WORKFLOW_FILES: usize = 100;
/// Fetches that run at the same time unless set otherwise.
const MAX_FETCHES: usize = 8;
/// Clones that run at the same time unless set otherwise.
const MAX_CLONES: usize = 32;
/// Bytes of one file that a fetch writes, which holds all that it brings, unless set otherwise.
const FETCH_BYTES: u64 = 2 * 1024 * 1024 * 1024;
/// Refs of a source unless set otherwise.
const MAX_REFS: usize = 100_000;
/// Bytes of all workflow files at one commit unless set otherwise.
const MAX_WORKFLOW_FOLDER_BYTES: u64 = 10 * 1024 * 1024;
const SSH_COMMAND: &str = "ssh";

/// Which hosts ssh believes to be who they say they are, where a deploy key does not say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostKeys {
    /// A host's key is remembered when it is first met, and must stay the same.
    AcceptNew,
    /// Only hosts whose keys the operator has put into the file `known_hosts` beside the mirrors.
    Strict,
}

/// Where mirrors are and what bounds the work on them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitSettings {
    /// Folder that holds the mirrors; created when it is missing.
    pub mirrors: PathBuf,
    /// Longest a fetch or a probe may take; git is ended then.
    pub fetch_timeout: Duration,
    /// Longest one clone from a mirror may take; git is ended then.
    pub serve_timeout: Duration,
    /// Most workflow files at one commit; a commit with more is refused.
    pub max_workflow_files: usize,
    /// Largest workflow file in bytes (semantics 9); of a larger one only its size is told.
    pub max_workflow_bytes: usize,
    /// Fetches and probes that run at the same time; further ones wait.
    pub max_fetches: usize,
    /// Clones that run at the same time; further ones wait.
    pub max_clones: usize,
    /// Largest fetch in bytes; git is ended then.
    pub fetch_bytes: u64,
    /// Most branches, tags and pull requests of a source.
    pub max_refs: usize,
    /// Bytes of all workflow files at one commit; a commit with more is refused.
    pub max_workflow_folder_bytes: u64,
    /// Protocols that a source may use, in git's words; `file` counts for paths too.
    pub allowed_protocols: Vec<String>,
    /// Hosts that a source may be on, in lower case; all when empty.
    pub allowed_hosts: Vec<String>,
    /// Whom ssh believes.
    pub host_keys: HostKeys,
    /// Whether git may use the keys, agent and `.netrc` of the server's user for repositories without a credential.
    pub server_identity: bool,
    /// How git starts ssh.
    pub ssh_command: String,
}

impl GitSettings {
    /// The usual bounds, with mirrors in this folder.
    pub fn new(mirrors: impl Into<PathBuf>) -> Self {
        Self {
            mirrors: mirrors.into(),
            fetch_timeout: FETCH_TIMEOUT,
            serve_timeout: SERVE_TIMEOUT,
            max_workflow_files: MAX_WORKFLOW_FILES,
            max_workflow_bytes: MAX_FILE_BYTES,
            max_fetches: MAX_FETCHES,
            max_clones: MAX_CLONES,
            fetch_bytes: FETCH_BYTES,
            max_refs: MAX_REFS,
            max_workflow_folder_bytes: MAX_WORKFLOW_FOLDER_BYTES,
            allowed_protocols: ["https", "ssh", "file"].map(str::to_owned).to_vec(),
            allowed_hosts: Vec::new(),
            host_keys: HostKeys::AcceptNew,
            server_identity: false,
            ssh_command: SSH_COMMAND.to_owned(),
        }
    }
}
