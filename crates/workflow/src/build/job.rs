//! Builds one entry of `jobs`; it must not look at other jobs.

use super::{container, matrix, permissions, read, settings, step, uses};
use crate::diagnostic::Diagnostics;
use crate::expression::{Place, condition};
use crate::model::{
    Condition, InvalidName, Job, JobBody, JobName, Located, RunsOn, StepsJob, Tree, TreeValue,
    check_identifier, runner_group,
};
use crate::reader::{Position, quoted};

/// A job as far as it can be built alone.
#[derive(Debug)]
pub(super) struct Draft {
    /// The key, whether it is a valid id or not.
    pub(super) key: String,
    /// What it needs, as written.
    pub(super) needs: Vec<Located<String>>,
    /// All but its needs; `None` when something is missing, which was reported.
    job: Option<Job>,
}

impl Draft {
    /// Whether it waits for any job, known or not.
    pub(super) fn has_needs(&self) -> bool {
        !self.needs.is_empty()
    }

    /// The job with its needs in the spelling of their keys.
    pub(super) fn into_job(self, needs: Vec<Located<JobName>>) -> Option<Job> {
        self.job.map(|job| Job { needs, ..job })
    }
}

/// Builds a job; `None` when it is no mapping, which was reported.
pub(super) fn build(key: &Tree, tree: &Tree, diagnostics: &mut Diagnostics) -> Option<Draft> {
    let name = key.text()?;
    check_id(&name, key.position, diagnostics);
    let needs = tree.get("needs").map(read::texts).unwrap_or_default();
    if !matches!(tree.value, TreeValue::Mapping(_)) {
        return Some(Draft {
            key: name,
            needs,
            job: None,
        });
    }
    let job = job(&name, key.position, tree, diagnostics);
    Some(Draft {
        key: name,
        needs,
        job,
    })
}

fn job(name: &str, at: Position, tree: &Tree, diagnostics: &mut Diagnostics) -> Option<Job> {
    let id = JobName::new(name.to_owned()).ok();
    let strategy = tree.get("strategy");
    let strategy = strategy.and_then(|tree| matrix::strategy(tree, diagnostics));
    let concurrency = tree.get("concurrency");
    let concurrency = concurrency.and_then(|tree| settings::concurrency(tree, diagnostics));
    let body = body(tree, diagnostics);
    Some(Job {
        id: Located::new(id?, at),
        name: tree.get("name").and_then(read::filled),
        needs: Vec::new(),
        condition: if_of(tree, Place::JobIf),
        strategy,
        permissions: tree.get("permissions").and_then(permissions::build),
        concurrency,
        body: body?,
    })
}

/// `if` of a job or step; `success()` without one.
pub(super) fn if_of(tree: &Tree, place: Place) -> Condition {
    written_condition(tree.get("if")).unwrap_or_else(|| Condition {
        position: None,
        expression: condition("", &place.allowed())
            .expect("success() is an expression wherever a condition stands"),
    })
}

/// A condition that the file has.
pub(super) fn written_condition(tree: Option<&Tree>) -> Option<Condition> {
    let tree = tree?;
    match &tree.value {
        TreeValue::Computed(computed) => Some(Condition {
            position: Some(tree.position),
            expression: computed.expression.clone(),
        }),
        TreeValue::Scalar(_) | TreeValue::Sequence(_) | TreeValue::Mapping(_) => None,
    }
}

/// Reports `id` unless it may be the id of a job or a step (semantics R2.3); says whether it may.
pub(super) fn check_id(id: &str, position: Position, diagnostics: &mut Diagnostics) -> bool {
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
    let message = format!("The identifier {} is invalid. {reason}", quoted(id));
    diagnostics.report(position, message);
    false
}

fn body(tree: &Tree, diagnostics: &mut Diagnostics) -> Option<JobBody> {
    if let Some(runs_on) = tree.get("runs-on") {
        let job = with_steps(tree, runs_on, diagnostics)?;
        return Some(JobBody::Steps(job));
    }
    let uses = tree.get("uses")?;
    uses::call(tree, uses, diagnostics).map(JobBody::Call)
}

fn with_steps(tree: &Tree, runs_on: &Tree, diagnostics: &mut Diagnostics) -> Option<StepsJob> {
    let container = tree.get("container");
    let container = container.and_then(|tree| container::container(tree, diagnostics));
    let services = tree.get("services");
    let services = services.and_then(|tree| container::services(tree, diagnostics));
    let steps = tree.get("steps");
    let steps = steps.map(|tree| step::all(tree, diagnostics));
    Some(StepsJob {
        runs_on: runs_on_of(runs_on, diagnostics)?,
        environment: tree.get("environment").and_then(settings::environment),
        env: tree.get("env").and_then(read::variables),
        defaults: tree.get("defaults").map(settings::defaults),
        outputs: tree.get("outputs").and_then(read::variables),
        continue_on_error: tree.get("continue-on-error").and_then(read::boolean),
        timeout_minutes: tree.get("timeout-minutes").and_then(read::number),
        cancel_timeout_minutes: tree.get("cancel-timeout-minutes").and_then(read::number),
        container,
        services,
        snapshot: tree.get("snapshot").cloned(),
        steps: steps.unwrap_or_default(),
    })
}

fn runs_on_of(tree: &Tree, diagnostics: &mut Diagnostics) -> Option<crate::model::Field<RunsOn>> {
    let labels = match &tree.value {
        TreeValue::Mapping(_) => tree.get("labels"),
        TreeValue::Scalar(_) | TreeValue::Sequence(_) | TreeValue::Computed(_) => Some(tree),
    };
    if let Some(labels) = labels
        && matches!(&labels.value, TreeValue::Sequence(items) if items.is_empty())
    {
        let message = "runs-on is empty; it must name at least one label";
        diagnostics.report(labels.position, message);
    }
    let group = tree.get("group");
    if let Some(group) = group {
        check_group(group, diagnostics);
    }
    tree.field(|_| {
        Some(RunsOn {
            group: group.and_then(read::text),
            labels: labels.and_then(read::fields),
        })
    })
}

fn check_group(tree: &Tree, diagnostics: &mut Diagnostics) {
    let Some(group) = tree.text() else { return };
    if runner_group(&group).is_none() {
        let message = format!(
            "Invalid runs-on group name {}: a name, organization/<name> or enterprise/<name> is \
             allowed here",
            quoted(&group)
        );
        diagnostics.report(tree.position, message);
    }
}
