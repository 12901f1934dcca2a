//! The command line of `runyard token`: what can be asked. No work is done here.

use crate::arguments::{Connection, FullName};
use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// Make a token and print it, this once
    Create(Box<CreateToken>),
    /// List the tokens of a user
    List {
        /// Whose; yours when absent
        #[arg(long)]
        user: Option<String>,
        #[command(flatten)]
        connection: Connection,
    },
    /// Revoke a token; it opens nothing from then on
    #[command(visible_alias = "delete")]
    Revoke {
        /// Its number in the list
        id: i64,
        #[command(flatten)]
        connection: Connection,
    },
}

#[derive(Debug, Args)]
pub(crate) struct CreateToken {
    /// What kind of token
    #[arg(long, value_enum, default_value = "classic")]
    pub(crate) kind: Kind,
    /// Whose it is; yours when absent
    #[arg(long)]
    pub(crate) user: Option<String>,
    /// What it is for
    #[arg(long, default_value = "command line")]
    pub(crate) name: String,
    /// classic, oauth: repo, public_repo, repo:write, read:org, workflow, site_admin; may be given several times;
    /// repo, read:org and workflow when absent
    #[arg(long = "scope", value_name = "SCOPE")]
    pub(crate) scopes: Vec<String>,
    /// oauth: the app that it is given to
    #[arg(long, value_name = "NAME", required_if_eq("kind", "oauth"))]
    pub(crate) client_id: Option<String>,
    /// fine-grained: a repository that it is let to, OWNER/NAME; may be given several times
    #[arg(long = "repo", value_name = "OWNER/NAME", conflicts_with = "owner")]
    pub(crate) repositories: Vec<FullName>,
    /// fine-grained: all repositories of this user, later ones too
    #[arg(long, value_name = "LOGIN")]
    pub(crate) owner: Option<String>,
    /// fine-grained: actions, administration, checks, contents, deployments or metadata, and read or write; may be given
    /// several times
    #[arg(long = "permission", value_name = "NAME=LEVEL", value_parser = permission)]
    pub(crate) permissions: Vec<(String, String)>,
    /// Days until it expires; when absent: fine-grained 30, registration an hour, others never
    #[arg(long)]
    pub(crate) days: Option<u32>,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

/// Kinds that are made on request. Runners get theirs when they register, jobs with each execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// Personal, with scopes
    Classic,
    /// Personal, with repositories and permissions; it always expires
    FineGrained,
    /// Given to an OAuth app, with scopes
    #[value(name = "oauth")]
    OAuth,
    /// Lets runners register
    Registration,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Classic => "classic",
            Self::FineGrained => "fine_grained",
            Self::OAuth => "oauth",
            Self::Registration => "registration",
        }
    }
}

fn permission(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, level)) => Ok((name.to_owned(), level.to_owned())),
        None => Err(format!("{text:?} is not NAME=LEVEL, such as actions=write")),
    }
}
