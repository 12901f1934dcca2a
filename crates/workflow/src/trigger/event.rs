//! The table of events (semantics 6.1): activity types, filters and where their runs stand; it must
//! not decide about one workflow.

/// What is true of an event in every workflow (semantics 6.1, R6.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventRules {
    /// The word that names it in `on` and on the wire.
    pub name: &'static str,
    /// The activity types that `types` may name; none means that the event has no `types`.
    pub types: &'static [&'static str],
    /// What no `types` means.
    pub default_types: DefaultTypes,
    /// Which other filters it takes.
    pub filters: Filters,
    /// Which commit and ref its runs stand at.
    pub runs_at: RunsAt,
}

/// Which activity types start a workflow that names none (semantics R6.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DefaultTypes {
    /// Every one.
    All,
    /// These.
    Listed(&'static [&'static str]),
}

/// The filters beside `types` that an event takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filters {
    /// None.
    None,
    /// `branches`, `branches-ignore`
    Branches,
    /// The branch and the path filters.
    BranchesAndPaths,
    /// The branch, tag and path filters.
    BranchesTagsAndPaths,
    /// `workflows` and the branch filters.
    Workflows,
    /// `types` with any words (semantics R6.5).
    FreeTypes,
    /// A list of cron texts.
    Cron,
    /// Inputs and such, which decide nothing about starting.
    Inputs,
}

/// Which commit and ref the runs of an event stand at (the table of semantics 6.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunsAt {
    /// The ref that was pushed, created or given.
    ItsRef,
    /// The merge commit of the pull request.
    PullRequestMerge,
    /// The default branch, with the pull request's head as what the run shows.
    PullRequestTarget,
    /// The commit of the merge group.
    MergeGroup,
    /// The tag of the release.
    ReleaseTag,
    /// The deployed commit.
    DeployedCommit,
    /// The tip of the default branch.
    DefaultBranch,
    /// Nothing starts it: `workflow_call`.
    Nowhere,
}

impl EventRules {
    /// The rules of the event `name`, if there is such an event. Names are compared by case.
    pub fn of(name: &str) -> Option<&'static Self> {
        EVENTS.iter().find(|event| event.name == name)
    }

    /// Whether a run starts only when the default branch has the file (semantics R6.3).
    pub fn needs_default_branch(&self) -> bool {
        match self.runs_at {
            RunsAt::DefaultBranch | RunsAt::PullRequestTarget => true,
            RunsAt::ItsRef => self.name == "workflow_dispatch",
            RunsAt::PullRequestMerge
            | RunsAt::MergeGroup
            | RunsAt::ReleaseTag
            | RunsAt::DeployedCommit
            | RunsAt::Nowhere => false,
        }
    }

    /// Whether an activity type starts a workflow that names none.
    pub fn is_default_type(&self, action: &str) -> bool {
        match self.default_types {
            DefaultTypes::All => true,
            DefaultTypes::Listed(types) => types.contains(&action),
        }
    }
}

const CREATED_EDITED_DELETED: &[&str] = &["created", "edited", "deleted"];

const PULL_REQUEST: &[&str] = &[
    "assigned",
    "unassigned",
    "labeled",
    "unlabeled",
    "milestoned",
    "demilestoned",
    "opened",
    "edited",
    "closed",
    "reopened",
    "synchronize",
    "converted_to_draft",
    "ready_for_review",
    "locked",
    "unlocked",
    "enqueued",
    "dequeued",
    "review_requested",
    "review_request_removed",
    "auto_merge_enabled",
    "auto_merge_disabled",
    "stacked",
];

const ISSUES: &[&str] = &[
    "opened",
    "edited",
    "deleted",
    "transferred",
    "pinned",
    "unpinned",
    "closed",
    "reopened",
    "assigned",
    "unassigned",
    "labeled",
    "unlabeled",
    "locked",
    "unlocked",
    "milestoned",
    "demilestoned",
    "typed",
    "untyped",
    "field_added",
    "field_removed",
];

