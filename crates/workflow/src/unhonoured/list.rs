//! The list of keys that are read and not honoured yet. It only shrinks: what begins to be
//! honoured is taken out in the same commit.

/// Keys by their path; `*` stands for any name, `... expression` for `${{ }}` in a value that is
/// honoured when it is plain.
pub const UNHONOURED: &[&str] = &[
    "on.image_version",
    "on.pull_request_comment",
    "jobs.*.environment",
    "jobs.*.container",
    "jobs.*.services",
    "jobs.*.snapshot",
    "jobs.*.steps.*.background",
    "jobs.*.steps.*.wait",
    "jobs.*.steps.*.wait-all",
    "jobs.*.steps.*.cancel",
    "jobs.*.steps.*.parallel",
];
