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
/// Never asks anybody anything.
const SSH_COMMAND: &str = "ssh -o BatchMode=yes";

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
    /// Protocols that a URL may use, in git's words.
    pub allowed_protocols: Vec<String>,
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
            allowed_protocols: ["https", "ssh", "file", "http"].map(str::to_owned).to_vec(),
            ssh_command: SSH_COMMAND.to_owned(),
        }
    }
}
