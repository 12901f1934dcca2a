//! `on`: the events with their filters and activity types (semantics 6); it must not match any.

use super::scalars::{BOOLEAN, FILLED, TEXT, TEXT_OR_TEXTS};
use crate::expression::Place;
use crate::schema::definition::{Definition, Mapping, Shape, at, free, known, may, must, plain};

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

static BRANCH_PROTECTION_RULE_TYPES: Definition = plain(
    "an activity type or a list of them is allowed here",
    &[
        Shape::Words(BRANCH_PROTECTION_RULE_WORDS),
        Shape::Sequence(&BRANCH_PROTECTION_RULE_TYPE),
    ],
);

static BRANCH_PROTECTION_RULE_TYPE: Definition = plain(
    "an activity type is allowed here",
    &[Shape::Words(BRANCH_PROTECTION_RULE_WORDS)],
);

const BRANCH_PROTECTION_RULE_WORDS: &[&str] = &["created", "edited", "deleted"];

static CHECK_RUN: Definition = plain(
    "check_run takes nothing or a mapping of filters",
    &[Shape::Null, Shape::Mapping(&CHECK_RUN_KEYS)],
);

static CHECK_RUN_KEYS: Mapping = known(&[may("types", &CHECK_RUN_TYPES)]);

static CHECK_RUN_TYPES: Definition = plain(
    "an activity type or a list of them is allowed here",
    &[
        Shape::Words(CHECK_RUN_WORDS),
        Shape::Sequence(&CHECK_RUN_TYPE),
    ],
);

static CHECK_RUN_TYPE: Definition = plain(
    "an activity type is allowed here",
    &[Shape::Words(CHECK_RUN_WORDS)],
);

const CHECK_RUN_WORDS: &[&str] = &["created", "rerequested", "completed", "requested_action"];

static CHECK_SUITE: Definition = plain(
    "check_suite takes nothing or a mapping of filters",
    &[Shape::Null, Shape::Mapping(&CHECK_SUITE_KEYS)],
);

static CHECK_SUITE_KEYS: Mapping = known(&[may("types", &CHECK_SUITE_TYPES)]);

static CHECK_SUITE_TYPES: Definition = plain(
    "an activity type or a list of them is allowed here",
    &[
        Shape::Words(CHECK_SUITE_WORDS),
        Shape::Sequence(&CHECK_SUITE_TYPE),
    ],
);

static CHECK_SUITE_TYPE: Definition = plain(
    "an activity type is allowed here",
    &[Shape::Words(CHECK_SUITE_WORDS)],
);

const CHECK_SUITE_WORDS: &[&str] = &["completed", "requested", "rerequested"];

static DISCUSSION: Definition = plain(
    "discussion takes nothing or a mapping of filters",
    &[Shape::Null, Shape::Mapping(&DISCUSSION_KEYS)],
);

static DISCUSSION_KEYS: Mapping = known(&[may("types", &DISCUSSION_TYPES)]);

static DISCUSSION_TYPES: Definition = plain(
    "an activity type or a list of them is allowed here",
    &[
        Shape::Words(DISCUSSION_WORDS),
        Shape::Sequence(&DISCUSSION_TYPE),
    ],
);

static DISCUSSION_TYPE: Definition = plain(
    "an activity type is allowed here",
    &[Shape::Words(DISCUSSION_WORDS)],
);

