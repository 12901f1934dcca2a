//! The files through which one step talks back: made before it, read and removed after it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use runyard_api::runner::messages::SUMMARY_BYTES;

use super::file_commands::{FileCommandError, parse_folders, parse_pairs};

/// A file of commands beyond this is refused, so that a step cannot exhaust the runner's memory.
const COMMANDS_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Which variable names which file.
const FILES: [(&str, &str); 5] = [
    ("GITHUB_ENV", "set_env"),
    ("GITHUB_OUTPUT", "set_output"),
    ("GITHUB_PATH", "add_path"),
    ("GITHUB_STATE", "save_state"),
    ("GITHUB_STEP_SUMMARY", "step_summary"),
];

/// What a step left in its files.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) env: Vec<(String, String)>,
    pub(crate) folders: Vec<String>,
    pub(crate) outputs: Vec<(String, String)>,
    pub(crate) summary: WrittenSummary,
}

/// What a step wrote for people to read (semantics R8.8).
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) enum WrittenSummary {
    #[default]
    None,
    Text(String),
    /// More bytes than are kept.
    TooLong(u64),
}

/// Why a step's files fail it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FilesError {
    #[error("the file of {variable} is not usable: {reason}")]
    Command {
        variable: &'static str,
        reason: FileCommandError,
    },
    #[error("the file of {variable} has {bytes} bytes, allowed are {COMMANDS_BYTES_MAX}")]
    TooLong { variable: &'static str, bytes: u64 },
    #[error("the file of {variable} cannot be read: {reason}")]
    Unreadable {
        variable: &'static str,
        reason: io::Error,
    },
}

/// The files of one step.
pub(crate) struct StepFiles {
    folder: PathBuf,
    suffix: u32,
}

impl StepFiles {
    /// Makes them, empty; `serial` is unlike that of any other step.
    pub(crate) fn create(temp: &Path, serial: u32) -> io::Result<Self> {
        let files = Self {
            folder: temp.join("_runner_file_commands"),
            suffix: serial,
        };
        fs::create_dir_all(&files.folder)?;
        for (_, name) in FILES {
            fs::write(files.path(name), "")?;
        }
        Ok(files)
    }

    /// The variables that name them.
    pub(crate) fn variables(&self) -> Vec<(String, String)> {
        let pair = |(variable, name): (&str, &str)| {
            (variable.to_owned(), self.path(name).display().to_string())
        };
        FILES.into_iter().map(pair).collect()
    }

    /// Reads what the step wrote.
    pub(crate) fn read(&self) -> Result<Written, FilesError> {
        self.pairs("GITHUB_STATE", "save_state")?;
        Ok(Written {
            env: self.pairs("GITHUB_ENV", "set_env")?,
            folders: parse_folders(&self.text("GITHUB_PATH", "add_path")?),
            outputs: self.pairs("GITHUB_OUTPUT", "set_output")?,
            summary: self.summary()?,
        })
    }

    fn summary(&self) -> Result<WrittenSummary, FilesError> {
        let (variable, name) = ("GITHUB_STEP_SUMMARY", "step_summary");
        let bytes = fs::metadata(self.path(name)).map_or(0, |file| file.len());
        if bytes > SUMMARY_BYTES as u64 {
            return Ok(WrittenSummary::TooLong(bytes));
        }
        let text = self.text(variable, name)?;
        Ok(match text.trim().is_empty() {
            true => WrittenSummary::None,
            false => WrittenSummary::Text(text),
        })
    }

    fn pairs(
        &self,
        variable: &'static str,
        name: &str,
    ) -> Result<Vec<(String, String)>, FilesError> {
        let text = self.text(variable, name)?;
        parse_pairs(&text).map_err(|reason| FilesError::Command { variable, reason })
    }

    /// The file's text; one that the step removed is empty.
    fn text(&self, variable: &'static str, name: &str) -> Result<String, FilesError> {
        let path = self.path(name);
        let bytes = fs::metadata(&path).map_or(0, |file| file.len());
        if bytes > COMMANDS_BYTES_MAX {
            return Err(FilesError::TooLong { variable, bytes });
        }
        match fs::read(&path) {
            Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
            Err(reason) => Err(FilesError::Unreadable { variable, reason }),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}_{}", self.suffix))
    }
}
