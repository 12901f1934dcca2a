//! Runs the script of one `run` step and takes what it leaves. Must not decide which step runs
//! next.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use runyard_api::runner::messages::StepMessage;

use super::environment::{JobEnvironment, VariableError};
use super::files::{FilesError, SUMMARY_BYTES_MAX, StepFiles, Written};
use super::shell::{Shell, ShellError};
use crate::backend::{JobFolders, RunEnd, RunError, Session};
use crate::log::{JobLog, StepOutput};
use crate::stop::StopSwitch;
use crate::supervisor::{Exit, Launch};

/// What shells add to the number of the signal that ended a process.
const SIGNAL_EXIT_CODE: i32 = 128;

/// What a step works with.
pub(crate) struct StepRun<'a> {
    pub(crate) session: &'a mut dyn Session,
    pub(crate) environment: &'a mut JobEnvironment,
    pub(crate) folders: &'a JobFolders,
    pub(crate) log: &'a Arc<JobLog>,
    pub(crate) stop: &'a StopSwitch,
}

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StepEnd {
    Success,
    Failure,
    /// It was told to stop before it ended.
    Stopped,
}

/// The members of a `run` step.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Script<'a> {
    pub(crate) text: &'a str,
    pub(crate) shell: Option<&'a str>,
    pub(crate) folder: Option<&'a str>,
}

/// Why a step fails without, or after, its process; the text goes into its log.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StepError {
    #[error(transparent)]
    Shell(#[from] ShellError),
    #[error(transparent)]
    Run(#[from] RunError),
    #[error(transparent)]
    Files(#[from] FilesError),
    #[error(transparent)]
    Variable(#[from] VariableError),
    #[error("the working directory {0} does not exist")]
    NoFolder(PathBuf),
    #[error("the step's files cannot be written: {0}")]
    Io(#[from] io::Error),
    #[error("{0}")]
    Checkout(String),
}

/// Runs a script to its end; every failure is in the step's log.
pub(crate) async fn run_script(
    run: &mut StepRun<'_>,
    step: &StepMessage,
    script: Script<'_>,
) -> StepEnd {
    let end = try_run(run, step, script).await;
    end.unwrap_or_else(|error| {
        run.log.line(
            step.number,
            format!("##[error]{}", sentence(&error.to_string())),
        );
        StepEnd::Failure
    })
}

async fn try_run(
    run: &mut StepRun<'_>,
    step: &StepMessage,
    script: Script<'_>,
) -> Result<StepEnd, StepError> {
    let files = StepFiles::create(&run.folders.temp, step.number)?;
    let env = run.environment.of_step(step, files.variables());
    let shell = Shell::find(script.shell, env.get("PATH").map_or("", String::as_str))?;
    show_header(run, step, script.text, &shell);
    let launch = launch(run.folders, step, script, &shell, env)?;
    let mut output = StepOutput::new(run.log.clone(), step.number);
    let ended = run
        .session
        .run(launch, &mut |bytes| output.push(bytes), run.stop)
        .await;
    let refused = output.finish();
    let end = conclude(run, step, ended?);
    take(run, step.number, files.read()?)?;
    Ok(if refused && end == StepEnd::Success {
        StepEnd::Failure
    } else {
        end
    })
}

fn launch(
    folders: &JobFolders,
    step: &StepMessage,
    script: Script<'_>,
    shell: &Shell,
    env: BTreeMap<String, String>,
) -> Result<Launch, StepError> {
    let file = folders
        .temp
        .join(format!("step_{}{}", step.number, shell.extension));
    fs::write(&file, script.text.replace("\r\n", "\n"))?;
    let folder = folders.workspace.join(script.folder.unwrap_or_default());
    if !folder.is_dir() {
        return Err(StepError::NoFolder(folder));
    }
    Ok(Launch {
        program: shell.program.clone(),
        args: shell.arguments(&file),
        folder,
        env: env.into_iter().collect(),
    })
}

/// The folded block with which the log of a `run` step begins.
fn show_header(run: &StepRun<'_>, step: &StepMessage, script: &str, shell: &Shell) {
    let first = script.trim_start().lines().next().unwrap_or_default();
    let mut rows = vec![format!("##[group]Run {first}")];
    rows.extend(script.trim_end().lines().map(str::to_owned));
    rows.push(format!("shell: {}", shell.shown()));
    let given = run.environment.given(step);
    if !given.is_empty() {
        rows.push("env:".to_owned());
        rows.extend(
            given
                .iter()
                .flat_map(|(name, value)| variable_rows(name, value)),
        );
    }
    rows.push("##[endgroup]".to_owned());
    run.log.write(step.number, rows);
}

fn variable_rows(name: &str, value: &str) -> Vec<String> {
    let mut lines = value.lines();
    let first = format!("  {name}: {}", lines.next().unwrap_or_default());
    std::iter::once(first)
        .chain(lines.map(str::to_owned))
        .collect()
}

/// How the end of a process ends its step; says so in the log when it is not success.
pub(super) fn conclude(run: &StepRun<'_>, step: &StepMessage, ended: RunEnd) -> StepEnd {
    let code = match ended.exit {
        Exit::Code(code) => code,
        Exit::Signal(signal) => SIGNAL_EXIT_CODE + signal,
    };
    if ended.stopped {
        run.log
            .line(step.number, "##[error]The operation was canceled.");
        return StepEnd::Stopped;
    }
    if code != 0 {
        run.log.line(
            step.number,
            format!("##[error]Process completed with exit code {code}."),
        );
        return StepEnd::Failure;
    }
    StepEnd::Success
}

/// Takes what the step wrote to its files, for the steps after it.
fn take(run: &mut StepRun<'_>, step: u32, written: Written) -> Result<(), StepError> {
    if written.summary_bytes > SUMMARY_BYTES_MAX {
        let bytes = written.summary_bytes;
        let limit = SUMMARY_BYTES_MAX;
        let text = format!("The summary has {bytes} bytes, allowed are {limit}: it is dropped.");
        run.log.line(step, format!("##[error]{text}"));
    }
    written
        .folders
        .into_iter()
        .for_each(|folder| run.environment.add_folder(folder));
    for (name, value) in &written.env {
        match run.environment.set(name, value) {
            Err(error @ VariableError::Default(_)) => {
                run.log
                    .line(step, format!("##[warning]{}", sentence(&error.to_string())));
            }
            set => set?,
        }
    }
    Ok(())
}

/// An error's text as a sentence for people.
pub(super) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars
        .next()
        .map(|first| first.to_uppercase().to_string())
        .unwrap_or_default();
    format!("{first}{}.", chars.as_str())
}

/// The path as text, for a program's argument.
pub(super) fn shown(path: &Path) -> String {
    path.display().to_string()
}
