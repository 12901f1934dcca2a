//! Reads the outermost mapping of a file; it must not read what stands inside a job.

use super::keys::WORKFLOW;
use super::walker::{Fields, Walker};
use super::{env, graph, job, on};
use crate::diagnostic::Diagnostics;
use crate::model::{Job, Triggers, Workflow};
use crate::reader::{Node, Position};

/// The workflow, unless anything was reported, and what `on` says, whenever that could be read.
pub(crate) fn read(
    root: &Node,
    diagnostics: &mut Diagnostics,
) -> (Option<Workflow>, Option<Triggers>) {
    let mut walker = Walker::new(diagnostics);
    let fields = walker.fields(root, &WORKFLOW);
    let name = walker.optional_text(fields.get("name"), "the name of a workflow is a string");
    let triggers = triggers(&mut walker, &fields, root.position);
    let env = env::read(&mut walker, fields.get("env"));
    let jobs = jobs(&mut walker, &fields, root.position);
    let workflow = match (&triggers, jobs) {
        (Some(on), Some(jobs)) if walker.is_clean() => Some(Workflow {
            name,
            on: on.clone(),
            env,
            jobs,
        }),
        _ => None,
    };
    (workflow, triggers)
}

fn triggers(walker: &mut Walker<'_>, fields: &Fields<'_>, root: Position) -> Option<Triggers> {
    let Some(node) = fields.get("on") else {
        walker.report(root, "Required property is missing: on");
        return None;
    };
    on::read(walker, node)
}

fn jobs(walker: &mut Walker<'_>, fields: &Fields<'_>, root: Position) -> Option<Vec<Job>> {
    let Some(node) = fields.get("jobs") else {
        walker.report(root, "Required property is missing: jobs");
        return None;
    };
    let entries = walker.entries(node, "jobs is a mapping of job ids to jobs");
    let drafts: Vec<job::Draft> = entries
        .into_iter()
        .map(|entry| job::read(walker, entry))
        .collect();
    let needs = graph::check(walker, &drafts, node);
    drafts
        .into_iter()
        .zip(needs)
        .map(|(draft, needs)| draft.into_job(needs))
        .collect()
}
