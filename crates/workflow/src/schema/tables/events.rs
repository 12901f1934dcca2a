//! `on`: the events with their filters and activity types (semantics 6); it must not match any.

use super::activities::{
    BRANCH_PROTECTION_RULE_TYPES, CHECK_RUN_TYPES, CHECK_SUITE_TYPES, DISCUSSION_COMMENT_TYPES,
    DISCUSSION_TYPES, IMAGE_VERSION_TYPES, ISSUE_COMMENT_TYPES, ISSUES_TYPES, LABEL_TYPES,
    MERGE_GROUP_TYPES, MILESTONE_TYPES, PROJECT_CARD_TYPES, PROJECT_COLUMN_TYPES, PROJECT_TYPES,
    PULL_REQUEST_COMMENT_TYPES, PULL_REQUEST_REVIEW_COMMENT_TYPES, PULL_REQUEST_REVIEW_TYPES,
    PULL_REQUEST_TYPES, REGISTRY_PACKAGE_TYPES, RELEASE_TYPES, WATCH_TYPES, WORKFLOW_RUN_TYPES,
};
use super::declarations::{WORKFLOW_CALL, WORKFLOW_DISPATCH};
use super::scalars::{FILLED, TEXT_OR_TEXTS};
use crate::schema::definition::{Definition, Mapping, Shape, known, may, must, plain};

pub(super) static ON: Definition = plain(
    "on is an event, a list of events or a mapping of events",
    &[
        Shape::Words(NAMES),
        Shape::Sequence(&EVENT),
        Shape::Mapping(&EVENTS),
    ],
);

static EVENT: Definition = plain("an event's name is allowed here", &[Shape::Words(NAMES)]);

/// Every event, by name.
const NAMES: &[&str] = &[
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
    "push",
    "registry_package",
    "release",
    "repository_dispatch",
    "schedule",
    "status",
    "watch",
    "workflow_call",
    "workflow_dispatch",
    "workflow_run",
];

static EVENTS: Mapping = known(&[
    may("branch_protection_rule", &BRANCH_PROTECTION_RULE),
    may("check_run", &CHECK_RUN),
    may("check_suite", &CHECK_SUITE),
    may("create", &NO_FILTERS),
    may("delete", &NO_FILTERS),
    may("deployment", &NO_FILTERS),
    may("deployment_status", &NO_FILTERS),
    may("discussion", &DISCUSSION),
    may("discussion_comment", &DISCUSSION_COMMENT),
    may("fork", &NO_FILTERS),
    may("gollum", &NO_FILTERS),
    may("image_version", &IMAGE_VERSION),
    may("issue_comment", &ISSUE_COMMENT),
    may("issues", &ISSUES),
    may("label", &LABEL),
    may("merge_group", &MERGE_GROUP),
    may("milestone", &MILESTONE),
    may("page_build", &NO_FILTERS),
    may("project", &PROJECT),
    may("project_card", &PROJECT_CARD),
    may("project_column", &PROJECT_COLUMN),
    may("public", &NO_FILTERS),
    may("pull_request", &PULL_REQUEST),
    may("pull_request_comment", &PULL_REQUEST_COMMENT),
    may("pull_request_review", &PULL_REQUEST_REVIEW),
    may("pull_request_review_comment", &PULL_REQUEST_REVIEW_COMMENT),
    may("pull_request_target", &PULL_REQUEST),
    may("push", &PUSH),
    may("registry_package", &REGISTRY_PACKAGE),
    may("release", &RELEASE),
    may("repository_dispatch", &REPOSITORY_DISPATCH),
    may("schedule", &SCHEDULE),
    may("status", &NO_FILTERS),
    may("watch", &WATCH),
    may("workflow_call", &WORKFLOW_CALL),
    may("workflow_dispatch", &WORKFLOW_DISPATCH),
    may("workflow_run", &WORKFLOW_RUN),
]);

static NO_FILTERS: Definition = plain(
    "this event takes no filters; nothing is allowed here",
    &[Shape::Null, Shape::Mapping(&NO_KEYS)],
);

static NO_KEYS: Mapping = known(&[]);

static BRANCH_PROTECTION_RULE: Definition = plain(
    "branch_protection_rule takes nothing or a mapping of filters",
    &[Shape::Null, Shape::Mapping(&BRANCH_PROTECTION_RULE_KEYS)],
);

static BRANCH_PROTECTION_RULE_KEYS: Mapping = known(&[may("types", &BRANCH_PROTECTION_RULE_TYPES)]);

