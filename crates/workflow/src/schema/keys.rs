//! The table of GitHub's known keys and events, and which of them this version honours; it must
//! not read anything.

/// The keys of one kind of mapping.
#[derive(Debug)]
pub(super) struct Level {
    /// What the mapping is, as messages call it.
    pub(super) place: &'static str,
    /// The keys that are read.
    pub(super) honoured: &'static [&'static str],
    /// The keys that GitHub also knows.
    pub(super) not_yet: &'static [&'static str],
}

/// Whether a name is read, only known, or neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Honoured,
    NotYet,
    Unknown,
}

impl Level {
    /// How `name` stands here. Keys are compared exactly, as GitHub does.
    pub(super) fn standing(&self, name: &str) -> Standing {
        if self.honoured.contains(&name) {
            Standing::Honoured
        } else if self.not_yet.contains(&name) {
            Standing::NotYet
        } else {
            Standing::Unknown
        }
    }
}

/// The whole file.
pub(super) const WORKFLOW: Level = Level {
    place: "a workflow",
    honoured: &["name", "on", "env", "jobs"],
    not_yet: &[
        "run-name",
        "description",
        "permissions",
        "defaults",
        "concurrency",
    ],
};

/// One entry of `jobs`.
pub(super) const JOB: Level = Level {
    place: "a job",
    honoured: &["name", "needs", "runs-on", "env", "steps"],
    not_yet: &[
        "permissions",
        "if",
        "environment",
        "concurrency",
        "outputs",
        "defaults",
        "strategy",
        "timeout-minutes",
        "cancel-timeout-minutes",
        "continue-on-error",
        "container",
        "services",
        "snapshot",
        "uses",
        "with",
        "secrets",
    ],
};

/// One entry of `steps`.
pub(super) const STEP: Level = Level {
    place: "a step",
    honoured: &[
        "id",
        "name",
        "run",
        "shell",
        "working-directory",
        "env",
        "uses",
    ],
    not_yet: &[
        "if",
        "with",
        "timeout-minutes",
        "continue-on-error",
        "background",
        "wait",
        "wait-all",
        "cancel",
        "parallel",
    ],
};

/// The step keys of [`STEP`] that take the place of `run` and `uses`.
pub(super) const OTHER_STEP_KINDS: &[&str] = &["wait", "wait-all", "cancel", "parallel"];

/// The keys of `runs-on` in its mapping form.
pub(super) const RUNS_ON: Level = Level {
    place: "runs-on",
    honoured: &[],
    not_yet: &["group", "labels"],
};

/// The names of events.
pub(super) const EVENTS: Level = Level {
    place: "on",
    honoured: &["push", "workflow_dispatch"],
    not_yet: &[
        "branch_protection_rule",
        "check_run",
        "check_suite",
        "create",
        "delete",
        "deployment",
        "deployment_status",
        "discussion",
        "discussion_comment",
        "fork",
        "gollum",
        "image_version",
        "issue_comment",
        "issues",
        "label",
        "merge_group",
        "milestone",
        "page_build",
        "project",
        "project_card",
        "project_column",
        "public",
        "pull_request",
        "pull_request_comment",
        "pull_request_review",
        "pull_request_review_comment",
        "pull_request_target",
        "registry_package",
        "release",
        "repository_dispatch",
        "schedule",
        "status",
        "watch",
        "workflow_call",
        "workflow_run",
    ],
};

/// The filters of `push`.
pub(super) const PUSH: Level = Level {
    place: "on.push",
    honoured: &[],
    not_yet: &[
        "branches",
        "branches-ignore",
        "tags",
        "tags-ignore",
        "paths",
        "paths-ignore",
    ],
};

/// The body of `workflow_dispatch`.
pub(super) const WORKFLOW_DISPATCH: Level = Level {
    place: "on.workflow_dispatch",
    honoured: &[],
    not_yet: &["inputs"],
};