const DISCUSSION: &[&str] = &[
    "created",
    "edited",
    "deleted",
    "transferred",
    "pinned",
    "unpinned",
    "labeled",
    "unlabeled",
    "locked",
    "unlocked",
    "category_changed",
    "answered",
    "unanswered",
];

/// An event of the whole repository: it runs on the default branch, whatever its activity.
const fn repository(name: &'static str, types: &'static [&'static str]) -> EventRules {
    EventRules {
        name,
        types,
        default_types: DefaultTypes::All,
        filters: Filters::None,
        runs_at: RunsAt::DefaultBranch,
    }
}

const fn at(runs_at: RunsAt, rules: EventRules) -> EventRules {
    EventRules { runs_at, ..rules }
}

const fn filtered(filters: Filters, rules: EventRules) -> EventRules {
    EventRules { filters, ..rules }
}

const fn pull_request(name: &'static str, runs_at: RunsAt) -> EventRules {
    EventRules {
        name,
        types: PULL_REQUEST,
        default_types: DefaultTypes::Listed(&["opened", "synchronize", "reopened"]),
        filters: Filters::BranchesAndPaths,
        runs_at,
    }
}

/// Every event that `on` may name, by name.
pub static EVENTS: [EventRules; 37] = [
    repository("branch_protection_rule", CREATED_EDITED_DELETED),
    repository(
        "check_run",
        &["created", "rerequested", "completed", "requested_action"],
    ),
    repository("check_suite", &["completed"]),
    at(RunsAt::ItsRef, repository("create", &[])),
    repository("delete", &[]),
    at(RunsAt::DeployedCommit, repository("deployment", &[])),
    at(RunsAt::DeployedCommit, repository("deployment_status", &[])),
    repository("discussion", DISCUSSION),
    repository("discussion_comment", CREATED_EDITED_DELETED),
    repository("fork", &[]),
    repository("gollum", &[]),
    repository("image_version", &["ready"]),
    repository("issue_comment", CREATED_EDITED_DELETED),
    repository("issues", ISSUES),
    repository("label", CREATED_EDITED_DELETED),
    filtered(
        Filters::Branches,
        at(
            RunsAt::MergeGroup,
            repository("merge_group", &["checks_requested"]),
        ),
    ),
    repository(
        "milestone",
        &["created", "closed", "opened", "edited", "deleted"],
    ),
    repository("page_build", &[]),
    repository(
        "project",
        &["created", "closed", "reopened", "edited", "deleted"],
    ),
    repository(
        "project_card",
        &["created", "moved", "converted", "edited", "deleted"],
    ),
    repository(
        "project_column",
        &["created", "updated", "moved", "deleted"],
    ),
    repository("public", &[]),
    pull_request("pull_request", RunsAt::PullRequestMerge),
    repository("pull_request_comment", CREATED_EDITED_DELETED),
    at(
        RunsAt::PullRequestMerge,
        repository("pull_request_review", &["submitted", "edited", "dismissed"]),
    ),
    at(
        RunsAt::PullRequestMerge,
        repository("pull_request_review_comment", CREATED_EDITED_DELETED),
    ),
    pull_request("pull_request_target", RunsAt::PullRequestTarget),
    filtered(
        Filters::BranchesTagsAndPaths,
        at(RunsAt::ItsRef, repository("push", &[])),
    ),
    repository("registry_package", &["published", "updated"]),
    at(
        RunsAt::ReleaseTag,
        repository(
            "release",
            &[
                "published",
                "unpublished",
                "created",
                "edited",
                "deleted",
                "prereleased",
                "released",
            ],
        ),
    ),
    filtered(Filters::FreeTypes, repository("repository_dispatch", &[])),
    filtered(Filters::Cron, repository("schedule", &[])),
    repository("status", &[]),
    repository("watch", &["started"]),
    filtered(
        Filters::Inputs,
        at(RunsAt::Nowhere, repository("workflow_call", &[])),
    ),
    filtered(
        Filters::Inputs,
        at(RunsAt::ItsRef, repository("workflow_dispatch", &[])),
    ),
    filtered(
        Filters::Workflows,
        repository("workflow_run", &["requested", "completed", "in_progress"]),
    ),
];
