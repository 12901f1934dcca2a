//! Runs that are wanted: what starts them, and how each of their attempts goes. Shapes only.

use crate::State;
use runyard_domain::execution::AnnotationLevel;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A run that is wanted.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunSeed {
    /// `OWNER/NAME`.
    pub repository: String,
    /// File name of the workflow. Of an event other than `workflow_dispatch` it may be left out when one workflow reacts.
    #[serde(default)]
    pub workflow: Option<String>,
    /// What starts it: `workflow_dispatch`, `push`, or another event that a forge tells of, with its `payload`.
    #[serde(default = "dispatched")]
    pub event: String,
    /// The branch of a dispatch or a push.
    #[serde(default = "main_branch")]
    pub branch: String,
    /// Who causes it; the repository's owner when absent.
    #[serde(default)]
    pub actor: Option<String>,
    /// Inputs of a dispatch.
    #[serde(default)]
    pub inputs: Map<String, Value>,
    /// GitHub's payload of an event.
    #[serde(default)]
    pub payload: Option<Map<String, Value>>,
    /// Where its first attempt stands in the end.
    pub state: State,
    /// What is special about jobs of its first attempt, by their names or their keys in the file.
    #[serde(default)]
    pub jobs: BTreeMap<String, JobSeed>,
    /// Further attempts. All but the last have ended.
    #[serde(default)]
    pub again: Vec<AgainSeed>,
}

/// One more attempt of a run.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgainSeed {
    /// What is run again.
    #[serde(default)]
    pub rerun: Rerun,
    /// Who wants it; the run's actor when absent.
    #[serde(default)]
    pub actor: Option<String>,
    /// Where it stands in the end.
    pub state: State,
    /// What is special about its jobs.
    #[serde(default)]
    pub jobs: BTreeMap<String, JobSeed>,
}

/// What a new attempt runs again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rerun {
    /// Every job.
    #[default]
    All,
    /// What failed or was cancelled, and what depends on it.
    Failed,
}

/// What is special about a job.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JobSeed {
    /// `queued`, `in_progress`, `success`, `failure` or `cancelled`. Without, it follows from the run's.
    #[serde(default)]
    pub state: Option<State>,
    /// What its first step of the file writes, line by line.
    #[serde(default)]
    pub log: Option<String>,
    /// Number of the step that fails, where one does: 2 is the first of the file.
    #[serde(default)]
    pub failed_step: Option<u32>,
    /// Remarks.
    #[serde(default)]
    pub annotations: Vec<AnnotationSeed>,
    /// What it gives to those that need it.
    #[serde(default)]
    pub outputs: BTreeMap<String, String>,
}

/// A remark about a job.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnnotationSeed {
    /// `notice`, `warning` or `failure`.
    pub level: AnnotationLevel,
    /// What it says.
    pub message: String,
    /// What stands above it.
    #[serde(default)]
    pub title: Option<String>,
    /// File that it is about.
    #[serde(default)]
    pub path: Option<String>,
    /// Line of the file.
    #[serde(default)]
    pub line: Option<u32>,
}

fn dispatched() -> String {
    "workflow_dispatch".to_owned()
}

fn main_branch() -> String {
    "main".to_owned()
}

impl RunSeed {
    /// A dispatch of a workflow on `main`.
    #[must_use]
    pub fn new(repository: &str, workflow: &str, state: State) -> Self {
        Self {
            repository: repository.to_owned(),
            workflow: Some(workflow.to_owned()),
            event: dispatched(),
            branch: main_branch(),
            actor: None,
            inputs: Map::new(),
            payload: None,
            state,
            jobs: BTreeMap::new(),
            again: Vec::new(),
        }
    }

    /// The same, started by another event. `push` needs no payload.
    #[must_use]
    pub fn event(mut self, event: &str) -> Self {
        event.clone_into(&mut self.event);
        self
    }

    /// The same on another branch.
    #[must_use]
    pub fn branch(mut self, branch: &str) -> Self {
        branch.clone_into(&mut self.branch);
        self
    }

    /// The same, caused by somebody.
    #[must_use]
    pub fn actor(mut self, login: &str) -> Self {
        self.actor = Some(login.to_owned());
        self
    }

    /// The same with something special about a job of the first attempt.
    #[must_use]
    pub fn job(mut self, name: &str, job: JobSeed) -> Self {
        self.jobs.insert(name.to_owned(), job);
        self
    }

    /// The same with one more attempt, of everything.
    #[must_use]
    pub fn then(mut self, state: State) -> Self {
        self.again.push(AgainSeed {
            rerun: Rerun::All,
            actor: None,
            state,
            jobs: BTreeMap::new(),
        });
        self
    }
}

impl JobSeed {
    /// A job that stands so in the end.
    #[must_use]
    pub fn new(state: State) -> Self {
        Self {
            state: Some(state),
            ..Self::default()
        }
    }

    /// The same with a log.
    #[must_use]
    pub fn log(mut self, text: &str) -> Self {
        self.log = Some(text.to_owned());
        self
    }

    /// The same with one more remark.
    #[must_use]
    pub fn annotation(mut self, level: AnnotationLevel, message: &str) -> Self {
        self.annotations.push(AnnotationSeed {
            level,
            message: message.to_owned(),
            title: None,
            path: None,
            line: None,
        });
        self
    }
}
