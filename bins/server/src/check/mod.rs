//! `runyard workflow check`: says what is wrong with workflow files, without a server. It reads files
//! and prints; it changes nothing.

mod calls;
mod files;
mod output;
#[cfg(test)]
mod tests;

use anyhow::Context as _;
use calls::RepositoryFiles;
use clap::{Args, ValueEnum};
use files::{File, Kind};
use runyard_workflow::reusable::{CallLimits, resolve};
use runyard_workflow::{Diagnostic, check_action, limits::Limits, parse_measured, unhonoured};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Files, folders, or repositories: a folder that holds .github/workflows is read as one
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// How to print what is found
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Each error with its line of the file and a caret; nothing when all is well
    Human,
    /// One array of {file, line, column, message} with the errors
    Json,
    /// Commands that make annotations of the errors and warnings in a run
    Github,
}

/// What was found in one file.
struct Findings {
    text: String,
    errors: Vec<Diagnostic>,
    /// What is valid and not honoured yet.
    warnings: Vec<Diagnostic>,
}

/// Prints what is wrong; the exit code is 1 when anything is.
pub(crate) fn check(command: &Check) -> anyhow::Result<ExitCode> {
    let mut findings = Vec::new();
    for path in &command.paths {
        for file in files::below(path)? {
            findings.push(look(&file)?);
        }
    }
    let written = output::written(command.format, &findings)?;
    print!("{}", written.errors);
    eprint!("{}", written.warnings);
    let sound = findings.iter().all(|found| found.errors.is_empty());
    Ok(if sound {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn look(file: &File) -> anyhow::Result<Findings> {
    let bytes = std::fs::read(&file.path);
    let bytes = bytes.with_context(|| format!("reading {}", file.path.display()))?;
    let shown = file.path.strip_prefix(".").unwrap_or(&file.path);
    let name = shown.display().to_string();
    let Ok(text) = String::from_utf8(bytes) else {
        return Ok(Findings {
            text: String::new(),
            errors: vec![not_utf8(&name)],
            warnings: Vec::new(),
        });
    };
    let (errors, warnings) = match file.kind {
        Kind::Action => (check_action(&name, &text), Vec::new()),
        Kind::Workflow => workflow(file, &name, &text),
    };
    Ok(Findings {
        text,
        errors,
        warnings,
    })
}

fn not_utf8(name: &str) -> Diagnostic {
    Diagnostic {
        file: name.to_owned(),
        line: 1,
        column: 1,
        message: "the file is not UTF-8".to_owned(),
    }
}

fn workflow(file: &File, name: &str, text: &str) -> (Vec<Diagnostic>, Vec<Diagnostic>) {
    let (workflow, used) = parse_measured(name, text, &Limits::default());
    let workflow = match workflow {
        Ok(workflow) => Arc::new(workflow),
        Err(invalid) => return (invalid.diagnostics, Vec::new()),
    };
    let warnings = unhonoured(name, &workflow);
    let files = RepositoryFiles::around(&file.path);
    match resolve(name, workflow, used, &files, &CallLimits::default()) {
        Ok(_) => (Vec::new(), warnings),
        Err(errors) => (at_their_calls(name, errors), warnings),
    }
}

/// Errors between called files stand in those files; they are reported where those are checked.
fn at_their_calls(name: &str, errors: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let own = errors.into_iter().filter(|error| error.file == name);
    own.collect()
}
