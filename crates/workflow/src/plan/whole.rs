//! The plan of one workflow for one event: does it start, where, as what, with which jobs; it must
//! not resolve refs.

use super::{JobOutline, PlannedJob, plan_jobs};
use crate::expression::{Object, Template, Value};
use crate::model::{Trigger, Workflow};
use crate::trigger::{Decision, EventFacts, Revision, RunPlace, decide_all, display_title};
use serde::Serialize;
use serde_json::Value as Json;

/// A workflow as far as planning goes.
#[derive(Debug, Clone)]
pub struct WorkflowOutline {
    /// `name`, or the file's path without one.
    pub name: String,
    /// `run-name`
    pub run_name: Option<Template>,
    /// What `on` names.
    pub on: Vec<Trigger>,
    /// The jobs in file order.
    pub jobs: Vec<JobOutline>,
}

/// What an event does to a workflow.
#[derive(Debug, Clone, Serialize)]
pub struct Plan {
    /// The workflow's name.
    pub workflow: String,
    /// The event.
    pub event: String,
    /// Whether a run starts.
    pub starts: bool,
    /// The decision as a sentence.
    pub reason: String,
    /// The run, when one starts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<PlannedRun>,
}

/// The run that would start.
#[derive(Debug, Clone, Serialize)]
pub struct PlannedRun {
    /// Its title (semantics R6.38), or why it has none (semantics R6.39).
    pub display_title: String,
    /// `run-name` cannot be evaluated: the run is a startup failure without jobs.
    pub startup_failure: bool,
    /// `github.ref`
    #[serde(rename = "ref")]
    pub git_ref: Option<String>,
    /// The commit, or the ref whose tip is meant.
    pub at: String,
    /// `head_branch` of the run.
    pub head_branch: Option<String>,
    /// The jobs in the order in which they may start.
    pub jobs: Vec<PlannedJob>,
}

impl WorkflowOutline {
    /// The outline of a workflow that was read from the file `path`.
    pub fn of(workflow: &Workflow, path: &str) -> Self {
        Self {
            name: workflow.name.clone().unwrap_or_else(|| path.to_owned()),
            run_name: workflow.run_name.as_ref().map(Template::from),
            on: workflow.on.declared().to_vec(),
            jobs: workflow.jobs.iter().map(JobOutline::from).collect(),
        }
    }
}

/// The plan of a workflow for an event, in the contexts `github`, `inputs` and `vars`.
pub fn plan(
    workflow: &WorkflowOutline,
    facts: &EventFacts,
    contexts: &Object,
    default_branch: &str,
) -> Plan {
    let decision = decide_all(&workflow.on, facts);
    Plan {
        workflow: workflow.name.clone(),
        event: facts.event.clone(),
        starts: decision.starts(),
        reason: decision.to_string(),
        run: match decision {
            Decision::Start => Some(run(workflow, facts, contexts, default_branch)),
            Decision::Stay(_) => None,
        },
    }
}

fn run(
    workflow: &WorkflowOutline,
    facts: &EventFacts,
    contexts: &Object,
    default_branch: &str,
) -> PlannedRun {
    let place = facts.run_place(default_branch);
    let title = display_title(workflow.run_name.as_ref(), contexts, facts, &workflow.name);
    let jobs = match &title {
        Ok(_) => plan_jobs(&workflow.jobs, contexts).unwrap_or_default(),
        Err(_) => Vec::new(),
    };
    PlannedRun {
        startup_failure: title.is_err(),
        display_title: title.unwrap_or_else(|error| error.to_string()),
        git_ref: place.git_ref,
        at: match place.at {
            Revision::Commit(text) | Revision::TipOf(text) => text,
        },
        head_branch: place.head_branch,
        jobs,
    }
}

/// The `github` context as far as an event and the place of its run make it up; what only a server
/// knows (`run_id`, `token`, ...) is not there.
pub fn github_context(facts: &EventFacts, place: &RunPlace, payload: &Json) -> Object {
    let mut github = Object::new();
    github.insert("event_name", facts.event.as_str());
    if let Some(git_ref) = &place.git_ref {
        let (kind, name) = kind_and_name(git_ref);
        github.insert("ref", git_ref.as_str());
        github.insert("ref_name", name);
        github.insert("ref_type", kind);
    }
    if let Revision::Commit(sha) = &place.at {
        github.insert("sha", sha.as_str());
    }
    let texts = [
        ("head_ref", "/pull_request/head/ref"),
        ("base_ref", "/pull_request/base/ref"),
        ("repository", "/repository/full_name"),
        ("repository_owner", "/repository/owner/login"),
        ("actor", "/sender/login"),
    ];
    for (key, path) in texts {
        let text = payload.pointer(path).and_then(Json::as_str);
        github.insert(key, text.unwrap_or_default());
    }
    github.insert("event", from_json(payload));
    github
}

fn kind_and_name(git_ref: &str) -> (&'static str, &str) {
    if let Some(tag) = git_ref.strip_prefix("refs/tags/") {
        return ("tag", tag);
    }
    let branch = git_ref.strip_prefix("refs/heads/");
    let pull = git_ref.strip_prefix("refs/pull/");
    ("branch", branch.or(pull).unwrap_or(git_ref))
}

/// JSON as a value of the expression language. It is as deep as the JSON, whose reader limits that.
pub fn from_json(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::from(*value),
        Json::Number(number) => Value::from(number.as_f64().unwrap_or(f64::NAN)),
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(items) => Value::from(items.iter().map(from_json).collect::<Vec<_>>()),
        Json::Object(pairs) => {
            let pairs = pairs
                .iter()
                .map(|(key, value)| (key.as_str(), from_json(value)));
            Value::from(pairs.collect::<Object>())
        }
    }
}
