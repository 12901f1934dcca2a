//! The activity types of events (semantics R6.5); it must not match any.

use crate::schema::definition::{Definition, Shape, plain};

pub(super) static BRANCH_PROTECTION_RULE_TYPES: Definition = plain(
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

pub(super) static CHECK_RUN_TYPES: Definition = plain(
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

pub(super) static CHECK_SUITE_TYPES: Definition = plain(
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

pub(super) static DISCUSSION_TYPES: Definition = plain(
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

pub(super) static DISCUSSION_COMMENT_TYPES: Definition = plain(
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

pub(super) static IMAGE_VERSION_TYPES: Definition = plain(
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

pub(super) static ISSUE_COMMENT_TYPES: Definition = plain(
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

pub(super) static ISSUES_TYPES: Definition = plain(
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

pub(super) static LABEL_TYPES: Definition = plain(
    "an activity type or a list of them is allowed here",
    &[Shape::Words(LABEL_WORDS), Shape::Sequence(&LABEL_TYPE)],
);

static LABEL_TYPE: Definition = plain(
    "an activity type is allowed here",
    &[Shape::Words(LABEL_WORDS)],
);

const LABEL_WORDS: &[&str] = &["created", "edited", "deleted"];

pub(super) static MERGE_GROUP_TYPES: Definition = plain(
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

pub(super) static MILESTONE_TYPES: Definition = plain(
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

pub(super) static PROJECT_TYPES: Definition = plain(
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

pub(super) static PROJECT_CARD_TYPES: Definition = plain(
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

pub(super) static PROJECT_COLUMN_TYPES: Definition = plain(
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

pub(super) static PULL_REQUEST_TYPES: Definition = plain(
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

pub(super) static PULL_REQUEST_COMMENT_TYPES: Definition = plain(
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

pub(super) static PULL_REQUEST_REVIEW_TYPES: Definition = plain(
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

pub(super) static PULL_REQUEST_REVIEW_COMMENT_TYPES: Definition = plain(
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

pub(super) static REGISTRY_PACKAGE_TYPES: Definition = plain(
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

pub(super) static RELEASE_TYPES: Definition = plain(
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

pub(super) static WATCH_TYPES: Definition = plain(
    "an activity type or a list of them is allowed here",
    &[Shape::Words(WATCH_WORDS), Shape::Sequence(&WATCH_TYPE)],
);

static WATCH_TYPE: Definition = plain(
    "an activity type is allowed here",
    &[Shape::Words(WATCH_WORDS)],
);

const WATCH_WORDS: &[&str] = &["started"];

pub(super) static WORKFLOW_RUN_TYPES: Definition = plain(
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
