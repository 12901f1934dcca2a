//! One job of a workflow as its file declares it; it must not know what happened to it.

use super::{
    Call, Concurrency, Condition, Container, Defaults, Environment, Field, JobName, Located,
    Permissions, Service, Step, Strategy, Tree, Variables,
};
use serde::Serialize;

/// A job's shown name has at most this many characters (semantics section 9).
pub const MAX_DISPLAY_NAME: usize = 100;

/// One entry of `jobs`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Job {
    /// The key under `jobs`, with its place.
    pub id: Located<JobName>,
    /// `name` as written; an empty one counts as absent.
    pub name: Option<Field<String>>,
    /// The direct needs, each once, in file order and in the spelling of the needed job's key.
    pub needs: Vec<Located<JobName>>,
    /// `if`, wrapped by semantics R2.10; `success()` when the file has none.
    pub condition: Condition,
    /// `strategy`.
    pub strategy: Option<Field<Strategy>>,
    /// `permissions`, which replace the workflow's completely (semantics R2.80).
    pub permissions: Option<Located<Permissions>>,
    /// `concurrency` of each leg (semantics R2.56).
    pub concurrency: Option<Field<Concurrency>>,
    /// What it does.
    pub body: JobBody,
}

/// What a job does.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly every job has steps, and jobs are few"
)]
pub enum JobBody {
    /// It runs steps on a runner.
    Steps(StepsJob),
    /// It calls another workflow (semantics 2.6).
    Call(Call),
}

/// What only a job with steps has.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StepsJob {
    /// `runs-on`.
    pub runs_on: Field<RunsOn>,
    /// `environment`.
    pub environment: Option<Field<Environment>>,
    /// `env`.
    pub env: Option<Variables>,
    /// `defaults`.
    pub defaults: Option<Defaults>,
    /// `outputs`.
    pub outputs: Option<Variables>,
    /// `continue-on-error`.
    pub continue_on_error: Option<Field<bool>>,
    /// `timeout-minutes` (semantics R2.75).
    pub timeout_minutes: Option<Field<f64>>,
    /// `cancel-timeout-minutes` (semantics R2.75).
    pub cancel_timeout_minutes: Option<Field<f64>>,
    /// `container`.
    pub container: Option<Field<Container>>,
    /// `services` in file order.
    pub services: Option<Field<Vec<Service>>>,
    /// `snapshot`, as written.
    pub snapshot: Option<Tree>,
    /// The steps in order; may be empty.
    pub steps: Vec<Step>,
}

/// `runs-on`: what a runner must have (semantics R2.77).
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct RunsOn {
    /// `group`: the runner group.
    pub group: Option<Field<String>>,
    /// The labels a runner must have, all of them; absent when only a group is named.
    pub labels: Option<Field<Vec<Field<String>>>>,
}

impl Job {
    /// The name to show before any expression is computed: `name` if it is plain text, cut to
    /// [`MAX_DISPLAY_NAME`] characters, else the id.
    pub fn display_name(&self) -> String {
        let plain = self.name.as_ref().and_then(|name| name.literal());
        shortened(plain.cloned().unwrap_or_else(|| self.id.to_string()))
    }

    /// The steps and what belongs to them, if the job has them.
    pub fn with_steps(&self) -> Option<&StepsJob> {
        match &self.body {
            JobBody::Steps(steps) => Some(steps),
            JobBody::Call(_) => None,
        }
    }

    /// The steps in order; none when the job calls a workflow.
    pub fn steps(&self) -> &[Step] {
        self.with_steps().map_or(&[], |job| &job.steps)
    }

    /// The labels of `runs-on` as far as they are plain text (semantics R2.77).
    pub fn plain_labels(&self) -> Vec<String> {
        let runs_on = self.with_steps().and_then(|job| job.runs_on.literal());
        let labels = runs_on.and_then(|runs_on| runs_on.labels.as_ref()?.literal());
        labels
            .into_iter()
            .flatten()
            .filter_map(|label| label.literal().cloned())
            .collect()
    }
}

/// `name`, cut to 97 characters and `...` when it has more than [`MAX_DISPLAY_NAME`]
/// (semantics R2.42).
pub fn shortened(name: String) -> String {
    if name.chars().count() <= MAX_DISPLAY_NAME {
        return name;
    }
    let kept: String = name.chars().take(MAX_DISPLAY_NAME - 3).collect();
    kept + "..."
}

/// Prefixes that the name of a runner group may have (semantics R2.77).
const GROUP_OWNERS: [&str; 4] = ["org", "organization", "ent", "enterprise"];

/// The runner group that `runs-on.group` names, without whose it is; nothing for a text that names none: with another
/// prefix, an empty name or more than one `/` (semantics R2.77).
pub fn runner_group(text: &str) -> Option<&str> {
    let name = match text.split_once('/') {
        None => text,
        Some((owner, name)) if GROUP_OWNERS.contains(&owner) => name,
        Some(_) => return None,
    };
    (!name.trim().is_empty() && !name.contains('/')).then_some(name)
}