static CHECK_RUN: Definition = plain(
    "check_run takes nothing or a mapping of filters",
    &[Shape::Null, Shape::Mapping(&CHECK_RUN_KEYS)],
);

static CHECK_RUN_KEYS: Mapping = known(&[may("types", &CHECK_RUN_TYPES)]);

static CHECK_SUITE: Definition = plain(
    "check_suite takes nothing or a mapping of filters",
    &[Shape::Null, Shape::Mapping(&CHECK_SUITE_KEYS)],
);

static CHECK_SUITE_KEYS: Mapping = known(&[may("types", &CHECK_SUITE_TYPES)]);

static DISCUSSION: Definition = plain(
    "discussion takes nothing or a mapping of filters",
    &[Shape::Null, Shape::Mapping(&DISCUSSION_KEYS)],
);

static DISCUSSION_KEYS: Mapping = known(&[may("types", &DISCUSSION_TYPES)]);

static DISCUSSION_COMMENT: Definition = plain(
    "discussion_comment takes nothing or a mapping of filters",
    &[Shape::Null, Shape::Mapping(&DISCUSSION_COMMENT_KEYS)],
);

static DISCUSSION_COMMENT_KEYS: Mapping = known(&[may("types", &DISCUSSION_COMMENT_TYPES)]);

static IMAGE_VERSION: Definition = plain(
    "image_version takes nothing or a mapping of filters",
    &[Shape::Null, Shape::Mapping(&IMAGE_VERSION_KEYS)],
);

static IMAGE_VERSION_KEYS: Mapping = known(&[
    may("types", &IMAGE_VERSION_TYPES),
    may("names", &TEXT_OR_TEXTS),
    may("versions", &TEXT_OR_TEXTS),
]);

static ISSUE_COMMENT: Definition = plain(
    "issue_comment takes nothing or a mapping of filters",
    &[Shape::Null, Shape::Mapping(&ISSUE_COMMENT_KEYS)],
);

static ISSUE_COMMENT_KEYS: Mapping = known(&[may("types", &ISSUE_COMMENT_TYPES)]);

static ISSUES: Definition = plain(
    "issues takes nothing or a mapping of filters",
    &[Shape::Null, Shape::Mapping(&ISSUES_KEYS)],
);

static ISSUES_KEYS: Mapping = known(&[may("types", &ISSUES_TYPES)]);

static LABEL: Definition = plain(
    "label takes nothing or a mapping of filters",
    &[Shape::Null, Shape::Mapping(&LABEL_KEYS)],
);

static LABEL_KEYS: Mapping = known(&[may("types", &LABEL_TYPES)]);

static MERGE_GROUP: Definition = plain(
    "merge_group takes nothing or a mapping of filters",
    &[Shape::Null, Shape::Mapping(&MERGE_GROUP_KEYS)],
);

static MERGE_GROUP_KEYS: Mapping = known(&[
    may("types", &MERGE_GROUP_TYPES),
    may("branches", &TEXT_OR_TEXTS),
    may("branches-ignore", &TEXT_OR_TEXTS),
]);

static MILESTONE: Definition = plain(
    "milestone takes nothing or a mapping of filters",
    &[Shape::Null, Shape::Mapping(&MILESTONE_KEYS)],
);

static MILESTONE_KEYS: Mapping = known(&[may("types", &MILESTONE_TYPES)]);

static PROJECT: Definition = plain(
    "project takes nothing or a mapping of filters",
    &[Shape::Null, Shape::Mapping(&PROJECT_KEYS)],
);

static PROJECT_KEYS: Mapping = known(&[may("types", &PROJECT_TYPES)]);

static PROJECT_CARD: Definition = plain(
    "project_card takes nothing or a mapping of filters",
    &[Shape::Null, Shape::Mapping(&PROJECT_CARD_KEYS)],
);

static PROJECT_CARD_KEYS: Mapping = known(&[may("types", &PROJECT_CARD_TYPES)]);

static PROJECT_COLUMN: Definition = plain(
    "project_column takes nothing or a mapping of filters",
    &[Shape::Null, Shape::Mapping(&PROJECT_COLUMN_KEYS)],
);

static PROJECT_COLUMN_KEYS: Mapping = known(&[may("types", &PROJECT_COLUMN_TYPES)]);

static PULL_REQUEST: Definition = plain(
    "pull_request takes nothing or a mapping of filters",
    &[Shape::Null, Shape::Mapping(&PULL_REQUEST_KEYS)],
);

