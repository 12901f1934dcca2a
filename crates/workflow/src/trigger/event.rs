//! The table of events (semantics 6.1): activity types, filters and where their runs stand; it must
//! not decide about one workflow.

use crate::model::EventName;

/// What is true of an event in every workflow (semantics 6.1, R6.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventRules {
    /// The event.
    pub event: EventName,
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
    /// `names`, `versions`
    NamesAndVersions,
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
    /// Inputs of a dispatch, which decide nothing about starting.
    Inputs,
    /// Inputs, secrets and outputs of a call.
    Declarations,
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
        EVENTS.iter().find(|rules| rules.event.name() == name)
    }

    /// Whether a run starts only when the default branch has the file (semantics R6.3).
    pub fn needs_default_branch(&self) -> bool {
        match self.runs_at {
            RunsAt::DefaultBranch | RunsAt::PullRequestTarget => true,
            RunsAt::ItsRef => self.event == EventName::WorkflowDispatch,
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
const fn repository(event: EventName, types: &'static [&'static str]) -> EventRules {
    EventRules {
        event,
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

const fn pull_request(event: EventName, runs_at: RunsAt) -> EventRules {
    EventRules {
        event,
        types: PULL_REQUEST,
        default_types: DefaultTypes::Listed(&["opened", "synchronize", "reopened"]),
        filters: Filters::BranchesAndPaths,
        runs_at,
    }
}

/// Every event that `on` may name, by name. The schema of `on` is made from it.
pub static EVENTS: [EventRules; EventName::ALL.len()] = [
    repository(EventName::BranchProtectionRule, CREATED_EDITED_DELETED),
    repository(
        EventName::CheckRun,
        &["created", "rerequested", "completed", "requested_action"],
    ),
    repository(
        EventName::CheckSuite,
        &["completed", "requested", "rerequested"],
    ),
    at(RunsAt::ItsRef, repository(EventName::Create, &[])),
    repository(EventName::Delete, &[]),
    at(
        RunsAt::DeployedCommit,
        repository(EventName::Deployment, &[]),
    ),
    at(
        RunsAt::DeployedCommit,
        repository(EventName::DeploymentStatus, &[]),
    ),
    repository(EventName::Discussion, DISCUSSION),
    repository(EventName::DiscussionComment, CREATED_EDITED_DELETED),
    repository(EventName::Fork, &[]),
    repository(EventName::Gollum, &[]),
    filtered(
        Filters::NamesAndVersions,
        repository(EventName::ImageVersion, &["ready"]),
    ),
    repository(EventName::IssueComment, CREATED_EDITED_DELETED),
    repository(EventName::Issues, ISSUES),
    repository(EventName::Label, CREATED_EDITED_DELETED),
    filtered(
        Filters::Branches,
        at(
            RunsAt::MergeGroup,
            repository(EventName::MergeGroup, &["checks_requested"]),
        ),
    ),
    repository(
        EventName::Milestone,
        &["created", "closed", "opened", "edited", "deleted"],
    ),
    repository(EventName::PageBuild, &[]),
    repository(
        EventName::Project,
        &[
            "created", "updated", "closed", "reopened", "edited", "deleted",
        ],
    ),
    repository(
        EventName::ProjectCard,
        &["created", "moved", "converted", "edited", "deleted"],
    ),
    repository(
        EventName::ProjectColumn,
        &["created", "updated", "moved", "deleted"],
    ),
    repository(EventName::Public, &[]),
    pull_request(EventName::PullRequest, RunsAt::PullRequestMerge),
    repository(EventName::PullRequestComment, CREATED_EDITED_DELETED),
    at(
        RunsAt::PullRequestMerge,
        repository(
            EventName::PullRequestReview,
            &["submitted", "edited", "dismissed"],
        ),
    ),
    at(
        RunsAt::PullRequestMerge,
        repository(EventName::PullRequestReviewComment, CREATED_EDITED_DELETED),
    ),
    pull_request(EventName::PullRequestTarget, RunsAt::PullRequestTarget),
    filtered(
        Filters::BranchesTagsAndPaths,
        at(RunsAt::ItsRef, repository(EventName::Push, &[])),
    ),
    repository(EventName::RegistryPackage, &["published", "updated"]),
    at(
        RunsAt::ReleaseTag,
        repository(
            EventName::Release,
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
    filtered(
        Filters::FreeTypes,
        repository(EventName::RepositoryDispatch, &[]),
    ),
    filtered(Filters::Cron, repository(EventName::Schedule, &[])),
    repository(EventName::Status, &[]),
    repository(EventName::Watch, &["started"]),
    filtered(
        Filters::Declarations,
        at(RunsAt::Nowhere, repository(EventName::WorkflowCall, &[])),
    ),
    filtered(
        Filters::Inputs,
        at(RunsAt::ItsRef, repository(EventName::WorkflowDispatch, &[])),
    ),
    filtered(
        Filters::Workflows,
        repository(
            EventName::WorkflowRun,
            &["requested", "completed", "in_progress"],
        ),
    ),
];