const DISCUSSION_WORDS: &[&str] = &[
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

static DISCUSSION_COMMENT: Definition = plain(
    "discussion_comment takes nothing or a mapping of filters",
    &[Shape::Null, Shape::Mapping(&DISCUSSION_COMMENT_KEYS)],
);

static DISCUSSION_COMMENT_KEYS: Mapping = known(&[may("types", &DISCUSSION_COMMENT_TYPES)]);

static DISCUSSION_COMMENT_TYPES: Definition = plain(
    "an activity type or a list of them is allowed here",
    &[
        Shape::Words(DISCUSSION_COMMENT_WORDS),
        Shape::Sequence(&DISCUSSION_COMMENT_TYPE),
    ],
);

static DISCUSSION_COMMENT_TYPE: Definition = plain(
    "an activity type is allowed here",
    &[Shape::Words(DISCUSSION_COMMENT_WORDS)],
);

const DISCUSSION_COMMENT_WORDS: &[&str] = &["created", "edited", "deleted"];

static IMAGE_VERSION: Definition = plain(
    "image_version takes nothing or a mapping of filters",
    &[Shape::Null, Shape::Mapping(&IMAGE_VERSION_KEYS)],
);

static IMAGE_VERSION_KEYS: Mapping = known(&[
    may("types", &IMAGE_VERSION_TYPES),
    may("names", &TEXT_OR_TEXTS),
    may("versions", &TEXT_OR_TEXTS),
]);

static IMAGE_VERSION_TYPES: Definition = plain(
    "an activity type or a list of them is allowed here",
    &[
        Shape::Words(IMAGE_VERSION_WORDS),
        Shape::Sequence(&IMAGE_VERSION_TYPE),
    ],
);

static IMAGE_VERSION_TYPE: Definition = plain(
    "an activity type is allowed here",
    &[Shape::Words(IMAGE_VERSION_WORDS)],
);

const IMAGE_VERSION_WORDS: &[&str] = &["ready"];

static ISSUE_COMMENT: Definition = plain(
    "issue_comment takes nothing or a mapping of filters",
    &[Shape::Null, Shape::Mapping(&ISSUE_COMMENT_KEYS)],
);

static ISSUE_COMMENT_KEYS: Mapping = known(&[may("types", &ISSUE_COMMENT_TYPES)]);

static ISSUE_COMMENT_TYPES: Definition = plain(
    "an activity type or a list of them is allowed here",
    &[
        Shape::Words(ISSUE_COMMENT_WORDS),
        Shape::Sequence(&ISSUE_COMMENT_TYPE),
    ],
);

static ISSUE_COMMENT_TYPE: Definition = plain(
    "an activity type is allowed here",
    &[Shape::Words(ISSUE_COMMENT_WORDS)],
);

const ISSUE_COMMENT_WORDS: &[&str] = &["created", "edited", "deleted"];

static ISSUES: Definition = plain(
    "issues takes nothing or a mapping of filters",
    &[Shape::Null, Shape::Mapping(&ISSUES_KEYS)],
);

static ISSUES_KEYS: Mapping = known(&[may("types", &ISSUES_TYPES)]);

static ISSUES_TYPES: Definition = plain(
    "an activity type or a list of them is allowed here",
    &[Shape::Words(ISSUES_WORDS), Shape::Sequence(&ISSUES_TYPE)],
);

static ISSUES_TYPE: Definition = plain(
    "an activity type is allowed here",
    &[Shape::Words(ISSUES_WORDS)],
);

const ISSUES_WORDS: &[&str] = &[
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

static LABEL: Definition = plain(
    "label takes nothing or a mapping of filters",
    &[Shape::Null, Shape::Mapping(&LABEL_KEYS)],
);

static LABEL_KEYS: Mapping = known(&[may("types", &LABEL_TYPES)]);

static LABEL_TYPES: Definition = plain(
    "an activity type or a list of them is allowed here",
    &[Shape::Words(LABEL_WORDS), Shape::Sequence(&LABEL_TYPE)],
);

static LABEL_TYPE: Definition = plain(
    "an activity type is allowed here",
    &[Shape::Words(LABEL_WORDS)],
);

const LABEL_WORDS: &[&str] = &["created", "edited", "deleted"];

static MERGE_GROUP: Definition = plain(
    "merge_group takes nothing or a mapping of filters",
    &[Shape::Null, Shape::Mapping(&MERGE_GROUP_KEYS)],
);

static MERGE_GROUP_KEYS: Mapping = known(&[
    may("types", &MERGE_GROUP_TYPES),
    may("branches", &TEXT_OR_TEXTS),
    may("branches-ignore", &TEXT_OR_TEXTS),
]);

static MERGE_GROUP_TYPES: Definition = plain(
    "an activity type or a list of them is allowed here",
    &[
        Shape::Words(MERGE_GROUP_WORDS),
        Shape::Sequence(&MERGE_GROUP_TYPE),
    ],
);

static MERGE_GROUP_TYPE: Definition = plain(
    "an activity type is allowed here",
    &[Shape::Words(MERGE_GROUP_WORDS)],
);

const MERGE_GROUP_WORDS: &[&str] = &["checks_requested"];

static MILESTONE: Definition = plain(
    "milestone takes nothing or a mapping of filters",
    &[Shape::Null, Shape::Mapping(&MILESTONE_KEYS)],
);

static MILESTONE_KEYS: Mapping = known(&[may("types", &MILESTONE_TYPES)]);

static MILESTONE_TYPES: Definition = plain(
    "an activity type or a list of them is allowed here",
    &[
        Shape::Words(MILESTONE_WORDS),
        Shape::Sequence(&MILESTONE_TYPE),
    ],
);

static MILESTONE_TYPE: Definition = plain(
    "an activity type is allowed here",
    &[Shape::Words(MILESTONE_WORDS)],
);

const MILESTONE_WORDS: &[&str] = &["created", "closed", "opened", "edited", "deleted"];

static PROJECT: Definition = plain(
    "project takes nothing or a mapping of filters",
    &[Shape::Null, Shape::Mapping(&PROJECT_KEYS)],
);

static PROJECT_KEYS: Mapping = known(&[may("types", &PROJECT_TYPES)]);

static PROJECT_TYPES: Definition = plain(
    "an activity type or a list of them is allowed here",
    &[Shape::Words(PROJECT_WORDS), Shape::Sequence(&PROJECT_TYPE)],
);

static PROJECT_TYPE: Definition = plain(
    "an activity type is allowed here",
    &[Shape::Words(PROJECT_WORDS)],
);

const PROJECT_WORDS: &[&str] = &[
    "created", "updated", "closed", "reopened", "edited", "deleted",
];

static PROJECT_CARD: Definition = plain(
    "project_card takes nothing or a mapping of filters",
    &[Shape::Null, Shape::Mapping(&PROJECT_CARD_KEYS)],
);

static PROJECT_CARD_KEYS: Mapping = known(&[may("types", &PROJECT_CARD_TYPES)]);

static PROJECT_CARD_TYPES: Definition = plain(
    "an activity type or a list of them is allowed here",
    &[
        Shape::Words(PROJECT_CARD_WORDS),
        Shape::Sequence(&PROJECT_CARD_TYPE),
    ],
);

static PROJECT_CARD_TYPE: Definition = plain(
    "an activity type is allowed here",
    &[Shape::Words(PROJECT_CARD_WORDS)],
);

const PROJECT_CARD_WORDS: &[&str] = &["created", "moved", "converted", "edited", "deleted"];

static PROJECT_COLUMN: Definition = plain(
    "project_column takes nothing or a mapping of filters",
    &[Shape::Null, Shape::Mapping(&PROJECT_COLUMN_KEYS)],
);

static PROJECT_COLUMN_KEYS: Mapping = known(&[may("types", &PROJECT_COLUMN_TYPES)]);

static PROJECT_COLUMN_TYPES: Definition = plain(
    "an activity type or a list of them is allowed here",
    &[
        Shape::Words(PROJECT_COLUMN_WORDS),
        Shape::Sequence(&PROJECT_COLUMN_TYPE),
    ],
);

static PROJECT_COLUMN_TYPE: Definition = plain(
    "an activity type is allowed here",
    &[Shape::Words(PROJECT_COLUMN_WORDS)],
);

const PROJECT_COLUMN_WORDS: &[&str] = &["created", "updated", "moved", "deleted"];

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

static PULL_REQUEST_TYPES: Definition = plain(
    "an activity type or a list of them is allowed here",
    &[
        Shape::Words(PULL_REQUEST_WORDS),
        Shape::Sequence(&PULL_REQUEST_TYPE),
    ],
);

static PULL_REQUEST_TYPE: Definition = plain(
    "an activity type is allowed here",
    &[Shape::Words(PULL_REQUEST_WORDS)],
);

const PULL_REQUEST_WORDS: &[&str] = &[
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

static PULL_REQUEST_COMMENT: Definition = plain(
    "pull_request_comment takes nothing or a mapping of filters",
    &[Shape::Null, Shape::Mapping(&PULL_REQUEST_COMMENT_KEYS)],
);

static PULL_REQUEST_COMMENT_KEYS: Mapping = known(&[may("types", &PULL_REQUEST_COMMENT_TYPES)]);

static PULL_REQUEST_COMMENT_TYPES: Definition = plain(
    "an activity type or a list of them is allowed here",
    &[
        Shape::Words(PULL_REQUEST_COMMENT_WORDS),
        Shape::Sequence(&PULL_REQUEST_COMMENT_TYPE),
    ],
);

static PULL_REQUEST_COMMENT_TYPE: Definition = plain(
    "an activity type is allowed here",
    &[Shape::Words(PULL_REQUEST_COMMENT_WORDS)],
);

const PULL_REQUEST_COMMENT_WORDS: &[&str] = &["created", "edited", "deleted"];

static PULL_REQUEST_REVIEW: Definition = plain(
    "pull_request_review takes nothing or a mapping of filters",
    &[Shape::Null, Shape::Mapping(&PULL_REQUEST_REVIEW_KEYS)],
);

static PULL_REQUEST_REVIEW_KEYS: Mapping = known(&[may("types", &PULL_REQUEST_REVIEW_TYPES)]);

static PULL_REQUEST_REVIEW_TYPES: Definition = plain(
    "an activity type or a list of them is allowed here",
    &[
        Shape::Words(PULL_REQUEST_REVIEW_WORDS),
        Shape::Sequence(&PULL_REQUEST_REVIEW_TYPE),
    ],
);

static PULL_REQUEST_REVIEW_TYPE: Definition = plain(
    "an activity type is allowed here",
    &[Shape::Words(PULL_REQUEST_REVIEW_WORDS)],
);

const PULL_REQUEST_REVIEW_WORDS: &[&str] = &["submitted", "edited", "dismissed"];

static PULL_REQUEST_REVIEW_COMMENT: Definition = plain(
    "pull_request_review_comment takes nothing or a mapping of filters",
    &[
        Shape::Null,
        Shape::Mapping(&PULL_REQUEST_REVIEW_COMMENT_KEYS),
    ],
);

static PULL_REQUEST_REVIEW_COMMENT_KEYS: Mapping =
    known(&[may("types", &PULL_REQUEST_REVIEW_COMMENT_TYPES)]);

static PULL_REQUEST_REVIEW_COMMENT_TYPES: Definition = plain(
    "an activity type or a list of them is allowed here",
    &[
        Shape::Words(PULL_REQUEST_REVIEW_COMMENT_WORDS),
        Shape::Sequence(&PULL_REQUEST_REVIEW_COMMENT_TYPE),
    ],
);

static PULL_REQUEST_REVIEW_COMMENT_TYPE: Definition = plain(
    "an activity type is allowed here",
    &[Shape::Words(PULL_REQUEST_REVIEW_COMMENT_WORDS)],
);

const PULL_REQUEST_REVIEW_COMMENT_WORDS: &[&str] = &["created", "edited", "deleted"];

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

static REGISTRY_PACKAGE_TYPES: Definition = plain(
    "an activity type or a list of them is allowed here",
    &[
        Shape::Words(REGISTRY_PACKAGE_WORDS),
        Shape::Sequence(&REGISTRY_PACKAGE_TYPE),
    ],
);

static REGISTRY_PACKAGE_TYPE: Definition = plain(
    "an activity type is allowed here",
    &[Shape::Words(REGISTRY_PACKAGE_WORDS)],
);

const REGISTRY_PACKAGE_WORDS: &[&str] = &["published", "updated"];

static RELEASE: Definition = plain(
    "release takes nothing or a mapping of filters",
    &[Shape::Null, Shape::Mapping(&RELEASE_KEYS)],
);

static RELEASE_KEYS: Mapping = known(&[may("types", &RELEASE_TYPES)]);

static RELEASE_TYPES: Definition = plain(
    "an activity type or a list of them is allowed here",
    &[Shape::Words(RELEASE_WORDS), Shape::Sequence(&RELEASE_TYPE)],
);

static RELEASE_TYPE: Definition = plain(
    "an activity type is allowed here",
    &[Shape::Words(RELEASE_WORDS)],
);

const RELEASE_WORDS: &[&str] = &[
    "published",
    "unpublished",
    "created",
    "edited",
    "deleted",
    "prereleased",
    "released",
];

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

static WATCH_TYPES: Definition = plain(
    "an activity type or a list of them is allowed here",
    &[Shape::Words(WATCH_WORDS), Shape::Sequence(&WATCH_TYPE)],
);

static WATCH_TYPE: Definition = plain(
    "an activity type is allowed here",
    &[Shape::Words(WATCH_WORDS)],
);

const WATCH_WORDS: &[&str] = &["started"];

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

static WORKFLOW_RUN_TYPES: Definition = plain(
    "an activity type or a list of them is allowed here",
    &[
        Shape::Words(WORKFLOW_RUN_WORDS),
        Shape::Sequence(&WORKFLOW_RUN_TYPE),
    ],
);

static WORKFLOW_RUN_TYPE: Definition = plain(
    "an activity type is allowed here",
    &[Shape::Words(WORKFLOW_RUN_WORDS)],
);

const WORKFLOW_RUN_WORDS: &[&str] = &["requested", "completed", "in_progress"];

static SCHEDULE: Definition = plain(
    "schedule is a list of mappings with cron and timezone",
    &[Shape::Sequence(&SCHEDULE_ENTRY)],
);

static SCHEDULE_ENTRY: Definition = plain(
    "an entry of schedule is a mapping with cron and timezone",
    &[Shape::Mapping(&SCHEDULE_KEYS)],
);

static SCHEDULE_KEYS: Mapping = known(&[must("cron", &FILLED), may("timezone", &FILLED)]);

static WORKFLOW_DISPATCH: Definition = plain(
    "workflow_dispatch takes nothing or a mapping with inputs",
    &[Shape::Null, Shape::Mapping(&DISPATCH_KEYS)],
);

static DISPATCH_KEYS: Mapping = known(&[may("inputs", &DISPATCH_INPUTS)]);

static DISPATCH_INPUTS: Definition = plain(
    "inputs is a mapping of names to inputs",
    &[Shape::Null, Shape::Mapping(&DISPATCH_INPUT_NAMES)],
);

static DISPATCH_INPUT_NAMES: Mapping = free(&DISPATCH_INPUT);

static DISPATCH_INPUT: Definition = plain(
    "an input takes nothing or a mapping",
    &[Shape::Null, Shape::Mapping(&DISPATCH_INPUT_KEYS)],
);

static DISPATCH_INPUT_KEYS: Mapping = known(&[
    may("description", &TEXT),
    may("type", &DISPATCH_KIND),
    may("required", &BOOLEAN),
    may("default", &DISPATCH_DEFAULT),
    may("options", &OPTIONS),
    may("deprecationMessage", &TEXT),
]);

static DISPATCH_KIND: Definition = plain(
    "string, boolean, number, choice or environment is allowed here",
    &[Shape::Words(&[
        "string",
        "boolean",
        "number",
        "choice",
        "environment",
    ])],
);

static DISPATCH_DEFAULT: Definition = plain(
    "a string, a number or a boolean is allowed here",
    &[Shape::Null, Shape::Boolean, Shape::Number, Shape::Text],
);

static OPTIONS: Definition = plain(
    "options is a list of strings that are not empty",
    &[Shape::Sequence(&FILLED)],
);

static WORKFLOW_CALL: Definition = plain(
    "workflow_call takes nothing or a mapping with inputs, secrets and outputs",
    &[Shape::Null, Shape::Mapping(&CALL_KEYS)],
);

static CALL_KEYS: Mapping = known(&[
    may("inputs", &CALL_INPUTS),
    may("secrets", &CALL_SECRETS),
    may("outputs", &CALL_OUTPUTS),
]);

static CALL_INPUTS: Definition = plain(
    "inputs is a mapping of names to inputs",
    &[Shape::Null, Shape::Mapping(&CALL_INPUT_NAMES)],
);

static CALL_INPUT_NAMES: Mapping = free(&CALL_INPUT);

static CALL_INPUT: Definition = plain(
    "an input is a mapping with type",
    &[Shape::Mapping(&CALL_INPUT_KEYS)],
);

static CALL_INPUT_KEYS: Mapping = known(&[
    must("type", &CALL_KIND),
    may("description", &TEXT),
    may("required", &BOOLEAN),
    may("default", &CALL_DEFAULT),
    may("deprecationMessage", &TEXT),
]);

static CALL_KIND: Definition = plain(
    "string, boolean or number is allowed here",
    &[Shape::Words(&["string", "boolean", "number"])],
);

static CALL_DEFAULT: Definition = at(
    Place::CallInputDefault,
    "a string, a number or a boolean is allowed here",
    &[Shape::Null, Shape::Boolean, Shape::Number, Shape::Text],
);

static CALL_SECRETS: Definition = plain(
    "secrets is a mapping of names to secrets",
    &[Shape::Null, Shape::Mapping(&CALL_SECRET_NAMES)],
);

static CALL_SECRET_NAMES: Mapping = free(&CALL_SECRET);

static CALL_SECRET: Definition = plain(
    "a secret takes nothing or a mapping with description and required",
    &[Shape::Null, Shape::Mapping(&CALL_SECRET_KEYS)],
);

static CALL_SECRET_KEYS: Mapping = known(&[may("description", &TEXT), may("required", &BOOLEAN)]);

static CALL_OUTPUTS: Definition = plain(
    "outputs is a mapping of names to outputs",
    &[Shape::Null, Shape::Mapping(&CALL_OUTPUT_NAMES)],
);

static CALL_OUTPUT_NAMES: Mapping = free(&CALL_OUTPUT);

static CALL_OUTPUT: Definition = plain(
    "an output is a mapping with value",
    &[Shape::Mapping(&CALL_OUTPUT_KEYS)],
);

static CALL_OUTPUT_KEYS: Mapping =
    known(&[may("description", &TEXT), must("value", &CALL_OUTPUT_VALUE)]);

static CALL_OUTPUT_VALUE: Definition = at(
    Place::CallOutputValue,
    "the value of an output is a string",
    &[Shape::Text],
);
