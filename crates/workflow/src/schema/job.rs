//! Reads one entry of `jobs`; it must not look at other jobs.

use super::keys::{JOB, RUNS_ON};
use super::walker::{Fields, Walker};
use super::{env, step};
use crate::model::{InvalidName, Job, JobName, Step, check_identifier, shortened};
use crate::reader::{Entry, Node, Position, Value, quoted};
use std::collections::HashSet;

/// A job as far as it can be read alone.
#[derive(Debug)]
pub(super) struct Draft {
    /// The key, whether it is a valid id or not.
    pub(super) key: String,
    /// What it needs, as written, with the place of each.
    pub(super) needs: Vec<(String, Position)>,
    /// All but its needs; `None` when its id is invalid, which was reported.
    job: Option<Job>,
}

impl Draft {
    /// Whether it waits for any job, known or not.
    pub(super) fn has_needs(&self) -> bool {
        !self.needs.is_empty()
    }

    /// The job with its needs in the spelling of their keys.
    pub(super) fn into_job(self, needs: Vec<JobName>) -> Option<Job> {
        self.job.map(|job| Job { needs, ..job })
    }
}

/// Reads a job.
pub(super) fn read(walker: &mut Walker<'_>, entry: &Entry) -> Draft {
    let Entry { key, value } = entry;
    check_id(walker, &key.text, key.position);
    let fields = walker.fields(value, &JOB);
    let name = walker.optional_text(fields.get("name"), "the name of a job is a string");
    let needs = match fields.get("needs") {
        Some(node) => walker.texts(node, "needs is a job id or a list of job ids"),
        None => Vec::new(),
    };
    let runs_on = runs_on(walker, &fields, value);
    let env = env::read(walker, fields.get("env"));
    let steps = steps(walker, &fields);
    let job = JobName::new(key.text.clone()).ok().map(|id| Job {
        id,
        name: name.map(shortened),
        needs: Vec::new(),
        runs_on,
        env,
        steps,
    });
    Draft {
        key: key.text.clone(),
        needs,
        job,
    }
}

/// Reports `id` unless it may be the id of a job or a step (semantics R2.3); says whether it may.
pub(super) fn check_id(walker: &mut Walker<'_>, id: &str, position: Position) -> bool {
    let Err(reason) = check_identifier(id) else {
        return true;
    };
    let reason = match reason {
        InvalidName::Reserved(_) => "IDs starting with '__' are reserved.",
        InvalidName::Empty | InvalidName::Characters(_) | InvalidName::Long(_) => {
            "IDs may only contain alphanumeric characters, '_', and '-'. IDs must start with a \
             letter or '_' and must be less than 100 characters."
        }
    };
    walker.report(
        position,
        format!("The identifier {} is invalid. {reason}", quoted(id)),
    );
    false
}

fn runs_on(walker: &mut Walker<'_>, fields: &Fields<'_>, job: &Node) -> Vec<String> {
    let Some(node) = fields.get("runs-on") else {
        // A job that calls a workflow has none, and was reported as a whole already.
        if matches!(job.value, Value::Mapping(_)) && fields.get("uses").is_none() {
            let message = "Required property is missing: runs-on; it names a runner's label or a \
                           list of labels";
            walker.report(job.position, message);
        }
        return Vec::new();
    };
    if matches!(node.value, Value::Mapping(_)) {
        walker.fields(node, &RUNS_ON);
    }
    labels(walker, node)
}

fn labels(walker: &mut Walker<'_>, node: &Node) -> Vec<String> {
    let expected = "runs-on is a runner's label or a list of labels";
    match &node.value {
        Value::Mapping(entries) if !entries.is_empty() => Vec::new(),
        Value::Sequence(items) if items.is_empty() => {
            walker.report(
                node.position,
                "runs-on is empty; it must name at least one label",
            );
            Vec::new()
        }
        Value::Scalar(_) | Value::Sequence(_) | Value::Mapping(_) => walker
            .texts(node, expected)
            .into_iter()
            .map(|(label, _)| label)
            .collect(),
    }
}

fn steps(walker: &mut Walker<'_>, fields: &Fields<'_>) -> Vec<Step> {
    let Some(node) = fields.get("steps") else {
        return Vec::new();
    };
    let mut seen = HashSet::new();
    let items = walker.items(node, "steps is a list of steps");
    items
        .iter()
        .filter_map(|item| step::read(walker, item, &mut seen))
        .collect()
}
