//! The file of a seed: the same that tests say in Rust, for those who do not write it. Read strictly.

use crate::{RepositorySeed, RunSeed, SeedError, UserSeed, World};
use serde::Deserialize;

/// Users, repositories and runs that are wanted, in this order. Its file is TOML; a key that is not known is an error
/// that says where it stands and which ones there are.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seed {
    /// The server's own runner takes what is queued once all is there. Without, queued runs stay so.
    #[serde(default)]
    pub in_process_runner: bool,
    /// People.
    #[serde(default)]
    pub users: Vec<UserSeed>,
    /// Repositories of theirs.
    #[serde(default)]
    pub repositories: Vec<RepositorySeed>,
    /// Runs, the oldest first.
    #[serde(default)]
    pub runs: Vec<RunSeed>,
}

/// A token that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeededToken {
    /// Whose.
    pub login: String,
    /// What it is for.
    pub name: String,
    /// Itself.
    pub text: String,
}

impl Seed {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// Line, column and key of what cannot be read, with what is allowed there.
    pub fn parse(text: &str) -> Result<Self, SeedError> {
        Ok(toml::from_str(text)?)
    }

    /// Whether somebody of it administers the server.
    #[must_use]
    pub fn has_site_admin(&self) -> bool {
        self.users.iter().any(|user| user.site_admin)
    }
}

impl World {
    /// Makes everything that a seed names; gives the tokens in their order.
    ///
    /// # Errors
    /// The part of the seed that cannot be made, and why; what is before it stays made.
    pub async fn sow(&self, seed: &Seed) -> Result<Vec<SeededToken>, SeedError> {
        let mut tokens = Vec::new();
        for (number, user) in seed.users.iter().enumerate() {
            let place = format!("users[{number}]");
            let made = self.make_user(user).await;
            let texts = made.map_err(|error| error.at(&place))?;
            let named = user.tokens.iter().zip(texts);
            tokens.extend(named.map(|(token, text)| SeededToken {
                login: user.login.clone(),
                name: token.name.clone(),
                text,
            }));
        }
        for (number, repository) in seed.repositories.iter().enumerate() {
            let made = self.create_repository(repository).await;
            made.map_err(|error| error.at(&format!("repositories[{number}]")))?;
        }
        for (number, run) in seed.runs.iter().enumerate() {
            let made = self.run(run).await;
            made.map_err(|error| error.at(&format!("runs[{number}]")))?;
        }
        Ok(tokens)
    }
}
