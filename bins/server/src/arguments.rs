//! The command line: what can be asked of the program. No work is done here.

use crate::expression::Expression;
use crate::plan::Workflow;
use crate::settings::StoreKind;
use crate::source_arguments::{Given, RepoCredentials, RepoEvents, RepoPolling};
use crate::token_arguments::Token;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Runs GitHub Actions workflows from any git repository, behind GitHub Enterprise Server's REST API.
#[derive(Debug, Parser)]
#[command(name = "runyard", version, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start the server
    Serve(Serve),
    /// Bring the database's schema up to date, and stop
    Migrate(Configured),
    /// Look in the database for what is stuck or disagrees, and mend it; the exit code is 1 when something stays wrong
    Doctor(Doctor),
    /// Users of a running server
    #[command(subcommand)]
    User(User),
    /// Access tokens of a running server
    #[command(subcommand)]
    Token(Token),
    /// Repositories of a running server
    #[command(subcommand)]
    Repo(Repo),
    /// Runners of a running server
    #[command(subcommand)]
    Runner(Runner),
    /// Say how a running server is doing: its queue, its runners, the jobs that run
    Status(Connection),
    /// Start a run of a workflow that has the workflow_dispatch trigger
    Dispatch(Dispatch),
    /// Show a running server at work: a sample project, its workflow, a run to watch
    Demo(Demo),
    /// Print the OpenAPI document of Runyard's own API, /api/v1; needs no server
    Openapi,
    /// Try expressions of workflows out; needs no server
    #[command(subcommand)]
    Expression(Expression),
    /// Look at workflow files; needs no server
    #[command(subcommand)]
    Workflow(Workflow),
}

/// Which settings a server starts with.
#[derive(Debug, Args)]
pub(crate) struct Configured {
    /// File of settings that overrides the defaults
    #[arg(long, env = "RUNYARD_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Where things are kept; overrides the setting store.kind
    #[arg(long, value_enum)]
    pub(crate) store: Option<StoreKind>,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) configured: Configured,
    /// Address and port; overrides the setting server.listen
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<String>,
    /// A unix socket to listen on beside the port; overrides the setting server.unix_socket
    #[arg(long, value_name = "PATH")]
    pub(crate) unix_socket: Option<PathBuf>,
    /// A file of users, repositories and runs to begin with, for tests; only on the memory store
    #[arg(long, value_name = "FILE")]
    pub(crate) seed: Option<PathBuf>,
    /// Once it serves, show a run of the sample project, and keep serving
    #[arg(long)]
    pub(crate) demo: bool,
}

/// Recomputes every run that has not ended from its jobs and its events, and looks at the queue, at hand-overs to
/// runners, at concurrency groups, and at what was left over or set aside. Each finding is one line.
///
/// It opens the database itself, so it needs no token. With PostgreSQL it may run while servers do: each repair is one
/// transaction, and does nothing where a server was faster. The file of SQLite belongs to one program at a time: stop
/// the server first.
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    #[command(flatten)]
    pub(crate) configured: Configured,
    /// Mend what can be mended, and say how
    #[arg(long)]
    pub(crate) fix: bool,
}

