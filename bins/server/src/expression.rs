//! `runyard expression eval`: tries an expression out, without a server. It does nothing but print.

use anyhow::{Context as _, ensure};
use clap::{Args, Subcommand, ValueEnum};
use runyard_workflow::expression::{
    Allowed, CallerFunction, EvaluationError, Functions, Names, NoFunctions, Object, Permitted,
    Place, Value, parse,
};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, Subcommand)]
pub(crate) enum Expression {
    /// Print the value of an expression as JSON: {"kind": ..., "value": ...}
    ///
    /// What has no value prints {"error": {"kind": "lexing|parsing|evaluation", "message": ...}} and the exit code is 1.
    Eval(Eval),
}

#[derive(Debug, Args)]
pub(crate) struct Eval {
    /// The expression, as it stands between ${{ and }}
    #[arg(allow_hyphen_values = true)]
    expression: String,
    /// A JSON object whose keys are the contexts: {"github": {"ref": "refs/heads/main"}}
    #[arg(long, value_name = "FILE")]
    contexts: Option<PathBuf>,
    /// How the job goes so far: lets always(), cancelled(), failure() and success() be called
    #[arg(long, value_enum)]
    status: Option<Status>,
}

/// How a job goes so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Status {
    /// Nothing failed
    Success,
    /// Something failed
    Failure,
    /// It is being cancelled
    Cancelled,
}

impl Functions for Status {
    fn call(
        &self,
        function: CallerFunction,
        arguments: &[Value],
    ) -> Result<Value, EvaluationError> {
        let holds = match function {
            CallerFunction::Always => true,
            CallerFunction::Cancelled => *self == Self::Cancelled,
            CallerFunction::Failure => *self == Self::Failure,
            CallerFunction::Success => *self == Self::Success,
            CallerFunction::HashFiles => return NoFunctions.call(function, arguments),
        };
        Ok(holds.into())
    }
}

/// What is printed.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Answer {
    Value { kind: &'static str, value: Value },
    Error { error: Reason },
}

#[derive(Debug, Serialize)]
struct Reason {
    kind: &'static str,
    message: String,
}

/// Prints the answer; the exit code says whether it is a value.
///
/// # Errors
///
/// The file of contexts cannot be read.
pub(crate) fn expression(command: Expression) -> anyhow::Result<ExitCode> {
    let Expression::Eval(eval) = command;
    let contexts = match &eval.contexts {
        Some(file) => read(file)?,
        None => Object::new(),
    };
    let answer = answer(&eval.expression, &contexts, eval.status);
    println!("{}", serde_json::to_string(&answer)?);
    Ok(match answer {
        Answer::Value { .. } => ExitCode::SUCCESS,
        Answer::Error { .. } => ExitCode::FAILURE,
    })
}

fn read(file: &Path) -> anyhow::Result<Object> {
    let text = std::fs::read_to_string(file);
    let text = text.with_context(|| format!("reading the contexts {}", file.display()))?;
    let contexts: Value = serde_json::from_str(&text)
        .with_context(|| format!("reading the contexts {}", file.display()))?;
    let contexts = contexts.as_object().cloned();
    ensure!(
        contexts.is_some(),
        "the contexts in {} are not an object",
        file.display()
    );
    Ok(contexts.unwrap_or_default())
}

fn answer(source: &str, contexts: &Object, status: Option<Status>) -> Answer {
    let names: Vec<&str> = contexts.iter().map(|(name, _)| name).collect();
    let allowed = Allowed {
        contexts: Names::Listed(&names),
        functions: permitted(status),
    };
    let expression = match parse(source, &allowed) {
        Ok(expression) => expression,
        Err(error) => return failed(error.kind.name(), error.message),
    };
    let functions: &dyn Functions = match &status {
        Some(status) => status,
        None => &NoFunctions,
    };
    match expression.evaluate(contexts, functions) {
        Ok(value) => Answer::Value {
            kind: value.kind().name(),
            value,
        },
        Err(error) => failed("evaluation", error.to_string()),
    }
}

fn permitted(status: Option<Status>) -> &'static [Permitted] {
    match status {
        Some(_) => Place::JobIf.allowed().functions,
        None => &[],
    }
}

fn failed(kind: &'static str, message: String) -> Answer {
    Answer::Error {
        error: Reason { kind, message },
    }
}
