//! The names of the events that GitHub knows; it must not know their filters.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// An event that may start a workflow (semantics section 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventName {
    /// `branch_protection_rule`
    BranchProtectionRule,
    /// `check_run`
    CheckRun,
    /// `check_suite`
    CheckSuite,
    /// `create`
    Create,
    /// `delete`
    Delete,
    /// `deployment`
    Deployment,
    /// `deployment_status`
    DeploymentStatus,
    /// `discussion`
    Discussion,
    /// `discussion_comment`
    DiscussionComment,
    /// `fork`
    Fork,
    /// `gollum`
    Gollum,
    /// `image_version`
    ImageVersion,
    /// `issue_comment`
    IssueComment,
    /// `issues`
    Issues,
    /// `label`
    Label,
    /// `merge_group`
    MergeGroup,
    /// `milestone`
    Milestone,
    /// `page_build`
    PageBuild,
    /// `project`
    Project,
    /// `project_card`
    ProjectCard,
    /// `project_column`
    ProjectColumn,
    /// `public`
    Public,
    /// `pull_request`
    PullRequest,
    /// `pull_request_comment`
    PullRequestComment,
    /// `pull_request_review`
    PullRequestReview,
    /// `pull_request_review_comment`
    PullRequestReviewComment,
    /// `pull_request_target`
    PullRequestTarget,
    /// `push`
    Push,
    /// `registry_package`
    RegistryPackage,
    /// `release`
    Release,
    /// `repository_dispatch`
    RepositoryDispatch,
    /// `schedule`
    Schedule,
    /// `status`
    Status,
    /// `watch`
    Watch,
    /// `workflow_call`
    WorkflowCall,
    /// `workflow_dispatch`
    WorkflowDispatch,
    /// `workflow_run`
    WorkflowRun,
}

impl EventName {
    /// Every event, by name.
    pub const ALL: [Self; 37] = [
        Self::BranchProtectionRule,
        Self::CheckRun,
        Self::CheckSuite,
        Self::Create,
        Self::Delete,
        Self::Deployment,
        Self::DeploymentStatus,
        Self::Discussion,
        Self::DiscussionComment,
        Self::Fork,
        Self::Gollum,
        Self::ImageVersion,
        Self::IssueComment,
        Self::Issues,
        Self::Label,
        Self::MergeGroup,
        Self::Milestone,
        Self::PageBuild,
        Self::Project,
        Self::ProjectCard,
        Self::ProjectColumn,
        Self::Public,
        Self::PullRequest,
        Self::PullRequestComment,
        Self::PullRequestReview,
        Self::PullRequestReviewComment,
        Self::PullRequestTarget,
        Self::Push,
        Self::RegistryPackage,
        Self::Release,
        Self::RepositoryDispatch,
        Self::Schedule,
        Self::Status,
        Self::Watch,
        Self::WorkflowCall,
        Self::WorkflowDispatch,
        Self::WorkflowRun,
    ];

    /// The word that names it in a workflow file and on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BranchProtectionRule => "branch_protection_rule",
            Self::CheckRun => "check_run",
            Self::CheckSuite => "check_suite",
            Self::Create => "create",
            Self::Delete => "delete",
            Self::Deployment => "deployment",
            Self::DeploymentStatus => "deployment_status",
            Self::Discussion => "discussion",
            Self::DiscussionComment => "discussion_comment",
            Self::Fork => "fork",
            Self::Gollum => "gollum",
            Self::ImageVersion => "image_version",
            Self::IssueComment => "issue_comment",
            Self::Issues => "issues",
            Self::Label => "label",
            Self::MergeGroup => "merge_group",
            Self::Milestone => "milestone",
            Self::PageBuild => "page_build",
            Self::Project => "project",
            Self::ProjectCard => "project_card",
            Self::ProjectColumn => "project_column",
            Self::Public => "public",
            Self::PullRequest => "pull_request",
            Self::PullRequestComment => "pull_request_comment",
            Self::PullRequestReview => "pull_request_review",
            Self::PullRequestReviewComment => "pull_request_review_comment",
            Self::PullRequestTarget => "pull_request_target",
            Self::Push => "push",
            Self::RegistryPackage => "registry_package",
            Self::Release => "release",
            Self::RepositoryDispatch => "repository_dispatch",
            Self::Schedule => "schedule",
            Self::Status => "status",
            Self::Watch => "watch",
            Self::WorkflowCall => "workflow_call",
            Self::WorkflowDispatch => "workflow_dispatch",
            Self::WorkflowRun => "workflow_run",
        }
    }
}

impl fmt::Display for EventName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for EventName {
    type Err = UnknownEvent;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|event| event.name() == text)
            .ok_or_else(|| UnknownEvent(text.to_owned()))
    }
}

/// A text that names no [`EventName`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("event '{0}' is not one that GitHub knows, such as push or workflow_dispatch")]
pub struct UnknownEvent(pub String);
