//! The list of keys that are read and not honoured yet. It only shrinks: what begins to be
//! honoured is taken out in the same commit.

/// Keys by their path; `*` stands for any name, `... expression` for `${{ }}` in a value that is
/// honoured when it is plain.
pub const UNHONOURED: &[&str] = &[
    "on.image_version",
    "on.pull_request_comment",
    "on.workflow_call.outputs",
    "permissions",
    "defaults",
    "env expression",
    "jobs.*.env expression",
    "jobs.*.steps.*.name expression",
    "jobs.*.steps.*.env expression",
    "jobs.*.steps.*.run expression",
    "jobs.*.steps.*.shell expression",
    "jobs.*.steps.*.working-directory expression",
    "jobs.*.permissions",
    "jobs.*.environment",
    "jobs.*.defaults",
    "jobs.*.outputs",
    "jobs.*.cancel-timeout-minutes",
    "jobs.*.container",
    "jobs.*.services",
    "jobs.*.snapshot",
    "jobs.*.steps.*.if",
    "jobs.*.steps.*.continue-on-error",
    "jobs.*.steps.*.timeout-minutes",
    "jobs.*.steps.*.background",
    "jobs.*.steps.*.shell other than bash, sh and python",
    "jobs.*.steps.*.with",
    "jobs.*.steps.*.uses other than actions/checkout",
    "jobs.*.steps.*.wait",
    "jobs.*.steps.*.wait-all",
    "jobs.*.steps.*.cancel",
    "jobs.*.steps.*.parallel",
];
