//! Steps that use an action: the built-in checkout, and composite actions of the workspace. Every
//! other kind fails its step and says which kinds run.

use std::fs;
use std::path::{Path, PathBuf};

use runyard_api::runner::messages::StepConclusion;
use runyard_workflow::expression::Object;
use runyard_workflow::model::{Action, ActionRuns, StepUses};
use runyard_workflow::parse_action;

use super::turn::Ready;
use super::worker::{ActionList, StepList, Worker, not_computed};
use crate::step::{Checkout, Ran, StepEnd, WrittenSummary, run_checkout, variable_rows};

/// Actions within each other at most.
const DEPTH_MAX: usize = 10;
/// Files that describe an action, the first that is there counts.
const FILES: [&str; 2] = ["action.yml", "action.yaml"];
/// What a person may use instead.
const KINDS: &str = "this version runs actions/checkout and composite actions of the workspace \
                     (uses: ./path), but no other action of a repository, no JavaScript or docker \
                     action and no docker:// image";

/// An action of the workspace.
struct Found {
    action: Action,
    /// Its folder.
    path: PathBuf,
    /// Its file, as errors name it.
    file: String,
}

impl Worker<'_> {
    pub(super) async fn uses(
        &mut self,
        ready: &Ready<'_>,
        list: &StepList,
        (text, action): (&str, &StepUses),
        with: Vec<(String, String)>,
    ) -> Ran {
        self.show_header(ready, text, &with);
        let problem = match action {
            StepUses::Local { path } => match self.find(path) {
                Ok(found) => return self.composite(ready, list, found, with).await,
                Err(problem) => problem,
            },
            StepUses::Repository {
                owner,
                name,
                path: None,
                ..
            } if is_checkout(owner, name) => return self.checkout(ready, list, &with).await,
            StepUses::Repository { .. } | StepUses::Docker { .. } => {
                format!("'{text}' cannot run: {KINDS}.")
            }
        };
        self.execution.log.error(ready.number, problem);
        Ran::ended(StepEnd::Failure)
    }

    /// The folded block with which the log of an action begins.
    fn show_header(&self, ready: &Ready<'_>, text: &str, with: &[(String, String)]) {
        let mut rows = vec![format!("##[group]Run {text}")];
        for (key, pairs) in [("with:", with), ("env:", ready.env.as_slice())] {
            if !pairs.is_empty() {
                rows.push(key.to_owned());
                rows.extend(pairs.iter().flat_map(|(k, v)| variable_rows(k, v)));
            }
        }
        rows.push("##[endgroup]".to_owned());
        self.execution.log.write(ready.number, rows);
    }

    async fn checkout(
        &mut self,
        ready: &Ready<'_>,
        list: &StepList,
        with: &[(String, String)],
    ) -> Ran {
        let execution = self.execution;
        let job = &execution.offer.job;
        let source = || execution.client.moved(&job.repository.clone_url);
        let checkout = Checkout {
            job,
            with,
            source: &source,
        };
        let mut run = self.step_run(ready, list);
        run_checkout(&mut run, checkout).await
    }

    /// Reads the action in a folder of the workspace.
    fn find(&self, path: &str) -> Result<Found, String> {
        let workspace = self.workspace();
        let folder = workspace.join(path);
        let inside = fs::canonicalize(workspace).and_then(|root| {
            let folder = fs::canonicalize(&folder)?;
            Ok(folder.starts_with(root))
        });
        match inside {
            Ok(true) => {}
            Ok(false) => return Err(format!("'{path}' is not in the workspace.")),
            Err(_) => {
                return Err(format!(
                    "'{path}' is not there. Did a step with actions/checkout run before?"
                ));
            }
        }
        let file = FILES.iter().find(|file| folder.join(file).is_file());
        let Some(file) = file else {
            return Err(format!("'{path}' has neither action.yml nor action.yaml."));
        };
        let name = shown(path, file);
        let source = fs::read_to_string(folder.join(file))
            .map_err(|error| format!("{name} cannot be read: {error}"))?;
        let action = parse_action(&name, &source).map_err(|invalid| {
            let errors = invalid.diagnostics.iter().map(ToString::to_string);
            errors.collect::<Vec<_>>().join("\n")
        })?;
        let path = folder;
        let file = name;
        Ok(Found { action, path, file })
    }

    async fn composite(
        &mut self,
        ready: &Ready<'_>,
        list: &StepList,
        found: Found,
        with: Vec<(String, String)>,
    ) -> Ran {
        let number = ready.number;
        let steps = match &found.action.runs.value {
            ActionRuns::Composite(steps) => steps,
            ActionRuns::JavaScript(_) | ActionRuns::Docker(_) => {
                let text = format!("{} cannot run: {KINDS}.", found.file);
                self.execution.log.error(number, text);
                return Ran::ended(StepEnd::Failure);
            }
        };
        let depth = list.depth() + 1;
        if depth > DEPTH_MAX {
            let text = format!("Actions may use each other {DEPTH_MAX} deep at most.");
            self.execution.log.error(number, text);
            return Ran::ended(StepEnd::Failure);
        }
        let inputs = match self.inputs(ready, list, &found, with) {
            Ok(inputs) => inputs,
            Err(problem) => {
                self.execution.log.error(number, problem);
                return Ran::ended(StepEnd::Failure);
            }
        };
        let mut inner = StepList {
            steps: Object::new(),
            file: found.file.clone(),
            action: Some(ActionList {
                inputs,
                path: found.path.clone(),
                env: list.env_with(&ready.env),
                stop: ready.stop.clone(),
                failed: false,
                depth,
            }),
        };
        let mut cancelled = false;
        for step in steps {
            // A step that is told to end takes what is left of its action along.
            if ready.stop.ordered().is_some() {
                cancelled = true;
                break;
            }
            let conclusion = self.turn(step, number, &mut inner).await;
            cancelled |= conclusion == StepConclusion::Cancelled;
        }
        let failed = inner.action.as_ref().is_some_and(|action| action.failed);
        let (outputs, fails) = self.outputs(ready, &found, &inner);
        let end = match () {
            () if cancelled => StepEnd::Stopped,
            () if failed || fails => StepEnd::Failure,
            () => StepEnd::Success,
        };
        Ran {
            end,
            outputs,
            summary: WrittenSummary::None,
        }
    }

    /// What `inputs` holds: what is given, else the default, else nothing.
    fn inputs(
        &self,
        ready: &Ready<'_>,
        list: &StepList,
        found: &Found,
        with: Vec<(String, String)>,
    ) -> Result<Object, String> {
        let log = &self.execution.log;
        let mut inputs = Object::new();
        for (name, value) in &with {
            match found.action.input(name) {
                Some(input) => {
                    if let Some(message) = &input.deprecation_message {
                        let text = format!("Input '{name}' is deprecated: {message}");
                        log.warning(ready.number, text);
                    }
                    inputs.insert(input.name.as_str(), value.as_str());
                }
                None => {
                    let known = found.action.inputs.iter().map(|input| input.name.as_str());
                    let known = known.collect::<Vec<_>>().join(", ");
                    let text = format!("Unexpected input '{name}', valid inputs are [{known}]");
                    log.warning(ready.number, text);
                }
            }
        }
        for input in &found.action.inputs {
            if inputs.get(input.name.as_str()).is_some() {
                continue;
            }
            let value = match &input.default {
                None => {
                    if input.is_required() {
                        let text = format!("Input '{}' is required and not given.", *input.name);
                        log.warning(ready.number, text);
                    }
                    String::new()
                }
                Some(default) => {
                    let functions = self.functions(list);
                    let value = default.evaluate(&ready.contexts, &functions);
                    value.map_err(|error| {
                        let key = format!("The default of input '{}'", *input.name);
                        not_computed(&found.file, default.position, &key, &error)
                    })?
                }
            };
            inputs.insert(input.name.as_str(), value);
        }
        Ok(inputs)
    }

    /// The outputs of a composite action, from its steps, however they ended; and whether one of
    /// them cannot be computed.
    fn outputs(
        &self,
        ready: &Ready<'_>,
        found: &Found,
        inner: &StepList,
    ) -> (Vec<(String, String)>, bool) {
        let contexts = self.contexts(inner, ready.step, &[]);
        let functions = self.functions(inner);
        let (mut outputs, mut fails) = (Vec::new(), false);
        for output in &found.action.outputs {
            let Some(value) = &output.value else {
                continue;
            };
            match value.evaluate(&contexts, &functions) {
                Ok(value) => outputs.push((output.name.value.clone(), value)),
                Err(error) => {
                    let key = format!("Output '{}'", *output.name);
                    let text = not_computed(&found.file, value.position, &key, &error);
                    self.execution.log.error(ready.number, text);
                    fails = true;
                }
            }
        }
        (outputs, fails)
    }
}

/// Owners and repositories are compared ignoring case, as everywhere on GitHub.
fn is_checkout(owner: &str, name: &str) -> bool {
    owner.eq_ignore_ascii_case("actions") && name.eq_ignore_ascii_case("checkout")
}

/// The file as errors name it: from the root of the workspace.
fn shown(path: &str, file: &str) -> String {
    let path = Path::new(path.trim_start_matches("./"));
    path.join(file).display().to_string()
}
