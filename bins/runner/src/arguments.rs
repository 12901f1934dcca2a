//! The arguments of the program. Shapes and help only.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Takes jobs from a Runyard server and executes them on this machine.
#[derive(Debug, Parser)]
#[command(name = "runyard-runner", version)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make this machine known to a server; once.
    Register(Register),
    /// Have the server forget this machine, and delete what `register` wrote.
    Remove(Remove),
    /// Take jobs until told to stop (SIGINT or SIGTERM; twice: at once).
    Run(Run),
}

/// Arguments of `register`.
#[derive(Debug, Args)]
pub(crate) struct Register {
    /// The server, http(s)://host[:port]. Several on the same database may be named, by commas or
    /// by repeating: the next one is called when one does not answer.
    #[arg(long, visible_alias = "server", value_delimiter = ',', required = true)]
    pub(crate) url: Vec<String>,
    /// A registration token of that server.
    #[arg(long, env = "RUNYARD_REGISTRATION_TOKEN", hide_env_values = true)]
    pub(crate) token: String,
    /// Name of the runner; the machine's name when absent.
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Labels that `runs-on` is matched against; system, processor and ubuntu-latest when absent.
    #[arg(long, value_delimiter = ',')]
    pub(crate) labels: Vec<String>,
    /// Runner group that `runs-on.group` is matched against; Default when absent.
    #[arg(long)]
    pub(crate) group: Option<String>,
    /// Folder in which jobs work.
    #[arg(long, default_value = "_work")]
    pub(crate) work: PathBuf,
    /// How many jobs to run at once.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub(crate) capacity: u32,
    /// Take the place of a runner of the same name.
    #[arg(long)]
    pub(crate) replace: bool,
    /// File that keeps the registration.
    #[arg(long, default_value = ".runner")]
    pub(crate) config: PathBuf,
}

/// Arguments of `remove`.
#[derive(Debug, Args)]
pub(crate) struct Remove {
    /// A removal token of that server, which works once; the runner's own credential when absent.
    #[arg(long, env = "RUNYARD_REMOVAL_TOKEN", hide_env_values = true)]
    pub(crate) token: Option<String>,
    /// File that `register` wrote.
    #[arg(long, default_value = ".runner")]
    pub(crate) config: PathBuf,
    /// Servers to call instead of those that it was registered at; as in `register`.
    #[arg(long, visible_alias = "url", value_delimiter = ',')]
    pub(crate) server: Vec<String>,
}

/// Arguments of `run`.
#[derive(Debug, Args)]
pub(crate) struct Run {
    /// File that `register` wrote.
    #[arg(long, default_value = ".runner")]
    pub(crate) config: PathBuf,
    /// Servers to call instead of those that it was registered at; as in `register`.
    #[arg(long, visible_alias = "url", value_delimiter = ',')]
    pub(crate) server: Vec<String>,
}