/// Which server is meant, and who asks.
#[derive(Debug, Clone, Args)]
pub(crate) struct Connection {
    /// The server
    #[arg(
        long,
        env = "RUNYARD_URL",
        value_name = "URL",
        default_value = "http://127.0.0.1:8080"
    )]
    pub(crate) server: String,
    /// An access token of yours; better given by the variable
    #[arg(long, env = "RUNYARD_TOKEN", hide_env_values = true)]
    pub(crate) token: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum User {
    /// Make a user
    Create {
        /// Login: letters, digits, hyphens
        login: String,
        /// Name that people see
        #[arg(long)]
        name: Option<String>,
        /// Administers this server
        #[arg(long)]
        admin: bool,
        #[command(flatten)]
        connection: Connection,
    },
    /// List the users
    List {
        #[command(flatten)]
        connection: Connection,
    },
    /// Delete a user with all tokens
    Delete {
        /// Login
        login: String,
        #[command(flatten)]
        connection: Connection,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Repo {
    /// Register a repository
    Add {
        /// OWNER/NAME; the owner is a user of this server
        repository: FullName,
        /// Where its commits come from: a git URL
        #[arg(long, conflicts_with = "path", required_unless_present = "path")]
        url: Option<String>,
        /// Where its commits come from: a folder on the server's machine (administrators only)
        #[arg(long)]
        path: Option<PathBuf>,
        /// Only collaborators see it
        #[arg(long)]
        private: bool,
        /// The source's own when absent
        #[arg(long)]
        default_branch: Option<String>,
        #[command(flatten)]
        given: Given,
        #[command(flatten)]
        connection: Connection,
    },
    /// What opens a repository's source: a token for https, a deploy key for ssh
    #[command(subcommand)]
    Credentials(RepoCredentials),
    /// The secret that signs the events which a git server delivers
    #[command(subcommand)]
    Events(RepoEvents),
    /// Look at a source that cannot tell of pushes, every so many seconds
    Polling(RepoPolling),
    /// List the repositories
    List {
        #[command(flatten)]
        connection: Connection,
    },
    /// Forget a repository and its runs
    Remove {
        /// OWNER/NAME
        repository: FullName,
        #[command(flatten)]
        connection: Connection,
    },
    /// Print a post-receive hook for a bare repository: each push to it starts its workflows
    Hook {
        /// OWNER/NAME
        repository: FullName,
        #[command(flatten)]
        connection: Connection,
    },
    /// Give a user a role in a repository
    Allow {
        /// OWNER/NAME
        repository: FullName,
        /// Login
        login: String,
        /// What they may do
        #[arg(long, value_enum, default_value = "write")]
        role: RoleWord,
        #[command(flatten)]
        connection: Connection,
    },
    /// Take a user's role in a repository away
    Disallow {
        /// OWNER/NAME
        repository: FullName,
        /// Login
        login: String,
        #[command(flatten)]
        connection: Connection,
    },
    /// List who may do what in a repository
    Collaborators {
        /// OWNER/NAME
        repository: FullName,
        #[command(flatten)]
        connection: Connection,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum RoleWord {
    /// Sees it
    Read,
    /// Changes its runs
    Write,
    /// Changes who may do what
    Admin,
}

impl RoleWord {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Runner {
    /// Print a token with which `runyard-runner register` registers
    Token {
        #[command(flatten)]
        connection: Connection,
    },
    /// List the runners
    List {
        #[command(flatten)]
        connection: Connection,
    },
    /// Forget a runner
    Remove {
        /// Its number in the list
        id: i64,
        #[command(flatten)]
        connection: Connection,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Dispatch {
    /// OWNER/NAME
    pub(crate) repository: FullName,
    /// The workflow's file name or number: ci.yml
    pub(crate) workflow: String,
    /// Branch or tag; the default branch when absent
    #[arg(long = "ref", value_name = "REF")]
    pub(crate) reference: Option<String>,
    /// Watch the run to its end; the exit code is 1 unless it succeeds
    #[arg(long)]
    pub(crate) follow: bool,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Where the sample project is put
    #[arg(long, default_value = "data/demo")]
    pub(crate) folder: PathBuf,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

/// `OWNER/NAME`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FullName {
    pub(crate) owner: String,
    pub(crate) name: String,
}

impl std::str::FromStr for FullName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('/') {
            Some((owner, name)) if !owner.is_empty() && !name.is_empty() && !name.contains('/') => {
                Ok(Self {
                    owner: owner.to_owned(),
                    name: name.to_owned(),
                })
            }
            Some(_) | None => Err("a repository is named OWNER/NAME".to_owned()),
        }
    }
}

impl std::fmt::Display for FullName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.owner, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_repository_is_named_by_owner_and_name() {
        let named = FullName {
            owner: "o".to_owned(),
            name: "n".to_owned(),
        };
        assert_eq!("o/n".parse(), Ok(named));
        for wrong in ["o", "o/", "/n", "o/n/x"] {
            assert!(wrong.parse::<FullName>().is_err(), "{wrong}");
        }
    }
}
