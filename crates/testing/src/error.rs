//! What can go wrong with what a test, or a file, asks for.

use runyard_engine::EngineError;
use std::{io, path::PathBuf};

/// Why something could not be made. `place` names the part of the seed.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// It cannot be so.
    #[error("{place}: {problem}")]
    Invalid {
        /// Which part.
        place: String,
        /// What is wrong with it, and what is allowed.
        problem: String,
    },
    /// The service refuses it.
    #[error("{place}: {source}")]
    Refused {
        /// Which part.
        place: String,
        /// Why.
        source: Box<EngineError>,
    },
    /// The file of a seed is not what such a file is.
    #[error("the seed cannot be read: {0}")]
    Unreadable(#[from] toml::de::Error),
    /// The service refuses what a test did.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The `git` program does not do what it is asked.
    #[error("git {arguments}: {said}")]
    Git {
        /// What it was asked.
        arguments: String,
        /// What it answered.
        said: String,
    },
    /// A file cannot be used.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The service cannot be started.
    #[error("the service cannot be started: {0}")]
    Start(#[source] io::Error),
}

impl SeedError {
    pub(crate) fn invalid(place: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Invalid {
            place: place.into(),
            problem: problem.into(),
        }
    }

    /// The same, told of a part of a seed.
    pub(crate) fn at(self, outer: &str) -> Self {
        match self {
            Self::Invalid { place, problem } => Self::Invalid {
                place: format!("{outer}.{place}"),
                problem,
            },
            Self::Refused { place, source } => Self::Refused {
                place: format!("{outer}.{place}"),
                source,
            },
            Self::Engine(source) => Self::Refused {
                place: outer.to_owned(),
                source: Box::new(source),
            },
            error @ (Self::Unreadable(_)
            | Self::Git { .. }
            | Self::File { .. }
            | Self::Start(_)) => Self::invalid(outer, error.to_string()),
        }
    }
}
