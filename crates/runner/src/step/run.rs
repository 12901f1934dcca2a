//! Runs the script of one `run` step and takes what it leaves. Must not decide which step runs
//! next, and gets everything computed.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::environment::{JobEnvironment, VariableError};
use super::files::{FilesError, StepFiles, Written, WrittenSummary};
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
    /// Number of the step whose log this is.
    pub(crate) number: u32,
    /// Unlike that of any other step of the job, those within actions included.
    pub(crate) serial: u32,
    /// What people gave to it, as its log shows it.
    pub(crate) given: BTreeMap<String, String>,
    /// Variables of this step alone, `GITHUB_ACTION` among them.
    pub(crate) fixed: Vec<(String, String)>,
}

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StepEnd {
    Success,
    Failure,
    /// It was told to stop before it ended.
    Stopped,
}

/// What a step did.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ran {
    pub(crate) end: StepEnd,
    pub(crate) outputs: Vec<(String, String)>,
    pub(crate) summary: WrittenSummary,
}

impl Ran {
    /// It ended so, and left nothing.
    pub(crate) fn ended(end: StepEnd) -> Self {
        Self {
            end,
            outputs: Vec::new(),
            summary: WrittenSummary::None,
        }
    }
}

/// The members of a `run` step.
#[derive(Debug, Clone)]
pub(crate) struct Script {
    pub(crate) text: String,
    pub(crate) shell: Option<String>,
    pub(crate) folder: Option<String>,
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
pub(crate) async fn run_script(run: &mut StepRun<'_>, script: &Script) -> Ran {
    let ran = try_run(run, script).await;
    ran.unwrap_or_else(|error| {
        run.log.error(run.number, sentence(&error.to_string()));
        Ran::ended(StepEnd::Failure)
    })
}

async fn try_run(run: &mut StepRun<'_>, script: &Script) -> Result<Ran, StepError> {
    let files = StepFiles::create(&run.folders.temp, run.serial)?;
    let mut fixed = run.fixed.clone();
    fixed.extend(files.variables());
    let env = run.environment.of_step(&run.given, fixed);
    let path = env.get("PATH").map_or("", String::as_str);
    let shell = Shell::find(script.shell.as_deref(), path)?;
    show_header(run, &script.text, &shell);
    let launch = launch(run, script, &shell, env)?;
    let mut output = StepOutput::new(run.log.clone(), run.number);
    let ended = run
        .session
        .run(launch, &mut |bytes| output.push(bytes), run.stop)
        .await;
    let asked = output.finish();
    let end = conclude(run, ended?);
    let written = files.read()?;
    let mut outputs = asked.outputs;
    outputs.extend(written.outputs.iter().cloned());
    let summary = take(run, written)?;
    Ok(Ran {
        end: match end {
            StepEnd::Success if asked.failed => StepEnd::Failure,
            end @ (StepEnd::Success | StepEnd::Failure | StepEnd::Stopped) => end,
        },
        outputs,
        summary,
    })
}

fn launch(
    run: &StepRun<'_>,
    script: &Script,
    shell: &Shell,
    env: BTreeMap<String, String>,
) -> Result<Launch, StepError> {
    let name = format!("step_{}{}", run.serial, shell.extension);
    let file = run.folders.temp.join(name);
    fs::write(&file, shell.script(&script.text))?;
    let folder = script.folder.as_deref().unwrap_or_default();
    let folder = run.folders.workspace.join(folder);
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
fn show_header(run: &StepRun<'_>, script: &str, shell: &Shell) {
    let first = script.trim_start().lines().next().unwrap_or_default();
    let mut rows = vec![format!("##[group]Run {first}")];
    rows.extend(script.trim_end().lines().map(str::to_owned));
    rows.push(format!("shell: {}", shell.shown()));
    if !run.given.is_empty() {
        rows.push("env:".to_owned());
        let given = run.given.iter();
        rows.extend(given.flat_map(|(name, value)| variable_rows(name, value)));
    }
    rows.push("##[endgroup]".to_owned());
    run.log.write(run.number, rows);
}

pub(crate) fn variable_rows(name: &str, value: &str) -> Vec<String> {
    let mut lines = value.lines();
    let first = format!("  {name}: {}", lines.next().unwrap_or_default());
    std::iter::once(first)
        .chain(lines.map(str::to_owned))
        .collect()
}

/// How the end of a process ends its step; says so in the log when it is not success.
pub(super) fn conclude(run: &StepRun<'_>, ended: RunEnd) -> StepEnd {
    let code = match ended.exit {
        Exit::Code(code) => code,
        Exit::Signal(signal) => SIGNAL_EXIT_CODE + signal,
    };
    if ended.stopped {
        run.log.error(run.number, "The operation was canceled.");
        return StepEnd::Stopped;
    }
    if code != 0 {
        let text = format!("Process completed with exit code {code}.");
        run.log.error(run.number, text);
        return StepEnd::Failure;
    }
    StepEnd::Success
}

/// Takes what the step wrote to its files, for the steps after it.
fn take(run: &mut StepRun<'_>, written: Written) -> Result<WrittenSummary, StepError> {
    let folders = written.folders.into_iter();
    folders.for_each(|folder| run.environment.add_folder(folder));
    for (name, value) in &written.env {
        match run.environment.set(name, value) {
            Err(error @ VariableError::Default(_)) => {
                run.log.warning(run.number, sentence(&error.to_string()));
            }
            set => set?,
        }
    }
    Ok(written.summary)
}

/// An error's text as a sentence for people.
pub(crate) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars
        .next()
        .map(|first| first.to_uppercase().to_string())
        .unwrap_or_default();
    let end = if text.ends_with('.') { "" } else { "." };
    format!("{first}{}{end}", chars.as_str())
}

/// The path as text, for a program's argument.
pub(super) fn shown(path: &Path) -> String {
    path.display().to_string()
}
