//! Why the program ends, as a sentence and an exit code. Must not print.

use std::io;
use std::path::PathBuf;

use runyard_runner::RunnerError;

/// What a person has to know.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// `register` was not run, or elsewhere.
    #[error("there is no registration in {}; run 'runyard-runner register' first or name it with --config", .0.display())]
    NotRegistered(PathBuf),
    /// The file is not one that `register` wrote, or cannot be read.
    #[error("the registration in {} cannot be read: {source}", .file.display())]
    BadRegistration { file: PathBuf, source: io::Error },
    /// The registration is made but cannot be kept.
    #[error("the registration cannot be written to {}: {source}", .file.display())]
    NotSaved { file: PathBuf, source: io::Error },
    /// The server has forgotten the runner, but the file stays.
    #[error("the registration in {} cannot be deleted: {source}", .file.display())]
    NotDeleted { file: PathBuf, source: io::Error },
    /// The machine refuses threads or signals.
    #[error("the program cannot be set up: {0}")]
    Runtime(io::Error),
    #[error(transparent)]
    Runner(#[from] RunnerError),
}

impl Failure {
    /// 2 is clap's, for wrong arguments.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Runner(RunnerError::Unauthorized { .. }) => 3,
            Self::Runner(RunnerError::Unreachable(_)) => 4,
            Self::NotRegistered(_) | Self::BadRegistration { .. } => 5,
            Self::Runner(RunnerError::NameTaken(_)) => 6,
            Self::Runner(RunnerError::InvalidUrl { .. }) => 7,
            Self::Runner(RunnerError::Folder { .. } | RunnerError::FolderBusy(_)) => 8,
            Self::Runner(RunnerError::Refused(_) | RunnerError::Http(_))
            | Self::NotSaved { .. }
            | Self::NotDeleted { .. }
            | Self::Runtime(_) => 1,
        }
    }
}
