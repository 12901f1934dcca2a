//! What the expressions of a job see on its runner (semantics 7.5). Builds contexts; evaluates
//! nothing.

use std::collections::BTreeMap;
use std::path::Path;

use runyard_api::runner::messages::JobMessage;
use runyard_workflow::expression::{Object, Value};
use runyard_workflow::plan::from_json;

use super::status::JobStatus;
use crate::agent::Agent;
use crate::backend::JobFolders;
use crate::config;
use crate::step::RETENTION_DAYS;

/// The contexts that stay the same through a job.
pub(super) struct Facts {
    github: Object,
    runner: Object,
    check_run: i64,
    /// Of the job's own steps only: actions do not see them.
    of_workflow: Vec<(&'static str, Value)>,
    of_all: Vec<(&'static str, Value)>,
    pub(super) inputs: Value,
}

/// What differs from step to step.
pub(super) struct Moment<'a> {
    pub(super) status: JobStatus,
    pub(super) env: &'a BTreeMap<String, String>,
    /// Finished steps of the same list.
    pub(super) steps: &'a Object,
    /// The step's key.
    pub(super) key: &'a str,
    /// The action that the step is a part of.
    pub(super) action: Option<ActionMoment<'a>>,
}

/// What the steps of an action see of it.
pub(super) struct ActionMoment<'a> {
    pub(super) inputs: &'a Object,
    pub(super) path: &'a Path,
    pub(super) failed: bool,
}

impl Facts {
    pub(super) fn new(job: &JobMessage, agent: &Agent, folders: &JobFolders, event: &Path) -> Self {
        let contexts = &job.contexts;
        let secrets = Object::from_iter(job.secrets.iter().map(|(k, v)| (k.as_str(), v.as_str())));
        Self {
            github: github(job, folders, event),
            runner: runner(job, agent, folders),
            check_run: job.job_id,
            of_workflow: vec![
                ("needs", object(&contexts.needs)),
                ("vars", object(&contexts.vars)),
                ("secrets", secrets.into()),
            ],
            of_all: vec![
                ("strategy", from_json(&contexts.strategy)),
                ("matrix", from_json(&contexts.matrix)),
            ],
            inputs: object(&contexts.inputs),
        }
    }

    /// What `env` and `defaults` of the workflow and the job see: they come before all steps.
    pub(super) fn before_steps(&self, env: Option<&BTreeMap<String, String>>) -> Object {
        let mut contexts = self.common();
        contexts.insert("github", self.github.clone());
        contexts.insert("inputs", self.inputs.clone());
        self.add_of_workflow(&mut contexts);
        if let Some(env) = env {
            contexts.insert("env", env_object(env));
        }
        contexts
    }

    /// What a step sees.
    pub(super) fn at(&self, moment: &Moment<'_>) -> Object {
        let mut contexts = self.common();
        let mut github = self.github.clone();
        github.insert("action", moment.key);
        match &moment.action {
            None => {
                contexts.insert("inputs", self.inputs.clone());
                self.add_of_workflow(&mut contexts);
            }
            Some(action) => {
                contexts.insert("inputs", action.inputs.clone());
                github.insert("action_path", action.path.display().to_string());
                let status = if action.failed { "failure" } else { "success" };
                github.insert("action_status", status);
            }
        }
        contexts.insert("github", github);
        contexts.insert("env", env_object(moment.env));
        contexts.insert("steps", moment.steps.clone());
        contexts.insert("job", self.job(moment.status));
        contexts
    }

    fn common(&self) -> Object {
        let mut contexts = Object::new();
        contexts.insert("runner", self.runner.clone());
        for (name, value) in &self.of_all {
            contexts.insert(*name, value.clone());
        }
        contexts
    }

    fn add_of_workflow(&self, contexts: &mut Object) {
        for (name, value) in &self.of_workflow {
            contexts.insert(*name, value.clone());
        }
    }

    fn job(&self, status: JobStatus) -> Object {
        let mut job = Object::new();
        job.insert("status", status.name());
        job.insert("check_run_id", self.check_run as f64);
        job.insert("services", Object::new());
        job
    }
}

/// Names are kept apart by case here (semantics R7.32).
fn env_object(env: &BTreeMap<String, String>) -> Object {
    let mut object = Object::case_sensitive();
    for (name, value) in env {
        object.insert(name.as_str(), value.as_str());
    }
    object
}

/// An object, also where an older server says nothing.
fn object(json: &serde_json::Value) -> Value {
    match json.is_object() {
        true => from_json(json),
        false => Object::new().into(),
    }
}

/// What the server says, with what only the runner knows.
fn github(job: &JobMessage, folders: &JobFolders, event: &Path) -> Object {
    let said = object(&job.contexts.github);
    let mut github = said.as_object().cloned().unwrap_or_default();
    let repository = &job.repository;
    let path = |path: &Path| path.display().to_string();
    let repository_url = format!("git://{}.git", repository.full_name);
    let texts = [
        ("api_url", job.api_url.clone()),
        ("event_name", job.event_name.clone()),
        ("event_path", path(event)),
        ("graphql_url", job.graphql_url.clone()),
        ("job", job.job_key.clone()),
        ("ref", job.git_ref.clone()),
        ("repository", repository.full_name.clone()),
        ("repository_owner", repository.owner.clone()),
        ("repositoryUrl", repository_url),
        ("retention_days", RETENTION_DAYS.to_owned()),
        ("run_attempt", job.run_attempt.to_string()),
        ("run_id", job.run_id.to_string()),
        ("run_number", job.run_number.to_string()),
        ("secret_source", "Actions".to_owned()),
        ("server_url", job.server_url.clone()),
        ("sha", job.sha.clone()),
        ("token", job.github_token.clone()),
        ("workflow", job.workflow.clone()),
        ("workflow_ref", job.workflow_ref.clone()),
        ("workspace", path(&folders.workspace)),
    ];
    for (name, text) in texts {
        github.insert(name, text);
    }
    github.insert("ref_protected", false);
    github.insert("event", from_json(&job.event));
    github
}

fn runner(job: &JobMessage, agent: &Agent, folders: &JobFolders) -> Object {
    let path = |path: &Path| path.display().to_string();
    let mut runner = Object::from_iter([
        ("os", config::os().to_owned()),
        ("arch", config::arch().to_owned()),
        ("name", agent.host.runner.clone()),
        ("environment", "self-hosted".to_owned()),
        ("tool_cache", path(&folders.tools)),
        ("temp", path(&folders.temp)),
        ("workspace", path(&folders.pipeline)),
    ]);
    if job.debug {
        runner.insert("debug", "1");
    }
    runner
}
