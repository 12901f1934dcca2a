//! `runyard workflow plan`: says what an event would start of a workflow file, without a server. It
//! does nothing but read two files and print.

use crate::check::{Check, check};
use anyhow::{Context as _, anyhow};
use clap::{Args, Subcommand};
use runyard_workflow::dispatch::read_inputs;
use runyard_workflow::expression::Object;
use runyard_workflow::plan::{WorkflowOutline, github_context, plan};
use runyard_workflow::trigger::{ChangedPaths, EventFacts};
use runyard_workflow::{EventName, Workflow as Parsed};
use serde_json::Value as Json;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, Subcommand)]
pub(crate) enum Workflow {
    /// Say what is wrong with workflow files and actions, each error at its line; the exit code is 1 when
    /// anything is
    ///
    /// What is valid and not honoured yet by this version is warned of on the error output.
    Check(Check),
    /// Print what an event would start of a workflow as JSON: whether a run starts and why not, its
    /// title and ref, its jobs in order with their conditions and legs
    ///
    /// Conditions are evaluated as if every job before went well; what hangs on outputs of other jobs
    /// says "depends" or "depend".
    Plan(Plan),
}

#[derive(Debug, Args)]
pub(crate) struct Plan {
    /// The workflow file
    file: PathBuf,
    /// The event: push, pull_request, workflow_dispatch, ...
    #[arg(long, value_name = "NAME")]
    event: String,
    /// The event's payload, in the shape of GitHub's webhook
    #[arg(long, value_name = "FILE.json")]
    payload: PathBuf,
    /// A changed file, for path filters; may be given several times. A push's are those of its commits when absent
    #[arg(long = "changed", value_name = "PATH")]
    changed: Vec<String>,
    /// The repository's default branch; that of the payload when absent, else main
    #[arg(long, value_name = "BRANCH")]
    default_branch: Option<String>,
}

pub(crate) fn workflow(command: Workflow) -> anyhow::Result<ExitCode> {
    match command {
        Workflow::Check(command) => check(&command),
        Workflow::Plan(command) => print_plan(&command).map(|()| ExitCode::SUCCESS),
    }
}

fn print_plan(command: &Plan) -> anyhow::Result<()> {
    let path = command.file.display().to_string();
    let workflow = runyard_workflow::parse(&path, &read(&command.file)?)
        .map_err(|invalid| anyhow!("the file is not a valid workflow\n{invalid}"))?;
    let payload: Json = serde_json::from_str(&read(&command.payload)?)
        .with_context(|| format!("{} is not JSON", command.payload.display()))?;
    let mut facts = EventFacts::from_payload(&command.event, &payload)?;
    if !command.changed.is_empty() {
        facts.changed = ChangedPaths::compared(command.changed.iter().cloned(), 1);
    }
    let branch = default_branch(command, &payload);
    let inputs = inputs(&workflow, &facts.event, &payload)?;
    let contexts = contexts(&facts, &branch, &payload, inputs);
    let plan = plan(
        &WorkflowOutline::of(&workflow, &path),
        &facts,
        &contexts,
        &branch,
    );
    println!("{}", serde_json::to_string_pretty(&plan)?);
    Ok(())
}

fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))
}

fn default_branch(command: &Plan, payload: &Json) -> String {
    let told = payload
        .pointer("/repository/default_branch")
        .and_then(Json::as_str);
    command
        .default_branch
        .as_deref()
        .or(told)
        .unwrap_or("main")
        .to_owned()
}

/// The inputs of a dispatch with their types and defaults (semantics R6.33); no other event has any.
fn inputs(workflow: &Parsed, event: &str, payload: &Json) -> anyhow::Result<Object> {
    let declared = workflow.on.get(EventName::WorkflowDispatch);
    let Some(declared) = declared.filter(|trigger| trigger.event.name() == event) else {
        return Ok(Object::new());
    };
    let none = serde_json::Map::new();
    let given = payload.get("inputs").and_then(Json::as_object);
    let read = read_inputs(&declared.inputs, given.unwrap_or(&none), None);
    read.map(|inputs| inputs.typed).map_err(|errors| {
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        anyhow!("the dispatch is refused: {}", errors.join("; "))
    })
}

fn contexts(facts: &EventFacts, default_branch: &str, payload: &Json, inputs: Object) -> Object {
    let mut contexts = Object::new();
    let place = facts.run_place(default_branch);
    contexts.insert("github", github_context(facts, &place, payload));
    contexts.insert("inputs", inputs);
    contexts.insert("vars", Object::new());
    contexts
}

#[cfg(test)]
mod tests {
    use super::*;
    use runyard_workflow::expression::Value;
    use serde_json::json;

    const FILE: &str = "on:
  workflow_dispatch:
    inputs:
      dry: {type: boolean, default: true}
      count: {type: number}
      where: {type: choice, options: [here, there], required: true}
jobs: {a: {runs-on: x}}
";

    #[test]
    fn a_plan_sees_the_inputs_of_a_dispatch_with_their_types() {
        let workflow = runyard_workflow::parse("ci.yml", FILE).unwrap();
        let given = json!({"inputs": {"where": "here", "count": "3"}});
        let read = inputs(&workflow, "workflow_dispatch", &given).unwrap();
        assert_eq!(read.get("dry").and_then(Value::as_bool), Some(true));
        assert_eq!(read.get("count").and_then(Value::as_number), Some(3.0));
        let push = inputs(&workflow, "push", &given).unwrap();
        assert!(push.is_empty());
    }

    #[test]
    fn a_plan_of_a_wrong_dispatch_names_the_input() {
        let workflow = runyard_workflow::parse("ci.yml", FILE).unwrap();
        let wrong = json!({"inputs": {"where": "nowhere", "dry": "maybe"}});
        let error = inputs(&workflow, "workflow_dispatch", &wrong).unwrap_err();
        let told = error.to_string();
        assert!(told.contains("'where'") && told.contains("'dry'"), "{told}");
        let missing = inputs(&workflow, "workflow_dispatch", &json!({})).unwrap_err();
        assert!(
            missing.to_string().contains("'where' is required"),
            "{missing}"
        );
    }
}