static PULL_REQUEST_KEYS: Mapping = known(&[
    may("types", &PULL_REQUEST_TYPES),
    may("branches", &TEXT_OR_TEXTS),
    may("branches-ignore", &TEXT_OR_TEXTS),
    may("paths", &TEXT_OR_TEXTS),
    may("paths-ignore", &TEXT_OR_TEXTS),
]);

static PULL_REQUEST_COMMENT: Definition = plain(
    "pull_request_comment takes nothing or a mapping of filters",
    &[Shape::Null, Shape::Mapping(&PULL_REQUEST_COMMENT_KEYS)],
);

static PULL_REQUEST_COMMENT_KEYS: Mapping = known(&[may("types", &PULL_REQUEST_COMMENT_TYPES)]);

static PULL_REQUEST_REVIEW: Definition = plain(
    "pull_request_review takes nothing or a mapping of filters",
    &[Shape::Null, Shape::Mapping(&PULL_REQUEST_REVIEW_KEYS)],
);

static PULL_REQUEST_REVIEW_KEYS: Mapping = known(&[may("types", &PULL_REQUEST_REVIEW_TYPES)]);

static PULL_REQUEST_REVIEW_COMMENT: Definition = plain(
    "pull_request_review_comment takes nothing or a mapping of filters",
    &[
        Shape::Null,
        Shape::Mapping(&PULL_REQUEST_REVIEW_COMMENT_KEYS),
    ],
);

static PULL_REQUEST_REVIEW_COMMENT_KEYS: Mapping =
    known(&[may("types", &PULL_REQUEST_REVIEW_COMMENT_TYPES)]);

static PUSH: Definition = plain(
    "push takes nothing or a mapping of filters",
    &[Shape::Null, Shape::Mapping(&PUSH_KEYS)],
);

static PUSH_KEYS: Mapping = known(&[
    may("branches", &TEXT_OR_TEXTS),
    may("branches-ignore", &TEXT_OR_TEXTS),
    may("tags", &TEXT_OR_TEXTS),
    may("tags-ignore", &TEXT_OR_TEXTS),
    may("paths", &TEXT_OR_TEXTS),
    may("paths-ignore", &TEXT_OR_TEXTS),
]);

static REGISTRY_PACKAGE: Definition = plain(
    "registry_package takes nothing or a mapping of filters",
    &[Shape::Null, Shape::Mapping(&REGISTRY_PACKAGE_KEYS)],
);

static REGISTRY_PACKAGE_KEYS: Mapping = known(&[may("types", &REGISTRY_PACKAGE_TYPES)]);

static RELEASE: Definition = plain(
    "release takes nothing or a mapping of filters",
    &[Shape::Null, Shape::Mapping(&RELEASE_KEYS)],
);

static RELEASE_KEYS: Mapping = known(&[may("types", &RELEASE_TYPES)]);

static REPOSITORY_DISPATCH: Definition = plain(
    "repository_dispatch takes nothing or a mapping of filters",
    &[Shape::Null, Shape::Mapping(&REPOSITORY_DISPATCH_KEYS)],
);

static REPOSITORY_DISPATCH_KEYS: Mapping = known(&[may("types", &TEXT_OR_TEXTS)]);

static WATCH: Definition = plain(
    "watch takes nothing or a mapping of filters",
    &[Shape::Null, Shape::Mapping(&WATCH_KEYS)],
);

static WATCH_KEYS: Mapping = known(&[may("types", &WATCH_TYPES)]);

static WORKFLOW_RUN: Definition = plain(
    "workflow_run takes nothing or a mapping of filters",
    &[Shape::Null, Shape::Mapping(&WORKFLOW_RUN_KEYS)],
);

static WORKFLOW_RUN_KEYS: Mapping = known(&[
    may("types", &WORKFLOW_RUN_TYPES),
    may("branches", &TEXT_OR_TEXTS),
    may("branches-ignore", &TEXT_OR_TEXTS),
    must("workflows", &TEXT_OR_TEXTS),
]);

static SCHEDULE: Definition = plain(
    "schedule is a list of mappings with cron and timezone",
    &[Shape::Sequence(&SCHEDULE_ENTRY)],
);

static SCHEDULE_ENTRY: Definition = plain(
    "an entry of schedule is a mapping with cron and timezone",
    &[Shape::Mapping(&SCHEDULE_KEYS)],
);

static SCHEDULE_KEYS: Mapping = known(&[must("cron", &FILLED), may("timezone", &FILLED)]);
