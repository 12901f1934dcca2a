//! Runners and their labels in bodies.

use runyard_domain::runner::{DEFAULT_GROUP, Runner};
use runyard_store::RunnerView;
use serde::Serialize;

/// The id of the group that GitHub has from the start; other groups have names alone.
pub(super) const DEFAULT_GROUP_ID: i64 = 1;

/// A runner.
#[derive(Serialize)]
pub(in crate::github) struct RunnerBody {
    id: i64,
    name: String,
    os: String,
    status: &'static str,
    busy: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    runner_group_id: Option<i64>,
    ephemeral: bool,
    version: String,
    labels: Vec<LabelBody>,
}

/// A label of a runner. Labels are texts here, without ids.
#[derive(Serialize)]
pub(in crate::github) struct LabelBody {
    name: String,
    r#type: &'static str,
}

impl RunnerBody {
    /// The runner, which is there or is not.
    pub(in crate::github) fn of(view: &RunnerView, is_online: bool) -> Self {
        let runner = &view.runner;
        let is_default = runner.group.eq_ignore_ascii_case(DEFAULT_GROUP);
        Self {
            id: runner.id.get(),
            name: runner.name.clone(),
            os: runner.os.clone(),
            status: if is_online { "online" } else { "offline" },
            busy: view.busy,
            runner_group_id: is_default.then_some(DEFAULT_GROUP_ID),
            ephemeral: false,
            version: runner.version.clone(),
            labels: labels(runner),
        }
    }
}

/// Those that say what a runner is, then the others.
pub(in crate::github) fn labels(runner: &Runner) -> Vec<LabelBody> {
    let named = |kind| move |name| LabelBody { name, r#type: kind };
    let fixed = runner.fixed_labels().into_iter().map(named("read-only"));
    let others = runner.changeable_labels().into_iter();
    fixed.chain(others.map(named("custom"))).collect()
}
