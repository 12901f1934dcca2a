//! Builds concurrency, environment and defaults; it must not read steps.

use super::read;
use crate::diagnostic::Diagnostics;
use crate::model::{
    Concurrency, Defaults, Environment, Field, Located, Queue, RunDefaults, Tree, TreeValue,
};
use crate::reader::quoted;

/// Characters of a concurrency group's name (semantics R2.50).
const GROUP_CHARACTERS_MAX: usize = 400;

/// `concurrency` of a workflow or a job.
pub(super) fn concurrency(
    tree: &Tree,
    diagnostics: &mut Diagnostics,
) -> Option<Field<Concurrency>> {
    let group = match &tree.value {
        TreeValue::Mapping(_) => tree.get("group")?,
        TreeValue::Scalar(_) | TreeValue::Computed(_) | TreeValue::Sequence(_) => tree,
    };
    check_group(group, diagnostics);
    let cancel_in_progress = tree.get("cancel-in-progress").and_then(read::boolean);
    let queue = tree.get("queue").and_then(queue);
    let cancels = cancel_in_progress
        .as_ref()
        .and_then(|cancel| cancel.literal());
    if let (Some(queue), Some(true)) = (&queue, cancels)
        && queue.value == Queue::Max
    {
        let message = "queue: max cannot stand beside cancel-in-progress: true; leave one of them \
                       out";
        diagnostics.report(queue.position, message);
    }
    let group = read::text(group)?;
    tree.field(|_| {
        Some(Concurrency {
            group,
            cancel_in_progress,
            queue,
        })
    })
}

fn queue(tree: &Tree) -> Option<Located<Queue>> {
    let queue = match tree.text()?.as_str() {
        "single" => Queue::Single,
        "max" => Queue::Max,
        _ => return None,
    };
    Some(Located::new(queue, tree.position))
}

fn check_group(tree: &Tree, diagnostics: &mut Diagnostics) {
    let Some(group) = tree.text() else { return };
    if group.chars().count() > GROUP_CHARACTERS_MAX {
        let message = format!(
            "The concurrency group {} is too long; at most {GROUP_CHARACTERS_MAX} characters are \
             allowed",
            quoted(&group)
        );
        diagnostics.report(tree.position, message);
    }
}

/// `environment` of a job.
pub(super) fn environment(tree: &Tree) -> Option<Field<Environment>> {
    let name = match &tree.value {
        TreeValue::Mapping(_) => tree.get("name")?,
        TreeValue::Scalar(_) | TreeValue::Computed(_) | TreeValue::Sequence(_) => tree,
    };
    let name = read::text(name)?;
    tree.field(|tree| {
        Some(Environment {
            name,
            url: tree.get("url").and_then(read::text),
            deployment: tree.get("deployment").and_then(read::boolean),
        })
    })
}

/// `defaults` of a workflow or a job.
pub(super) fn defaults(tree: &Tree) -> Defaults {
    let run = tree.get("run");
    Defaults {
        run: run.and_then(|run| {
            read::mapping(run, |run| RunDefaults {
                shell: run.get("shell").and_then(read::text),
                working_directory: run.get("working-directory").and_then(read::text),
            })
        }),
    }
}
