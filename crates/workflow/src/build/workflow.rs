//! Builds the outermost level of the model; it must not read what stands inside a job.

use super::{graph, job, on, permissions, read, settings};
use crate::diagnostic::Diagnostics;
use crate::model::{Job, Tree, Triggers, Workflow};

/// The workflow, unless anything was reported, and what `on` says, whenever that could be read.
pub(crate) fn build(
    root: &Tree,
    diagnostics: &mut Diagnostics,
) -> (Option<Workflow>, Option<Triggers>) {
    let on = root.get("on").and_then(|tree| on::build(tree, diagnostics));
    let workflow = Workflow {
        name: read::plain(root.get("name")),
        description: read::plain(root.get("description")),
        run_name: root.get("run-name").and_then(read::filled),
        on: on.clone().unwrap_or_default(),
        permissions: root.get("permissions").and_then(permissions::build),
        env: root.get("env").and_then(read::variables),
        defaults: root.get("defaults").map(settings::defaults),
        concurrency: concurrency(root, diagnostics),
        jobs: jobs(root, diagnostics).unwrap_or_default(),
    };
    (diagnostics.is_empty().then_some(workflow), on)
}

fn concurrency(
    root: &Tree,
    diagnostics: &mut Diagnostics,
) -> Option<crate::model::Field<crate::model::Concurrency>> {
    let tree = root.get("concurrency")?;
    settings::concurrency(tree, diagnostics)
}

fn jobs(root: &Tree, diagnostics: &mut Diagnostics) -> Option<Vec<Job>> {
    let tree = root.get("jobs")?;
    let drafts: Vec<job::Draft> = tree
        .entries()
        .iter()
        .filter_map(|(key, value)| job::build(key, value, diagnostics))
        .collect();
    let needs = graph::check(diagnostics, &drafts, tree);
    drafts
        .into_iter()
        .zip(needs)
        .map(|(draft, needs)| draft.into_job(needs))
        .collect()
}
