//! The command line about how a repository's source is reached and tells of pushes. No work is done here.

use crate::arguments::{Connection, FullName};
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// What opens a source, in files: `-` is standard input.
#[derive(Debug, Args)]
pub(crate) struct Given {
    /// File with a token or password for https; - reads standard input
    #[arg(long, value_name = "FILE", conflicts_with = "ssh_key_file")]
    pub(crate) token_file: Option<PathBuf>,
    /// Name that the token is given with; many servers take any
    #[arg(long, value_name = "NAME", requires = "token_file")]
    pub(crate) username: Option<String>,
    /// File with a private key without passphrase for ssh; - reads standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) ssh_key_file: Option<PathBuf>,
    /// File with the host's public keys, as ssh-keyscan writes it
    #[arg(long, value_name = "FILE", requires = "ssh_key_file")]
    pub(crate) known_hosts_file: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RepoCredentials {
    /// Give them, in place of those before
    Set {
        /// OWNER/NAME
        repository: FullName,
        #[command(flatten)]
        given: Given,
        #[command(flatten)]
        connection: Connection,
    },
    /// Tell what kind they are and when they were given
    Show {
        /// OWNER/NAME
        repository: FullName,
        #[command(flatten)]
        connection: Connection,
    },
    /// Forget them
    Clear {
        /// OWNER/NAME
        repository: FullName,
        #[command(flatten)]
        connection: Connection,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum RepoEvents {
    /// Make the secret, in place of the one before, and print it, this once
    Secret {
        /// OWNER/NAME
        repository: FullName,
        #[command(flatten)]
        connection: Connection,
    },
    /// Tell when it was made
    Show {
        /// OWNER/NAME
        repository: FullName,
        #[command(flatten)]
        connection: Connection,
    },
    /// Forget it: no signed event is taken any more
    Clear {
        /// OWNER/NAME
        repository: FullName,
        #[command(flatten)]
        connection: Connection,
    },
}

#[derive(Debug, Args)]
pub(crate) struct RepoPolling {
    /// OWNER/NAME
    pub(crate) repository: FullName,
    /// How often; 0 ends it; tells how it is when absent
    pub(crate) seconds: Option<u32>,
    #[command(flatten)]
    pub(crate) connection: Connection,
}
