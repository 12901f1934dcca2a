//! Errors of a workflow file with their positions; it must not decide what is an error.

use crate::model::Triggers;
use crate::reader::Position;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::fmt;

/// At most this many errors of one file are reported; one more says how many were left out.
pub const MAX_DIAGNOSTICS: usize = 1_000;

/// One error of a workflow file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// The file, as the caller named it.
    pub file: String,
    /// The line of what is wrong, from 1.
    pub line: u32,
    /// The column of what is wrong, from 1, in characters.
    pub column: u32,
    /// A sentence that says what is wrong and what is allowed.
    pub message: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            line,
            column,
            message,
        } = self;
        write!(f, "{file}:{line}:{column}: {message}")
    }
}

/// A file that is not a workflow this version can run, with everything that is wrong with it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub struct InvalidWorkflow {
    /// Every error, in file order; never empty.
    pub diagnostics: Vec<Diagnostic>,
    /// What `on` says, when it could be read in spite of the errors (semantics R6.91).
    pub triggers: Option<Triggers>,
}

impl fmt::Display for InvalidWorkflow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        lines(&self.diagnostics, f)
    }
}

/// A file that is no action GitHub would run, with everything that is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct InvalidAction {
    /// Every error, in file order; never empty.
    pub diagnostics: Vec<Diagnostic>,
}

impl fmt::Display for InvalidAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        lines(&self.diagnostics, f)
    }
}

fn lines(diagnostics: &[Diagnostic], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (index, diagnostic) in diagnostics.iter().enumerate() {
        let separator = if index == 0 { "" } else { "\n" };
        write!(f, "{separator}{diagnostic}")?;
    }
    Ok(())
}

/// Collects the errors of one file, and remarks: what GitHub reads over and is wrong all the same.
#[derive(Debug)]
pub(crate) struct Diagnostics {
    found: Vec<(Position, String)>,
    remarks: Vec<(Position, String)>,
    left_out: usize,
}

impl Diagnostics {
    /// No errors yet.
    pub(crate) fn new() -> Self {
        Self {
            found: Vec::new(),
            remarks: Vec::new(),
            left_out: 0,
        }
    }

    /// Notes an error at `position`.
    pub(crate) fn report(&mut self, position: Position, message: impl Into<String>) {
        if self.found.len() < MAX_DIAGNOSTICS {
            self.found.push((position, message.into()));
        } else {
            self.left_out += 1;
        }
    }

    /// Notes what is wrong at `position` and no reason to refuse the file.
    pub(crate) fn remark(&mut self, position: Position, message: impl Into<String>) {
        if self.remarks.len() < MAX_DIAGNOSTICS {
            self.remarks.push((position, message.into()));
        } else {
            self.left_out += 1;
        }
    }

    /// The same with the remarks as errors.
    pub(crate) fn strict(mut self) -> Self {
        for (position, message) in std::mem::take(&mut self.remarks) {
            self.report(position, message);
        }
        self
    }

    /// Takes over what another part of the reading reported.
    pub(crate) fn append(&mut self, other: Self) {
        self.left_out += other.left_out;
        for (position, message) in other.found {
            self.report(position, message);
        }
        for (position, message) in other.remarks {
            self.remark(position, message);
        }
    }

    /// Whether nothing was reported.
    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The errors in file order, each once: an alias repeats what it stands for.
    pub(crate) fn into_list(mut self, file: &str) -> Vec<Diagnostic> {
        let mut seen = HashSet::new();
        self.found.retain(|found| seen.insert(found.clone()));
        self.found.sort_by_key(|(position, _)| *position);
        if self.left_out > 0 {
            let message = format!("{} more errors are not listed", self.left_out);
            self.found.push((Position::START, message));
        }
        let described = |(position, message): (Position, String)| Diagnostic {
            file: file.to_owned(),
            line: position.line,
            column: position.column,
            message,
        };
        self.found.into_iter().map(described).collect()
    }
}
