//! Tokens: made here, shown once, kept only as hashes.

use rand::{
    distr::{Alphanumeric, Distribution},
    rng,
};
use runyard_domain::account::TokenHash;
use sha2::{Digest, Sha256};
use std::fmt;

/// Characters of randomness in a token: 40 of 62 kinds are more than 230 bits.
const RANDOM_CHARACTERS: usize = 40;

/// What a token is for; its text says so by its prefix, so that a leaked one is recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretKind {
    /// A classic personal access token.
    Personal,
    /// A fine-grained personal access token.
    FineGrained,
    /// A token that an OAuth app was given.
    OAuth,
    /// Lets a runner register.
    Registration,
    /// Has a runner forgotten, once.
    Removal,
    /// A runner's own.
    Runner,
    /// For the calls about one execution.
    Job,
    /// A job's `GITHUB_TOKEN`.
    GitHub,
    /// Signs the events that are delivered for a repository.
    EventSignature,
}

impl SecretKind {
    /// What its tokens begin with.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Personal => "ryp_",
            Self::FineGrained => "runyard_pat_",
            Self::OAuth => "ryo_",
            Self::Registration => "ryg_",
            Self::Removal => "ryx_",
            Self::Runner => "ryr_",
            Self::Job => "ryj_",
            Self::GitHub => "rys_",
            Self::EventSignature => "rye_",
        }
    }
}

/// The text of a token. Prints as `***`; only [`Secret::reveal`] shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A new one, from the system's randomness.
    pub fn generate(kind: SecretKind) -> Self {
        let random = Alphanumeric
            .sample_iter(rng())
            .take(RANDOM_CHARACTERS)
            .map(char::from);
        Self(kind.prefix().chars().chain(random).collect())
    }

    /// One that somebody gave.
    pub(crate) fn given(text: String) -> Self {
        Self(text)
    }

    /// The text, for the one answer that shows it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub fn hash(&self) -> TokenHash {
        hash(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// What is kept of a token with this text.
pub(crate) fn hash(text: &str) -> TokenHash {
    TokenHash::new(Sha256::digest(text.as_bytes()).into())
}
